//! Takes an event into a request, inside one transaction: the request, its record and its effects are stored together.

use crate::domain::{Due, Effect, Event, ReplyTo, Request, Step, Timestamp, transition};
use crate::store::{StoreError, Tx};

/// Decides what follows from `event` and stores all of it. The caller holds the lock on `request`.
pub async fn take(tx: &mut Tx, request: Option<Request>, event: &Event, now: Timestamp) -> Result<Step, StoreError> {
    let is_new = request.is_none();
    let step = transition(request, event, now);
    let Some(next) = &step.request else { return Ok(step) };
    if is_new {
        if !tx.insert_request(next).await? {
            return Err(StoreError::RequestMoved);
        }
    } else {
        tx.save_request(next).await?;
    }
    if let Event::Asked(ask) = event
        && let Some(job) = ask.deployment
        && next.jobs.contains_key(&job)
    {
        tx.link_deployment(&next.key.host, next.key.repository, job, &next.id).await?;
    }
    for (index, due) in step.effects.iter().enumerate() {
        tx.enqueue(&next.id, next.revision, index, due).await?;
    }
    for record in &step.records {
        tx.append(record)?;
    }
    Ok(step)
}

/// Stores the private answer that a step gave, for the person who waits for it.
pub async fn answer(tx: &mut Tx, step: &Step, to: &ReplyTo, now: Timestamp) -> Result<(), StoreError> {
    let (Some(request), Some(text)) = (&step.request, &step.answer) else { return Ok(()) };
    let effect = Effect::Whisper { to: to.clone(), text: text.clone() };
    tx.enqueue(&request.id, request.revision, step.effects.len(), &Due { effect, at: now }).await
}
