//! Clicks on Approve and Deny: who clicked is read live, then the click is judged inside the transaction.

use futures::future::try_join;
use serde_json::json;

use super::super::fresh::Reading;
use super::super::groups;
use super::super::live::Freshness;
use super::super::people::{Basis, look_up};
use super::super::receive::Delivery;
use super::super::{Engine, ci, fresh};
use super::deed::{self, Deed};
use super::{Trouble, note, now, whisper_now};
use crate::domain::{
    Ballot, Choice, CiReading, Effect, Event, Phase, Refusal, ReplyTo, Request, Whisper, Words, transition,
};
use crate::ports::PortError;
use crate::store::{ClaimedDelivery, StoreError};

/// A click as the chat told it.
pub(super) struct Click {
    pub(super) value: String,
    pub(super) choice: Choice,
    pub(super) reason: Option<Words>,
    /// Flags that were ticked, by the start of their fingerprints.
    pub(super) ticks: Vec<String>,
    /// Said twice that the older of two requests is meant.
    pub(super) means_older: bool,
    pub(super) reply: ReplyTo,
}

pub(super) async fn vote(engine: &Engine, claimed: &ClaimedDelivery, click: Click) -> Result<(), Trouble> {
    let Some((request, seen)) = find(engine, &click.value).await? else {
        return unknown_request(engine, &claimed.delivery, &click.reply).await;
    };
    let asked = groups::asked(&request);
    let clicker = look_up(engine, &request.repository, &click.reply.user, &asked, how_fresh(engine, click.choice));
    let (clicker, ci) = try_join(clicker, check_runs_for(engine, &request, click.choice)).await?;
    let ballot = Ballot {
        voter: clicker.voter,
        choice: click.choice,
        reason: click.reason,
        ticks: click.ticks,
        means_older: click.means_older,
        seen,
        received: claimed.delivery.received_at,
        fresh: None,
        ci,
    };
    let (ballot, mut bases) = with_fresh(engine, &request, ballot).await;
    bases.push(clicker.basis);
    let deed = Deed {
        request: request.id,
        event: Event::Voted(ballot),
        pin: clicker.pin,
        bases,
        reply: click.reply,
        delivery: claimed.delivery.clone(),
    };
    deed::take(engine, deed).await
}

/// A denial decides at once. An approval that would decide is looked up again.
fn how_fresh(engine: &Engine, choice: Choice) -> Freshness {
    match choice {
        Choice::Approve | Choice::RequestChanges => Freshness::Kept,
        Choice::Deny => Freshness::Since(engine.workspace.live.mark()),
    }
}

/// Reads everything again for a click that may be the last one needed: the transition itself is asked, on a copy. What
/// cannot be read now keeps no vote from counting; the decision then waits for an effect that reads it. With the links that
/// the people read again rest on.
async fn with_fresh(engine: &Engine, request: &Request, ballot: Ballot) -> (Ballot, Vec<Basis>) {
    let step = transition(Some(request.clone()), &Event::Voted(ballot.clone()), now(engine));
    let agreed = step.request.filter(|_| step.effects.iter().any(|due| due.effect == Effect::Recheck));
    let Some(agreed) = agreed else { return (ballot, Vec::new()) };
    match fresh::read(engine, &agreed).await {
        Ok(Reading { fresh, bases }) => {
            let voter = fresh.voters.iter().find(|voter| voter.chat == ballot.voter.chat).cloned();
            let voter = voter.unwrap_or(ballot.voter.clone());
            (Ballot { voter, fresh: Some(Box::new(fresh)), ..ballot }, bases)
        }
        Err(error) => {
            tracing::info!(request.id = %request.id, error = %error, "a decision waits for what could not be read");
            (ballot, Vec::new())
        }
    }
}

/// The request that a button's value names, and the short digest it was drawn on. Requests of another workspace do not exist
/// here.
pub(super) async fn find(engine: &Engine, value: &str) -> Result<Option<(Request, String)>, StoreError> {
    Ok(named(engine, value).await?.filter(|(request, _)| engine.is_ours(request)))
}

/// The same, in whichever workspace it is.
pub(super) async fn named(engine: &Engine, value: &str) -> Result<Option<(Request, String)>, StoreError> {
    let Some((id, seen)) = Request::read_button_value(value) else { return Ok(None) };
    Ok(engine.store.request(&id).await?.map(|request| (request, seen)))
}

/// The required check runs as they stand now (R5). Nothing is asked where nobody requires one, and a denial waits for none.
async fn check_runs_for(engine: &Engine, request: &Request, choice: Choice) -> Result<Option<CiReading>, PortError> {
    match choice {
        Choice::Approve if request.phase == Phase::Open => ci::read_again(engine, request).await,
        Choice::Approve | Choice::Deny | Choice::RequestChanges => Ok(None),
    }
}

/// A value that names nothing here: tampered with, or another server's.
pub(super) async fn unknown_request(engine: &Engine, delivery: &Delivery, reply: &ReplyTo) -> Result<(), Trouble> {
    let detail = json!({ "refusal": Refusal::UnknownRequest.code(), "by": reply.user });
    note(engine, delivery, None, "vote.refused", detail).await?;
    whisper_now(engine, reply, &Whisper::Refused(Refusal::UnknownRequest)).await;
    Ok(())
}
