//! When people work: deployment windows, holidays and quiet hours, in time zones with daylight saving.
//!
//! All rules are about the clock on the wall of a zone. A wall time that daylight saving skips never comes, so what should
//! begin then begins with the next one that does; a wall time that comes twice counts both times. The zones' rules are
//! those this program was built with, so that every machine agrees. What cannot be computed is closed.

mod busy;
mod daily;
mod openings;
mod problem;
mod quiet;
mod time_of_day;
mod until;
mod weekdays;
mod window;
mod words;
mod zone;

pub use busy::Busy;
pub use daily::Daily;
pub use jiff::civil::{Date, Weekday};
pub use openings::Openings;
pub use problem::CalendarError;
pub use quiet::QuietHours;
pub use time_of_day::TimeOfDay;
pub use until::Until;
pub use weekdays::Weekdays;
pub use window::Window;
pub use words::{moment, opens};
pub use zone::Zone;

/// How many days ahead an opening or a closing is looked for. What does not come within them does not come.
pub const HORIZON_DAYS: u32 = 400;

/// Reads a date of the calendar, as it is written in a policy: `2026-12-25`.
pub fn parse_date(text: &str) -> Result<Date, CalendarError> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let dashed = text.len() == 10 && digits == 8 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    let date = if dashed { text.parse().ok() } else { None };
    date.ok_or_else(|| CalendarError::Date { text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_one_way() {
        assert_eq!(parse_date("2026-12-25").unwrap(), jiff::civil::date(2026, 12, 25));
        for bad in ["2026-02-29", "2026-2-1", "25.12.2026", "2026-12-25T00:00", "", "20261225", "+02026-1-1"] {
            assert!(parse_date(bad).is_err(), "{bad}");
        }
    }
}
