//! Answers that many want at once: asked for by one, given to all who waited, and kept for a while.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::Timestamp;
use crate::ports::{Clock, PortError};

/// How old an answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// As old as answers are kept.
    Kept,
    /// Asked for after that moment. Those who share a mark share what is asked for.
    Since(Mark),
}

/// A moment among the questions, whatever the clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

/// Counts the questions of all lookups together.
#[derive(Debug, Clone, Default)]
pub(super) struct Ticks(Arc<AtomicU64>);

impl Ticks {
    pub(super) fn mark(&self) -> Mark {
        Mark(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// An answer, and when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known<V> {
    pub value: V,
    pub read_at: Timestamp,
}

/// Answers of one kind by what was asked. Trouble is shared with those who waited for the same answer, and not kept.
#[derive(Debug)]
pub(super) struct Lookups<K, V> {
    /// For the counter.
    what: &'static str,
    ticks: Ticks,
    kept_ms: i64,
    room: usize,
    slots: Mutex<BTreeMap<K, Arc<Slot<V>>>>,
}

#[derive(Debug)]
struct Slot<V> {
    held: tokio::sync::Mutex<Held<V>>,
    /// Questions that came to an end.
    ended: AtomicU64,
}

#[derive(Debug)]
struct Held<V> {
    /// The last good answer.
    kept: Option<Known<V>>,
    /// The last outcome, and when among the questions it was asked for.
    last: Option<(Mark, Result<Known<V>, PortError>)>,
}

impl<V> Default for Slot<V> {
    fn default() -> Self {
        Self { held: tokio::sync::Mutex::new(Held { kept: None, last: None }), ended: AtomicU64::new(0) }
    }
}

impl<K: Ord + Clone, V: Clone> Lookups<K, V> {
    pub(super) fn new(what: &'static str, ticks: &Ticks, kept_ms: i64, room: usize) -> Self {
        Self { what, ticks: ticks.clone(), kept_ms, room, slots: Mutex::default() }
    }

    /// The answer that is fresh enough, or what `ask` gives. Of many at once one asks, the others get what it got.
    pub(super) async fn get<F>(&self, key: K, how: Freshness, clock: &Clock, ask: F) -> Result<Known<V>, PortError>
    where
        F: Future<Output = Result<V, PortError>>,
    {
        let slot = self.slot(key, clock.now());
        let ended = slot.ended.load(Ordering::SeqCst);
        let mut held = slot.held.lock().await;
        let has_waited = slot.ended.load(Ordering::SeqCst) != ended;
        if let Some(outcome) = self.known(&held, how, has_waited, clock.now()) {
            self.count("kept");
            return outcome;
        }
        self.count("asked");
        let (asked, read_at) = (self.ticks.mark(), clock.now());
        let outcome = ask.await.map(|value| Known { value, read_at });
        if let Ok(known) = &outcome {
            held.kept = Some(known.clone());
        }
        held.last = Some((asked, outcome.clone()));
        slot.ended.fetch_add(1, Ordering::SeqCst);
        outcome
    }

    fn known(
        &self,
        held: &Held<V>,
        how: Freshness,
        has_waited: bool,
        now: Timestamp,
    ) -> Option<Result<Known<V>, PortError>> {
        match (how, &held.last) {
            (Freshness::Since(mark), Some((asked, outcome))) => (*asked > mark).then(|| outcome.clone()),
            (Freshness::Since(_), None) => None,
            (Freshness::Kept, Some((_, outcome))) if has_waited => Some(outcome.clone()),
            (Freshness::Kept, _) => held.kept.as_ref().filter(|known| self.is_young(known, now)).cloned().map(Ok),
        }
    }

    /// A clock that went back makes nothing young.
    fn is_young(&self, known: &Known<V>, now: Timestamp) -> bool {
        (0..self.kept_ms).contains(&now.millis_since(known.read_at))
    }

    /// Drops what is known; a question under way is not kept.
    pub(super) fn forget(&self, which: impl Fn(&K) -> bool) {
        self.slots().retain(|key, _| !which(key));
    }

    fn slot(&self, key: K, now: Timestamp) -> Arc<Slot<V>> {
        let mut slots = self.slots();
        if slots.len() >= self.room && !slots.contains_key(&key) {
            self.make_room(&mut slots, now);
        }
        slots.entry(key).or_default().clone()
    }

    /// What is too old goes; where nothing is, whatever comes first.
    fn make_room(&self, slots: &mut BTreeMap<K, Arc<Slot<V>>>, now: Timestamp) {
        let is_of_use = |slot: &Slot<V>| {
            let Ok(held) = slot.held.try_lock() else { return true };
            held.kept.as_ref().is_some_and(|known| self.is_young(known, now))
        };
        slots.retain(|_, slot| is_of_use(slot));
        while slots.len() >= self.room && slots.pop_first().is_some() {}
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<K, Arc<Slot<V>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("countersign_lookups_total", "what" => self.what, "outcome" => outcome).increment(1);
    }
}

#[cfg(test)]
mod tests;
