//! Days of the week.

use std::fmt;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use super::CalendarError;
use crate::domain::nearest::nearest;

/// Some days of the week. Written as in `mon-fri`, `mon,wed,fri`, `sat-mon` or `daily`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weekdays(u8);

/// Monday first, as their bits.
const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAILY: &str = "daily";

impl Weekdays {
    pub const EVERY_DAY: Self = Self(0b111_1111);

    /// Reads one line of days; at least one must be named.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let mut days = 0;
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            days |= part_of(part)?;
        }
        if days == 0 { Err(CalendarError::NoDay) } else { Ok(Self(days)) }
    }

    /// These days and those.
    #[must_use]
    pub const fn and(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    pub fn contains(self, day: Weekday) -> bool {
        self.has(place(day))
    }

    const fn has(self, place: usize) -> bool {
        self.0 & (1 << place) != 0
    }
}

/// Monday is 0.
fn place(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or_default()
}

/// `daily`, one day, or the first and the last of several in a row, over the end of the week if need be.
fn part_of(part: &str) -> Result<u8, CalendarError> {
    if part.eq_ignore_ascii_case(DAILY) {
        return Ok(Weekdays::EVERY_DAY.0);
    }
    let Some((first, last)) = part.split_once('-') else { return Ok(1 << named(part)?) };
    let (first, last) = (named(first.trim())?, named(last.trim())?);
    let in_a_row = (0..NAMES.len()).map(|step| (first + step) % NAMES.len());
    let through = (last + NAMES.len() - first) % NAMES.len();
    Ok(in_a_row.take(through + 1).fold(0, |days, day| days | 1 << day))
}

fn named(text: &str) -> Result<usize, CalendarError> {
    let lower = text.to_lowercase();
    NAMES.iter().position(|name| *name == lower).ok_or_else(|| {
        let whole = NAMES.iter().find(|name| lower.starts_with(**name));
        let meant = whole.copied().or_else(|| nearest(&lower, NAMES.into_iter().chain([DAILY])));
        CalendarError::Day { text: text.to_owned(), meant: meant.map(str::to_owned) }
    })
}

impl fmt::Display for Weekdays {
    /// As a policy writes it: days in a row by the first and the last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::EVERY_DAY {
            return f.write_str(DAILY);
        }
        let mut written = Vec::new();
        let mut days = NAMES.iter().enumerate().filter(|(place, _)| self.has(*place)).peekable();
        while let Some((place, first)) = days.next() {
            let mut last = (place, first);
            while let Some(next) = days.next_if(|(place, _)| *place == last.0 + 1) {
                last = next;
            }
            written.push(match last.0 - place {
                0 => (*first).to_owned(),
                1 => format!("{first},{}", last.1),
                _ => format!("{first}-{}", last.1),
            });
        }
        f.write_str(&written.join(","))
    }
}

impl From<Weekdays> for String {
    fn from(days: Weekdays) -> Self {
        days.to_string()
    }
}

impl TryFrom<String> for Weekdays {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Self, CalendarError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_alone_in_a_row_and_over_the_weekend() {
        for (text, written) in [
            ("mon-fri", "mon-fri"),
            ("Mon, WED ,fri", "mon,wed,fri"),
            ("sat-mon", "mon,sat,sun"),
            ("daily", "daily"),
            ("mon-sun", "daily"),
            ("tue-tue", "tue"),
            ("mon-tue,tue-wed", "mon-wed"),
            ("fri,sat", "fri,sat"),
        ] {
            assert_eq!(Weekdays::parse(text).unwrap().to_string(), written, "{text}");
        }
    }

    #[test]
    fn every_set_of_days_is_written_so_that_it_is_read_back() {
        for bits in 1..=Weekdays::EVERY_DAY.0 {
            let days = Weekdays(bits);
            assert_eq!(Weekdays::parse(&days.to_string()), Ok(days));
        }
    }

    #[test]
    fn a_day_that_is_none_is_named_with_the_one_that_was_meant() {
        let problem = |text| Weekdays::parse(text).unwrap_err().to_string();
        assert!(problem("mon-fry").contains("`fry` is not a day of the week"));
        assert!(problem("monday").ends_with("did you mean `mon`?"));
        assert!(problem("every day").starts_with("`every day` is not a day"));
        assert_eq!(Weekdays::parse(" , "), Err(CalendarError::NoDay));
        assert!(problem(&"x".repeat(1_000)).chars().count() < 200);
    }
}
