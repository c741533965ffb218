//! Whose attention a request needs as it changes: those who can decide and were not asked before, those who wait for the
//! outcome. Nothing is decided here about the request itself.

use std::collections::BTreeSet;

use super::actor::ChatUser;
use super::effect::{Due, Effect};
use super::request::{Choice, Decision, Ending, Phase, Request, Telling, Vote};
use super::tally::GateState;
use super::thread::ThreadLine;
use super::time::Timestamp;

/// Those who can act on an open gate and have not: by who could act when that was read last. Nobody else is ever called.
pub fn asked(request: &Request) -> BTreeSet<ChatUser> {
    let Some(roster) = request.roster.as_ref().filter(|_| request.phase == Phase::Open) else { return BTreeSet::new() };
    let open = request.progress().into_iter().filter(|gate| gate.state == GateState::Open);
    let gates = open.filter_map(|gate| roster.of(gate.role, &gate.name));
    let candidates = gates.flat_map(|gate| &gate.people);
    let has_spoken = |human| request.votes.iter().any(|vote| !vote.struck && vote.human == human);
    candidates.filter(|one| !has_spoken(one.human.clone())).filter_map(|one| one.chat.clone()).collect()
}

/// What has to be sent to people after a step, besides the message and its thread.
pub fn follows(before: Option<&Request>, after: &Request, effects: &[Due], at: Timestamp) -> Vec<Due> {
    let now = |effect| Due { effect, at };
    let is_reminder = |due: &Due| matches!(due.effect, Effect::Say(ThreadLine::Reminder { .. }));
    let again = effects.iter().any(is_reminder);
    let earlier = before.filter(|_| !again).map(asked).unwrap_or_default();
    let people: Vec<ChatUser> = asked(after).difference(&earlier).cloned().collect();
    let mut found = Vec::new();
    if !people.is_empty() {
        found.push(now(Effect::Attend { people, again }));
    }
    if before.is_some_and(|before| has_outcome(before, after)) {
        found.push(now(Effect::TellOutcome));
    }
    if before.is_some_and(|before| changes_asked(before) != changes_asked(after)) {
        found.push(now(Effect::TellAuthors));
    }
    found
}

/// Changes that people ask for before it may pass: what stands of them.
pub fn changes_asked(request: &Request) -> Vec<&Vote> {
    let stands = |vote: &&Vote| vote.choice == Choice::RequestChanges && !vote.struck;
    request.votes.iter().filter(stands).collect()
}

/// Whether something came of it just now: a decision, an end, the rollout's end.
fn has_outcome(before: &Request, after: &Request) -> bool {
    match (&before.phase, &after.phase) {
        (Phase::Decided(before), Phase::Decided(after)) => ended_since(before, after),
        // An approval alone is none yet: what comes of it is.
        (_, Phase::Decided(after)) => !after.verdict.lets_run(),
        // Whoever started it again knows.
        (_, Phase::Ended { how: Ending::NewAttempt { .. }, .. }) => false,
        (before, Phase::Ended { .. }) => !matches!(before, Phase::Ended { .. }),
        _ => false,
    }
}

fn ended_since(before: &Decision, after: &Decision) -> bool {
    let failed = |decision: &Decision| matches!(decision.telling, Telling::Failed { .. } | Telling::NotApplied { .. });
    (after.rollout.is_final() && !before.rollout.is_final()) || (failed(after) && !failed(before))
}

/// Whose direct messages about a request do not tell the truth any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outdated {
    Nobodys,
    /// Theirs: they have spoken.
    Of(BTreeSet<ChatUser>),
    Everybodys,
}

/// Buttons that do nothing any more, and evidence that nobody sees any more, must not stand anywhere (R30).
pub fn outdated(before: &Request, after: &Request) -> Outdated {
    let evidence = |request: &Request| request.evidence.as_ref().map(|evidence| evidence.digest);
    if before.phase != after.phase || evidence(before) != evidence(after) {
        return Outdated::Everybodys;
    }
    let spoken = |request: &Request| -> BTreeSet<ChatUser> {
        request.votes.iter().filter(|vote| !vote.struck).map(|vote| vote.voter.chat.clone()).collect()
    };
    let (earlier, now) = (spoken(before), spoken(after));
    let changed: BTreeSet<ChatUser> = earlier.symmetric_difference(&now).cloned().collect();
    if changed.is_empty() { Outdated::Nobodys } else { Outdated::Of(changed) }
}

#[cfg(test)]
mod tests;
