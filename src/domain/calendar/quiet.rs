//! Quiet hours: when nobody is disturbed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::window::Face;
use super::{Busy, CalendarError, TimeOfDay, Weekdays, Window, Zone};
use crate::domain::Timestamp;

/// The same hours every day, over midnight where they end before they begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QuietHours {
    hours: Window,
}

impl QuietHours {
    /// Quiet hours that begin as they end would never let anything through.
    pub fn new(from: TimeOfDay, to: TimeOfDay, zone: Zone) -> Result<Self, CalendarError> {
        let is_whole_day = from == to || (from, to) == (TimeOfDay::MIDNIGHT, TimeOfDay::END_OF_DAY);
        if is_whole_day {
            return Err(CalendarError::AlwaysQuiet { text: format!("{from}-{to}") });
        }
        Ok(Self { hours: Window { days: Weekdays::EVERY_DAY, from, to, zone, except: [].into() } })
    }

    /// Reads `20:00-08:00 Europe/Berlin`.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let wrong = || CalendarError::Hours { text: text.to_owned() };
        let (hours, zone) = text.trim().rsplit_once(char::is_whitespace).ok_or_else(wrong)?;
        let (from, to) = hours.split_once('-').ok_or_else(wrong)?;
        Self::new(TimeOfDay::parse_beginning(from.trim())?, TimeOfDay::parse(to.trim())?, Zone::parse(zone)?)
    }

    /// The same hours on another wall: somebody's own.
    #[must_use]
    pub fn in_zone(&self, zone: Zone) -> Self {
        Self { hours: Window { zone, ..self.hours.clone() } }
    }

    pub fn zone(&self) -> &Zone {
        &self.hours.zone
    }

    /// The first time from `at` on that is not quiet: `at` itself by day.
    pub fn next_allowed(&self, at: Timestamp) -> Timestamp {
        let face = Face { window: &self.hours, busy: &Busy::default() };
        if face.is_open(at) { face.closes(at).unwrap_or(at) } else { at }
    }
}

/// As a policy writes it.
impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{} {}", self.hours.from, self.hours.to, self.hours.zone)
    }
}

impl From<QuietHours> for String {
    fn from(quiet: QuietHours) -> Self {
        quiet.to_string()
    }
}

impl TryFrom<String> for QuietHours {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Self, CalendarError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(quiet: &str, at: &str) -> String {
        let at = Timestamp::parse_rfc3339(at).unwrap();
        QuietHours::parse(quiet).unwrap().next_allowed(at).to_rfc3339()
    }

    #[test]
    fn what_falls_due_at_night_waits_for_the_morning() {
        let quiet = "20:00-08:00 Europe/Berlin";
        assert_eq!(allowed(quiet, "2026-11-30T18:59:00Z"), "2026-11-30T18:59:00Z");
        assert_eq!(allowed(quiet, "2026-11-30T19:00:00Z"), "2026-12-01T07:00:00Z");
        assert_eq!(allowed(quiet, "2026-12-01T06:59:59Z"), "2026-12-01T07:00:00Z");
        assert_eq!(allowed(quiet, "2026-12-01T07:00:00Z"), "2026-12-01T07:00:00Z");
        assert_eq!(allowed("12:00-13:00 UTC", "2026-11-30T12:30:00Z"), "2026-11-30T13:00:00Z");
    }

    #[test]
    fn a_night_in_which_the_clock_leaps_ends_by_the_wall() {
        let quiet = "20:00-08:00 Europe/Berlin";
        assert_eq!(allowed(quiet, "2026-03-28T23:00:00Z"), "2026-03-29T06:00:00Z");
        assert_eq!(allowed(quiet, "2026-10-24T23:00:00Z"), "2026-10-25T07:00:00Z");
        // 02:30 never comes, so its end is the leap.
        assert_eq!(allowed("01:00-02:30 Europe/Berlin", "2026-03-29T00:30:00Z"), "2026-03-29T01:00:00Z");
    }

    #[test]
    fn somebody_elsewhere_has_the_same_night_on_their_own_wall() {
        let quiet = QuietHours::parse("20:00-08:00 Europe/Berlin").unwrap();
        let there = quiet.in_zone(Zone::parse("America/New_York").unwrap());
        let at = Timestamp::parse_rfc3339("2026-11-30T07:30:00Z").unwrap();
        assert_eq!(quiet.next_allowed(at), at);
        assert_eq!(there.next_allowed(at).to_rfc3339(), "2026-11-30T13:00:00Z");
    }

    #[test]
    fn quiet_hours_are_written_with_their_zone_and_must_end() {
        let problem = |text| QuietHours::parse(text).unwrap_err().to_string();
        assert!(problem("20:00-08:00").contains("20:00-08:00 Europe/Berlin"));
        assert!(problem("20:00 Europe/Berlin").starts_with("`20:00 Europe/Berlin` is not a span"));
        assert!(problem("20:00-8:00 Europe/Berlin").starts_with("`8:00` is not a time of day"));
        assert!(problem("20:00-08:00 Europe/Berln").contains("did you mean `Europe/Berlin`"));
        assert_eq!(problem("08:00-08:00 UTC"), "quiet hours of `08:00-08:00` would never end");
        assert!(problem("00:00-24:00 UTC").contains("never end"));
        let quiet = QuietHours::parse(" 20:00 - 24:00  europe/berlin").unwrap();
        assert_eq!(serde_json::to_string(&quiet).unwrap(), r#""20:00-24:00 Europe/Berlin""#);
    }
}
