//! Clicks on Approve and Deny: who clicked is read live, then the click is judged inside the transaction.

use std::sync::Arc;

use serde_json::json;

use super::super::people::{LookedUp, look_up};
use super::super::receive::Delivery;
use super::super::{Engine, ci, step};
use super::{Trouble, note, now, whisper_now};
use crate::domain::{
    Ballot, ChatUser, Choice, CiReading, Event, Phase, Refusal, ReplyTo, Request, RequestId, Timestamp, Whisper, Words,
};
use crate::ports::PortError;
use crate::store::{ClaimedDelivery, StoreError, Tx};

/// A click as the chat told it.
pub(super) struct Click {
    pub(super) value: String,
    pub(super) choice: Choice,
    pub(super) reason: Option<Words>,
    pub(super) reply: ReplyTo,
}

pub(super) async fn vote(engine: &Engine, claimed: &ClaimedDelivery, click: Click) -> Result<(), Trouble> {
    let Some((request, seen)) = find(engine, &click.value).await? else {
        return unknown_request(engine, &claimed.delivery, &click.reply).await;
    };
    let people = look_up_all(engine, &request, &click.reply.user);
    let (people, ci) = futures::future::try_join(people, check_runs_for(engine, &request, click.choice)).await?;
    let counting = Arc::new(Counting {
        request: request.id,
        ballot: Ballot {
            voter: people.clicker.voter,
            choice: click.choice,
            reason: click.reason,
            seen,
            received: claimed.delivery.received_at,
            recheck: people.earlier.into_iter().map(|found| found.voter).collect(),
            ci,
        },
        pin: people.clicker.pin,
        reply: click.reply,
        delivery: claimed.delivery.clone(),
        at: now(engine),
    });
    engine
        .store
        .write(move |tx| {
            let counting = Arc::clone(&counting);
            Box::pin(async move { counting.store(tx).await })
        })
        .await?;
    Ok(())
}

/// The request that a button's value names, and the short digest it was drawn on.
pub(super) async fn find(engine: &Engine, value: &str) -> Result<Option<(Request, String)>, StoreError> {
    let Some((id, seen)) = Request::read_button_value(value) else { return Ok(None) };
    Ok(engine.store.request(&id).await?.map(|request| (request, seen)))
}

struct People {
    clicker: LookedUp,
    /// Those whose votes count so far: eligibility is what it is when the decision is made (R14, R16).
    earlier: Vec<LookedUp>,
}

async fn look_up_all(engine: &Engine, request: &Request, clicker: &ChatUser) -> Result<People, PortError> {
    let earlier = request.votes.iter().filter(|vote| !vote.struck && request.is_undecided());
    let earlier: Vec<ChatUser> = earlier.map(|vote| vote.voter.chat.clone()).filter(|chat| chat != clicker).collect();
    let earlier = earlier.iter().map(|chat| look_up(engine, &request.repository, chat));
    let (clicker, earlier) = futures::future::try_join(
        look_up(engine, &request.repository, clicker),
        futures::future::try_join_all(earlier),
    )
    .await?;
    Ok(People { clicker, earlier })
}

/// The required check runs as they stand now (R5). Nothing is asked where nobody requires one, and a denial waits for none.
async fn check_runs_for(engine: &Engine, request: &Request, choice: Choice) -> Result<Option<CiReading>, PortError> {
    match choice {
        Choice::Approve if request.phase == Phase::Open => ci::read_again(engine, request).await,
        Choice::Approve | Choice::Deny => Ok(None),
    }
}

struct Counting {
    request: RequestId,
    ballot: Ballot,
    pin: Option<(String, crate::domain::ForgeUserId)>,
    reply: ReplyTo,
    delivery: Delivery,
    at: Timestamp,
}

impl Counting {
    async fn store(&self, tx: &mut Tx) -> Result<(), StoreError> {
        if let Some((login, id)) = &self.pin {
            tx.pin_login(login, *id).await?;
        }
        let request = tx.lock_request(&self.request).await?;
        let step = step::take(tx, request, &Event::Voted(self.ballot.clone()), self.at).await?;
        step::answer(tx, &step, &self.reply, self.at).await?;
        tx.finish_delivery(self.delivery.source, &self.delivery.id, self.at).await
    }
}

/// A value that names nothing here: tampered with, or another server's.
pub(super) async fn unknown_request(engine: &Engine, delivery: &Delivery, reply: &ReplyTo) -> Result<(), Trouble> {
    let detail = json!({ "refusal": Refusal::UnknownRequest.code(), "by": reply.user });
    note(engine, delivery, None, "vote.refused", detail).await?;
    whisper_now(engine, reply, &Whisper::Refused(Refusal::UnknownRequest)).await;
    Ok(())
}
