//! Which channel a name or an older id stands for: what it was when it was first used. Names can change hands, and a channel
//! that is renamed stays the same channel.

use crate::domain::RequestId;

use super::sql::bound;
use super::{Store, StoreError, Tx};

/// Ids that a channel had one after the other; more is a mistake of ours.
const MAX_STEPS: usize = 8;
/// Most requests that follow a channel to its new id; older ones are over.
const MAX_FOLLOWING: usize = 500;

impl Tx {
    /// Keeps that `name` stands for `id`, unless it stands for something already; what it stands for.
    pub async fn pin_channel(&mut self, name: &str, id: &str) -> Result<String, StoreError> {
        const PIN: &str = "INSERT INTO channel_id (name, id) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id";
        let row = fetch!(fetch_optional, (String,), self, PIN, folded(name), id)?;
        row.map(|(id,)| id).ok_or_else(|| StoreError::corrupt("the id of a channel"))
    }

    /// The newest requests whose message stands in `channel`; the messages are in `now` from here on.
    pub async fn move_messages(&mut self, channel: &str, now: &str) -> Result<Vec<RequestId>, StoreError> {
        const THERE: &str = "SELECT message.request FROM message JOIN request ON request.id = message.request
            WHERE message.channel = $1 ORDER BY request.opened_ms DESC, request.id DESC LIMIT $2";
        const MOVE: &str = "UPDATE message SET channel = $2 WHERE channel = $1";
        let rows = fetch!(fetch_all, (String,), self, THERE, channel, bound(MAX_FOLLOWING))?;
        exec!(self, MOVE, channel, now)?;
        rows.into_iter()
            .map(|(id,)| RequestId::parse(&id).ok_or_else(|| StoreError::corrupt("a request's id")))
            .collect()
    }
}

impl Store {
    /// The id that stands behind a name or an older id, as far as that is known. `stored`: a name as it is stored.
    pub async fn channel_behind(
        &self,
        stored: impl Fn(&str) -> String,
        name: &str,
    ) -> Result<Option<String>, StoreError> {
        const GET: &str = "SELECT id FROM channel_id WHERE name = $1";
        let mut found = None;
        let mut name = name.to_owned();
        for _ in 0..MAX_STEPS {
            let row = read!(fetch_optional, (String,), &self.inner.pools, GET, folded(&stored(&name)))?;
            let Some((id,)) = row.filter(|(id,)| *id != name) else { break };
            found = Some(id.clone());
            name = id;
        }
        Ok(found)
    }
}

/// Names have no upper case; ids, which have, differ in more than that.
fn folded(name: &str) -> String {
    name.to_lowercase()
}
