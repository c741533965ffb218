//! Reads back how the run stands: what no webhook told (R30, R31).

use super::super::Engine;
use super::outcome::{failed, finish, take_and_finish};
use crate::domain::{DeploymentId, Event, Request};
use crate::ports::code::Presence;
use crate::store::{ClaimedEffect, StoreError};

pub(super) async fn watch(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    chain: u32,
    round: u32,
) -> Result<(), StoreError> {
    let is_old_chain = chain != 0 && chain != request.watch;
    if is_old_chain || !request.can_change() {
        return finish(engine, claimed).await;
    }
    let jobs: Vec<DeploymentId> = request.jobs.keys().copied().collect();
    match engine.forge.standing(&request.repository, request.key.run, &request.environment, &jobs).await {
        Ok(Presence::Found(standing)) => {
            take_and_finish(engine, claimed, Event::ReadBack { standing, chain, round }).await
        }
        Ok(Presence::Missing) => {
            let conclusion = "deleted".to_owned();
            let event = Event::RunEnded { attempt: request.key.attempt, conclusion, by: None };
            take_and_finish(engine, claimed, event).await
        }
        Err(error) => failed(engine, claimed, &error).await,
    }
}
