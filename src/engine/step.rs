//! Takes an event into a request, inside one transaction: the request, its record and its effects are stored together.

use crate::domain::attention::{self, Outdated};
use crate::domain::{ChatUser, Due, Effect, Event, Matter, ReplyTo, Request, Step, Timestamp, transition};
use crate::store::{StoreError, Tx};

/// Decides what follows from `event` and stores all of it. The caller holds the lock on `request`.
pub async fn take(tx: &mut Tx, request: Option<Request>, event: &Event, now: Timestamp) -> Result<Step, StoreError> {
    let before = request.clone();
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
    call_people(tx, before.as_ref(), next, &step.effects, now).await?;
    Ok(step)
}

/// Places among a revision's effects from which on those stand that follow from comparing it with the one before.
const CALLS_FROM: usize = 1_000;

/// Who has to be told something by themselves, and whose direct message is not true any more.
async fn call_people(
    tx: &mut Tx,
    before: Option<&Request>,
    next: &Request,
    effects: &[Due],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut calls = attention::follows(before, next, effects, now);
    let outdated = before.map_or(Outdated::Nobodys, |before| attention::outdated(before, next));
    if outdated != Outdated::Nobodys {
        let people = tx.directs_of(&next.id).await?;
        let is_outdated = |user: &ChatUser| match &outdated {
            Outdated::Nobodys => false,
            Outdated::Of(people) => people.contains(user),
            Outdated::Everybodys => true,
        };
        let truth = |to| Due { effect: Effect::Direct { to, matter: Matter::Truth }, at: now };
        calls.extend(people.into_iter().filter(is_outdated).map(truth));
    }
    for (index, due) in calls.iter().enumerate() {
        tx.enqueue(&next.id, next.revision, CALLS_FROM + index, due).await?;
    }
    Ok(())
}

/// Stores the private answer that a step gave, for the person who waits for it.
pub async fn answer(tx: &mut Tx, step: &Step, to: &ReplyTo, now: Timestamp) -> Result<(), StoreError> {
    let (Some(request), Some(text)) = (&step.request, &step.answer) else { return Ok(()) };
    let effect = Effect::Whisper { to: to.clone(), text: text.clone() };
    tx.enqueue(&request.id, request.revision, step.effects.len(), &Due { effect, at: now }).await
}
