//! Why a request stands as it does, as a tree.

use slack_morphism::prelude::{SlackBlock, SlackView};

use crate::domain::Reason;

use super::blocks::{Line, Rich};
use super::modal;

const CALLBACK: &str = "why";
/// Statements shown; the record has all of them.
const MAX_LINES: usize = 60;

pub(super) fn view(why: &Reason) -> SlackView {
    let mut lines = Vec::new();
    flatten(why, 0, &mut lines);
    let cut = lines.len() > MAX_LINES;
    lines.truncate(MAX_LINES);
    let rest = if cut { Line::new().words("And more, in the record.") } else { Line::new() };
    let blocks: Vec<SlackBlock> = Rich::new().bullets(lines).line(rest).block().into_iter().collect();
    modal::modal("Why?", blocks, CALLBACK)
}

fn flatten(reason: &Reason, depth: usize, lines: &mut Vec<Line>) {
    if lines.len() > MAX_LINES {
        return;
    }
    let indent = "   ".repeat(depth.min(8));
    let line = Line::new().words(&format!("{indent}{} ", reason.holds.mark()));
    let line = match &reason.who {
        Some(who) => line.person(who).words(": "),
        None => line,
    };
    lines.push(line.theirs(&reason.words, 300));
    for below in &reason.because {
        flatten(below, depth + 1, lines);
    }
}
