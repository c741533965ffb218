//! What an approval takes besides the click.

use slack_morphism::prelude::{SlackBlock, SlackView};

use crate::domain::FlagBrief;
use crate::ports::chat::Board;
use crate::slack::approval::{Needs, tick_words};
use crate::slack::blocks::{self, Line, MAX_BOXES, MAX_CHOICE};
use crate::slack::message::{missing, newer_line};
use crate::slack::modal::notice;
use crate::slack::text;

use super::{FLAGS_BLOCK, REASON_ACTION, REASON_BLOCK, older};

/// Groups of flags in one view: Slack takes 100 blocks.
const MAX_GROUPS: usize = 80;

pub(super) fn consequence(board: &Board<'_>) -> Line {
    let missing = missing(board.request);
    let line = Line::new().words("The last approval needed lets the jobs run.");
    let line = if missing.is_empty() { line } else { line.words(" It needs ").theirs(&missing, 300).words(".") };
    match newer_line(board) {
        Some(newer) => line.words("\n").then(newer),
        None => line,
    }
}

/// `None` where there are more flags than a view can hold.
pub(super) fn blocks(board: &Board<'_>) -> Option<Vec<SlackBlock>> {
    let needs = Needs::of(board.request, board.now);
    if needs.ticks.len() > MAX_GROUPS * MAX_BOXES {
        return None;
    }
    let all = needs.ticks.len();
    let groups = needs.ticks.chunks(MAX_BOXES).enumerate().map(|(place, flags)| group(board, place, flags, all));
    let mut blocks: Vec<SlackBlock> = groups.collect();
    blocks.extend(needs.newer.and_then(|_| older(board)));
    let label = if needs.comment { "What did you look at?" } else { "Comment" };
    blocks.push(blocks::text_input(REASON_BLOCK, REASON_ACTION, label, None, !needs.comment).into());
    Some(blocks)
}

fn group(board: &Board<'_>, place: usize, flags: &[&FlagBrief], all: usize) -> SlackBlock {
    let options = flags.iter().map(|flag| option(board, flag)).collect();
    let label = match (place, all) {
        (0, 1) => "Tick the flag you have looked at".to_owned(),
        (0, _) => format!("Tick each of the {all} flags you have looked at"),
        (place, _) => format!("Flags from the {}th", place * MAX_BOXES + 1),
    };
    blocks::boxes(&format!("{FLAGS_BLOCK}{place}"), &label, options, false)
}

/// A flag's sentence over both lines of a box.
fn option(board: &Board<'_>, flag: &FlagBrief) -> blocks::Choice {
    let new = if flag.is_new { "new, " } else { "" };
    let words = format!("{new}{}: {}", flag.severity.word(), tick_words(flag, board.evidence));
    let (first, rest) = text::two_lines(&words, MAX_CHOICE);
    blocks::choice(&first, &flag.print, Some(&rest))
}

pub(super) fn too_many(board: &Board<'_>) -> SlackView {
    let all = Needs::of(board.request, board.now).ticks.len();
    let words = format!(
        "The policy asks for a tick for each of {all} flags, and Slack has room for {}. Split the change, or accept what is \
         known in the policy.",
        MAX_GROUPS * MAX_BOXES
    );
    notice("Too many flags", &words)
}
