//! Reads everything again once people have agreed, and timers that the transition itself judges.

use super::super::fresh::Reading;
use super::super::{Engine, fresh};
use super::outcome::{Extra, again, failed, finish, take_and_finish, take_with};
use crate::domain::{Event, Request};
use crate::ports::Class;
use crate::store::{ClaimedEffect, StoreError};

/// Tries before people are told that the decision waits for something that cannot be read.
const QUIET_TRIES: u32 = 3;

pub(super) async fn recheck(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    // An older timer: the one that counts now is in the outbox as well.
    let is_due = request.recheck_due.is_some_and(|due| due <= engine.clock.now());
    if !request.is_undecided() || !is_due {
        return finish(engine, claimed).await;
    }
    match fresh::read(engine, request).await {
        Ok(Reading { fresh, bases }) => {
            let event = Event::Rechecked { fresh: Box::new(fresh) };
            take_with(engine, claimed, event, Extra { bases, ..Extra::default() }).await
        }
        Err(error) if matches!(error.class, Class::Retry { .. } | Class::Unknown) && claimed.attempts < QUIET_TRIES => {
            again(engine, claimed, &error).await
        }
        Err(error) => take_and_finish(engine, claimed, Event::RecheckFailed { why: error.to_string() }).await,
    }
}

/// A timer whose meaning the transition knows.
pub(super) async fn timer(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    event: Event,
) -> Result<(), StoreError> {
    let concerns = match &event {
        Event::ReviewDue => request.review.as_ref().is_some_and(|review| review.closed.is_none()),
        _ => request.is_undecided(),
    };
    if concerns { take_and_finish(engine, claimed, event).await } else { finish(engine, claimed).await }
}

/// A denial may cancel the run as well, where the policy says so and the forge was told to allow it (R32).
pub(super) async fn cancel(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    match engine.forge.cancel_run(&request.repository, request.key.run).await {
        Ok(()) => finish(engine, claimed).await,
        Err(error) => failed(engine, claimed, &error).await,
    }
}
