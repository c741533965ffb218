//! Slack's rate limits: tiers per method and minute, and one message per second and channel.
//!
//! Slack: [Rate limits](https://docs.slack.dev/apis/web-api/rate-limits)

use std::collections::{BTreeMap, VecDeque};

use crate::domain::Timestamp;
use crate::domain::time::{MINUTE_MS, SECOND_MS};

/// Messages a channel takes at once before one per second applies.
pub const CHANNEL_BURST: i64 = 3;
/// Messages the whole workspace takes within a minute ("several hundred").
pub const WORKSPACE_MESSAGES_PER_MINUTE: usize = 300;

/// Calls of the last minute by method, and how full each channel's bucket is.
#[derive(Debug, Clone)]
pub struct Rates {
    /// Off: nothing is ever limited.
    pub enforced: bool,
    calls: BTreeMap<String, VecDeque<Timestamp>>,
    /// By channel: the moment at which its bucket will be empty again.
    busy_until: BTreeMap<String, Timestamp>,
}

impl Default for Rates {
    fn default() -> Self {
        Self { enforced: true, calls: BTreeMap::new(), busy_until: BTreeMap::new() }
    }
}

/// Calls per minute Slack promises for a tier; the simulator grants no more. Special methods: several hundred.
pub fn per_minute(tier: u8) -> usize {
    match tier {
        1 => 1,
        2 => 20,
        3 => 50,
        4 => 100,
        _ => WORKSPACE_MESSAGES_PER_MINUTE,
    }
}

impl Rates {
    /// Counts a call of `method`.
    ///
    /// # Errors
    /// The seconds to wait when the minute is full; the call does not count then.
    pub fn admit_call(&mut self, method: &str, limit: usize, now: Timestamp) -> Result<(), u64> {
        if !self.enforced {
            return Ok(());
        }
        let window = self.calls.entry(method.to_owned()).or_default();
        while window.front().is_some_and(|oldest| now.millis_since(*oldest) >= MINUTE_MS) {
            window.pop_front();
        }
        if window.len() >= limit {
            let oldest = window.front().copied().unwrap_or(now);
            return Err(whole_seconds(MINUTE_MS - now.millis_since(oldest)));
        }
        window.push_back(now);
        Ok(())
    }

    /// Counts a message in `channel`: one per second, after a small burst.
    ///
    /// # Errors
    /// The seconds to wait; the message does not count then.
    pub fn admit_message(&mut self, channel: &str, now: Timestamp) -> Result<(), u64> {
        if !self.enforced {
            return Ok(());
        }
        let busy = self.busy_until.entry(channel.to_owned()).or_insert(now);
        let queued_ms = busy.millis_since(now).max(0);
        let room_ms = (CHANNEL_BURST - 1) * SECOND_MS;
        if queued_ms > room_ms {
            return Err(whole_seconds(queued_ms - room_ms));
        }
        *busy = now.plus_millis(queued_ms + SECOND_MS);
        Ok(())
    }
}

fn whole_seconds(ms: i64) -> u64 {
    u64::try_from(ms.max(1).saturating_add(SECOND_MS - 1) / SECOND_MS).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_764_000_000);

    #[test]
    fn a_channel_takes_a_burst_and_then_one_message_per_second() {
        let mut rates = Rates::default();
        for _ in 0..CHANNEL_BURST {
            assert_eq!(rates.admit_message("C1", NOON), Ok(()));
        }
        assert_eq!(rates.admit_message("C1", NOON), Err(1));
        assert_eq!(rates.admit_message("C1", NOON.plus_millis(999)), Err(1));
        assert_eq!(rates.admit_message("C1", NOON.plus_millis(1000)), Ok(()));
        assert_eq!(rates.admit_message("C1", NOON.plus_millis(1000)), Err(1));
        assert_eq!(rates.admit_message("C2", NOON), Ok(()), "other channels are not affected");
    }

    #[test]
    fn a_refused_message_does_not_lengthen_the_wait() {
        let mut rates = Rates::default();
        while rates.admit_message("C1", NOON).is_ok() {}
        for _ in 0..10 {
            assert_eq!(rates.admit_message("C1", NOON), Err(1));
        }
        assert_eq!(rates.admit_message("C1", NOON.plus_millis(1000)), Ok(()));
    }

    #[test]
    fn a_tier_two_method_takes_twenty_calls_a_minute() {
        let mut rates = Rates::default();
        for _ in 0..20 {
            assert_eq!(rates.admit_call("usergroups.list", per_minute(2), NOON), Ok(()));
        }
        assert_eq!(rates.admit_call("usergroups.list", per_minute(2), NOON.plus_millis(30_000)), Err(30));
        assert_eq!(rates.admit_call("users.info", per_minute(4), NOON), Ok(()), "other methods are not affected");
        assert_eq!(rates.admit_call("usergroups.list", per_minute(2), NOON.plus_millis(60_000)), Ok(()));
    }

    #[test]
    fn nothing_is_limited_when_switched_off() {
        let mut rates = Rates { enforced: false, ..Rates::default() };
        assert!((0..1000).all(|_| rates.admit_message("C1", NOON).is_ok()));
    }
}
