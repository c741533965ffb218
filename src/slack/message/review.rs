//! The look afterwards that breaking the glass asks for (R25).

use slack_morphism::prelude::SlackBlock;

use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};

use super::Room;

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    Rich::new().line(line(board, room)?).block()
}

/// `Not reviewed yet. Somebody else has to look at it and close the review, by 24 Nov at 12:00.`
pub(super) fn line(board: &Board<'_>, room: &Room) -> Option<Line> {
    let review = board.request.review.as_ref()?;
    let Some(closed) = &review.closed else {
        let line =
            Line::new().bold("Not reviewed yet").words(". Somebody else has to look at it and close the review, by ");
        return Some(line.at(review.due).words("."));
    };
    let line = Line::new().bold("Reviewed").words(" by ").person(&closed.by).words(", ").at(closed.at);
    Some(match &closed.note {
        Some(note) => line.words(": ").quote(note.as_str(), room.text.saturating_mul(2)).words("."),
        None => line.words("."),
    })
}
