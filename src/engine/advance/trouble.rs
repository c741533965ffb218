//! Deliveries that could not be worked off: tried again, or parked where an operator sees them.

use std::sync::Arc;

use serde_json::json;

use super::super::Engine;
use super::super::backoff::pause_after_ms;
use super::super::receive::{Delivery, Source};
use super::{Trouble, now, whisper_now};
use crate::domain::time::{DAY_MS, MINUTE_MS};
use crate::domain::{ReplyTo, Timestamp, Whisper};
use crate::ports::{Class, PortError};
use crate::store::{ClaimedDelivery, StoreError};

/// How long a click is worth checking again, and a webhook worth trying again.
const CLICK_PATIENCE_MS: i64 = 15 * MINUTE_MS;
const WEBHOOK_PATIENCE_MS: i64 = 3 * DAY_MS;

pub(super) async fn settle(engine: &Engine, claimed: &ClaimedDelivery, trouble: Trouble) -> Result<(), StoreError> {
    match trouble {
        // Lost a race for the key, or for the lease: the other side's work is there next time.
        Trouble::Store(StoreError::RequestMoved | StoreError::LinksMoved) => {
            again(engine, claimed, now(engine), "another delivery was faster").await
        }
        Trouble::Store(error) => {
            engine.store.release_delivery(claimed.delivery.source, &claimed.delivery.id).await?;
            Err(error)
        }
        Trouble::Unusable(why) => park(engine, &claimed.delivery, &why).await,
        Trouble::Port(error) if is_over(engine, claimed, &error) => give_up(engine, claimed, &error).await,
        Trouble::Port(error) => try_later(engine, claimed, &error).await,
    }
}

fn is_over(engine: &Engine, claimed: &ClaimedDelivery, error: &PortError) -> bool {
    let waited = now(engine).millis_since(claimed.delivery.received_at);
    let patience = if is_click(&claimed.delivery) { CLICK_PATIENCE_MS } else { WEBHOOK_PATIENCE_MS };
    let hopeless = error.is_gone() || (error.class == Class::Permanent && is_click(&claimed.delivery));
    hopeless || waited >= patience
}

const fn is_click(delivery: &Delivery) -> bool {
    !matches!(delivery.source, Source::Forge)
}

async fn try_later(engine: &Engine, claimed: &ClaimedDelivery, error: &PortError) -> Result<(), StoreError> {
    let attempts = claimed.attempts.saturating_add(1);
    let pause = pause_after_ms(error, attempts, engine.ids.fraction());
    tracing::warn!(
        delivery.id = claimed.delivery.id, attempt = attempts, class = error.class_word(), error = %error,
        "delivery {} waits and is tried again", claimed.delivery.id
    );
    again(engine, claimed, now(engine).plus_millis(pause), &error.to_string()).await?;
    if claimed.attempts == 0
        && let Some(reply) = clicker(engine, &claimed.delivery)
    {
        whisper_now(engine, &reply, &Whisper::CheckedLater { what: error.doing.clone() }).await;
    }
    Ok(())
}

async fn again(engine: &Engine, claimed: &ClaimedDelivery, due: Timestamp, why: &str) -> Result<(), StoreError> {
    let job = Arc::new((claimed.delivery.source, claimed.delivery.id.clone(), why.to_owned()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tx.reschedule_delivery(job.0, &job.1, due, &job.2).await })
        })
        .await
}

async fn park(engine: &Engine, delivery: &Delivery, why: &str) -> Result<(), StoreError> {
    tracing::warn!(delivery.id = delivery.id, why, "delivery {} is unusable and parked", delivery.id);
    metrics::counter!("countersign_deliveries_parked_total", "source" => delivery.source.word()).increment(1);
    let at = now(engine);
    let job = Arc::new((delivery.clone(), why.to_owned()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (delivery, why) = &*job;
                let detail = json!({
                    "source": delivery.source.word(), "provenance": delivery.provenance.word(),
                    "delivery": delivery.id, "body": delivery.body_digest, "why": why,
                });
                tx.append_entry("delivery.unusable", None, at, detail)?;
                tx.park_delivery(delivery.source, &delivery.id, at, why).await
            })
        })
        .await
}

async fn give_up(engine: &Engine, claimed: &ClaimedDelivery, error: &PortError) -> Result<(), StoreError> {
    metrics::counter!("countersign_gave_up_total", "kind" => claimed.delivery.source.word()).increment(1);
    park(engine, &claimed.delivery, &error.to_string()).await?;
    if let Some(reply) = clicker(engine, &claimed.delivery) {
        whisper_now(engine, &reply, &Whisper::NotChecked { what: error.doing.clone() }).await;
    }
    Ok(())
}

/// Whoever waits for an answer to this delivery.
fn clicker(engine: &Engine, delivery: &Delivery) -> Option<ReplyTo> {
    if !is_click(delivery) {
        return None;
    }
    engine.workspace.chat.interpret(delivery).ok()?.reply().cloned()
}
