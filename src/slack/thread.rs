//! Words for the lines of a request's thread, and for what whoever asked is told of them.

use crate::domain::rules::Notify;
use crate::domain::{Basis, ChatUser, Ending, GateState, Sibling, SiblingState, ThreadLine, Words};
use crate::ports::chat::Board;

use super::blocks::{Line, Rich};
use super::message::{Able, ending_words, missing, title};
use super::text::{count, duration};

/// Runs named in one line.
const MAX_RUNS: usize = 5;

/// Longest quotation of what somebody typed, in characters.
const MAX_REASON: usize = 1_000;

/// A reply in the thread: `text` and blocks, and whether the channel sees it as well.
pub(super) fn draw(board: &Board<'_>, line: &ThreadLine) -> serde_json::Value {
    let mut drawn = drawn(words(board, line));
    if is_for_channel(board, line)
        && let Some(members) = drawn.as_object_mut()
    {
        members.insert("reply_broadcast".to_owned(), true.into());
    }
    drawn
}

fn drawn(line: Line) -> serde_json::Value {
    let text = line.as_fallback(3_000);
    let blocks: Vec<_> = Rich::new().line(line).block().into_iter().collect();
    serde_json::json!({ "text": text, "blocks": blocks })
}

/// Whether a line is shown in the channel too: the outcome, once, where somebody waited for it and the policy lets people be
/// told. What went past the gates is shown whatever the policy says.
fn is_for_channel(board: &Board<'_>, line: &ThreadLine) -> bool {
    if is_past_the_gates(line) {
        return true;
    }
    let is_loud = board.request.policy.as_ref().is_some_and(|policies| policies.own.notify == Notify::Mention);
    let by_itself = board.request.decision().is_some_and(|decision| decision.basis == Basis::Rule);
    let is_outcome = match line {
        ThreadLine::Live { .. } => !by_itself,
        ThreadLine::Denied { .. }
        | ThreadLine::Expired
        | ThreadLine::NotDelivered { .. }
        | ThreadLine::RolloutFailed { .. } => true,
        _ => false,
    };
    is_loud && is_outcome
}

const fn is_past_the_gates(line: &ThreadLine) -> bool {
    matches!(
        line,
        ThreadLine::GlassBroken { .. }
            | ThreadLine::ReviewDue
            | ThreadLine::Ended { how: Ending::Bypassed { .. } | Ending::DecidedElsewhere { approved: true, .. } }
    )
}

