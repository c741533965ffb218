//! The clock: the system's, one that is moved by hand, or one that runs and can be pushed.

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
    /// Runs as the system's does, ahead of it by as much as the hand says: a demo in which hours can be skipped.
    Pushed(Arc<Hand>),
}

/// The hand of a clock that is moved.
#[derive(Debug)]
pub struct Hand {
    /// Milliseconds since the epoch; of a clock that is pushed, milliseconds ahead of the system's.
    at: AtomicI64,
    moved: Notify,
}

impl Clock {
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Hand::at(start.as_millis()))
    }

    pub fn pushed() -> Self {
        Self::Pushed(Hand::at(0))
    }

    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from_millis(system_millis()),
            Self::Manual(hand) => Timestamp::from_millis(hand.millis()),
            Self::Pushed(hand) => Timestamp::from_millis(system_millis().saturating_add(hand.millis())),
        }
    }

    /// Moves the hand on by `ms`; the system's clock does not care.
    pub fn advance(&self, ms: i64) {
        if let Self::Manual(hand) | Self::Pushed(hand) = self {
            hand.at.fetch_add(ms, Ordering::SeqCst);
            hand.moved.notify_waiters();
        }
    }

    /// Waits until it is `at`.
    pub async fn reached(&self, at: Timestamp) {
        let hand = match self {
            Self::System => return tokio::time::sleep(self.until(at)).await,
            Self::Manual(hand) | Self::Pushed(hand) => hand,
        };
        loop {
            let mut moved = pin!(hand.moved.notified());
            // Whoever moves the hand between the look and the wait is heard.
            moved.as_mut().enable();
            if self.now() >= at {
                return;
            }
            match self {
                Self::Pushed(_) => {
                    let _ = tokio::time::timeout(self.until(at), moved).await;
                }
                Self::System | Self::Manual(_) => moved.await,
            }
        }
    }

    fn until(&self, at: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(at.millis_since(self.now())).unwrap_or(0))
    }
}

impl Hand {
    fn at(millis: i64) -> Arc<Self> {
        Arc::new(Self { at: AtomicI64::new(millis), moved: Notify::new() })
    }

    fn millis(&self) -> i64 {
        self.at.load(Ordering::SeqCst)
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

    #[tokio::test]
    async fn a_clock_that_is_pushed_is_ahead_and_wakes_whoever_waits() {
        let clock = Clock::pushed();
        let in_an_hour = clock.now().plus_millis(3_600_000);
        let mut waiting = pin!(clock.reached(in_an_hour));
        assert!(futures::poll!(&mut waiting).is_pending());
        clock.clone().advance(3_600_000);
        assert!(futures::poll!(&mut waiting).is_ready());
        assert!(clock.now() >= in_an_hour && Clock::System.now() < in_an_hour);
    }
}
