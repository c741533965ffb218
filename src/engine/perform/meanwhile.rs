//! What is done while the evidence is gathered: where that takes longer than people wait, they are told what is known; and
//! where it takes longer than a claim holds, the claim is renewed.

use std::pin::pin;
use std::sync::Arc;

use super::super::gather::News;
use super::super::{Engine, step};
use crate::domain::time::SECOND_MS;
use crate::domain::transition::GLIMPSE_MS;
use crate::domain::{Event, Phase, Request};
use crate::store::{ClaimedEffect, StoreError};

/// At most so many times, and this long from one to the next: each is an edit of the message.
const MOST: usize = 8;
const GAP_MS: i64 = SECOND_MS;
/// Well within a claim's two minutes.
const RENEW_MS: i64 = 45 * SECOND_MS;

/// Gathers, and does the rest meanwhile. Where the evidence comes in time, or people have seen some already, nothing is told.
pub(super) async fn gathering<T>(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    news: &News,
    gathering: impl Future<Output = T>,
) -> Result<T, StoreError> {
    let mut gathering = pin!(gathering);
    let mut left = if request.phase == Phase::Gathering { MOST } else { 0 };
    // What an earlier try saw may not be so any more.
    if left > 0 && request.sketch.is_some() {
        tell(engine, claimed, news).await?;
    }
    let mut next = request.opened_at.plus_millis(GLIMPSE_MS);
    let mut renew = engine.clock.now().plus_millis(RENEW_MS);
    loop {
        let told = async {
            engine.clock.reached(next).await;
            news.changed().await;
        };
        tokio::select! {
            biased;
            gathered = &mut gathering => return Ok(gathered),
            () = told, if left > 0 => {
                tell(engine, claimed, news).await?;
                left -= 1;
                next = engine.clock.now().plus_millis(GAP_MS);
            }
            () = engine.clock.reached(renew) => {
                let now = engine.clock.now();
                if !engine.store.renew_effect(&claimed.id, now).await? {
                    return Err(StoreError::LeaseLost);
                }
                renew = now.plus_millis(RENEW_MS);
            }
        }
    }
}

async fn tell(engine: &Engine, claimed: &ClaimedEffect, news: &News) -> Result<(), StoreError> {
    let at = engine.clock.now();
    let job = Arc::new((claimed.clone(), Event::Glimpsed(news.sketch())));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (claimed, event) = &*job;
                if !tx.still_ours(&claimed.id).await? {
                    return Err(StoreError::LeaseLost);
                }
                let request = tx.lock_request(&claimed.request).await?;
                step::take(tx, request, event, at).await?;
                Ok(())
            })
        })
        .await
}
