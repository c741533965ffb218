//! The digest of a day: what happened, and which channels have been told.

use crate::domain::{RequestId, Timestamp};

use super::sql::bound;
use super::{Store, StoreError, Tx};

impl Tx {
    /// Takes a channel's day for this process: `false` where somebody has it already.
    pub async fn take_day(&mut self, channel: &str, day: &str, at: Timestamp) -> Result<bool, StoreError> {
        const TAKE: &str = "INSERT INTO day_digest (channel, day, sent_ms) VALUES ($1, $2, $3)
            ON CONFLICT (channel, day) DO NOTHING";
        Ok(exec!(self, TAKE, channel, day, at.as_millis())? > 0)
    }

    /// Gives it back: nothing was sent.
    pub async fn give_day_back(&mut self, channel: &str, day: &str) -> Result<(), StoreError> {
        const GIVE: &str = "DELETE FROM day_digest WHERE channel = $1 AND day = $2";
        exec!(self, GIVE, channel, day).map(drop)
    }
}

impl Store {
    /// Requests of which the record tells anything since `from`.
    pub async fn requests_touched_since(&self, from: Timestamp, limit: usize) -> Result<Vec<RequestId>, StoreError> {
        const TOUCHED: &str = "SELECT DISTINCT request FROM audit WHERE at_ms >= $1 AND request IS NOT NULL
            ORDER BY request DESC LIMIT $2";
        let rows = read!(fetch_all, (String,), &self.inner.pools, TOUCHED, from.as_millis(), bound(limit))?;
        rows.into_iter()
            .map(|(id,)| RequestId::parse(&id).ok_or_else(|| StoreError::corrupt("a request's id")))
            .collect()
    }
}
