//! `pending` and `show`.

use serde_json::json;

use super::super::{Trouble, note, now};
use super::{Asked, answer_now};
use crate::domain::Request;
use crate::engine::Engine;
use crate::engine::lists::{self, Item};
use crate::engine::stakes::Reader;
use crate::ports::chat::{Answer, Pending, Stake};
use crate::store::StoreError;

/// Requests looked at, and shown at most.
const MAX_OPEN: usize = 200;
const MAX_SHOWN: usize = 8;
/// Requests of one ending that are counted.
const MAX_SAME: usize = 5;

impl Asked<'_> {
    pub(super) async fn pending(&self) -> Result<(), Trouble> {
        let (items, more) = pending(self.engine, &self.reader).await?;
        let entries = lists::entries(&items, now(self.engine));
        self.tell(&Answer::Pending(&Pending { entries, more })).await
    }

    pub(super) async fn show(&self, id: &str) -> Result<(), Trouble> {
        let Some(item) = self.find(id).await? else { return Ok(()) };
        answer_now(self.engine, self.reply, &Answer::Request(item.entry(now(self.engine)))).await;
        let evidence = item.request.evidence.as_ref().map(|brief| brief.digest);
        let detail = json!({ "evidence": evidence, "by": self.reply.user });
        note(self.engine, self.delivery, Some(item.request.id.clone()), "request.shown", detail).await
    }

    /// The one request whose id ends like that, as far as the reader may see it. Without one they are told, and the delivery
    /// is finished.
    pub(super) async fn find(&self, id: &str) -> Result<Option<Item>, Trouble> {
        let found = self.engine.store.requests_ending(self.engine.narrowed(), id, MAX_SAME).await?;
        let several = found.len();
        let Some(request) = the_one(found) else {
            self.tell(&Answer::NoRequest { typed: id, several }).await?;
            return Ok(None);
        };
        // What somebody may not see does not exist for them.
        let Some(mut item) = lists::visible(self.engine, &self.reader, vec![request]).await.pop() else {
            self.tell(&Answer::NoRequest { typed: id, several: 0 }).await?;
            return Ok(None);
        };
        item.complete(self.engine).await?;
        Ok(Some(item))
    }
}

/// The only one, or the only one that waits for a decision: those come first.
fn the_one(found: Vec<Request>) -> Option<Request> {
    let mut found = found.into_iter();
    let first = found.next()?;
    match found.next() {
        None => Some(first),
        Some(second) if first.is_undecided() && !second.is_undecided() => Some(first),
        Some(_) => None,
    }
}

/// What waits for people, the reader's own first, and how much more there is.
pub(in crate::engine::advance) async fn pending(
    engine: &Engine,
    reader: &Reader<'_>,
) -> Result<(Vec<Item>, usize), StoreError> {
    let open = engine.store.open_requests(engine.narrowed(), MAX_OPEN).await?;
    let mut items = lists::visible(engine, reader, open).await;
    items.sort_by_key(|item| (rank(&item.stake), item.request.expires_at));
    let more = items.len().saturating_sub(MAX_SHOWN);
    items.truncate(MAX_SHOWN);
    for item in &mut items {
        item.complete(engine).await?;
    }
    Ok((items, more))
}

const fn rank(stake: &Stake) -> u8 {
    match stake {
        Stake::Decide => 0,
        Stake::Unchecked => 1,
        Stake::Spoken | Stake::Asked | Stake::None => 2,
    }
}
