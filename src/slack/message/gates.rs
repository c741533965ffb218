//! Who must still act: each gate with its progress and names.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{GateProgress, GateState, Obstacle, Request};
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};
use crate::slack::text::count;

use super::Room;

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let progress = board.request.progress();
    let lines: Vec<Line> = progress
        .iter()
        .take(room.flags.max(2))
        .map(|gate| gate_line(gate, room))
        .chain(struck(board.request))
        .chain(board.request.obstacles.iter().take(room.flags).map(|obstacle| obstacle_line(obstacle, room)))
        .collect();
    match lines.len() {
        1 => Rich::new().line(lines.into_iter().next().unwrap_or_default()),
        _ => Rich::new().bullets(lines),
    }
    .block()
}

/// `Needs 1 of people with write access.`
pub(super) fn needed(board: &Board<'_>) -> Line {
    let missing = missing(board.request);
    if missing.is_empty() { Line::new() } else { Line::new().theirs(&format!("Needs {missing}."), 300) }
}

/// `1 more of people with write access, then 1 of risk`
pub(in crate::slack) fn missing(request: &Request) -> String {
    let progress = request.progress();
    let open = progress.iter().filter(|gate| !gate.is_met());
    let words: Vec<String> = open.take(4).map(still_needed).collect();
    words.join(", then ")
}

fn still_needed(gate: &GateProgress) -> String {
    let got = gate.approvals.len();
    let left = usize::try_from(gate.needed).unwrap_or(usize::MAX).saturating_sub(got);
    let more = if got > 0 { " more" } else { "" };
    format!("{left}{more} of {}", gate.group)
}

/// What is in the way besides people.
fn obstacle_line(obstacle: &Obstacle, room: &Room) -> Line {
    Line::new().bold("Waits: ").theirs(&obstacle.words(), room.text.saturating_mul(2)).words(".")
}

fn gate_line(gate: &GateProgress, room: &Room) -> Line {
    let got = gate.approvals.len();
    let line = Line::new().their_bold(&gate.name, 80).words(&gate.role.aside());
    if gate.state == GateState::Skipped {
        return line.words(": not asked, its condition does not hold.");
    }
    let line = line.words(&format!(": {got} of {} - ", gate.needed));
    let line = match got {
        0 => line.words("nobody yet"),
        _ => line.people(&gate.approvals, room.people).words(" approved"),
    };
    match gate.state {
        GateState::Met | GateState::Skipped => line.words(". Done."),
        GateState::Open => line.words(". Can act: ").theirs(&gate.group, 80).words("."),
        GateState::Later => line.words(". Comes after the one before."),
    }
}

/// Votes that stopped counting are said, so that nobody wonders where they went.
fn struck(request: &Request) -> Option<Line> {
    let struck = request.votes.iter().filter(|vote| vote.struck).count();
    let words = || format!("{} no longer counts", count(struck, "earlier vote", "earlier votes"));
    (struck > 0).then(|| Line::new().words(&words()))
}