pub(super) fn words(board: &Board<'_>, line: &ThreadLine) -> Line {
    let new = Line::new();
    let by = |user: &ChatUser| named(board, user);
    match line {
        ThreadLine::Approved { by: who, gate, got, needed } => {
            let done = if got < needed { "" } else { ", done" };
            by(who).words(" approved ").theirs(gate, 80).words(&format!(": {got} of {needed}{done}."))
        }
        ThreadLine::Denied { by: who, reason } => quoted(by(who).bold(" denied").words(" this"), reason.as_ref()),
        ThreadLine::Decided { by_rule: true } => {
            new.bold("Approved").words(" by the policy itself: nobody had to be asked.")
        }
        ThreadLine::Decided { by_rule: false } => {
            new.bold("Approved").words(&took(board)).words(": everybody needed has agreed.")
        }
        ThreadLine::ChangesRequested { by: who, reason } => {
            quoted(by(who).words(" asks for changes first"), reason.as_ref())
        }
        ThreadLine::VoteWithdrawn { by: who } => by(who).words(" took their vote back."),
        ThreadLine::Withdrawn { by: who, reason } => quoted(by(who).words(" took the request back"), reason.as_ref()),
        ThreadLine::GlassBroken { by: who, reason } => {
            let line = new.bold("The glass was broken: ").then(by(who)).words(" lets this go live without its gates");
            quoted(line, reason.as_ref()).words(" Somebody else has to review it.")
        }
        ThreadLine::ReviewDue => new.bold("Still not reviewed").words(": the glass was broken here."),
        ThreadLine::ReviewClosed { by: who, note } => quoted(by(who).words(" reviewed it"), note.as_ref()),
        ThreadLine::PolicyChanged => {
            new.words("The policy changed since this opened: the old and the new one both have to be met.")
        }
        ThreadLine::Behind { runs } => behind(runs),
        ThreadLine::Superseded { commit, .. } => {
            let line = newer_run(board, new.words("A newer request is open"));
            line.words(" with ").code(commit.short(), 12).words(".")
        }
        ThreadLine::EndedByNewer { commit, .. } => new
            .words("A newer request took its place, with ")
            .code(commit.short(), 12)
            .words(". GitHub rejects the jobs of this one."),
        ThreadLine::Reminder { .. } => reminder(board),
        ThreadLine::Escalated { to, may_act } => {
            let asked = if *may_act { " may answer as well." } else { " is asked as well." };
            new.words("Nobody has answered yet: ").theirs(to, 80).words(asked)
        }
        ThreadLine::Confirmed { by: who } => by(who).words(" confirmed it for this window."),
        ThreadLine::ObjectionBefore { by: who, reason } => quoted(by(who).words(" objects"), Some(reason)),
        ThreadLine::NotCovered => {
            new.words("Later jobs of this run need a decision of their own: start the run again to be asked.")
        }
        ThreadLine::Expired => new.bold("Expired").words(": nobody decided in time. GitHub rejects the jobs."),
        ThreadLine::Delivered { approved: true } => new.words("GitHub took the approval."),
        ThreadLine::Delivered { approved: false } => new.words("GitHub took the rejection."),
        ThreadLine::NotDelivered { why } => new
            .bold("GitHub did not take the decision")
            .words(": ")
            .theirs(why, 300)
            .words(". The jobs still wait; whoever runs Countersign has to look."),
        ThreadLine::WaitingForOthers => new.words("Done here. Other rules of this environment still hold the jobs."),
        ThreadLine::Queued => new.words("The jobs are queued."),
        ThreadLine::Running => new.words("The jobs are running."),
        ThreadLine::Live { after_ms } => {
            new.their_bold(&title(board), 150).words(&format!(", {} after the decision.", duration(*after_ms)))
        }
        ThreadLine::RolloutFailed { state } => new
            .bold("The rollout failed")
            .words(&failed_after(board))
            .words(": ")
            .theirs(state, 100)
            .words(". The run's log says what is live now.")
            .then(way_back(board)),
        ThreadLine::DeployedInstead { commit } => new
            .bold("A job deploys another commit than was approved: ")
            .code(commit.short(), 12)
            .words(", not ")
            .code(board.request.commit.short(), 12)
            .words(". Nobody here decided about it."),
        ThreadLine::Covered => new.words("Later jobs of this run get the same decision."),
        ThreadLine::Objection { by: who, reason } => {
            quoted(by(who).words(" objects, after it was decided"), reason.as_ref())
        }
        ThreadLine::EvidenceChanged { votes_void } => {
            let void = count(
                usize::try_from(*votes_void).unwrap_or(usize::MAX),
                "earlier vote no longer counts",
                "earlier votes no longer count",
            );
            new.words(&format!("The evidence was read again and differs: {void}. Look again before you decide."))
        }
        ThreadLine::VoteStruck { by: who } => {
            new.words("The vote of ").then(by(who)).words(" no longer counts: they may not vote here any more.")
        }
        ThreadLine::Ended { how } => ending_words(how).words(" Nothing was decided here."),
        ThreadLine::NewAttempt { attempt } => new.words(&format!(
            "Started again: attempt {attempt} asks anew, in a message of its own. No vote carries over."
        )),
        ThreadLine::CommitDiffers { commit } => new
            .words("A job of this run came with another commit, ")
            .code(commit.short(), 12)
            .words(". It is not covered, and stays closed."),
        ThreadLine::GaveUp { what, why } => new
            .words("Gave up on ")
            .theirs(what, 100)
            .words(": ")
            .theirs(why, 300)
            .words(". Whoever runs Countersign has to look."),
    }
}

