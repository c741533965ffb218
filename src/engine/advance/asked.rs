//! A job waits for us: opens a request, or joins the one of its key (R1).

use std::sync::Arc;

use super::super::Engine;
use super::super::receive::Delivery;
use super::super::step;
use super::{Trouble, now};
use crate::domain::{Ask, Event, Request, RequestId, Timestamp};
use crate::ports::forge::{AskSignal, RunState};
use crate::store::{StoreError, Tx};

pub(super) async fn open_or_join(engine: &Engine, delivery: &Delivery, signal: &AskSignal) -> Result<(), Trouble> {
    let state = engine.forge.run(&signal.repository, signal.run).await?;
    let attempt = attempt_of(signal.created_at, &state)?;
    let at = now(engine);
    let newest_attempt = state.run.attempt;
    let run = crate::domain::Run { attempt, ..state.run };
    let workspace = &engine.workspaces.of_repository(&signal.repository).id;
    let ask = signal.with_run(engine.ids.request_id(at), engine.forge.host(), workspace, attempt, run);
    let siblings = engine.store.requests_of_run(&ask.key.host, ask.key.repository, ask.key.run).await?;
    let siblings = siblings.into_iter().filter(|other| is_other_attempt(&ask, other));
    let opening = Arc::new(Opening {
        ended: state.conclusion.filter(|_| newest_attempt == attempt),
        siblings: siblings.map(|other| (other.id, other.key.attempt)).collect(),
        ask,
        delivery: delivery.clone(),
        at,
    });
    engine
        .store
        .write(move |tx| {
            let opening = Arc::clone(&opening);
            Box::pin(async move { opening.store(tx).await })
        })
        .await?;
    Ok(())
}

/// The run id is the same for every attempt, so the attempt is the latest one that had started when the deployment was
/// made (R1). A deployment older than every attempt belongs to none we know.
fn attempt_of(created_at: Option<Timestamp>, state: &RunState) -> Result<u32, Trouble> {
    let Some(created_at) = created_at else { return Ok(state.run.attempt) };
    let started = state.attempt_starts.iter().filter(|start| **start <= created_at).count();
    match (u32::try_from(started), state.attempt_starts.is_empty()) {
        (_, true) => Ok(state.run.attempt),
        (Ok(0) | Err(_), false) if state.run.attempt == 1 => Ok(1),
        (Ok(0) | Err(_), false) => Err(Trouble::Unusable(
            "the deployment is older than every attempt of its run: cannot tell which one asks".into(),
        )),
        // Starts may be known for the last attempts only.
        (Ok(started), false) => {
            let unknown =
                state.run.attempt.saturating_sub(u32::try_from(state.attempt_starts.len()).unwrap_or(u32::MAX));
            Ok(unknown.saturating_add(started))
        }
    }
}

fn is_other_attempt(ask: &Ask, other: &Request) -> bool {
    other.key.environment == ask.key.environment && other.key.attempt != ask.key.attempt
}

struct Opening {
    ask: Ask,
    /// Requests for the same environment of the same run, with their attempts.
    siblings: Vec<(RequestId, u32)>,
    /// The conclusion of a run that is over already: its end was told before there was a request to tell it to (R3).
    ended: Option<String>,
    delivery: Delivery,
    at: Timestamp,
}

impl Opening {
    async fn store(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let existing = tx.lock_request_by_key(&self.ask.key).await?;
        let is_new = existing.is_none();
        let opened = step::take(tx, existing, &Event::Asked(self.ask.clone()), self.at).await?;
        self.end_older_attempts(tx).await?;
        if is_new {
            self.supersede(tx).await?;
        }
        // Deliveries may come in any order: this attempt may be the older one, or over (R3).
        if let Some(request) = opened.request.filter(Request::is_undecided)
            && let Some(event) = self.end()
        {
            step::take(tx, Some(request), &event, self.at).await?;
        }
        tx.finish_delivery(self.delivery.source, &self.delivery.id, self.at).await
    }

    /// Requests of other runs that bring another commit to the same environment are the older ones from now on (R24).
    async fn supersede(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for older in tx.lock_requests_beside(&self.ask.key, &self.ask.commit).await? {
            let event = Event::Superseded { by: self.ask.id.clone(), commit: self.ask.commit.clone() };
            step::take(tx, Some(older), &event, self.at).await?;
        }
        Ok(())
    }

    /// What ended this attempt before it asked, as far as is known.
    fn end(&self) -> Option<Event> {
        let newer = self.newest_sibling().map(|attempt| Event::NewerAttempt { attempt });
        let attempt = self.ask.key.attempt;
        let ended = || Some(Event::RunEnded { attempt, conclusion: self.ended.clone()?, by: None });
        newer.or_else(ended)
    }

    fn newest_sibling(&self) -> Option<u32> {
        self.siblings.iter().map(|(_, attempt)| *attempt).filter(|attempt| *attempt > self.ask.key.attempt).max()
    }

    /// Their jobs are gone; a vote on them must not answer for this attempt (R2, H9).
    async fn end_older_attempts(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let attempt = self.ask.key.attempt;
        for (id, _) in self.siblings.iter().filter(|(_, other)| *other < attempt) {
            let Some(older) = tx.lock_request(id).await? else { continue };
            if older.is_undecided() {
                step::take(tx, Some(older), &Event::NewerAttempt { attempt }, self.at).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CommitSha;

    fn state(attempt: u32, starts: &[i64]) -> RunState {
        RunState {
            run: crate::domain::Run {
                title: String::new(),
                number: 1,
                attempt,
                url: String::new(),
                trigger: "push".into(),
                reference: "main".into(),
                workflow: "deploy".into(),
                actors: Vec::new(),
            },
            attempt_starts: starts.iter().map(|s| Timestamp::from_seconds(*s)).collect(),
            commit: CommitSha::parse(&"a1".repeat(20)).unwrap(),
            conclusion: None,
        }
    }

    fn at(created: i64, attempt: u32, starts: &[i64]) -> Option<u32> {
        attempt_of(Some(Timestamp::from_seconds(created)), &state(attempt, starts)).ok()
    }

    #[test]
    fn the_attempt_is_the_latest_that_had_started() {
        assert_eq!(at(100, 1, &[90]), Some(1));
        assert_eq!(at(100, 2, &[90, 200]), Some(1), "a late delivery of the first attempt");
        assert_eq!(at(200, 2, &[90, 200]), Some(2), "the same second");
        assert_eq!(at(300, 40, &[250, 310]), Some(39), "only the last starts are known");
        assert_eq!(at(80, 2, &[90, 200]), None, "older than every attempt");
        assert_eq!(attempt_of(None, &state(3, &[1, 2, 3])).ok(), Some(3));
    }
}
