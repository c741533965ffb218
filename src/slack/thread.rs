//! Words for the lines of a request's thread.

use crate::domain::ThreadLine;
use crate::ports::chat::Board;

use super::blocks::{Line, Rich};
use super::message::{ending_words, title};
use super::text::{count, duration};

/// Longest quotation of what somebody typed, in characters.
const MAX_REASON: usize = 1_000;

/// A reply in the thread: `text` and blocks.
pub(super) fn draw(board: &Board<'_>, line: &ThreadLine) -> serde_json::Value {
    let line = words(board, line);
    let blocks: Vec<_> = Rich::new().line(line.clone()).block().into_iter().collect();
    serde_json::json!({ "text": line.as_fallback(3_000), "blocks": blocks })
}

pub(super) fn words(board: &Board<'_>, line: &ThreadLine) -> Line {
    let new = Line::new();
    match line {
        ThreadLine::Approved { by, gate, got, needed } => {
            let line = new.person(by).words(" approved ").theirs(gate, 80);
            line.words(&if got < needed {
                format!(": {got} of {needed}.")
            } else {
                format!(": {got} of {needed}, done.")
            })
        }
        ThreadLine::Denied { by, reason } => quoted(new.person(by).words(" denied this"), reason.as_ref()),
        ThreadLine::Expired => {
            new.words("Nobody decided in time: the request has expired, and GitHub is told to reject the jobs.")
        }
        ThreadLine::Delivered { approved: true } => new.words("GitHub took the approval."),
        ThreadLine::Delivered { approved: false } => new.words("GitHub took the rejection."),
        ThreadLine::NotDelivered { why } => new
            .words("GitHub did not take the decision: ")
            .theirs(why, 300)
            .words(". The jobs still wait there; whoever runs Countersign has to look."),
        ThreadLine::WaitingForOthers => {
            new.words("Our part is done. Other rules of this environment still hold the jobs.")
        }
        ThreadLine::Queued => new.words("The jobs are queued."),
        ThreadLine::Running => new.words("The jobs are running."),
        ThreadLine::Live { after_ms } => {
            new.theirs(&title(board), 150).words(&format!(", {} after the decision.", duration(*after_ms)))
        }
        ThreadLine::RolloutFailed { state } => new
            .words("The rollout failed: ")
            .theirs(state, 100)
            .words(". The decision stands; what is live now is for the run's log to say."),
        ThreadLine::Covered => new.words("Later jobs of the same run get the same decision."),
        ThreadLine::Objection { by, reason } => {
            quoted(new.person(by).words(" objects, after it was decided"), reason.as_ref())
        }
        ThreadLine::EvidenceChanged { votes_void } => {
            let void = count(
                usize::try_from(*votes_void).unwrap_or(usize::MAX),
                "earlier vote no longer counts",
                "earlier votes no longer count",
            );
            new.words(&format!("The evidence was read again and differs: {void}. Look at it again before you decide."))
        }
        ThreadLine::VoteStruck { by } => {
            new.words("The vote of ").person(by).words(" no longer counts: they may not vote here any more.")
        }
        ThreadLine::Ended { how } => ending_words(how).words(" No decision was made here."),
        ThreadLine::NewAttempt { attempt } => new.words(&format!(
            "The run was started again: attempt {attempt} asks anew, in a message of its own. No vote carries over."
        )),
        ThreadLine::CommitDiffers { commit } => new
            .words("A job of this run came with another commit, ")
            .code(commit.short(), 12)
            .words(". This request does not cover it, and it stays closed."),
        ThreadLine::GaveUp { what, why } => new
            .words("Gave up on something: ")
            .theirs(what, 100)
            .words(" (")
            .theirs(why, 300)
            .words("). Whoever runs Countersign has to look."),
    }
}

fn quoted(line: Line, reason: Option<&crate::domain::Words>) -> Line {
    match reason {
        Some(reason) => line.words(": ").quote(reason.as_str(), MAX_REASON),
        None => line.words("."),
    }
}

#[cfg(test)]
mod tests;
