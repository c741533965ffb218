//! The pull requests that brought the change.

use slack_morphism::prelude::SlackBlock;

use crate::domain::PullRequest;
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};

use super::Room;

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    Rich::new().bullets(lines(board, room)).block()
}

pub(super) fn lines(board: &Board<'_>, room: &Room) -> Vec<Line> {
    let pulls = board.evidence.map(|evidence| evidence.pull_requests.as_slice()).unwrap_or_default();
    let mut lines: Vec<Line> = pulls.iter().take(room.pulls).map(|pull| pull_request(pull, room)).collect();
    if let Some(more) = pulls.len().checked_sub(room.pulls).filter(|more| *more > 0) {
        lines.push(Line::new().words(&format!("and {more} more pull requests, under See changes")));
    }
    lines
}

/// `#41 Retrain on the 2026 reviews - mona`
pub(in crate::slack) fn pull_request(pull: &PullRequest, room: &Room) -> Line {
    let author = pull.author.as_ref().map_or("unknown author", |author| author.login.as_str());
    let line = Line::new().link(&pull.url, &format!("#{}", pull.number)).words(" ");
    let line = line.theirs(&pull.title, room.text).words(" - ").theirs(author, 50);
    if pull.merged { line } else { line.words(", not merged") }
}
