//! That a newer request for the same environment is open (R24).

use slack_morphism::prelude::SlackBlock;

use crate::domain::newer_to_mind;
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};
use crate::slack::text::count;

pub(super) fn block(board: &Board<'_>) -> Option<SlackBlock> {
    Rich::new().line(line(board)?).block()
}

/// `A newer request is open: Run 483 with b2b2b2b, 3 commits ahead of this one. To approve this one, you have to say that you
/// mean it.`
pub(in crate::slack) fn line(board: &Board<'_>) -> Option<Line> {
    let newer = board.request.superseded.as_ref().filter(|_| board.request.is_undecided())?;
    let line = Line::new().bold("A newer request is open").words(": ");
    let line = match board.newer {
        Some(newer) => {
            let run = &newer.request.run;
            line.link(&run.url, &format!("Run {}", run.number)).words(" with ")
        }
        None => line.words("it deploys "),
    };
    let line = line.code(newer.commit.short(), 12).words(&ahead(board, ", ", " ahead of this one")).words(".");
    Some(match newer_to_mind(board.request) {
        Some(_) => line.words(" To approve this older one, you have to say that you mean it."),
        None => line,
    })
}

/// `, 3 commits ahead of this one`; nothing where that is not known.
pub(in crate::slack) fn ahead(board: &Board<'_>, before: &str, after: &str) -> String {
    let by = board.newer.and_then(|newer| newer.ahead_by).filter(|by| *by > 0);
    let commits = |by: u64| count(usize::try_from(by).unwrap_or(usize::MAX), "commit", "commits");
    by.map(|by| format!("{before}{}{after}", commits(by))).unwrap_or_default()
}
