//! What people typed with a command and have not confirmed yet: kept here, so that a button carries nothing but an id.

use crate::domain::{ChatUser, Timestamp};

use super::{Store, StoreError, Tx};

/// Something to be confirmed; the body is whatever the engine makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    pub user: ChatUser,
    pub until: Timestamp,
    pub body: String,
}

impl Tx {
    /// Keeps a draft, and drops those whose time is over.
    pub async fn put_draft(&mut self, id: &str, draft: &DraftRow, at: Timestamp) -> Result<(), StoreError> {
        const PRUNE: &str = "DELETE FROM draft WHERE until_ms <= $1";
        const PUT: &str = "INSERT INTO draft (id, workspace, person, until_ms, body) VALUES ($1, $2, $3, $4, $5)";
        exec!(self, PRUNE, at.as_millis())?;
        let DraftRow { user, until, body } = draft;
        exec!(self, PUT, id, &user.workspace, &user.user, until.as_millis(), body).map(drop)
    }
}

impl Store {
    /// A draft of that person whose time is not over at `at`. It stays, so that a click that has to be checked again finds it.
    pub async fn draft(&self, id: &str, user: &ChatUser, at: Timestamp) -> Result<Option<DraftRow>, StoreError> {
        const GET: &str = "SELECT until_ms, body FROM draft
            WHERE id = $1 AND workspace = $2 AND person = $3 AND until_ms > $4";
        type Columns = (i64, String);
        let pools = &self.inner.pools;
        let row = read!(fetch_optional, Columns, pools, GET, id, &user.workspace, &user.user, at.as_millis())?;
        Ok(row.map(|(until, body)| DraftRow { user: user.clone(), until: Timestamp::from_millis(until), body }))
    }
}
