//! Rate limits: what an answer says of them, and the pauses they impose.
//!
//! GitHub: "Rate limits for the REST API", "Best practices for using the REST API".

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hyper::StatusCode;

use crate::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::domain::{InstallationId, Timestamp};

use super::transport::Answer;

/// Whose allowance a call uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Calls with the App's own JWT.
    App,
    Installation(InstallationId),
    /// The web host's own, for large files.
    LargeFiles(InstallationId),
    /// Searches have a small one of their own: one that is used up must not stop anything else.
    Search(InstallationId),
}

/// What an answer says about the allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    None,
    /// The answer is good, and was the last one before that time.
    UsedUp {
        reset: Timestamp,
    },
    /// Refused; GitHub said until when.
    Told {
        until: Timestamp,
    },
    /// Refused without a time: a minute, and twice as long each time it happens again.
    Untold,
}

/// Longest pause believed: a clock that is wrong must not silence us for good.
const MAX_PAUSE_MS: i64 = 2 * HOUR_MS;

impl Limit {
    pub fn of(answer: &Answer, now: Timestamp) -> Self {
        let number = |name: &str| -> Option<i64> { answer.headers.get(name)?.to_str().ok()?.trim().parse().ok() };
        let used_up = number("x-ratelimit-remaining") == Some(0);
        let reset = number("x-ratelimit-reset").map(Timestamp::from_seconds).filter(|_| used_up);
        if answer.status.is_success() || answer.status == StatusCode::NOT_MODIFIED {
            return reset.map_or(Self::None, |reset| Self::UsedUp { reset });
        }
        if !matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS) {
            return Self::None;
        }
        let told = number("retry-after").map(|seconds| now.plus_millis(seconds.saturating_mul(SECOND_MS))).or(reset);
        match told {
            Some(until) => Self::Told { until },
            None if answer.status == StatusCode::TOO_MANY_REQUESTS || speaks_of_a_limit(answer) => Self::Untold,
            None => Self::None,
        }
    }
}

/// A 403 for a secondary limit can come without any header; its text is then all there is.
fn speaks_of_a_limit(answer: &Answer) -> bool {
    let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    text.contains("rate limit")
}

/// The pauses in force. In memory only: after a restart the first call finds out again.
#[derive(Debug, Default)]
pub struct Pauses(Mutex<HashMap<Bucket, Pause>>);

#[derive(Debug, Clone, Copy, Default)]
struct Pause {
    until: Timestamp,
    /// Refusals without a time, in a row.
    untold: u32,
}

impl Pauses {
    /// Milliseconds until that bucket may be used again; `None`: now.
    pub fn left_ms(&self, bucket: Bucket, now: Timestamp) -> Option<i64> {
        let pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = pauses.get(&bucket)?.until.millis_since(now);
        (left > 0).then_some(left)
    }

    /// Takes in what an answer said, and gives the milliseconds to wait when it was a refusal.
    pub fn note(&self, bucket: Bucket, limit: Limit, now: Timestamp) -> Option<i64> {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = match limit {
            Limit::None => {
                pauses.entry(bucket).and_modify(|pause| pause.untold = 0);
                return None;
            }
            Limit::UsedUp { reset } | Limit::Told { until: reset } => Pause { until: believed(reset, now), untold: 0 },
            Limit::Untold => {
                let untold = pauses.get(&bucket).map_or(0, |pause| pause.untold);
                let wait = MINUTE_MS << untold.min(5);
                Pause { until: now.plus_millis(wait), untold: untold.saturating_add(1) }
            }
        };
        pauses.insert(bucket, pause);
        let refused = matches!(limit, Limit::Told { .. } | Limit::Untold);
        refused.then(|| pause.until.millis_since(now))
    }
}

fn believed(until: Timestamp, now: Timestamp) -> Timestamp {
    until.clamp(now.plus_millis(SECOND_MS), now.plus_millis(MAX_PAUSE_MS))
}

#[cfg(test)]
mod tests;
