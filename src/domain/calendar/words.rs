//! Times as people read them, on a zone's wall.

use super::Zone;
use crate::domain::Timestamp;

/// `Mon 30 Nov, 09:00 (Europe/Berlin)`; with the year where it is not that of `now`, and with which of two where the wall
/// shows that time twice.
pub fn moment(at: Timestamp, zone: &Zone, now: Timestamp) -> String {
    let Some(wall) = zone.wall(at) else { return at.to_rfc3339() };
    let this_year = zone.wall(now).is_some_and(|now| now.year() == wall.year());
    let shown = if this_year { wall.strftime("%a %-d %b, %H:%M") } else { wall.strftime("%a %-d %b %Y, %H:%M") };
    let which = zone.which_of_two(at).map(|which| format!(", {which}")).unwrap_or_default();
    format!("{shown} ({zone}{which})")
}

/// `opens Mon 30 Nov, 09:00 (Europe/Berlin)`
pub fn opens(at: Timestamp, zone: &Zone, now: Timestamp) -> String {
    format!("opens {}", moment(at, zone, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(at: &str) -> String {
        let [at, now] = [at, "2026-11-27T20:00:00Z"].map(|text| Timestamp::parse_rfc3339(text).unwrap());
        opens(at, &Zone::parse("Europe/Berlin").unwrap(), now)
    }

    #[test]
    fn times_are_shown_on_the_wall_of_their_zone() {
        assert_eq!(shown("2026-11-30T08:00:00Z"), "opens Mon 30 Nov, 09:00 (Europe/Berlin)");
        assert_eq!(shown("2026-07-06T07:05:00Z"), "opens Mon 6 Jul, 09:05 (Europe/Berlin)");
    }

    #[test]
    fn another_year_is_said() {
        assert_eq!(shown("2027-01-04T08:00:00Z"), "opens Mon 4 Jan 2027, 09:00 (Europe/Berlin)");
        assert_eq!(shown("2026-12-31T23:30:00Z"), "opens Fri 1 Jan 2027, 00:30 (Europe/Berlin)");
    }

    #[test]
    fn of_two_equal_times_it_is_said_which() {
        assert_eq!(shown("2026-10-25T00:30:00Z"), "opens Sun 25 Oct, 02:30 (Europe/Berlin, CEST)");
        assert_eq!(shown("2026-10-25T01:30:00Z"), "opens Sun 25 Oct, 02:30 (Europe/Berlin, CET)");
    }
}
