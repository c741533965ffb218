//! What a request's message in the chat showed last.

use crate::domain::{Digest, MessageRef, RequestId};

use super::{Store, StoreError, Tx};

/// A request's message as it was last drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRow {
    pub message: MessageRef,
    pub digest: Digest,
    pub body: String,
}

impl Tx {
    /// Keeps what the message shows now.
    pub async fn put_shown(
        &mut self,
        request: &RequestId,
        message: &MessageRef,
        digest: &Digest,
        body: &str,
    ) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO message (request, channel, id, digest, body) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (request) DO UPDATE SET channel = excluded.channel, id = excluded.id,
                digest = excluded.digest, body = excluded.body";
        exec!(self, PUT, request.as_str(), &message.channel, &message.id, digest.to_string(), body).map(drop)
    }
}

impl Store {
    pub async fn shown(&self, request: &RequestId) -> Result<Option<ShownRow>, StoreError> {
        const GET: &str = "SELECT channel, id, digest, body FROM message WHERE request = $1";
        type Columns = (String, String, String, String);
        let row = read!(fetch_optional, Columns, &self.inner.pools, GET, request.as_str())?;
        let Some((channel, id, digest, body)) = row else { return Ok(None) };
        let digest = Digest::parse(&digest).ok_or_else(|| StoreError::corrupt("the digest of a message"))?;
        Ok(Some(ShownRow { message: MessageRef { channel, id }, digest, body }))
    }
}
