//! What is in the way besides people, each with its time in the reader's own zone, and what people said against it.

use crate::domain::{Choice, Objection, Obstacle};
use crate::ports::chat::Board;
use crate::slack::blocks::Line;
use crate::slack::text::count;

use super::Room;

pub(in crate::slack) fn lines(board: &Board<'_>, room: &Room) -> Vec<Line> {
    let request = board.request;
    let found = request.obstacles.iter().filter(|one| !is_said_elsewhere(one));
    let more = found.clone().count().saturating_sub(room.flags);
    let mut lines: Vec<Line> = found.take(room.flags).map(|obstacle| obstacle_line(obstacle, room)).collect();
    lines.extend((more > 0).then(|| {
        Line::new()
            .words(&format!("{} in the way; the menu's Why? has all", count(more, "more thing is", "more things are")))
    }));
    let objections = request.objections.iter();
    let silent = objections.len().saturating_sub(room.words);
    lines.extend(objections.take(room.words).map(|objection| objection_line(objection, room)));
    lines.extend(
        (silent > 0).then(|| Line::new().words(&format!("and {}", count(silent, "more objection", "more objections")))),
    );
    lines
}

/// Whether anything but people is in the way, or anybody spoke against it.
pub(super) fn are_there(board: &Board<'_>) -> bool {
    let request = board.request;
    let asked = request.votes.iter().any(|vote| vote.choice == Choice::RequestChanges && !vote.struck);
    asked || !request.objections.is_empty() || request.obstacles.iter().any(|one| !is_said_elsewhere(one))
}

/// The gates' own lines say who is missing.
const fn is_said_elsewhere(obstacle: &Obstacle) -> bool {
    matches!(obstacle, Obstacle::Gate { .. })
}

/// `Waits: outside of the deployment windows; the next opens tomorrow at 09:00.`
fn obstacle_line(obstacle: &Obstacle, room: &Room) -> Line {
    let waits = Line::new().bold("Waits").words(": ");
    match obstacle {
        Obstacle::ChangesRequested { by, reason } => {
            let line = Line::new().bold("Changes requested").words(" by ").person(by);
            let line = match reason {
                Some(reason) => line.words(": ").quote(reason.as_str(), room.text),
                None => line,
            };
            line.words(". It cannot pass until they approve it or take that back.")
        }
        Obstacle::Window { role, until: Some(until), .. } => {
            let line = waits.words("outside of the deployment windows").words(&role.aside());
            line.words("; the next one opens ").at(*until).words(".")
        }
        Obstacle::TooEarly { role, until } => {
            waits.words("the shortest time to look at it").words(&role.aside()).words(" ends ").at(*until).words(".")
        }
        Obstacle::Frozen { until, reason, by } => {
            let line = waits.words("frozen by ").theirs(by, 60);
            let line = match until {
                Some(until) => line.words(" until ").at(*until),
                None => line.words(" until further notice"),
            };
            line.words(": ").quote(reason.as_str(), room.text).words(".")
        }
        Obstacle::Flag { .. } | Obstacle::Ref { .. } | Obstacle::Nobody { .. } | Obstacle::TooFew { .. } => {
            let line = Line::new().bold("Cannot pass").words(": ");
            line.theirs(&obstacle.words(), room.text.saturating_mul(2)).words(".")
        }
        other => {
            let line = waits.theirs(&other.words(), room.text.saturating_mul(2));
            match other.until() {
                Some(until) => line.words("; looked at again ").at(until).words("."),
                None => line.words("."),
            }
        }
    }
}

fn objection_line(objection: &Objection, room: &Room) -> Line {
    let line = Line::new().bold("Objection").words(" by ").person(&objection.by);
    line.words(" (decides nothing): ").quote(objection.reason.as_str(), room.text)
}