/// `Run 483 and Run 484 wait for this one. Run 485 was cancelled behind it.`
fn behind(runs: &[Sibling]) -> Line {
    let of = |state: SiblingState, one: &str, many: &str| {
        let runs: Vec<&Sibling> = runs.iter().filter(|run| run.state == state).collect();
        let named = runs.iter().take(MAX_RUNS).enumerate().fold(Line::new(), |line, (place, run)| {
            line.words(if place == 0 { "" } else { ", " }).link(&run.url, &format!("Run {}", run.number))
        });
        match (runs.len(), runs.len().saturating_sub(MAX_RUNS)) {
            (0, _) => Line::new(),
            (1, _) => named.words(one),
            (_, 0) => named.words(many),
            (_, more) => named.words(&format!(" and {more} more")).words(many),
        }
    };
    let waits =
        of(SiblingState::Waits, " waits for its turn behind this one.", " wait for their turn behind this one.");
    let over =
        of(SiblingState::Cancelled, " was cancelled while this one waits.", " were cancelled while this one waits.");
    let between = if waits.is_empty() || over.is_empty() { "" } else { " " };
    waits.words(between).then(over)
}

/// Going back is a deployment like any other: somebody starts it, and it is asked for here.
fn way_back(board: &Board<'_>) -> Line {
    let new = Line::new();
    let live = board.request.evidence.as_ref().and_then(|brief| brief.base.as_ref());
    match (board.before, live) {
        (Some(before), _) => new
            .bold(" To go back")
            .words(" to ")
            .code(before.commit.short(), 12)
            .words(", re-run ")
            .link(&before.run.url, &format!("Run {}", before.run.number))
            .words(": it asks here again, as a rollback."),
        (None, Some(live)) if *live != board.request.commit => new
            .bold(" To go back")
            .words(" to ")
            .code(live.short(), 12)
            .words(", which was live before, deploy it again: it asks here, as a rollback."),
        (None, _) => new,
    }
}

/// By their login at the forge where that is known: a mention would call people for what they did themselves.
fn named(board: &Board<'_>, user: &ChatUser) -> Line {
    let request = board.request;
    let voted = request.votes.iter().map(|vote| &vote.voter).find(|voter| voter.chat == *user);
    let listed = request.roster.iter().flat_map(|roster| &roster.gates).flat_map(|gate| &gate.people);
    let listed = listed.filter(|one| one.chat.as_ref() == Some(user)).find_map(|one| one.login.as_deref());
    match voted.and_then(|voter| voter.link.forge()).map(|forge| forge.login.as_str()).or(listed) {
        Some(login) => Line::new().their_bold(login, 50),
        None => Line::new().person(user),
    }
}

/// ` after 4 min 12 s`
fn took(board: &Board<'_>) -> String {
    let decided = board.request.decision().map(|decision| decision.at.millis_since(board.request.opened_at));
    decided.map(|took| format!(" after {}", duration(took))).unwrap_or_default()
}

/// ` 48 s after the decision`
fn failed_after(board: &Board<'_>) -> String {
    use crate::domain::Rollout;
    match board.request.decision() {
        Some(decision) => match &decision.rollout {
            Rollout::Failed { at, .. } => format!(" {} after the decision", duration(at.millis_since(decision.at))),
            _ => String::new(),
        },
        None => String::new(),
    }
}

fn newer_run(board: &Board<'_>, line: Line) -> Line {
    match board.newer {
        Some(newer) => {
            let run = &newer.request.run;
            line.words(": ").link(&run.url, &format!("Run {}", run.number))
        }
        None => line,
    }
}

/// Who is still needed, and until when: this is what mentions are for.
fn reminder(board: &Board<'_>) -> Line {
    let request = board.request;
    let line = Line::new().words("Still open. It needs ").theirs(&missing(request), 300).words(".");
    let progress = request.progress();
    let open = progress.iter().filter(|gate| gate.state == GateState::Open);
    let able =
        open.filter_map(|gate| Able::of(request, gate)).map(|able| able.line(10)).filter(|names| !names.is_empty());
    let line = able.take(4).fold(line, |line, names| line.words(" Can act: ").then(names).words("."));
    line.words(" It expires ").at(request.expires_at).words(".")
}

fn quoted(line: Line, reason: Option<&Words>) -> Line {
    match reason {
        Some(reason) => line.words(": ").quote(reason.as_str(), MAX_REASON).words("."),
        None => line.words("."),
    }
}

#[cfg(test)]
mod tests;
