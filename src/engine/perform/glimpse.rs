//! Tells what is known of the evidence where gathering it takes longer than people wait.

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

/// Gathers, and tells meanwhile. Where the evidence comes in time, or people have seen some already, nothing is told.
pub(super) async fn during<T>(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    news: &News,
    gathering: impl Future<Output = T>,
) -> Result<T, StoreError> {
    let mut gathering = pin!(gathering);
    if request.phase != Phase::Gathering {
        return Ok(gathering.await);
    }
    // What an earlier try saw may not be so any more.
    if request.sketch.is_some() {
        tell(engine, claimed, news).await?;
    }
    let mut next = request.opened_at.plus_millis(GLIMPSE_MS);
    for _ in 0..MOST {
        let told = async {
            engine.clock.reached(next).await;
            news.changed().await;
        };
        tokio::select! {
            biased;
            gathered = &mut gathering => return Ok(gathered),
            () = told => {}
        }
        tell(engine, claimed, news).await?;
        next = engine.clock.now().plus_millis(GAP_MS);
    }
    Ok(gathering.await)
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
