//! How an effect's row ends: done, tried again later, or given up where people see it.

use std::sync::Arc;

use serde_json::json;

use super::super::backoff::pause_after_ms;
use super::super::people::{Basis, still_so};
use super::super::{Engine, step};
use crate::domain::time::{DAY_MS, MINUTE_MS};
use crate::domain::{Due, Effect, Event, Timestamp};
use crate::ports::{Class, PortError};
use crate::store::{ClaimedEffect, StoreError};

/// How long an effect is tried while the other side is only unwell: as long as a request can live.
const PATIENCE_MS: i64 = 29 * DAY_MS;
/// Private answers and first reports are of no use later.
const SHORT_PATIENCE_MS: i64 = 15 * MINUTE_MS;
/// A call to somebody that is late by more than a working day calls them for something else.
const CALL_PATIENCE_MS: i64 = DAY_MS / 2;
/// How often something that failed for good is tried all the same, in case somebody mends it at once.
const PERMANENT_TRIES: u32 = 3;

pub(super) async fn finish(engine: &Engine, claimed: &ClaimedEffect) -> Result<(), StoreError> {
    let (id, at) = (claimed.id.clone(), engine.clock.now());
    engine
        .store
        .write(move |tx| {
            let id = id.clone();
            Box::pin(async move { tx.finish_effect(&id, at).await })
        })
        .await
}

/// Stores that an effect which leaves no mark to look for is about to be done: if this process ends before the outcome
/// is stored, the repetition knows that it may be one (P9).
pub(super) async fn begin(engine: &Engine, claimed: &ClaimedEffect) -> Result<(), StoreError> {
    let id = claimed.id.clone();
    engine
        .store
        .write(move |tx| {
            let id = id.clone();
            Box::pin(async move { tx.begin_effect(&id).await })
        })
        .await
}

/// The effect's outcome is an event: taken, and the row done, in one transaction.
pub(super) async fn take_and_finish(engine: &Engine, claimed: &ClaimedEffect, event: Event) -> Result<(), StoreError> {
    take_with(engine, claimed, event, Extra::default()).await
}

/// What is stored beside an event.
#[derive(Default)]
pub(super) struct Extra {
    pub(super) evidence: Option<(crate::domain::Digest, crate::domain::Evidence)>,
    pub(super) shown: Option<(crate::domain::MessageRef, crate::ports::Shown)>,
    /// There is something to draw for the message.
    pub(super) draws: bool,
    /// The links that the event's people rest on.
    pub(super) bases: Vec<Basis>,
}

pub(super) async fn take_with(
    engine: &Engine,
    claimed: &ClaimedEffect,
    event: Event,
    extra: Extra,
) -> Result<(), StoreError> {
    let at = engine.clock.now();
    let job = Arc::new((claimed.clone(), event, extra, engine.forge.host().to_owned()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (claimed, event, extra, host) = &*job;
                tx.finish_effect(&claimed.id, at).await?;
                if let Some((digest, evidence)) = &extra.evidence {
                    tx.put_evidence(digest, evidence).await?;
                }
                if let Some((message, shown)) = &extra.shown {
                    tx.put_shown(&claimed.request, message, &shown.digest, &shown.body).await?;
                    let detail = json!({ "message": message, "digest": shown.digest });
                    tx.append_entry("message.shown", Some(&claimed.request), at, detail)?;
                }
                if extra.draws {
                    tx.enqueue_after(claimed, 0, &Due { effect: Effect::Draw, at }).await?;
                }
                let request = tx.lock_request(&claimed.request).await?;
                still_so(tx, host, &extra.bases).await?;
                step::take(tx, request, event, at).await?;
                Ok(())
            })
        })
        .await
}

/// After a failure: again later, or given up.
pub(super) async fn failed(engine: &Engine, claimed: &ClaimedEffect, error: &PortError) -> Result<(), StoreError> {
    if is_over(engine, claimed, error) {
        give_up(engine, claimed, error).await
    } else {
        again(engine, claimed, error).await
    }
}

fn is_over(engine: &Engine, claimed: &ClaimedEffect, error: &PortError) -> bool {
    let waited = engine.clock.now().millis_since(claimed.first_due);
    let patience = match claimed.effect {
        Effect::Whisper { .. } | Effect::Report => SHORT_PATIENCE_MS,
        Effect::Mention { .. } | Effect::Direct { .. } | Effect::TellAuthors => CALL_PATIENCE_MS,
        _ => PATIENCE_MS,
    };
    match error.class {
        Class::Gone => true,
        // A chain of looks is all that notices what no webhook told: it outlives an app that was locked out for a while.
        Class::Permanent if matches!(claimed.effect, Effect::Watch { .. }) => waited >= patience,
        Class::Permanent => claimed.attempts.saturating_add(1) >= PERMANENT_TRIES,
        Class::Retry { .. } | Class::Unknown => waited >= patience,
    }
}

pub(super) async fn again(engine: &Engine, claimed: &ClaimedEffect, error: &PortError) -> Result<(), StoreError> {
    let attempts = claimed.attempts.saturating_add(1);
    let pause = pause_after_ms(error, attempts, engine.ids.fraction());
    tracing::warn!(
        request.id = %claimed.request, effect.kind = claimed.effect.kind(), attempt = attempts, class = error.class_word(),
        error = %error, "effect {} of request {} failed and is tried again in {pause} ms", claimed.effect.kind(), claimed.request
    );
    count(claimed, "again");
    reschedule(engine, claimed, engine.clock.now().plus_millis(pause), error).await
}

async fn reschedule(
    engine: &Engine,
    claimed: &ClaimedEffect,
    due: Timestamp,
    error: &PortError,
) -> Result<(), StoreError> {
    let job = Arc::new((claimed.clone(), error.class_word(), error.to_string()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tx.reschedule_effect(&job.0.id, due, job.1, &job.2).await })
        })
        .await
}

/// Visible in the row, the log, the metric, the record, and in the message where it matters.
pub(super) async fn give_up(engine: &Engine, claimed: &ClaimedEffect, error: &PortError) -> Result<(), StoreError> {
    tracing::error!(
        request.id = %claimed.request, effect.kind = claimed.effect.kind(), class = error.class_word(), error = %error,
        "effect {} of request {} is given up", claimed.effect.kind(), claimed.request
    );
    count(claimed, "gave_up");
    metrics::counter!("countersign_gave_up_total", "kind" => claimed.effect.kind()).increment(1);
    let at = engine.clock.now();
    let event = Event::GaveUp { kind: claimed.effect.kind().to_owned(), why: error.to_string() };
    let job = Arc::new((claimed.clone(), event, error.class_word(), error.to_string()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (claimed, event, class, why) = &*job;
                tx.fail_effect(&claimed.id, at, class, why).await?;
                let request = tx.lock_request(&claimed.request).await?;
                step::take(tx, request, event, at).await?;
                Ok(())
            })
        })
        .await
}

pub(super) fn count(claimed: &ClaimedEffect, outcome: &'static str) {
    metrics::counter!("countersign_effects_total", "kind" => claimed.effect.kind(), "outcome" => outcome).increment(1);
}
