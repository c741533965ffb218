//! Does one effect, and stores its outcome: as an event where it means something, else by finishing the row.

mod attend;
mod authors;
mod decide;
mod evidence;
mod meanwhile;
mod message;
mod outcome;
mod picture;
mod recheck;
mod watch;

pub use decide::{decision_comment, report_comment};

use crate::domain::{Effect, Event, Request};
use crate::ports::{BoxFuture, PortError};
use crate::store::{ClaimedEffect, StoreError};

use super::Engine;
use outcome::{finish, take_and_finish};

/// How long the deadline waits for clicks that came before it.
const CLICKS_FIRST_MS: i64 = crate::domain::time::SECOND_MS;

/// Performs one claimed effect. What fails outside is stored with the effect; an error is the store's own.
pub async fn perform(engine: &Engine, claimed: ClaimedEffect) -> Result<(), StoreError> {
    let outcome = perform_inner(engine, &claimed).await;
    match &outcome {
        Ok(()) => {}
        Err(StoreError::LeaseLost) => {
            tracing::warn!(
                effect.kind = claimed.effect.kind(),
                "another replica took over an effect of request {}",
                claimed.request
            );
            return Ok(());
        }
        // Somebody linked or unlinked meanwhile: read again, at once.
        Err(StoreError::LinksMoved) => return engine.store.release_effect(&claimed.id).await,
        Err(_) => engine.store.release_effect(&claimed.id).await?,
    }
    outcome
}

/// An effect that broke this program is tried again, later and later.
pub async fn broke(engine: &Engine, claimed: &ClaimedEffect) -> Result<(), StoreError> {
    let error = PortError::retry("perform the effect", "it broke this program; please report it");
    outcome::failed(engine, claimed, &error).await
}

async fn perform_inner(engine: &Engine, claimed: &ClaimedEffect) -> Result<(), StoreError> {
    match engine.store.request(&claimed.request).await? {
        Some(request) => effect_of(&engine.of_request(&request), claimed, &request).await,
        None => finish(engine, claimed).await,
    }
}

/// What the effect does. On the heap: the largest of these would otherwise be part of every worker's stack.
fn effect_of<'a>(
    engine: &'a Engine,
    claimed: &'a ClaimedEffect,
    request: &'a Request,
) -> BoxFuture<'a, Result<(), StoreError>> {
    match &claimed.effect {
        Effect::Gather => Box::pin(evidence::gather(engine, claimed, request)),
        Effect::Report => Box::pin(decide::report(engine, claimed, request)),
        Effect::Decide => Box::pin(decide::tell(engine, claimed, request)),
        Effect::SyncMessage => Box::pin(message::sync(engine, claimed, request)),
        Effect::Say(line) => Box::pin(message::say(engine, claimed, request, line)),
        Effect::Whisper { to, text } => Box::pin(message::whisper(engine, claimed, request, to, text)),
        Effect::Attend { people, again } => Box::pin(attend::attend(engine, claimed, request, people, *again)),
        Effect::Mention { people, again } => Box::pin(attend::mention(engine, claimed, request, people, *again)),
        Effect::Direct { to, matter } => Box::pin(attend::direct(engine, claimed, request, to, *matter)),
        Effect::TellOutcome => Box::pin(attend::tell_outcome(engine, claimed, request)),
        Effect::Recheck => Box::pin(recheck::recheck(engine, claimed, request)),
        Effect::Remind { round } => {
            Box::pin(recheck::timer(engine, claimed, request, Event::ReminderDue { round: *round }))
        }
        Effect::Escalate => Box::pin(recheck::timer(engine, claimed, request, Event::EscalationDue)),
        Effect::RemindReview => Box::pin(recheck::timer(engine, claimed, request, Event::ReviewDue)),
        Effect::TellAuthors => Box::pin(authors::tell(engine, claimed, request)),
        Effect::Draw => Box::pin(picture::draw(engine, claimed, request)),
        Effect::CancelRun => Box::pin(recheck::cancel(engine, claimed, request)),
        Effect::Expire => Box::pin(expire(engine, claimed, request)),
        Effect::Watch { chain, round } => Box::pin(watch::watch(engine, claimed, request, *chain, *round)),
    }
}

async fn expire(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    if !request.is_undecided() || engine.clock.now() < request.expires_at {
        return finish(engine, claimed).await;
    }
    // What counts is when a click came (H5): one from before the deadline goes first. Clicks that cannot be checked are
    // given up after a while, so this ends.
    if engine.store.click_waits_since_before(request.expires_at).await? {
        let later = engine.clock.now().plus_millis(CLICKS_FIRST_MS);
        return engine.store.hold_effect(&claimed.id, later).await;
    }
    take_and_finish(engine, claimed, Event::DeadlineReached).await
}
