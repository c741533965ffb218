//! What is risky: the worst flags first, new ones marked.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Evidence, Flag, flag};
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};
use crate::slack::text::count;

use super::Room;

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let evidence = board.evidence?;
    if evidence.flags.is_empty() {
        return Rich::new().line(Line::new().bold("No flags.")).block();
    }
    // After the decision the count is enough: the flags stay one click away.
    let shown = if board.request.is_undecided() { room.flags } else { room.flags.min(2) };
    let mut lines: Vec<Line> = evidence.flags.iter().take(shown).map(|flag| flag_line(flag, room)).collect();
    if let Some(more) = evidence.flags.len().checked_sub(shown).filter(|more| *more > 0) {
        lines.push(Line::new().words(&format!("and {more} more, under See changes")));
    }
    Rich::new()
        .line(Line::new().bold(&format!("Risk: {}", risk_word(evidence))).words(&summary(evidence)))
        .bullets(lines)
        .block()
}

/// `high`, `low`: the worst flag's severity.
pub(super) fn risk_word(evidence: &Evidence) -> &'static str {
    flag::risk(&evidence.flags).word()
}

fn summary(evidence: &Evidence) -> String {
    let new = evidence.flags.iter().filter(|flag| flag.is_new).count();
    let gaps = if evidence.flags.iter().any(Flag::is_gap) { "; some evidence could not be had" } else { "" };
    format!(" - {}{gaps}", flag_count(evidence.flags.len(), new))
}

/// `3 flags, 2 of them new`
pub(super) fn flag_count(all: usize, new: usize) -> String {
    let flags = count(all, "flag", "flags");
    match new {
        0 => format!("{flags}, already true of what is live"),
        1 if all == 1 => format!("{flags}, new"),
        new if new == all => format!("{flags}, all new"),
        new => format!("{flags}, {new} of them new"),
    }
}

/// `new, high: accuracy fell by 0.014`
fn flag_line(flag: &Flag, room: &Room) -> Line {
    let new = if flag.is_new { "new, " } else { "" };
    Line::new().bold(&format!("{new}{}", flag.severity.word())).words(": ").theirs(flag_words(flag), room.text)
}

/// The same with the rule that fired: `new, high: accuracy fell by 0.014 (rule: worse by more than 0.010)`
pub(in crate::slack) fn flag_line_with_rule(flag: &Flag, room: &Room) -> Line {
    let line = flag_line(flag, room);
    match &flag.rule {
        Some(rule) => line.words(" (rule: ").theirs(rule, room.text / 2).words(")"),
        None => line,
    }
}

/// The sentence a flag comes with; its subject, should it have none.
pub(in crate::slack) fn flag_words(flag: &Flag) -> &str {
    [&flag.message, &flag.subject, &flag.code]
        .into_iter()
        .find(|text| !text.trim().is_empty())
        .map_or("", String::as_str)
}
