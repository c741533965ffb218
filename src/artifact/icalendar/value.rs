//! Dates, times and lengths of time. RFC 5545, 3.3.4 to 3.3.6.

use jiff::civil::{Date, DateTime, Time};

use super::super::problem::Fault;
use super::super::text::quoted;
use super::line::Line;
use crate::domain::Timestamp;
use crate::domain::calendar::Zone;
use crate::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

/// When something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Moment {
    Day(Date),
    /// On the wall of a zone.
    Time(DateTime, Zone),
}

impl Moment {
    /// Reads the value of a line such as `DTSTART`.
    pub(super) fn read(line: &Line) -> Result<Self, Fault> {
        Self::read_one(line, &line.value)
    }

    pub(super) fn date(&self) -> Date {
        match self {
            Self::Day(day) => *day,
            Self::Time(wall, _) => wall.date(),
        }
    }

    /// One of the line's values.
    pub(super) fn read_one(line: &Line, value: &str) -> Result<Self, Fault> {
        let wrong = || line.fault(format!("`{}` is neither a date nor a time", quoted(value)));
        let value = value.trim();
        let wants_day = match line.parameter("VALUE").map(str::to_ascii_uppercase).as_deref() {
            None => value.len() == 8,
            Some("DATE") => true,
            Some("DATE-TIME") => false,
            Some(_) => return Err(line.fault("only dates and times are understood")),
        };
        if wants_day {
            return date(value).map(Self::Day).ok_or_else(wrong);
        }
        let (local, is_utc) = value.strip_suffix('Z').map_or((value, false), |local| (local, true));
        let wall = date_time(local).ok_or_else(wrong)?;
        match (is_utc, line.parameter("TZID")) {
            (true, _) => Ok(Self::Time(wall, Zone::utc())),
            (false, Some(name)) => {
                let zone = Zone::parse(name).map_err(|error| line.fault(error.to_string()))?;
                Ok(Self::Time(wall, zone))
            }
            (false, None) => {
                let value = quoted(value);
                Err(line.fault(format!("`{value}` has no time zone: it would be another time for everybody")))
            }
        }
    }
}

/// How long something is: whole days on the wall, then a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) days: i64,
    pub(super) ms: i64,
}

impl Length {
    /// Reads `P1D`, `P2W`, `PT8H30M`, `P1DT12H`.
    pub(super) fn read(line: &Line) -> Result<Self, Fault> {
        duration(line.value.trim())
            .ok_or_else(|| line.fault(format!("`{}` is not a length of time", quoted(&line.value))))
    }

    pub(super) fn until(from: Timestamp, to: Timestamp) -> Self {
        Self { days: 0, ms: to.millis_since(from) }
    }
}

/// `20261003`
pub(super) fn date(text: &str) -> Option<Date> {
    let number = |range| digits(text, range);
    if text.len() != 8 {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// `20261003T090000`; a leap second is the one before.
pub(super) fn date_time(text: &str) -> Option<DateTime> {
    let (day, time) = text.split_once('T')?;
    let number = |range| digits(time, range).and_then(|number| i8::try_from(number).ok());
    if time.len() != 6 {
        return None;
    }
    let (hour, minute, second) = (number(0..2)?, number(2..4)?, number(4..6)?);
    let time = Time::new(hour, minute, if second == 60 { 59 } else { second }, 0).ok()?;
    Some(date(day)?.to_datetime(time))
}

fn digits(text: &str, range: std::ops::Range<usize>) -> Option<u16> {
    let digits = text.get(range)?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn duration(text: &str) -> Option<Length> {
    const UNITS: [(char, bool, i64); 5] =
        [('W', false, 7), ('D', false, 1), ('H', true, HOUR_MS), ('M', true, MINUTE_MS), ('S', true, SECOND_MS)];
    let mut rest = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let (mut length, mut in_time, mut units) = (Length { days: 0, ms: 0 }, false, UNITS.iter());
    if rest.is_empty() || rest.ends_with('T') {
        return None;
    }
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T').filter(|_| !in_time) {
            (rest, in_time) = (time, true);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(end)?;
        let number: i64 = number.parse().ok().filter(|number| *number <= 1_000_000)?;
        let unit = after.chars().next()?;
        // Each at most once, the longer first.
        let (_, of_time, worth) = units.find(|(known, of_time, _)| *known == unit && *of_time == in_time)?;
        if *of_time {
            length.ms += number * worth
        } else {
            length.days += number * worth
        }
        rest = after.get(unit.len_utf8()..)?;
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_their_order() {
        let length = |days, ms| Some(Length { days, ms });
        for (text, read) in [
            ("P1D", length(1, 0)),
            ("P2W", length(14, 0)),
            ("PT8H30M", length(0, 8 * HOUR_MS + 30 * MINUTE_MS)),
            ("+P1DT12H", length(1, 12 * HOUR_MS)),
            ("PT0S", length(0, 0)),
            ("P", None),
            ("PT", None),
            ("P1DT", None),
            ("-P1D", None),
            ("P1H", None),
            ("PT1D", None),
            ("PT1M1H", None),
            ("P1D1D", None),
            ("P99999999D", None),
            ("P1", None),
            ("PT1TT1H", None),
            ("1D", None),
        ] {
            assert_eq!(duration(text), read, "{text}");
        }
    }

    #[test]
    fn dates_are_eight_digits() {
        assert_eq!(date("20240229").unwrap().to_string(), "2024-02-29");
        assert_eq!(date_time("20241231T235960").unwrap().to_string(), "2024-12-31T23:59:59");
        for bad in ["20250229", "2024-2-9", "2024022", "20241301", "+2024101", "", "202401011"] {
            assert_eq!(date(bad), None, "{bad}");
        }
        for bad in ["20240101", "20240101T2500", "20240101T240000", "20240101 090000", "20240101T09000Z"] {
            assert_eq!(date_time(bad), None, "{bad}");
        }
    }
}
