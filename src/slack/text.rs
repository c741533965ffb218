//! Text on its way to Slack: made visible, masked, cut; numbers, times and sizes in words.

use crate::domain::Timestamp;
use crate::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

use crate::artifact::text::{cut, mask_secrets, visible, visible_lines};

/// Characters kept beyond the wanted ones until secrets are masked: half a secret looks like none.
const LONGEST_SECRET: usize = 1_024;

/// A stranger's text on one line: secrets masked, hidden characters written out, at most `max` characters.
pub(super) fn line(text: &str, max: usize) -> String {
    // First cut keeps the work small on huge input and leaves secrets whole; the last one counts the escapes.
    let short = cut(text, max.saturating_add(LONGEST_SECRET));
    let (masked, _) = mask_secrets(&short);
    cut(&visible(&masked), max).into_owned()
}

/// A stranger's text with its lines, whole.
pub(super) fn lines(text: &str) -> String {
    let (masked, _) = mask_secrets(text);
    visible_lines(&masked.replace("\r\n", "\n"))
}

/// A stranger's text over two lines of at most `max` characters each, broken between words where that is possible.
pub(super) fn two_lines(text: &str, max: usize) -> (String, String) {
    let whole = line(text, max.saturating_mul(2));
    if whole.chars().count() <= max {
        return (whole, String::new());
    }
    let first = cut(&whole, max + 1);
    let first = first.trim_end_matches('…');
    let fits = |at: &usize| {
        let (before, after) = (whole.get(..*at).unwrap_or_default(), whole.get(*at..).unwrap_or_default());
        let is_closed = before.matches('(').count() == before.matches(')').count();
        *at > first.len() / 2 && is_closed && after.trim_start().chars().count() <= max
    };
    // Where people would pause, rather than in the middle of what belongs together.
    let pauses = [(" (", 0), (", ", 1), ("; ", 1), (": ", 1)];
    let pauses = pauses.iter().flat_map(|(mark, kept)| first.match_indices(mark).map(move |(at, _)| at + kept));
    let pause = pauses.filter(fits).max();
    let (first, rest) = match pause.or_else(|| first.rfind(' ').filter(|at| *at > first.len() / 2)) {
        Some(at) => (whole.get(..at).unwrap_or_default(), whole.get(at..).unwrap_or_default()),
        None => (first, whole.get(first.len()..).unwrap_or_default()),
    };
    (first.to_owned(), cut(rest.trim_start(), max).into_owned())
}

/// A message's `text`, which Slack parses whatever we do: its three special characters are escaped, and those that style,
/// mention or make pictures are replaced by look-alikes. At most `max` characters after that; nothing is cut inside an entity.
///
/// Slack: [Formatting text, escaping](https://docs.slack.dev/messaging/formatting-message-text)
pub(super) fn fallback(text: &str, max: usize) -> String {
    let mut out = String::new();
    let mut left = max;
    let plain = line(text, max);
    let mut rest = plain.chars().peekable();
    let mut before = None;
    while let Some(c) = rest.next() {
        let is_time = before.is_some_and(is_digit) && rest.peek().copied().is_some_and(is_digit);
        let piece = inert(c, rest.peek().copied().filter(|_| !is_time));
        before = Some(c);
        let length = piece.chars().count();
        let Some(now_left) = left.checked_sub(length) else { break };
        left = now_left;
        out.push_str(&piece);
    }
    out
}

const fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn inert(c: char, next: Option<char>) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '*' => '∗'.to_string(),
        '~' => '∼'.to_string(),
        '`' => 'ˋ'.to_string(),
        '@' => '＠'.to_string(),
        // `:name:` would become a picture and `https://` a link; `a: b` and `12:00` stay.
        ':' if next.is_some_and(|next| !next.is_whitespace()) => '∶'.to_string(),
        other => other.to_string(),
    }
}

/// `4 min 12 s`, `2 h 5 min`, `3 d 4 h`: two units at most.
pub(super) fn duration(ms: i64) -> String {
    let ms = ms.max(0);
    let (days, hours) = (ms / (24 * HOUR_MS), ms / HOUR_MS % 24);
    let (minutes, seconds) = (ms / MINUTE_MS % 60, ms / SECOND_MS % 60);
    let two = |a: i64, a_unit: &str, b: i64, b_unit: &str| match b {
        0 => format!("{a} {a_unit}"),
        _ => format!("{a} {a_unit} {b} {b_unit}"),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => two(minutes, "min", seconds, "s"),
        (0, _, _) => two(hours, "h", minutes, "min"),
        _ => two(days, "d", hours, "h"),
    }
}

/// `24 Nov 2026, 12:00 UTC`.
pub(super) fn date(at: Timestamp) -> String {
    let known = jiff::Timestamp::from_millisecond(at.as_millis()).ok();
    known.map_or_else(|| at.to_rfc3339(), |at| at.strftime("%-d %b %Y, %H:%M UTC").to_string())
}

