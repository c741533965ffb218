//! Jobs that moved and runs that ended.

use std::sync::Arc;

use super::super::Engine;
use super::super::receive::Delivery;
use super::super::step;
use super::{Trouble, finish, now};
use crate::domain::{Event, JobMove, JobState, RepositoryId, RequestId, RunId};

pub(super) async fn job(
    engine: &Engine,
    delivery: &Delivery,
    repository: RepositoryId,
    job: JobMove,
) -> Result<(), Trouble> {
    if job.state == JobState::Waiting {
        // It waits for us: the ask itself says so, and every job would say it once more.
        return finish(engine, delivery).await;
    }
    let request = engine.store.request_for_deployment(engine.forge.host(), repository, job.deployment).await?;
    let Some(request) = request else { return finish(engine, delivery).await };
    take_all(engine, delivery, vec![request], Event::JobMoved(job)).await
}

/// A run that may have to wait for one that waits for us, or be cancelled in its place: those of the same workflow have a look
/// soon, before it is gone again.
pub(super) async fn run_requested(
    engine: &Engine,
    delivery: &Delivery,
    repository: RepositoryId,
    workflow: &str,
    number: u64,
) -> Result<(), Trouble> {
    let waiting = engine.store.undecided_in(engine.forge.host(), repository).await?;
    let earlier = waiting.into_iter().filter(|request| request.run.workflow == workflow && request.run.number < number);
    let earlier: Vec<RequestId> = earlier.map(|request| request.id).collect();
    if earlier.is_empty() {
        return finish(engine, delivery).await;
    }
    take_all(engine, delivery, earlier, Event::LaterRun { number }).await
}

pub(super) async fn run_ended(
    engine: &Engine,
    delivery: &Delivery,
    repository: RepositoryId,
    run: RunId,
    attempt: u32,
    conclusion: String,
    by: Option<String>,
) -> Result<(), Trouble> {
    let requests = engine.store.requests_of_run(engine.forge.host(), repository, run).await?;
    let touched: Vec<_> = requests.into_iter().filter(|r| r.key.attempt == attempt).map(|r| r.id).collect();
    if touched.is_empty() {
        return finish(engine, delivery).await;
    }
    take_all(engine, delivery, touched, Event::RunEnded { attempt, conclusion, by }).await
}

/// The same event for several requests, and the delivery done, in one transaction.
async fn take_all(engine: &Engine, delivery: &Delivery, requests: Vec<RequestId>, event: Event) -> Result<(), Trouble> {
    let at = now(engine);
    let job = Arc::new((requests, event, delivery.source, delivery.id.clone()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (requests, event, source, id) = &*job;
                for request in requests {
                    let locked = tx.lock_request(request).await?;
                    step::take(tx, locked, event, at).await?;
                }
                tx.finish_delivery(*source, id, at).await
            })
        })
        .await?;
    Ok(())
}
