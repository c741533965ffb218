//! An end that somebody types in words: `18:00`, `2026-12-27 08:00 Europe/Berlin`, `3h`.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{TimeOfDay, Zone, parse_date};
use crate::domain::{Span, Timestamp};

/// When something ends, as it was typed: what is not said follows from when and where it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// So long from now.
    For(Span),
    /// That time on the wall; the next one where no day is named, the beginning of the day where no time is.
    Wall { day: Option<Date>, time: Option<TimeOfDay>, zone: Option<Zone> },
}

impl Until {
    /// Reads as many of `words` as belong to it, from the first one on; `None` where the first one is none of it.
    pub fn parse(words: &[&str]) -> Option<(Self, usize)> {
        let (first, rest) = words.split_first()?;
        if let Some(span) = Span::parse(first) {
            return Some((Self::For(span), 1));
        }
        let (day, time, mut used) = match first.split_once('T') {
            Some((day, time)) => (Some(parse_date(day).ok()?), Some(TimeOfDay::parse(time).ok()?), 1),
            None => match parse_date(first) {
                Ok(day) => {
                    let time = rest.first().and_then(|word| TimeOfDay::parse(word).ok());
                    (Some(day), time, 1 + usize::from(time.is_some()))
                }
                Err(_) => (None, Some(TimeOfDay::parse(first).ok()?), 1),
            },
        };
        let zone = words.get(used).filter(|word| looks_like_zone(word)).and_then(|word| Zone::parse(word).ok());
        used += usize::from(zone.is_some());
        Some((Self::Wall { day, time, zone }, used))
    }

    /// The moment it means for somebody in `zone` at `now`; `None` for one that never comes, or is over.
    pub fn moment(&self, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let at = match self {
            Self::For(span) => now.plus_millis(span.as_millis()),
            Self::Wall { day, time, zone: said } => {
                let (zone, time) = (said.as_ref().unwrap_or(zone), time.unwrap_or(TimeOfDay::MIDNIGHT));
                match day {
                    Some(day) => zone.meant_by(time.on(*day)?)?,
                    None => next(time, zone, now)?,
                }
            }
        };
        (at > now).then_some(at)
    }
}

/// Words of a reason that begin with a zone's name are likelier to be meant as words: only names with a slash count, and UTC.
fn looks_like_zone(word: &str) -> bool {
    word.contains('/') || word.eq_ignore_ascii_case("utc")
}

/// The next time after `now` at which the wall of `zone` shows `time`.
fn next(time: TimeOfDay, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
    let today = zone.wall(now)?.date();
    let days = [Some(today), today.checked_add(1.day()).ok()];
    days.into_iter().flatten().filter_map(|day| zone.meant_by(time.on(day)?)).find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, usize)> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (until, used) = Until::parse(&words)?;
        let now = Timestamp::parse_rfc3339("2026-11-28T20:00:00Z").unwrap();
        let zone = Zone::parse("Europe/Berlin").unwrap();
        Some((until.moment(now, &zone).map_or("never".to_owned(), Timestamp::to_rfc3339), used))
    }

    #[test]
    fn ends_are_read_as_people_type_them() {
        for (text, expected, used) in [
            ("3h black friday", "2026-11-28T23:00:00Z", 1),
            ("22:00 release", "2026-11-28T21:00:00Z", 1),
            ("08:00 release", "2026-11-29T07:00:00Z", 1),
            ("08:00 UTC release", "2026-11-29T08:00:00Z", 2),
            ("08:00 America/New_York x", "2026-11-29T13:00:00Z", 2),
            ("2026-12-27 holidays", "2026-12-26T23:00:00Z", 1),
            ("2026-12-27 06:30 holidays", "2026-12-27T05:30:00Z", 2),
            ("2026-12-27T06:30 UTC holidays", "2026-12-27T06:30:00Z", 2),
        ] {
            assert_eq!(read(text), Some((expected.to_owned(), used)), "{text}");
        }
    }

    #[test]
    fn what_is_over_or_no_time_is_said_to_be_so() {
        assert_eq!(read("2026-11-01 x"), Some(("never".to_owned(), 1)));
        for text in ["", "friday", "25:00", "2026-13-01", "soon", "12"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_reason_that_begins_like_a_zone_stays_a_reason() {
        assert_eq!(read("22:00 Cuba launch"), Some(("2026-11-28T21:00:00Z".to_owned(), 1)));
    }
}
