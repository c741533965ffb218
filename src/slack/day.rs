//! The digest of a channel's day: what waits, and what came of the rest. One message, and none when nothing happened.

use serde_json::{Value, json};

use slack_morphism::prelude::SlackBlock;

use crate::domain::Digest;
use crate::ports::chat::{Day, Shown};

use super::blocks::{Line, Rich};
use super::entry;
use super::text::{self, count};

pub(super) fn draw(day: &Day<'_>) -> Shown {
    let mut rich = Rich::new();
    for (title, entries) in [("Waits for a decision", &day.waiting), ("Decided or over", &day.ended)] {
        if !entries.is_empty() {
            rich = rich.line(Line::new().bold(title)).bullets(entries.iter().map(entry::line).collect());
        }
    }
    rich = rich.line(entry::more(day.more, ", under Home of this app").unwrap_or_default());
    let blocks: Vec<SlackBlock> = std::iter::once(entry::heading(&title(day))).chain(rich.block()).collect();
    let body: Value = json!({ "text": text::fallback(&summary(day), 1_000), "blocks": blocks });
    let body = body.to_string();
    Shown { digest: Digest::of(body.as_bytes()), body }
}

fn title(day: &Day<'_>) -> String {
    format!("Deployments on {}", day.date)
}

fn summary(day: &Day<'_>) -> String {
    let (waiting, ended) = (day.waiting.len(), day.ended.len());
    let waits = count(waiting, "request waits for a decision", "requests wait for a decision");
    format!("{}: {waits}, {ended} decided or over.", title(day))
}
