//! The clock: the system's, or one that is moved by hand.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

use crate::domain::Timestamp;

/// Where "now" comes from. Everything that asks for the time holds one of these; nothing else reads the system clock.
#[derive(Debug, Clone)]
pub enum Clock {
    System,
    /// Moved by tests and scripted demos. Clones share the same hand.
    Manual(Arc<Hand>),
}

/// The hand of a clock that is moved.
#[derive(Debug)]
pub struct Hand {
    /// Milliseconds since the epoch.
    at: AtomicI64,
    moved: Notify,
}

impl Clock {
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(Hand { at: AtomicI64::new(start.as_millis()), moved: Notify::new() }))
    }

    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from_millis(system_millis()),
            Self::Manual(hand) => Timestamp::from_millis(hand.at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock on by `ms`; the system's clock does not care.
    pub fn advance(&self, ms: i64) {
        if let Self::Manual(hand) = self {
            hand.at.fetch_add(ms, Ordering::SeqCst);
            hand.moved.notify_waiters();
        }
    }

    /// Waits until it is `at`.
    pub async fn reached(&self, at: Timestamp) {
        match self {
            Self::System => {
                let wait = u64::try_from(at.millis_since(self.now())).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            Self::Manual(hand) => loop {
                let mut moved = pin!(hand.moved.notified());
                // Whoever moves the hand between the look and the wait is heard.
                moved.as_mut().enable();
                if self.now() >= at {
                    return;
                }
                moved.await;
            },
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
fn system_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_moved_hand_wakes_whoever_waits_for_its_place() {
        let clock = Clock::manual(Timestamp::from_seconds(100));
        let mut waiting = pin!(clock.reached(Timestamp::from_seconds(102)));
        assert!(futures::poll!(&mut waiting).is_pending());
        clock.advance(1_000);
        assert!(futures::poll!(&mut waiting).is_pending(), "not there yet");
        clock.advance(1_000);
        assert!(futures::poll!(&mut waiting).is_ready());
        clock.reached(Timestamp::from_seconds(1)).await;
    }
}
