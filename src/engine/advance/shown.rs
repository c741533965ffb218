//! Buttons that ask for a view. The trigger lives three seconds, so a view is opened once, at once, and never again.

use std::time::Duration;

use serde_json::json;

use super::super::Engine;
use super::super::people::look_up;
use super::super::receive::Delivery;
use super::super::shown::evidence as evidence_shown;
use super::{Trouble, clicked, note, now, whisper_now};
use crate::domain::{
    Ballot, ChatStanding, Choice, Event, Refusal, ReplyTo, Request, Voter, Whisper, Words, explain, transition,
};
use crate::ports::chat::{Board, Opening, View, Wanted};

/// How long people are looked up before the view is opened without: the rest of the trigger's life is for the call.
const LOOK_UP_PATIENCE: Duration = Duration::from_millis(1_500);

pub(super) async fn show(
    engine: &Engine,
    delivery: &Delivery,
    value: &str,
    what: &Wanted,
    opening: &Opening,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    let Some((request, seen)) = clicked::find(engine, value).await? else {
        return clicked::unknown_request(engine, delivery, reply).await;
    };
    match what {
        Wanted::Deny => ask_why(engine, delivery, &request, &seen, opening, reply).await,
        what => of_members(engine, delivery, &request, what, opening, reply).await,
    }
}

/// Somebody whose denial would be refused is told so before they type a reason.
async fn ask_why(
    engine: &Engine,
    delivery: &Delivery,
    request: &Request,
    seen: &str,
    opening: &Opening,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    if let Some(voter) = voter_in_time(engine, request, reply).await
        && let Some(refusal) = would_refuse(engine, delivery, request, seen, voter)
    {
        let detail = json!({ "refusal": refusal.code(), "by": reply.user, "choice": Choice::Deny });
        note(engine, delivery, Some(request.id.clone()), "vote.refused", detail).await?;
        whisper_now(engine, reply, &Whisper::Refused(refusal)).await;
        return Ok(());
    }
    open(engine, delivery, request, opening, "view.deny", |board| View::Deny { board }).await
}

async fn voter_in_time(engine: &Engine, request: &Request, reply: &ReplyTo) -> Option<Voter> {
    let looking = look_up(engine, &request.repository, &reply.user);
    let found = tokio::time::timeout(LOOK_UP_PATIENCE, looking).await.ok()?;
    found.ok().map(|found| found.voter)
}

/// Asks the transition itself, on a copy, so that this answer can never differ from the one after the reason.
fn would_refuse(engine: &Engine, delivery: &Delivery, request: &Request, seen: &str, voter: Voter) -> Option<Refusal> {
    let ballot = Ballot {
        voter,
        choice: Choice::Deny,
        reason: Some(Words::new("a reason")),
        seen: seen.to_owned(),
        received: delivery.received_at,
        ticks: Vec::new(),
        means_older: false,
        fresh: None,
        // A denial is never held by check runs.
        ci: None,
    };
    match transition(Some(request.clone()), &Event::Voted(ballot), now(engine)).answer {
        Some(Whisper::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// The evidence is for members of the workspace: guests and outsiders may share the channel.
async fn of_members(
    engine: &Engine,
    delivery: &Delivery,
    request: &Request,
    what: &Wanted,
    opening: &Opening,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    let looking = engine.chat.standing(&reply.user);
    let standing = tokio::time::timeout(LOOK_UP_PATIENCE, looking).await;
    let (title, text) = match (standing, what) {
        (Ok(Ok(ChatStanding::Member)), Wanted::Why) => return why(engine, delivery, request, opening).await,
        (Ok(Ok(ChatStanding::Member)), what) => {
            let page = if let Wanted::Changes { page } = what { *page } else { 0 };
            return open(engine, delivery, request, opening, "evidence.shown", |board| View::Changes { board, page })
                .await;
        }
        (Ok(Ok(_)), _) => ("Not shown", "This is shown to full members of this workspace only."),
        (Ok(Err(_)) | Err(_), _) => (
            "Try again",
            "Slow or broken look-ups: who you are could not be checked in time. Please press the button again.",
        ),
    };
    open(engine, delivery, request, opening, "evidence.withheld", |_| View::Notice { title, text }).await
}

async fn why(engine: &Engine, delivery: &Delivery, request: &Request, opening: &Opening) -> Result<(), Trouble> {
    let at = now(engine);
    let board = Board { request, evidence: None, now: at, repeated: false };
    if let Err(error) = engine.chat.open(opening, &View::Why { board, why: &explain(request, at) }).await {
        tracing::info!(request.id = %request.id, error = %error, "a view did not open for request {}", request.id);
    }
    note(engine, delivery, Some(request.id.clone()), "explanation.shown", json!({})).await
}

async fn open<'v>(
    engine: &Engine,
    delivery: &Delivery,
    request: &Request,
    opening: &Opening,
    name: &'static str,
    view: impl FnOnce(Board<'_>) -> View<'_> + Send + 'v,
) -> Result<(), Trouble> {
    let evidence = evidence_shown(&engine.store, request).await?;
    let board = Board { request, evidence: evidence.as_ref(), now: now(engine), repeated: false };
    if let Err(error) = engine.chat.open(opening, &view(board)).await {
        tracing::info!(request.id = %request.id, error = %error, "a view did not open for request {}", request.id);
    }
    let digest = request.evidence.as_ref().map(|brief| brief.digest);
    // That somebody looked is part of the record: an approval after two seconds without a look reads differently.
    note(engine, delivery, Some(request.id.clone()), name, json!({ "evidence": digest })).await
}
