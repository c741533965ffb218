//! The primary (hourly) and secondary (per minute) rate limits, by the simulated clock.

use std::collections::HashMap;

use crate::domain::Timestamp;
use crate::domain::time::{HOUR_MS, MINUTE_MS};

use super::reply::Reply;
use super::state::State;

/// Requests of one caller within the current window.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    started_at: Timestamp,
    used: u64,
}

impl Window {
    fn at(self, now: Timestamp, length_ms: i64) -> Self {
        if now.millis_since(self.started_at) >= length_ms { Self { started_at: now, used: 0 } } else { self }
    }
}

/// Windows by caller: the installation's id, 0 for everybody else.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    hours: HashMap<u64, Window>,
    minutes: HashMap<u64, Window>,
}

/// What the `x-ratelimit-*` headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u64,
    pub used: u64,
    /// Seconds since the epoch, UTC.
    pub reset: i64,
}

impl Allowance {
    pub fn remaining(self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    pub fn headers(self) -> Vec<(String, String)> {
        let pair = |name: &str, value: String| (format!("x-ratelimit-{name}"), value);
        vec![
            pair("limit", self.limit.to_string()),
            pair("remaining", self.remaining().to_string()),
            pair("used", self.used.to_string()),
            pair("reset", self.reset.to_string()),
            pair("resource", "core".to_owned()),
        ]
    }
}

impl State {
    /// The caller's hour so far; `None` where there is no limit.
    pub(super) fn allowance(&self, caller: u64) -> Option<Allowance> {
        let limit = self.options.limits.requests_per_hour?;
        let window = self.buckets.hours.get(&caller).copied();
        let window = window.unwrap_or(Window { started_at: self.now, used: 0 }).at(self.now, HOUR_MS);
        let reset = window.started_at.plus_millis(HOUR_MS).as_seconds();
        Some(Allowance { limit, used: window.used.min(limit), reset })
    }

    /// Counts a request against the hour. An answer 304 is given back with `uncount`.
    pub(super) fn count(&mut self, caller: u64, method: &str) -> Result<(), Reply> {
        self.count_points(caller, if method == "GET" { 1 } else { 5 })?;
        let Some(limit) = self.options.limits.requests_per_hour else { return Ok(()) };
        let now = self.now;
        let window = self.buckets.hours.entry(caller).or_default();
        *window = window.at(now, HOUR_MS);
        if window.used >= limit {
            return Err(Reply::error(403, "API rate limit exceeded for installation."));
        }
        window.used += 1;
        Ok(())
    }

    pub(super) fn uncount(&mut self, caller: u64) {
        if let Some(window) = self.buckets.hours.get_mut(&caller) {
            window.used = window.used.saturating_sub(1);
        }
    }

    fn count_points(&mut self, caller: u64, points: u64) -> Result<(), Reply> {
        let Some(limit) = self.options.limits.points_per_minute else { return Ok(()) };
        let now = self.now;
        let window = self.buckets.minutes.entry(caller).or_default();
        *window = window.at(now, MINUTE_MS);
        if window.used + points > limit {
            let left_ms = MINUTE_MS - now.millis_since(window.started_at);
            let seconds = u64::try_from(left_ms / 1_000 + 1).unwrap_or(60);
            return Err(Reply::secondary_limit(403, seconds));
        }
        window.used += points;
        Ok(())
    }
}
