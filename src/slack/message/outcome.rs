//! How it stands, where that is not simply "open": gathering, held, decided and what came of it, ended.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Basis, CommitSha, Decision, Ending, JobState, Phase, Request, Rollout, Telling, Verdict};
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};
use crate::slack::text::duration;

use super::{Room, gates, sketch};

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    Rich::new().line(line(board, room)?).block()
}

pub(in crate::slack) fn line(board: &Board<'_>, room: &Room) -> Option<Line> {
    match &board.request.phase {
        Phase::Open => None,
        Phase::Gathering => Some(gathering(board)),
        Phase::Held { why } => Some(held(why, room)),
        Phase::Decided(decision) => Some(decided(board.request, decision, room)),
        Phase::Ended { how, at } => {
            let line = Line::new().words("Nothing was decided here. ").then(ending_words(how));
            Some(line.words(" That was ").at(*at).words("."))
        }
    }
}

/// `Gathering: weights of 2 models, check runs. Nobody can decide before that.`
fn gathering(board: &Board<'_>) -> Line {
    let line = match sketch::of(board).and_then(sketch::reading) {
        Some(reading) => Line::new().bold("Gathering").words(&format!(": {reading}.")),
        None => Line::new().words("Reading what changed since what is live."),
    };
    line.words(" Nobody can decide before that.")
}

fn held(why: &str, room: &Room) -> Line {
    let line = Line::new().bold("Held: ").theirs(why, room.text.saturating_mul(3)).words(". ");
    line.words("Nobody can approve this while it is held; it stays closed at GitHub.")
}

fn decided(request: &Request, decision: &Decision, room: &Room) -> Line {
    let line = verdict(request, decision, room).words(" ").then(telling(request, decision, room));
    match &request.deployed_instead {
        Some(commit) => line.words(" ").then(deployed_instead(request, commit)),
        None => line,
    }
}

fn deployed_instead(request: &Request, commit: &CommitSha) -> Line {
    let line = Line::new().bold("Not what was approved: ").words("a job deployed ").code(commit.short(), 12);
    line.words(", and this is about ").code(request.commit.short(), 12).words(".")
}

fn verdict(request: &Request, decision: &Decision, room: &Room) -> Line {
    let took = duration(decision.at.millis_since(request.opened_at));
    let by = |line: Line| line.words(" by ").people(&decision.by, room.people);
    let line = match decision.verdict {
        Verdict::Approved if decision.basis == Basis::BreakGlass => {
            let line = by(Line::new().bold("The glass was broken"));
            line.words(&format!(" after {took}: it goes without its gates"))
        }
        Verdict::Approved if decision.by.is_empty() => {
            Line::new().bold("Approved").words(&format!(" by the policy itself in {took}"))
        }
        Verdict::Approved => by(Line::new().bold("Approved")).words(&format!(" in {took}")),
        Verdict::Withdrawn => by(Line::new().bold("Taken back")).words(&format!(" after {took}")),
        Verdict::Denied => by(Line::new().bold("Denied")).words(&format!(" after {took}")),
        Verdict::Superseded => return replaced(request, &took),
        Verdict::Expired => return expired(request, &took),
    };
    match &decision.reason {
        Some(reason) => line.words(": ").quote(reason.as_str(), room.text.saturating_mul(2)).words("."),
        None => line.words("."),
    }
}

fn replaced(request: &Request, took: &str) -> Line {
    let line = Line::new().bold("Replaced").words(&format!(" after {took}: a newer request asks for this environment"));
    match &request.superseded {
        Some(newer) => line.words(", with ").code(newer.commit.short(), 12).words("."),
        None => line.words("."),
    }
}

fn expired(request: &Request, took: &str) -> Line {
    let line = Line::new().bold("Expired").words(&format!(" after {took}: nobody decided in time."));
    let missing = gates::missing(request);
    if missing.is_empty() { line } else { line.words(" It still needed ").theirs(&missing, 200).words(".") }
}

fn telling(request: &Request, decision: &Decision, room: &Room) -> Line {
    match &decision.telling {
        Telling::Delivering if decision.held.is_some() => held_back(decision, room),
        Telling::Delivering => Line::new().words("Telling GitHub; it has not answered yet."),
        Telling::Failed { why } => Line::new()
            .bold("GitHub could not be told: ")
            .theirs(why, room.text)
            .words(". The jobs still wait there. Decide on the run's page, or ask whoever runs Countersign."),
        Telling::NotApplied { why } => {
            Line::new().words("The decision stands, but was not applied. ").then(ending_words(why))
        }
        Telling::Delivered { .. } if !decision.verdict.lets_run() => Line::new().words("GitHub has rejected the jobs."),
        Telling::Delivered { .. } => rollout(request, decision, room),
    }
}

/// Approved, and GitHub not told for now.
fn held_back(decision: &Decision, room: &Room) -> Line {
    let why = decision.held.as_deref().unwrap_or_default();
    let line =
        Line::new().bold("GitHub is not told yet").words(": ").theirs(why, room.text.saturating_mul(2)).words(". ");
    match decision.needs_word {
        true => {
            line.words("The window of this approval is over: one approver has to confirm it before it goes in another.")
        }
        false => line.words("It is told by itself as soon as that is over."),
    }
}

fn rollout(request: &Request, decision: &Decision, room: &Room) -> Line {
    let since = |at: &crate::domain::Timestamp| duration(at.millis_since(decision.at));
    match &decision.rollout {
        Rollout::NotStarted => Line::new().words("GitHub took the decision."),
        Rollout::WaitingForOthers => {
            Line::new().words("GitHub took the decision; other rules of this environment still hold the jobs.")
        }
        Rollout::Queued => Line::new().words("GitHub took the decision; the jobs are queued."),
        Rollout::Running => Line::new().words("The jobs are running").words(&jobs_live(request)).words("."),
        Rollout::Live { at } => Line::new().bold("Live").words(&format!(" {} after the decision.", since(at))),
        Rollout::Failed { state, at } => Line::new()
            .bold("The rollout failed")
            .words(&format!(" {} after the decision: ", since(at)))
            .theirs(state, room.text)
            .words(&jobs_live(request))
            .words("."),
    }
}

/// `, 3 of 29 live`
fn jobs_live(request: &Request) -> String {
    let live = request.jobs.values().filter(|state| **state == JobState::Live).count();
    match request.jobs.len() {
        0 | 1 => String::new(),
        all => format!(", {live} of {all} live"),
    }
}

/// How it ended without us, as a sentence.
pub(in crate::slack) fn ending_words(how: &Ending) -> Line {
    let by = |line: Line, by: &Option<String>| match by {
        Some(login) => line.words(" by ").theirs(login, 50).words("."),
        None => line.words("."),
    };
    match how {
        Ending::Cancelled { by: who } => by(Line::new().words("The run was cancelled"), who),
        Ending::Bypassed { by: who } => {
            by(Line::new().bold("The jobs started without this approval").words(", let through at GitHub"), who)
        }
        Ending::NewAttempt { attempt } => {
            Line::new().words(&format!("Attempt {attempt} of the run asks anew, in a message of its own."))
        }
        Ending::DecidedElsewhere { approved, by: who } => {
            let did = if *approved { "approved" } else { "rejected" };
            by(Line::new().words("Not here: ").bold(did).words(" at GitHub"), who)
        }
        Ending::RunEnded { conclusion } => Line::new().words("The run ended: ").theirs(conclusion, 60).words("."),
        Ending::Gone => Line::new().words("The run or its repository cannot be seen any more."),
    }
}
