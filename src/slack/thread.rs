//! Words for the lines of a request's thread.

use crate::domain::ThreadLine;
use crate::ports::chat::Board;

use super::blocks::{Line, Rich};
use super::message::{ending_words, title};
use super::text::{count, date, duration};

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
        ThreadLine::Decided { by_rule: true } => new.words("Approved by the policy itself: nobody had to be asked."),
        ThreadLine::Decided { by_rule: false } => new.words("Everybody needed has agreed: approved."),
        ThreadLine::ChangesRequested { by, reason } => {
            quoted(new.person(by).words(" asks for changes before this may pass"), reason.as_ref())
        }
        ThreadLine::VoteWithdrawn { by } => new.person(by).words(" took the vote back."),
        ThreadLine::Withdrawn { by, reason } => {
            quoted(new.person(by).words(" took the request back"), reason.as_ref()).words(" GitHub is told to reject the jobs.")
        }
        ThreadLine::GlassBroken { by, reason } => {
            let line = new.bold("Break-glass: ").person(by).words(" let this through without its gates");
            quoted(line, reason.as_ref()).words(" Somebody else has to review it afterwards.")
        }
        ThreadLine::ReviewDue => new.words("The glass was broken here, and nobody has reviewed it yet."),
        ThreadLine::ReviewClosed { by, note } => quoted(new.person(by).words(" reviewed it"), note.as_ref()),
        ThreadLine::PolicyChanged => new.words(
            "The policy is not the one this request opened with any more: both have to be met. Votes that it does not allow stop counting.",
        ),
        ThreadLine::Superseded { by, commit } => new
            .words("A newer request asks for the same environment, with ")
            .code(commit.short(), 12)
            .words(&format!(" (request {}). Approving this older one takes a second word.", by.short())),
        ThreadLine::EndedByNewer { by, commit } => new
            .words("A newer request took its place, with ")
            .code(commit.short(), 12)
            .words(&format!(" (request {}). GitHub is told to reject the jobs of this one.", by.short())),
        ThreadLine::Reminder { .. } => reminder(board),
        ThreadLine::Escalated { to } => new.words("Nobody has answered for long: now ").theirs(to, 80).words(" is asked as well."),
        ThreadLine::Confirmed { by } => new.person(by).words(" confirmed it for this window. GitHub is told now."),
        ThreadLine::ObjectionBefore { by, reason } => quoted(new.person(by).words(" objects"), Some(reason)),
        ThreadLine::NotCovered => new.words(
            "Later jobs of the same run wait, and the policy wants a decision of their own for them: start the run again to be asked.",
        ),
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
        ThreadLine::DeployedInstead { commit } => new
            .bold("A job deploys another commit than was approved: ")
            .code(commit.short(), 12)
            .words(", not ")
            .code(board.request.commit.short(), 12)
            .words(". Nobody here decided about it."),
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

/// Who is still needed, and until when.
fn reminder(board: &Board<'_>) -> Line {
    let missing = super::message::missing(board.request);
    let line = Line::new().words("Still open. It needs ").theirs(&missing, 300);
    line.words(&format!(". It expires {}.", date(board.request.expires_at)))
}

fn quoted(line: Line, reason: Option<&crate::domain::Words>) -> Line {
    match reason {
        Some(reason) => line.words(": ").quote(reason.as_str(), MAX_REASON),
        None => line.words("."),
    }
}

#[cfg(test)]
mod tests;
