//! Which due rows are being worked on, on SQLite: kept in memory, because one process has the file, and a crash frees
//! them. PostgreSQL keeps leases in the rows instead.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use tokio::sync::MutexGuard;

use crate::domain::Timestamp;
use crate::engine::receive::Source;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Delivery(Source, String),
    Effect(String),
    Preview(String),
}

#[derive(Default)]
pub(super) struct Claims {
    held: tokio::sync::Mutex<Held>,
    /// Ended claims, taken out before the next look at the tables and never during one: who reads rows first and
    /// claims after would otherwise claim a row that was finished in between.
    freed: Mutex<Vec<Key>>,
}

#[derive(Default)]
pub(super) struct Held {
    claims: HashMap<Key, Claim>,
    /// Lanes of the claimed rows: one row each.
    lanes: HashSet<String>,
}

struct Claim {
    lane: Option<String>,
    /// Not being worked on, and to be left alone until then.
    until: Option<Timestamp>,
}

impl Claims {
    /// Waits for other claimers. Whoever looks for due rows keeps this until the found ones are claimed.
    pub(super) async fn held(&self) -> MutexGuard<'_, Held> {
        let mut held = self.held.lock().await;
        let freed = std::mem::take(&mut *self.freed.lock().unwrap_or_else(PoisonError::into_inner));
        for key in freed {
            held.forget(&key);
        }
        held
    }

    pub(super) fn free(&self, keys: Vec<Key>) {
        if !keys.is_empty() {
            self.freed.lock().unwrap_or_else(PoisonError::into_inner).extend(keys);
        }
    }
}

impl Held {
    /// Forgets holds whose time has come.
    pub(super) fn let_go(&mut self, now: Timestamp) {
        let over = |claim: &Claim| claim.until.is_some_and(|until| until <= now);
        let ended: Vec<Key> = self.claims.iter().filter(|(_, claim)| over(claim)).map(|(key, _)| key.clone()).collect();
        ended.iter().for_each(|key| self.forget(key));
    }

    pub(super) fn has(&self, key: &Key) -> bool {
        self.claims.contains_key(key)
    }

    pub(super) fn has_lane(&self, lane: &str) -> bool {
        self.lanes.contains(lane)
    }

    pub(super) fn claim(&mut self, key: Key, lane: Option<String>) {
        self.lanes.extend(lane.clone());
        self.claims.insert(key, Claim { lane, until: None });
    }

    fn forget(&mut self, key: &Key) {
        if let Some(lane) = self.claims.remove(key).and_then(|claim| claim.lane) {
            self.lanes.remove(&lane);
        }
    }

    pub(super) fn hold(&mut self, key: &Key, until: Timestamp) {
        if let Some(claim) = self.claims.get_mut(key) {
            claim.until = Some(until);
        }
    }

    /// When the next hold ends.
    pub(super) fn next_end(&self) -> Option<Timestamp> {
        self.claims.values().filter_map(|claim| claim.until).min()
    }
}
