//! The request's message: one screen that answers what, what changed, how risky, who asks, who must still act.
//!
//! Drawn from the request and its evidence alone, so that the same state gives the same message; the clock says only whether an
//! exception still holds.

mod footer;
mod gates;
mod header;
mod newer;
mod notification;
mod others;
mod outcome;
mod people;
pub(super) mod picture;
mod pulls;
mod review;
mod risk;
mod room;
mod sketch;
mod table;
mod waits;
mod weights;
mod who;

pub(super) mod buttons;
pub(super) mod menu;

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Digest, Phase};
use crate::ports::chat::{Board, Shown};

use super::blocks::{self, Rich};

pub(super) use footer::excluded_people;
pub(super) use gates::{lines as gate_lines, missing};
pub(super) use header::{model, title};
pub(super) use newer::{ahead, line as newer_line};
pub(super) use others::{ci_word, external, external_words, field};
pub(super) use outcome::ending_words;
pub(super) use people::Able;
pub(super) use pulls::pull_request;
pub(super) use risk::{exception, flag_line_with_rule, flag_words};
pub(super) use room::Room;
pub(super) use table::row_line_with_limit;
pub(super) use waits::lines as waits_lines;
pub(super) use weights::{tensor_words, weight_line};
pub(super) use who::{origin, what_changes};

/// Budgets for a whole message. Slack publishes no limit on the sum, refuses somewhere above 10,000 characters and allows 50
/// blocks; people stop reading long before.
const MAX_BLOCKS: usize = 40;
const MAX_CHARACTERS: usize = 4_500;

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
    let mut blocks = vec![blocks::header(&title(board))];
    match board.request.phase {
        Phase::Open if is_trivial(board) => blocks.extend(trivial(board, room)),
        Phase::Open => blocks.extend(open(board, room)),
        _ => blocks.extend(other(board, room)),
    }
    blocks.extend(buttons::block(board));
    blocks.extend(footer::block(board, room));
    blocks
}

fn open(board: &Board<'_>, room: &Room) -> Vec<SlackBlock> {
    let parts = [
        newer::block(board),
        Rich::new().line(who::line(board, room)).block(),
        risk::block(board, room),
        table::block(board, room),
        picture::block(board),
        others::block(board, room),
        pulls::block(board, room),
        gates::block(board, room),
    ];
    parts.into_iter().flatten().collect()
}

/// How it stands comes first; what it was about stays below, in short once it is decided.
fn other(board: &Board<'_>, room: &Room) -> Vec<SlackBlock> {
    let is_undecided = board.request.is_undecided();
    let after = Room { rows: room.rows.min(3), ..*room };
    let parts = [
        outcome::block(board, room),
        review::block(board, room),
        newer::block(board),
        Rich::new().line(who::line(board, room)).block(),
        sketch::block(board, room),
        risk::block(board, room),
        table::block(board, if is_undecided { room } else { &after }),
        if is_undecided { others::block(board, room) } else { None },
        if is_undecided { pulls::block(board, room) } else { None },
        if is_undecided { None } else { gates::filled(board, room) },
        if is_undecided { Rich::new().bullets(waits::lines(board, room)).block() } else { None },
    ];
    parts.into_iter().flatten().collect()
}

/// Nothing flagged, nothing about a model changed, nothing said and nothing in the way: four blocks say it all.
fn is_trivial(board: &Board<'_>) -> bool {
    let Some(evidence) = board.evidence else { return false };
    let request = board.request;
    let is_quiet = request.votes.is_empty() && request.superseded.is_none() && !waits::are_there(board);
    evidence.flags.is_empty() && is_quiet && evidence.pull_requests.len() <= 2 && table::is_unchanged(evidence)
}

fn trivial(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let line = who::line(board, room).words("\n").bold("No flags. ").then(table::nothing_changed(board));
    let others = board.evidence.map(|evidence| others::lines(evidence, room)).unwrap_or_default();
    let gates = gates::lines(board.request, room);
    let drawn = Rich::new().line(line).bullets(others).bullets(pulls::lines(board, room));
    let drawn = if gates.len() == 1 { gates.into_iter().fold(drawn, Rich::line) } else { drawn.bullets(gates) };
    drawn.block()
}

#[cfg(test)]
mod tests;
