//! What is risky: the worst flags first, new ones marked.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Evidence, Exception, Flag, FlagBrief, FlagEffect, Request, Timestamp, effect_of, flag};
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
    let line = |flag: &Flag| flag_line(flag, room).then(exception(board.request, flag, board.now, room));
    let mut lines: Vec<Line> = evidence.flags.iter().take(shown).map(line).collect();
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

/// `3 flags, 2 new`
pub(super) fn flag_count(all: usize, new: usize) -> String {
    match new {
        0 if all == 1 => "1 flag, and it is live already".to_owned(),
        0 => format!("{all} flags, all of them live already"),
        new if new == all => format!("{new} new {}", if new == 1 { "flag" } else { "flags" }),
        new => format!("{}, {new} new", count(all, "flag", "flags")),
    }
}

/// What an exception says about the flag: accepted while it holds, and that it is over afterwards. Both only where no policy
/// of the request says otherwise.
pub(in crate::slack) fn exception(request: &Request, flag: &Flag, at: Timestamp, room: &Room) -> Line {
    let brief = FlagBrief::of(flag);
    let effects: Vec<FlagEffect<'_>> =
        request.policies().map(|policy| effect_of(&brief, &policy.actions, &policy.accept, at)).collect();
    let lapsed =
        effects.iter().find_map(|effect| if let FlagEffect::Lapsed(lapsed, _) = effect { Some(*lapsed) } else { None });
    if let Some(lapsed) = lapsed {
        return Line::new().words(". An exception for it ended ").day(lapsed.until).words(".");
    }
    let accepted = |effect: &FlagEffect<'_>| matches!(effect, FlagEffect::Accepted(_));
    match effects.iter().find(|effect| accepted(effect)) {
        Some(FlagEffect::Accepted(exception)) if effects.iter().all(accepted) => accepted_words(exception, room),
        Some(_) => Line::new().words(". One policy accepts it, another does not."),
        None => Line::new(),
    }
}

fn accepted_words(exception: &Exception, room: &Room) -> Line {
    let line = Line::new().words(". ").bold("Accepted").words(" until ").day(exception.until).words(" by ");
    line.theirs(&exception.by, 40).words(": ").quote(&exception.why, room.text)
}

/// `new, high: accuracy fell by 0.014`
fn flag_line(flag: &Flag, room: &Room) -> Line {
    let new = if flag.is_new { "new, " } else { "" };
    let line = Line::new().bold(&format!("{new}{}", flag.severity.word())).words(": ");
    line.theirs(flag_words(flag).trim_end_matches('.'), room.text)
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
