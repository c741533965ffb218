//! Freezes that stand.

use slack_morphism::prelude::SlackBlock;

use crate::domain::Timestamp;
use crate::ports::chat::FreezeShown;
use crate::slack::blocks::{Line, Rich};
use crate::slack::entry;

/// Freezes shown; more are counted.
const MOST: usize = 5;

pub(super) fn block(freezes: &[FreezeShown], now: Timestamp) -> Option<SlackBlock> {
    if freezes.is_empty() {
        return None;
    }
    let mut lines: Vec<Line> = freezes.iter().take(MOST).map(|freeze| line(freeze, now)).collect();
    lines.extend(entry::more(freezes.len().saturating_sub(MOST), ": see `/countersign freeze list`"));
    Rich::new().line(Line::new().bold("Frozen")).bullets(lines).block()
}

/// `production in acme/sentiment until …: black friday (ana). ID 3f9a2c1b`
pub(in crate::slack) fn line(shown: &FreezeShown, now: Timestamp) -> Line {
    let freeze = &shown.freeze;
    let line = match &freeze.environment {
        Some(environment) => Line::new().their_bold(environment, 80),
        None => Line::new().bold("Every environment"),
    };
    let line = match (&shown.repository, freeze.repository) {
        (Some(name), _) => line.words(" of ").theirs(name, 80),
        (None, Some(id)) => line.words(&format!(" of repository {id}")),
        (None, None) => line.words(" of every repository"),
    };
    let line = if freeze.since > now { line.words(", from ").at(freeze.since) } else { line };
    let line = match freeze.until {
        Some(until) => line.words(", until ").at(until),
        None => line.words(", until it is lifted"),
    };
    let line = line.words(": ").quote(freeze.reason.as_str(), 200).words(", by ").theirs(&freeze.by, 60);
    line.words(". ID ").code(short(&freeze.id), 12)
}

/// The end of an id is enough to name it.
fn short(id: &str) -> &str {
    id.char_indices().rev().nth(7).map_or(id, |(start, _)| id.get(start..).unwrap_or(id))
}
