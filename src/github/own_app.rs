//! Who we are at GitHub: what our own check runs and comments are told from others' by.
//!
//! GitHub: "Get the authenticated app".

use hyper::{Method, StatusCode};
use serde::Deserialize;

use crate::ports::PortError;

use super::api::{Fetched, MAX_ANSWER_BYTES, MEDIA_TYPE};
use super::classify::{refusal, unreadable};
use super::client::GithubForge;
use super::limits::Bucket;
use super::transport::Call;

/// The App as GitHub knows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OwnApp {
    pub id: u64,
    pub slug: Option<String>,
}

impl OwnApp {
    /// The login of its bot account.
    pub fn login(&self) -> Option<String> {
        self.slug.as_ref().map(|slug| format!("{slug}[bot]"))
    }
}

impl GithubForge {
    /// Asked once: the settings may hold a client id, and the slug stands nowhere else.
    pub(super) async fn own_app(&self) -> Result<&OwnApp, PortError> {
        self.own_app.get_or_try_init(|| self.ask_own_app()).await
    }

    async fn ask_own_app(&self) -> Result<OwnApp, PortError> {
        let doing = "ask who we are";
        let jwt = self.key.jwt(self.clock.now()).map_err(|error| PortError::permanent(doing, error))?;
        let call = Call {
            method: Method::GET,
            path: "/app",
            bearer: &jwt,
            body: None,
            accept: MEDIA_TYPE,
            max_bytes: MAX_ANSWER_BYTES,
            etag: None,
        };
        let Fetched::Answer(answer) = self.send(Bucket::App, call, doing).await? else {
            return Err(PortError::retry(doing, "the answer is too long"));
        };
        if answer.status != StatusCode::OK {
            return Err(refusal(&answer, &Method::GET, doing));
        }
        serde_json::from_slice(&answer.body).map_err(|error| unreadable(doing, &error))
    }
}
