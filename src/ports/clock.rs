//! The clock: the system's, or one that is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;

/// Where "now" comes from. Everything that asks for the time holds one of these; nothing else reads the system clock.
#[derive(Debug, Clone)]
pub enum Clock {
    System,
    /// Milliseconds since the epoch, moved by tests and scripted demos. Clones share the same hand.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.as_millis())))
    }

    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from_millis(system_millis()),
            Self::Manual(hand) => Timestamp::from_millis(hand.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock on by `ms`; the system's clock does not care.
    pub fn advance(&self, ms: i64) {
        if let Self::Manual(hand) = self {
            hand.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
fn system_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
