//! How long to wait before trying again.

use crate::domain::time::{HOUR_MS, SECOND_MS};
use crate::ports::{Class, PortError};

/// First pause, and the longest.
const FIRST_MS: i64 = SECOND_MS;
const LONGEST_MS: i64 = 10 * 60 * SECOND_MS;

/// Milliseconds until the next try after `attempts` failed ones: doubling from one second to ten minutes, spread by
/// `jitter` (0 to 1) over the upper half, so that what failed together does not come back together.
fn pause_ms(attempts: u32, jitter: f64) -> i64 {
    let doubled = FIRST_MS.saturating_mul(1_i64 << attempts.saturating_sub(1).min(20)).min(LONGEST_MS);
    let half = doubled / 2;
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "at most ten minutes")]
    let spread = (half as f64 * jitter.clamp(0.0, 1.0)) as i64;
    half + spread
}

/// Milliseconds until the next try after `error`, the `attempts`th failure in a row.
pub fn pause_after_ms(error: &PortError, attempts: u32, jitter: f64) -> i64 {
    match error.class {
        Class::Retry { after_ms: Some(told) } => told_pause_ms(told, attempts, jitter),
        _ => pause_ms(attempts, jitter),
    }
}

/// What the other side asked for, kept within reason, and never shorter than our own pause.
fn told_pause_ms(told_ms: i64, attempts: u32, jitter: f64) -> i64 {
    told_ms.clamp(0, 2 * HOUR_MS).max(pause_ms(attempts, jitter).min(2 * SECOND_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_half_a_second_and_stay_within_ten_minutes() {
        assert_eq!(pause_ms(1, 0.0), 500);
        assert_eq!(pause_ms(1, 1.0), 1_000);
        assert_eq!(pause_ms(3, 0.0), 2_000);
        assert_eq!(pause_ms(64, 1.0), LONGEST_MS);
    }

    #[test]
    fn what_the_other_side_asks_for_is_waited_out() {
        assert_eq!(told_pause_ms(30_000, 1, 0.5), 30_000);
        assert_eq!(told_pause_ms(i64::MAX, 1, 0.5), 2 * HOUR_MS);
        assert!(told_pause_ms(0, 1, 0.0) >= 500);
    }
}