/// `24 Nov 2026`, in UTC.
pub(super) fn day(at: Timestamp) -> String {
    let known = jiff::Timestamp::from_millisecond(at.as_millis()).ok();
    known.map_or_else(|| at.to_rfc3339(), |at| at.strftime("%-d %b %Y").to_string())
}

/// Slack's tokens for a moment and for a day, shown in the reader's own zone.
pub(super) const MOMENT: &str = "{date_short_pretty} at {time}";
pub(super) const DAY: &str = "{date_short_pretty}";

/// Slack's own form of a time, shown in the reader's zone; UTC where it cannot be.
///
/// Slack: [Formatting text, date formatting](https://docs.slack.dev/messaging/formatting-message-text)
pub(super) fn local_date(at: Timestamp) -> String {
    format!("<!date^{}^{MOMENT}|{}>", at.as_seconds(), date(at))
}

/// `438 MB`: decimal units, as forges show sizes.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let unit = UNITS.iter().find(|(unit, _)| bytes >= *unit);
    unit.map_or_else(|| format!("{bytes} B"), |(unit, name)| scaled(bytes, *unit, name))
}

fn scaled(bytes: u64, unit: u64, name: &str) -> String {
    let rounded = |part: u64| bytes.saturating_add(part / 2) / part;
    let tenths = rounded(unit / 10);
    if tenths < 100 { format!("{}.{} {name}", tenths / 10, tenths % 10) } else { format!("{} {name}", rounded(unit)) }
}

/// `1 flag`, `3 flags`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// `mona`, `mona and li`, `mona, li and bo`, `mona, li and 3 more`.
pub(super) fn listed(names: &[String], most: usize) -> String {
    let cut_off = names.len() > most;
    let shown = names.get(..if cut_off { most } else { names.len() }).unwrap_or_default();
    let rest = cut_off.then(|| format!("{} more", names.len() - most));
    let all: Vec<&str> = shown.iter().map(String::as_str).chain(rest.as_deref()).collect();
    match all.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fallback_text_can_neither_mention_nor_link_nor_draw() {
        let hostile = "<!channel> <https://evil.example|ok> @here *bold* `code` :tada: a: b & c";
        let shown = fallback(hostile, 200);
        assert_eq!(shown, "&lt;!channel&gt; &lt;https∶//evil.example|ok&gt; ＠here ∗bold∗ ˋcodeˋ ∶tada: a: b &amp; c");
        assert_eq!(fallback("&&&", 12), "&amp;&amp;");
    }

    #[test]
    fn durations_and_sizes_read_as_people_say_them() {
        let words = [0, 999, 42_000, 252_000, 3_600_000, 7_500_000, 97_200_000].map(duration);
        assert_eq!(words, ["0 s", "0 s", "42 s", "4 min 12 s", "1 h", "2 h 5 min", "1 d 3 h"]);
        assert_eq!(
            [0, 999, 1_500, 46_750_000, 438_000_000, 7_200_000_000].map(size),
            ["0 B", "999 B", "1.5 kB", "47 MB", "438 MB", "7.2 GB"]
        );
        assert_eq!(duration(-5), "0 s");
    }

    #[test]
    fn dates_show_utc_beside_the_readers_own_zone() {
        let at = Timestamp::from_seconds(1_795_435_200);
        assert_eq!(date(at), "23 Nov 2026, 12:00 UTC");
        assert_eq!(local_date(at), "<!date^1795435200^{date_short_pretty} at {time}|23 Nov 2026, 12:00 UTC>");
    }

    #[test]
    fn lists_end_in_how_many_are_left() {
        let names: Vec<String> = ["mona", "li", "bo", "ana"].map(str::to_owned).to_vec();
        assert_eq!(listed(&names, 2), "mona, li and 2 more");
        assert_eq!(listed(&names[..2], 2), "mona and li");
        assert_eq!(listed(&names[..1], 2), "mona");
        assert_eq!(listed(&[], 2), "");
    }

    #[test]
    fn two_lines_are_parted_where_people_pause() {
        let parted = |text: &str| two_lines(text, 40);
        let (first, rest) = parted("f1 (reviews): 0.904 → 0.869, worse by 4 % (limit 2 %).");
        assert_eq!((first.as_str(), rest.as_str()), ("f1 (reviews): 0.904 → 0.869,", "worse by 4 % (limit 2 %)."));
        let (first, rest) = parted("The section on bias is (\"Bias, Risks, and Limits\") empty.");
        assert_eq!((first.as_str(), rest.as_str()), ("The section on bias is", "(\"Bias, Risks, and Limits\") empty."));
        assert_eq!(parted("short"), ("short".to_owned(), String::new()));
        let (first, rest) = parted(&"x".repeat(60));
        assert_eq!((first.len(), rest.len()), (40, 20));
        let (first, rest) = parted("one two three four five six seven eight nine ten eleven");
        assert_eq!((first.as_str(), rest.as_str()), ("one two three four five six seven eight", "nine ten eleven"));
    }
}
