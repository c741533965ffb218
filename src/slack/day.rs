//! The digest of a channel's day: what waits, and what came of the rest. One message, and none when nothing happened.

use serde_json::json;

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Digest, Timestamp};
use crate::ports::chat::{Day, Shown};

use super::blocks::{self, Line, Rich};
use super::entry;
use super::text::{self, count};

/// Longest message, in characters: Slack publishes no limit on the sum, and refuses somewhere above 10,000.
const MAX_CHARACTERS: usize = 8_000;

/// Draws the day. What there is no room for is counted, and stands under the app's home.
pub(super) fn draw(day: &Day<'_>) -> Shown {
    let most = day.waiting.len().max(day.ended.len());
    let fits = |blocks: &Vec<SlackBlock>| blocks::characters(blocks) <= MAX_CHARACTERS;
    let blocks = (1..=most).rev().map(|each| parts(day, each)).find(fits).unwrap_or_else(|| parts(day, 0));
    let body = json!({ "text": text::fallback(&summary(day), 1_000), "blocks": blocks }).to_string();
    Shown { digest: Digest::of(body.as_bytes()), body }
}

/// At most so many entries of each kind.
fn parts(day: &Day<'_>, each: usize) -> Vec<SlackBlock> {
    let (mut rich, mut more) = (Rich::new(), day.more);
    for (title, entries) in [("Waits for a decision", &day.waiting), ("Decided or over", &day.ended)] {
        if !entries.is_empty() {
            let lines = entries.iter().take(each).map(entry::line).collect();
            rich = rich.line(Line::new().bold(title)).bullets(lines);
            more += entries.len().saturating_sub(each);
        }
    }
    rich = rich.line(entry::more(more, ", under Home of this app").unwrap_or_default());
    std::iter::once(entry::heading(&title(day))).chain(rich.block()).collect()
}

fn title(day: &Day<'_>) -> String {
    let midnight = Timestamp::parse_rfc3339(&format!("{}T00:00:00Z", day.date));
    format!("Deployments on {}", midnight.map_or_else(|| day.date.to_owned(), text::day))
}

fn summary(day: &Day<'_>) -> String {
    let (waiting, ended) = (day.waiting.len(), day.ended.len());
    let waits = count(waiting, "request waits for a decision", "requests wait for a decision");
    format!("{}: {waits}, {ended} decided or over.", title(day))
}
