//! The loop that works everything off: woken by commits, by finished work and by due times; polling is the fallback.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::time::SECOND_MS;
use crate::domain::{Effect, Preview, Timestamp};
use crate::engine::Engine;
use crate::engine::advance::{self, advance};
use crate::engine::chores;
use crate::engine::perform::{self, perform};
use crate::engine::preview::{self, look};
use crate::store::{ClaimedDelivery, ClaimedEffect, StoreError};

/// How much runs at once. Chat calls that hang must leave room for the forge's, and the other way round.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub deliveries: usize,
    pub effects_of_a_kind: usize,
    /// Looks at pull requests: long, many at once, and in nobody's way. Decisions must never wait for them.
    pub previews: usize,
    /// Longest sleep without looking: other replicas' work and clocks that jump are noticed after this at the latest.
    pub poll: Duration,
}

/// After the database failed: how long to leave it alone.
const BREATHER: Duration = Duration::from_millis(500);
/// What is under way when the server stops gets this long to finish.
const DRAIN: Duration = Duration::from_secs(8);
/// [`Effect::kind`] of a look back at a run.
const WATCH: &str = "watch";
/// How long an effect waits for a free place among its kind.
const FULL_PAUSE_MS: i64 = SECOND_MS / 4;

/// Works until `stop`, then lets what is under way finish.
pub async fn run(engine: Engine, limits: Limits, stop: CancellationToken) {
    let mut worker = Worker {
        engine,
        limits,
        deliveries: JoinSet::new(),
        effects: JoinSet::new(),
        previews: JoinSet::new(),
        chores: JoinSet::new(),
        busy: HashMap::new(),
    };
    let wake = worker.engine.store.notify();
    while !stop.is_cancelled() {
        let pause = match worker.take_up().await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(error = %error, "the database cannot be read; trying again");
                BREATHER
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = wake.notified() => {}
            done = worker.effects.join_next(), if !worker.effects.is_empty() => worker.effect_done(done),
            done = worker.deliveries.join_next(), if !worker.deliveries.is_empty() => work_done(done),
            done = worker.previews.join_next(), if !worker.previews.is_empty() => work_done(done),
            done = worker.chores.join_next(), if !worker.chores.is_empty() => work_done(done),
            () = tokio::time::sleep(pause) => {}
        }
        worker.collect();
    }
    worker.drain().await;
}

/// The pools that keep one slow vendor from filling every place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Pool {
    Forge,
    Chat,
    Own,
    /// Looks back at runs: many, and none in a hurry.
    Look,
}

const fn pool_of(effect: &Effect) -> Pool {
    match effect {
        Effect::Report | Effect::Decide | Effect::CancelRun | Effect::TellAuthors => Pool::Forge,
        Effect::SyncMessage
        | Effect::Say(_)
        | Effect::Whisper { .. }
        | Effect::Mention { .. }
        | Effect::Draw
        | Effect::Direct { .. } => Pool::Chat,
        Effect::Gather
        | Effect::Attend { .. }
        | Effect::TellOutcome
        | Effect::Recheck
        | Effect::Expire
        | Effect::Remind { .. }
        | Effect::Escalate
        | Effect::RemindReview => Pool::Own,
        Effect::Watch { .. } => Pool::Look,
    }
}

type EffectDone = (Pool, Result<(), StoreError>);

struct Worker {
    engine: Engine,
    limits: Limits,
    deliveries: JoinSet<Result<(), StoreError>>,
    effects: JoinSet<EffectDone>,
    previews: JoinSet<Result<(), StoreError>>,
    /// At most one at a time: none of it is in a hurry.
    chores: JoinSet<Result<(), StoreError>>,
    busy: HashMap<Pool, usize>,
}

impl Worker {
    /// Starts whatever is due and has a place. Returns how long there is nothing more to do.
    async fn take_up(&mut self) -> Result<Duration, StoreError> {
        let now = self.engine.clock.now();
        let free = self.limits.deliveries.saturating_sub(self.deliveries.len());
        if free > 0 {
            for claimed in self.engine.store.claim_deliveries(now, free).await? {
                self.start_delivery(claimed);
            }
        }
        // Thousands of looks may fall due at once, after an outage say: while their places are taken they are left out,
        // or they would hide the decisions and messages behind them.
        let but = if self.is_full(Pool::Look) { WATCH } else { "" };
        for claimed in self.engine.store.claim_effects_but(now, self.limits.effects_of_a_kind, but).await? {
            self.start_effect(claimed, now).await?;
        }
        let next = self.engine.store.next_due(now).await?;
        let next = [next, self.take_up_previews(now).await?, self.take_up_chores(now)].into_iter().flatten().min();
        let poll = self.limits.poll;
        Ok(next.map_or(poll, |next| until(next, self.engine.clock.now()).min(poll)))
    }

