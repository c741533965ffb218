//! Direct messages about a request: at most one to each person, edited in place.

use crate::domain::{ChatUser, Digest, MessageRef, RequestId};

use super::{Store, StoreError, Tx};

/// The direct message somebody has about a request, as it was last drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectRow {
    pub message: MessageRef,
    pub digest: Digest,
    /// It may be a second one: the answer to the first was lost.
    pub is_copy: bool,
}

type Columns = (String, String, String, bool);
type Person = (String, String);

impl Tx {
    pub async fn put_direct(&mut self, request: &RequestId, to: &ChatUser, row: &DirectRow) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO direct_message (request, workspace, person, channel, id, digest, is_copy)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (request, workspace, person) DO UPDATE SET channel = excluded.channel, id = excluded.id,
                digest = excluded.digest, is_copy = excluded.is_copy";
        let (id, digest, message) = (request.as_str(), row.digest.to_string(), &row.message);
        exec!(self, PUT, id, &to.workspace, &to.user, &message.channel, &message.id, digest, row.is_copy).map(drop)
    }

    /// Whoever has a direct message about a request.
    pub async fn directs_of(&mut self, request: &RequestId) -> Result<Vec<ChatUser>, StoreError> {
        const OF: &str = "SELECT workspace, person FROM direct_message WHERE request = $1 ORDER BY workspace, person";
        let rows = fetch!(fetch_all, Person, self, OF, request.as_str())?;
        Ok(rows.into_iter().map(|(workspace, user)| ChatUser { workspace, user }).collect())
    }
}

impl Store {
    pub async fn direct(&self, request: &RequestId, to: &ChatUser) -> Result<Option<DirectRow>, StoreError> {
        const GET: &str = "SELECT channel, id, digest, is_copy FROM direct_message
            WHERE request = $1 AND workspace = $2 AND person = $3";
        let row = read!(fetch_optional, Columns, &self.inner.pools, GET, request.as_str(), &to.workspace, &to.user)?;
        let Some((channel, id, digest, is_copy)) = row else { return Ok(None) };
        let digest = Digest::parse(&digest).ok_or_else(|| StoreError::corrupt("the digest of a direct message"))?;
        Ok(Some(DirectRow { message: MessageRef { channel, id }, digest, is_copy }))
    }

    /// The request that a message of ours is about, in a channel or to one person.
    pub async fn request_of_message(&self, message: &MessageRef) -> Result<Option<RequestId>, StoreError> {
        const OF: &str = "SELECT request FROM message WHERE channel = $1 AND id = $2
            UNION SELECT request FROM direct_message WHERE channel = $1 AND id = $2";
        let row = read!(fetch_optional, (String,), &self.inner.pools, OF, &message.channel, &message.id)?;
        row.map(|(id,)| RequestId::parse(&id).ok_or_else(|| StoreError::corrupt("the request of a message")))
            .transpose()
    }
}
