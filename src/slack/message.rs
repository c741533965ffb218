//! The request's message: one screen that answers what, what changed, how risky, who asks, who must still act.
//!
//! Drawn from the request and its evidence alone, never from the clock, so that the same state gives the same message.

mod footer;
mod gates;
mod header;
mod notification;
mod others;
mod outcome;
mod pulls;
mod risk;
mod room;
mod sketch;
mod table;
mod weights;
mod who;

pub(super) mod buttons;

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Digest, Phase};
use crate::ports::chat::{Board, Shown};

use super::blocks::{self, Rich};

pub(super) use footer::excluded_people;
pub(super) use gates::missing;
pub(super) use header::{model, title};
pub(super) use others::{ci_word, external, external_words, field};
pub(super) use outcome::ending_words;
pub(super) use pulls::pull_request;
pub(super) use risk::flag_line_with_rule;
pub(super) use room::Room;
pub(super) use table::row_line_with_limit;
pub(super) use weights::{tensor_words, weight_line};
pub(super) use who::{origin, what_changes};

/// Budgets for a whole message: Slack publishes no limit on the sum, refuses somewhere above 10,000 characters and allows
/// 50 blocks.
const MAX_BLOCKS: usize = 40;
const MAX_CHARACTERS: usize = 8_000;

/// Draws the message. What does not fit is left out in a fixed order and counted; "See changes" shows it.
pub(super) fn draw(board: &Board<'_>) -> Shown {
    let blocks = fitting(board);
    let body = serde_json::json!({ "text": notification::text(board), "blocks": blocks }).to_string();
    Shown { digest: Digest::of(body.as_bytes()), body }
}

fn fitting(board: &Board<'_>) -> Vec<SlackBlock> {
    let fits = |blocks: &Vec<SlackBlock>| blocks.len() <= MAX_BLOCKS && blocks::characters(blocks) <= MAX_CHARACTERS;
    let drawn = Room::ALL.iter().map(|room| parts(board, room));
    drawn.into_iter().find(fits).unwrap_or_else(|| parts(board, &Room::BARE))
}

fn parts(board: &Board<'_>, room: &Room) -> Vec<SlackBlock> {
    let open = matches!(board.request.phase, Phase::Open);
    let mut blocks = vec![blocks::header(&title(board))];
    if open && is_trivial(board) {
        blocks.extend(trivial(board, room));
    } else {
        blocks.extend(outcome::block(board, room));
        blocks.extend(Rich::new().line(who::line(board, room)).block());
        blocks.extend(sketch::block(board, room));
        blocks.extend(risk::block(board, room));
        blocks.extend(table::block(board, room));
        if board.request.decision().is_none() {
            blocks.extend(others::block(board, room));
            blocks.extend(pulls::block(board, room));
        }
        blocks.extend(if open { gates::block(board, room) } else { None });
    }
    blocks.extend(buttons::block(board));
    blocks.extend(footer::block(board, room));
    blocks
}

/// Nothing flagged, nothing about a model changed: four blocks say it all.
fn is_trivial(board: &Board<'_>) -> bool {
    let Some(evidence) = board.evidence else { return false };
    let votes = board.request.votes.is_empty();
    evidence.flags.is_empty() && votes && evidence.pull_requests.len() <= 2 && table::is_unchanged(evidence)
}

fn trivial(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let line = who::line(board, room).words("\n").bold("No flags. ").then(table::nothing_changed(board));
    let others = board.evidence.map(|evidence| others::lines(evidence, room)).unwrap_or_default();
    Rich::new().line(line).bullets(others).bullets(pulls::lines(board, room)).line(gates::needed(board)).block()
}

#[cfg(test)]
mod tests;