    /// Starts looks that are due and have a place; when the next one is due. While there is no place, the end of a look
    /// is what wakes the worker.
    async fn take_up_previews(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let free = self.limits.previews.saturating_sub(self.previews.len());
        if free == 0 {
            return Ok(None);
        }
        for claimed in self.engine.store.claim_previews(now, free).await? {
            self.start_preview(claimed);
        }
        if self.previews.len() >= self.limits.previews {
            return Ok(None);
        }
        self.engine.store.next_preview_due(now).await
    }

    /// Starts chores that are due; when the next ones are. While some are under way, their end is what wakes the worker.
    fn take_up_chores(&mut self, now: Timestamp) -> Option<Timestamp> {
        let next = if self.chores.is_empty() { chores::next_due(&self.engine, now) } else { None };
        if next.is_none_or(|next| next > now) {
            return next;
        }
        let engine = self.engine.clone();
        self.chores.spawn(async move {
            let work = AssertUnwindSafe(chores::run(&engine)).catch_unwind();
            match work.await {
                Ok(outcome) => outcome.map(drop),
                Err(_) => {
                    tracing::error!("what is done now and then broke this program; please report it");
                    Ok(())
                }
            }
        });
        None
    }

    fn start_preview(&mut self, claimed: Preview) {
        let engine = self.engine.clone();
        self.previews.spawn(async move {
            let work = AssertUnwindSafe(look(&engine, claimed.clone())).catch_unwind();
            match work.await {
                Ok(outcome) => outcome,
                Err(_) => preview::broke(&engine, &claimed).await,
            }
        });
    }

    fn start_delivery(&mut self, claimed: ClaimedDelivery) {
        let engine = self.engine.clone();
        self.deliveries.spawn(async move {
            let work = AssertUnwindSafe(advance(&engine, claimed.clone())).catch_unwind();
            match work.await {
                Ok(outcome) => outcome,
                Err(_) => advance::broke(&engine, &claimed).await,
            }
        });
    }

    async fn start_effect(&mut self, claimed: ClaimedEffect, now: Timestamp) -> Result<(), StoreError> {
        let pool = pool_of(&claimed.effect);
        if self.is_full(pool) {
            return self.engine.store.hold_effect(&claimed.id, now.plus_millis(FULL_PAUSE_MS)).await;
        }
        *self.busy.entry(pool).or_default() += 1;
        let engine = self.engine.clone();
        self.effects.spawn(async move {
            let work = AssertUnwindSafe(perform(&engine, claimed.clone())).catch_unwind();
            let outcome = match work.await {
                Ok(outcome) => outcome,
                Err(_) => perform::broke(&engine, &claimed).await,
            };
            (pool, outcome)
        });
        Ok(())
    }

    fn is_full(&self, pool: Pool) -> bool {
        let places = match pool {
            Pool::Look => self.limits.effects_of_a_kind.div_ceil(4),
            Pool::Forge | Pool::Chat | Pool::Own => self.limits.effects_of_a_kind,
        };
        self.busy.get(&pool).is_some_and(|busy| *busy >= places)
    }

    /// Takes in everything else that finished meanwhile, so that the next look is one for all of it.
    fn collect(&mut self) {
        while let Some(done) = self.effects.try_join_next() {
            self.effect_done(Some(done));
        }
        while let Some(done) = self.deliveries.try_join_next() {
            work_done(Some(done));
        }
        while let Some(done) = self.previews.try_join_next() {
            work_done(Some(done));
        }
        while let Some(done) = self.chores.try_join_next() {
            work_done(Some(done));
        }
    }

    fn effect_done(&mut self, done: Option<Result<EffectDone, tokio::task::JoinError>>) {
        match done {
            Some(Ok((pool, outcome))) => {
                self.free(pool);
                report(outcome);
            }
            // Panics are caught inside the task, and nobody aborts one.
            Some(Err(error)) => tracing::error!(error = %error, "an effect was torn off"),
            None => {}
        }
    }

    fn free(&mut self, pool: Pool) {
        if let Some(busy) = self.busy.get_mut(&pool) {
            *busy = busy.saturating_sub(1);
        }
    }

    async fn drain(mut self) {
        let finish = async {
            while self.effects.join_next().await.is_some() {}
            while self.deliveries.join_next().await.is_some() {}
            while self.previews.join_next().await.is_some() {}
            while self.chores.join_next().await.is_some() {}
        };
        if tokio::time::timeout(DRAIN, finish).await.is_err() {
            tracing::warn!("some work did not finish in time; it is taken up again at the next start");
        }
    }
}

fn work_done(done: Option<Result<Result<(), StoreError>, tokio::task::JoinError>>) {
    match done {
        Some(Ok(outcome)) => report(outcome),
        Some(Err(error)) => tracing::error!(error = %error, "some work was torn off"),
        None => {}
    }
}

fn report(outcome: Result<(), StoreError>) {
    if let Err(error) = outcome {
        tracing::error!(error = %error, "an outcome could not be stored; the work is done again");
    }
}

/// From now to `next`, at least a moment when it is due already (its place is taken).
fn until(next: Timestamp, now: Timestamp) -> Duration {
    let wait = u64::try_from(next.millis_since(now)).unwrap_or(0);
    Duration::from_millis(wait.max(20))
}
