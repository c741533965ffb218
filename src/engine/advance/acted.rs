//! What people do to a request besides voting: who it is is read live, then it is judged inside the transaction.

use super::super::Engine;
use super::super::groups;
use super::super::live::Freshness;
use super::super::people::{LookedUp, look_up};
use super::deed::{self, Deed};
use super::{Trouble, clicked};
use crate::domain::{Event, ReplyTo, Timestamp, Voter, Words};
use crate::ports::chat::Act;
use crate::store::ClaimedDelivery;

/// Something done, as the chat told it.
pub(super) struct Doing {
    /// The button's value: the request, and the evidence that was on the screen.
    pub(super) value: String,
    pub(super) act: Act,
    pub(super) words: Option<Words>,
    pub(super) reply: ReplyTo,
}

pub(super) async fn act(engine: &Engine, claimed: &ClaimedDelivery, doing: Doing) -> Result<(), Trouble> {
    let Some((request, seen)) = clicked::find(engine, &doing.value).await? else {
        return clicked::unknown_request(engine, &claimed.delivery, &doing.reply).await;
    };
    let (asked, how) = (groups::asked(&request), how_fresh(engine, doing.act));
    let found = look_up(engine, &request.repository, &doing.reply.user, &asked, how).await?;
    let LookedUp { voter, pin, basis, .. } = found;
    let event = event(&doing, voter, seen, claimed.delivery.received_at);
    let delivery = claimed.delivery.clone();
    let deed = Deed { request: request.id, event, pin, bases: vec![basis], reply: doing.reply, delivery };
    deed::take(engine, deed).await
}

/// What decides or ends something at once rests on nothing that was kept.
fn how_fresh(engine: &Engine, act: Act) -> Freshness {
    match act {
        Act::WithdrawVote | Act::Object | Act::LookAgain => Freshness::Kept,
        Act::WithdrawRequest | Act::BreakGlass | Act::CloseReview => Freshness::Since(engine.workspace.live.mark()),
    }
}

fn event(doing: &Doing, voter: Voter, seen: String, received: Timestamp) -> Event {
    let words = doing.words.clone();
    match doing.act {
        Act::WithdrawVote => Event::VoteWithdrawn { voter },
        Act::WithdrawRequest => Event::Withdrawn { voter, reason: words },
        Act::Object => Event::Objected { voter, reason: words },
        Act::BreakGlass => Event::GlassBroken { voter, reason: words, seen, received },
        Act::CloseReview => Event::ReviewClosed { voter, note: words },
        Act::LookAgain => Event::LookAgain { voter },
    }
}
