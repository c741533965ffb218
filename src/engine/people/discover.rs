//! Links that a rule of the operator's makes, at somebody's first click. Off unless switched on.

use crate::domain::{AccountLink, ChatUser, Repository};
use crate::engine::Engine;
use crate::ports::PortError;

/// The link that a rule makes for somebody who has none.
pub(super) async fn link(
    engine: &Engine,
    repository: &Repository,
    user: &ChatUser,
) -> Result<Option<AccountLink>, PortError> {
    let _ = (engine, repository, user);
    Ok(None)
}
