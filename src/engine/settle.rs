//! Works everything off that is due: for tests and scripted demos, which move the clock by hand.

use super::Engine;
use super::advance::advance;
use super::chores;
use super::perform::perform;
use super::preview::look;
use crate::store::StoreError;

/// How many rows are taken at once.
const BATCH: usize = 64;

/// Does one round of whatever is due: all of it at once, as in a running server. Returns how many rows were worked on.
pub async fn round(engine: &Engine) -> Result<usize, StoreError> {
    let now = engine.clock.now();
    let deliveries = engine.store.claim_deliveries(now, BATCH).await?;
    let effects = engine.store.claim_effects(now, BATCH).await?;
    let previews = engine.store.claim_previews(now, BATCH).await?;
    let worked = deliveries.len() + effects.len() + previews.len();
    let advancing = futures::future::join_all(deliveries.into_iter().map(|claimed| advance(engine, claimed)));
    let performing = futures::future::join_all(effects.into_iter().map(|claimed| perform(engine, claimed)));
    let looking = futures::future::join_all(previews.into_iter().map(|claimed| look(engine, claimed)));
    let (advanced, performed, looked) = futures::future::join3(advancing, performing, looking).await;
    for outcome in advanced.into_iter().chain(performed).chain(looked) {
        outcome?;
    }
    Ok(worked + chores::run(engine).await?)
}

/// Does exactly one thing that is due, deliveries first. `false`: nothing is due.
pub async fn one(engine: &Engine) -> Result<bool, StoreError> {
    let now = engine.clock.now();
    if let Some(claimed) = engine.store.claim_deliveries(now, 1).await?.pop() {
        advance(engine, claimed).await?;
        return Ok(true);
    }
    if let Some(claimed) = engine.store.claim_effects(now, 1).await?.pop() {
        perform(engine, claimed).await?;
        return Ok(true);
    }
    if let Some(claimed) = engine.store.claim_previews(now, 1).await?.pop() {
        look(engine, claimed).await?;
        return Ok(true);
    }
    Ok(false)
}
