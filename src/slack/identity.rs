//! Who we are to Slack, asked once.

use tokio::sync::OnceCell;

use crate::ports::PortError;

use super::client::{AuthTest, Client};

/// The answer to `auth.test`, kept: it changes only with the token.
#[derive(Debug, Default)]
pub(super) struct Ourselves(OnceCell<AuthTest>);

impl Ourselves {
    pub(super) async fn get(&self, client: &Client) -> Result<&AuthTest, PortError> {
        self.0.get_or_try_init(|| client.auth_test()).await
    }

    /// The answer, once there is one.
    pub(super) fn known(&self) -> Option<&AuthTest> {
        self.0.get()
    }
}
