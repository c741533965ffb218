//! Keeps to about one message per second in each channel, without one channel slowing another.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::domain::Timestamp;
use crate::domain::time::SECOND_MS;

/// How many messages may go to one channel at once after a quiet time.
const BURST: i64 = 3;

/// When each channel may take its next message.
#[derive(Debug)]
pub struct Pace {
    gap_ms: i64,
    next: Mutex<HashMap<String, Timestamp>>,
}

impl Pace {
    /// `per_second`: messages per second and channel; zero or less: no limit.
    pub fn new(per_second: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a gap of milliseconds")]
        let gap_ms = if per_second > 0.0 { (SECOND_MS as f64 / per_second) as i64 } else { 0 };
        Self { gap_ms, next: Mutex::new(HashMap::new()) }
    }

    /// Takes the next free place in `channel`: `Ok` to send now, else the time from which to ask again.
    pub fn take(&self, channel: &str, now: Timestamp) -> Result<(), Timestamp> {
        if self.gap_ms == 0 {
            return Ok(());
        }
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        next.retain(|_, free| *free > now.plus_millis(-BURST * self.gap_ms));
        let earliest = now.plus_millis(-(BURST - 1) * self.gap_ms);
        let free = next.get(channel).copied().unwrap_or(earliest).max(earliest);
        if free > now {
            return Err(free);
        }
        next.insert(channel.to_owned(), free.plus_millis(self.gap_ms));
        Ok(())
    }

    /// The chat said it is too much: nothing more to `channel` before `until`.
    pub fn hold(&self, channel: &str, until: Timestamp) {
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let free = next.entry(channel.to_owned()).or_insert(until);
        *free = (*free).max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_takes_a_small_burst_and_then_one_message_a_second() {
        let pace = Pace::new(1.0);
        let now = Timestamp::from_seconds(100);
        assert_eq!((0..3).map(|_| pace.take("C1", now)).collect::<Vec<_>>(), [Ok(()); 3]);
        assert_eq!(pace.take("C1", now), Err(Timestamp::from_seconds(101)));
        assert_eq!(pace.take("C2", now), Ok(()), "another channel is not slowed");
        assert_eq!(pace.take("C1", Timestamp::from_seconds(101)), Ok(()));
        assert!(pace.take("C1", Timestamp::from_seconds(101)).is_err());
    }

    #[test]
    fn a_channel_that_was_told_to_wait_waits() {
        let pace = Pace::new(1.0);
        let until = Timestamp::from_seconds(130);
        pace.hold("C1", until);
        assert_eq!(pace.take("C1", Timestamp::from_seconds(100)), Err(until));
        assert_eq!(pace.take("C1", until), Ok(()));
    }
}
