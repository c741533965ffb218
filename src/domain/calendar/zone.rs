//! Time zones, by the rules this program was built with: never those of the machine it runs on.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use super::CalendarError;
use crate::domain::Timestamp;
use crate::domain::nearest::nearest;

static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of the IANA database, by its name there.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// Reads `Europe/Berlin`, in any case.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let found = if is_name(text) { BUNDLED.get(text).ok() } else { None };
        let known = found.and_then(|rules| Some((rules.iana_name()?.to_owned(), rules)));
        match known.filter(|(_, rules)| !rules.is_unknown()) {
            Some((name, rules)) => Ok(Self { name, rules }),
            None => Err(CalendarError::Zone { text: text.to_owned(), meant: near_to(text) }),
        }
    }

    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), rules: TimeZone::UTC }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the wall's clock shows; `None` for times beyond the calendar.
    pub fn wall(&self, at: Timestamp) -> Option<DateTime> {
        Some(self.rules.to_datetime(instant(at)?))
    }

    /// What the offset is called at that time, where the wall shows the same time twice: `CET`.
    pub(super) fn which_of_two(&self, at: Timestamp) -> Option<String> {
        match self.rules.to_ambiguous_timestamp(self.wall(at)?).offset() {
            AmbiguousOffset::Fold { .. } => Some(self.rules.to_offset_info(instant(at)?).abbreviation().to_owned()),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => None,
        }
    }

    /// The time meant by a wall time that somebody wrote down: the first of two; a skipped one by the offset before the leap.
    pub fn meant_by(&self, wall: DateTime) -> Option<Timestamp> {
        self.rules.to_ambiguous_timestamp(wall).compatible().ok().map(ours)
    }

    /// The times at which the wall begins to show that, or leaves it behind by a leap: once on most days. Where it is
    /// shown twice, both and the leap between them; where it is skipped, the leap.
    pub(super) fn turns(&self, wall: DateTime) -> [Option<Timestamp>; 3] {
        match self.rules.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => [offset.to_timestamp(wall).ok().map(ours), None, None],
            AmbiguousOffset::Gap { after, .. } => {
                let before = after.to_timestamp(wall).ok();
                [before.and_then(|before| self.leap_after(before)), None, None]
            }
            AmbiguousOffset::Fold { before, after } => {
                let (first, second) = (before.to_timestamp(wall).ok(), after.to_timestamp(wall).ok());
                [first.map(ours), first.and_then(|first| self.leap_after(first)), second.map(ours)]
            }
        }
    }

    fn leap_after(&self, at: jiff::Timestamp) -> Option<Timestamp> {
        self.rules.following(at).next().map(|leap| ours(leap.timestamp()))
    }
}

fn instant(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(at.as_millis()).ok()
}

fn ours(at: jiff::Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millisecond())
}

/// Only what could be a name is looked up.
fn is_name(text: &str) -> bool {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'+');
    (1..=64).contains(&text.len()) && text.bytes().all(of_name)
}

/// The zone of that city, or the one that takes the fewest edits.
fn near_to(text: &str) -> Option<String> {
    if text.chars().count() > 64 {
        return None;
    }
    let lower = text.trim().to_lowercase().replace(' ', "_");
    let names: Vec<String> = BUNDLED.available().map(|name| name.as_str().to_owned()).collect();
    let city = names.iter().find(|name| name.to_lowercase().rsplit('/').next() == Some(lower.as_str()));
    let near = || {
        let folded: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        // Abbreviations are all near to each other, and say little of what was meant.
        let worth = lower.chars().count() > 4;
        let near = nearest(&lower, folded.iter().map(String::as_str).filter(|_| worth))?;
        names.iter().find(|name| name.to_lowercase() == near)
    };
    city.or_else(near).cloned()
}

/// Two zones are the same by name.
impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

impl TryFrom<String> for Zone {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Self, CalendarError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_their_name_in_any_case_and_by_nothing_else() {
        assert_eq!(Zone::parse("europe/berlin").unwrap().name(), "Europe/Berlin");
        assert_eq!(Zone::parse("UTC").unwrap(), Zone::utc());
        for bad in ["", "+02:00", "Etc/Unknown", "../etc/passwd", "/etc/localtime", "localtime", "Europe/Berlin "] {
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_zone_that_is_none_is_named_with_the_one_that_was_meant() {
        for (text, meant) in [
            ("Europe/Berln", "Europe/Berlin"),
            ("Berlin", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("Asia/Calcuta", "Asia/Calcutta"),
        ] {
            let problem = Zone::parse(text).unwrap_err().to_string();
            assert!(problem.ends_with(&format!("did you mean `{meant}`?")), "{problem}");
        }
        let problem = Zone::parse("PDT").unwrap_err().to_string();
        assert!(!problem.contains("did you mean"), "{problem}");
    }

    #[test]
    fn the_rules_are_the_programs_own() {
        assert!(BUNDLED.available().count() > 400);
        let summer = Timestamp::parse_rfc3339("2026-07-01T12:00:00Z").unwrap();
        assert_eq!(Zone::parse("Europe/Berlin").unwrap().wall(summer).unwrap().hour(), 14);
    }

    #[test]
    fn skipped_and_repeated_times_have_their_turns() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let turns = |wall: &str| {
            let turns = berlin.turns(wall.parse().unwrap());
            turns.into_iter().flatten().map(Timestamp::to_rfc3339).collect::<Vec<_>>()
        };
        assert_eq!(turns("2026-03-29 02:30"), ["2026-03-29T01:00:00Z"]);
        assert_eq!(turns("2026-10-25 02:30"), ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"]);
        assert_eq!(turns("2026-10-25 03:00"), ["2026-10-25T02:00:00Z"]);
    }
}
