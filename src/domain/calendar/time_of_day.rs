//! A time of day on the wall's clock.

use std::fmt;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::CalendarError;

/// Minutes since midnight, from 00:00 to 24:00, the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    pub const MIDNIGHT: Self = Self(0);
    pub const END_OF_DAY: Self = Self(24 * 60);

    /// Reads `09:00`; `24:00` is the end of the day.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let wrong = || CalendarError::Time { text: text.to_owned() };
        let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
        let (hours, minutes) = (two_digits(hours).ok_or_else(wrong)?, two_digits(minutes).ok_or_else(wrong)?);
        let in_day = (hours < 24 && minutes < 60) || (hours, minutes) == (24, 0);
        if in_day { Ok(Self(hours * 60 + minutes)) } else { Err(wrong()) }
    }

    /// Something can begin then.
    pub fn parse_beginning(text: &str) -> Result<Self, CalendarError> {
        match Self::parse(text)? {
            Self::END_OF_DAY => Err(CalendarError::BeginsAtTheEnd),
            begins => Ok(begins),
        }
    }

    /// The minute that a wall's clock shows.
    pub(super) fn shown(wall: DateTime) -> Self {
        let part = |number: i8| u16::try_from(number).unwrap_or_default();
        Self(part(wall.hour()) * 60 + part(wall.minute()))
    }

    /// That time on that day's wall; the end of the last day there is has none.
    pub(super) fn on(self, date: Date) -> Option<DateTime> {
        if self == Self::END_OF_DAY {
            return date.tomorrow().ok().map(|date| date.at(0, 0, 0, 0));
        }
        let (hour, minute) = (i8::try_from(self.0 / 60).ok()?, i8::try_from(self.0 % 60).ok()?);
        Some(date.at(hour, minute, 0, 0))
    }
}

fn two_digits(text: &str) -> Option<u16> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Self, CalendarError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_two_digits_each_and_within_a_day() {
        for good in ["00:00", "09:05", "23:59", "24:00"] {
            assert_eq!(TimeOfDay::parse(good).unwrap().to_string(), good);
        }
        for bad in ["9:00", "09.00", "24:01", "12:60", "25:00", "09:00:00", "+9:00", "", ":", "٠٩:٠٠", "9am"] {
            assert_eq!(TimeOfDay::parse(bad), Err(CalendarError::Time { text: bad.to_owned() }));
        }
        assert_eq!(TimeOfDay::parse_beginning("24:00"), Err(CalendarError::BeginsAtTheEnd));
    }
}
