//! A time of every day: `17:30 Europe/Berlin`.

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{CalendarError, TimeOfDay, Zone};
use crate::domain::Timestamp;

/// A time on the wall of a zone, every day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daily {
    time: TimeOfDay,
    zone: Zone,
}

impl Daily {
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let wrong = || CalendarError::Daily { text: text.to_owned() };
        let (time, zone) = text.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        Ok(Self { time: TimeOfDay::parse_beginning(time)?, zone: Zone::parse(zone.trim())? })
    }

    /// The newest one that has come by `now`, with the day it belongs to.
    pub fn last(&self, now: Timestamp) -> Option<(Date, Timestamp)> {
        self.around(now).into_iter().rev().find(|(_, at)| *at <= now)
    }

    /// The first one after `now`.
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        self.around(now).into_iter().map(|(_, at)| at).find(|at| *at > now)
    }

    fn around(&self, now: Timestamp) -> Vec<(Date, Timestamp)> {
        let Some(today) = self.zone.wall(now).map(|wall| wall.date()) else { return Vec::new() };
        let days = (-1..=2).filter_map(|days: i64| today.checked_add(days.days()).ok());
        days.filter_map(|day| Some((day, self.zone.meant_by(self.time.on(day)?)?))).collect()
    }
}

impl fmt::Display for Daily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.time, self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn the_last_and_the_next_one_are_found_by_the_wall() {
        let daily = Daily::parse("17:30 Europe/Berlin").unwrap();
        let (day, last) = daily.last(at("2026-11-28T16:29:00Z")).unwrap();
        assert_eq!((day.to_string(), last), ("2026-11-27".to_owned(), at("2026-11-27T16:30:00Z")));
        let (day, last) = daily.last(at("2026-11-28T16:30:00Z")).unwrap();
        assert_eq!((day.to_string(), last), ("2026-11-28".to_owned(), at("2026-11-28T16:30:00Z")));
        assert_eq!(daily.next(at("2026-11-28T16:30:00Z")), Some(at("2026-11-29T16:30:00Z")));
    }

    #[test]
    fn it_keeps_its_place_on_the_wall_when_the_clock_leaps() {
        let daily = Daily::parse("02:30 Europe/Berlin").unwrap();
        assert_eq!(
            daily.next(at("2026-03-28T12:00:00Z")),
            Some(at("2026-03-29T01:30:00Z")),
            "skipped: with the next one"
        );
        let (day, _) = daily.last(at("2026-10-25T10:00:00Z")).unwrap();
        assert_eq!(day.to_string(), "2026-10-25");
    }

    #[test]
    fn it_is_written_with_its_zone() {
        assert_eq!(Daily::parse(" 07:00  utc ").unwrap().to_string(), "07:00 UTC");
        for (wrong, said) in
            [("17:30", "with its zone"), ("7:30 UTC", "time of day"), ("17:30 Europe/Berln", "did you mean")]
        {
            assert!(Daily::parse(wrong).unwrap_err().to_string().contains(said), "{wrong}");
        }
    }
}
