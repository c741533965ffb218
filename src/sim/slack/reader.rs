//! What one person would read: names for ids, dates in their time zone, pictures for emoji names.

use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::domain::Timestamp;
use crate::domain::time::DAY_MS;

use super::state::State;

/// A workspace seen by one person at one moment.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub state: &'a State,
    /// The user who looks; mentions of them stand out, dates are in their zone.
    pub viewer: &'a str,
    pub now: Timestamp,
}

impl Reader<'_> {
    /// `@ana`; an id nobody has stays what it is.
    pub fn user(&self, id: &str) -> String {
        self.state.users.get(id).map_or_else(|| format!("@{id}"), |user| format!("@{}", user.name))
    }

    /// `#model-releases`, or what Slack shows of a channel the person is not in.
    pub fn channel(&self, id: &str) -> String {
        match self.state.channels.get(id) {
            Some(room) if !room.is_private || room.members.iter().any(|member| member == self.viewer) => {
                format!("#{}", room.name)
            }
            Some(_) => "a private channel".to_owned(),
            None => format!("#{id}"),
        }
    }

    /// `@ml-reviewers`.
    pub fn user_group(&self, id: &str) -> String {
        self.state.user_groups.get(id).map_or_else(|| format!("@{id}"), |group| format!("@{}", group.handle))
    }

    /// The id of a public channel of that name, which Slack would turn into a link.
    pub fn channel_named(&self, name: &str) -> Option<&str> {
        let found = self.state.channels.values().find(|room| room.name == name && !room.is_private && !room.is_im);
        found.map(|room| room.id.as_str())
    }

    /// A moment in the reader's zone, by Slack's date tokens; `None` for a moment no calendar has.
    /// Slack: [Formatting dates](https://docs.slack.dev/messaging/formatting-message-text#date-formatting)
    pub fn date(&self, unix_seconds: i64, pattern: &str) -> Option<String> {
        let at = self.local(Timestamp::from_seconds(unix_seconds))?;
        let mut shown = pattern.to_owned();
        for (token, form) in [
            ("{date_num}", "%Y-%m-%d"),
            ("{date_slash}", "%m/%d/%Y"),
            ("{date_short}", "%b %-d, %Y"),
            ("{time}", "%H:%M"),
            ("{time_secs}", "%H:%M:%S"),
            ("{date}", "%B %-d, %Y"),
            ("{date_long}", "%A, %B %-d, %Y"),
        ] {
            shown = shown.replace(token, &at.strftime(form).to_string());
        }
        for (token, form) in [
            ("{date_pretty}", "%B %-d, %Y"),
            ("{date_short_pretty}", "%b %-d, %Y"),
            ("{date_long_pretty}", "%A, %B %-d, %Y"),
        ] {
            let near = self.nearby_day(at).map_or_else(|| at.strftime(form).to_string(), str::to_owned);
            shown = shown.replace(token, &near);
        }
        Some(shown)
    }

    /// The hour and minute of a message timestamp, and the whole of it for machines.
    pub fn clock_of(&self, ts: &str) -> (String, String) {
        let seconds = ts.split('.').next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
        let shown = self.date(seconds, "{time}").unwrap_or_default();
        (shown, Timestamp::from_seconds(seconds).to_rfc3339())
    }

    fn nearby_day(&self, at: DateTime) -> Option<&'static str> {
        let day = |offset_ms: i64| self.local(self.now.plus_millis(offset_ms)).map(|moment| moment.date());
        let days = [(0, "today"), (-DAY_MS, "yesterday"), (DAY_MS, "tomorrow")];
        days.into_iter().find(|(offset_ms, _)| day(*offset_ms) == Some(at.date())).map(|(_, name)| name)
    }

    fn local(&self, at: Timestamp) -> Option<DateTime> {
        let seconds_east = self.state.users.get(self.viewer).map(|user| user.tz_offset_seconds).unwrap_or_default();
        let moment = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(Offset::from_seconds(seconds_east).ok()?.to_datetime(moment))
    }
}

/// The picture of an emoji name, for those an approval message may meet; others stay words.
pub fn emoji(name: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 24] = [
        ("white_check_mark", "✅"),
        ("heavy_check_mark", "✔️"),
        ("x", "❌"),
        ("warning", "⚠️"),
        ("no_entry", "⛔"),
        ("rocket", "🚀"),
        ("hourglass", "⌛"),
        ("hourglass_flowing_sand", "⏳"),
        ("lock", "🔒"),
        ("unlock", "🔓"),
        ("red_circle", "🔴"),
        ("large_yellow_circle", "🟡"),
        ("large_green_circle", "🟢"),
        ("eyes", "👀"),
        ("tada", "🎉"),
        ("bell", "🔔"),
        ("rotating_light", "🚨"),
        ("question", "❓"),
        ("exclamation", "❗"),
        ("mag", "🔍"),
        ("robot_face", "🤖"),
        ("books", "📚"),
        ("+1", "👍"),
        ("-1", "👎"),
    ];
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, picture)| *picture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::slack::sample;

    #[test]
    fn a_date_is_shown_in_the_readers_zone() {
        let mut state = sample::workspace();
        state.users.get_mut(sample::ANA).unwrap().tz_offset_seconds = 3600;
        let noon = Timestamp::parse_rfc3339("2026-11-24T12:00:00Z").unwrap();
        let reader = |viewer| Reader { state: &state, viewer, now: noon.plus_millis(-3 * DAY_MS) };
        let pattern = "{date_short_pretty} at {time}";
        assert_eq!(reader(sample::OCTO).date(noon.as_seconds(), pattern).unwrap(), "Nov 24, 2026 at 12:00");
        assert_eq!(reader(sample::ANA).date(noon.as_seconds(), pattern).unwrap(), "Nov 24, 2026 at 13:00");
        let today = Reader { now: noon, ..reader(sample::OCTO) };
        assert_eq!(today.date(noon.as_seconds(), "{date_pretty}").unwrap(), "today");
        assert_eq!(today.date(noon.as_seconds() + 86_400, "{date_pretty}").unwrap(), "tomorrow");
        assert_eq!(today.date(i64::MAX, "{date}"), None);
    }
}
