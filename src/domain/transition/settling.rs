//! From agreement to decision: what was read again is taken in, what stands in the way is named, and when nothing does, it
//! is decided. Nothing else approves.

use super::{Work, deciding, policies};
use crate::domain::actor::{ChatUser, Voter};
use crate::domain::effect::Effect;
use crate::domain::eligibility::Electorate;
use crate::domain::fresh::Fresh;
use crate::domain::gate::FrozenPolicy;
use crate::domain::obstacle::{self, Obstacle};
use crate::domain::request::{Basis, Phase, Request, Verdict, Vote};
use crate::domain::thread::ThreadLine;
use crate::domain::time::{HOUR_MS, MINUTE_MS};

pub(super) fn rechecked(work: &mut Work, fresh: &Fresh) {
    if !work.request.is_undecided() {
        return;
    }
    work.request.recheck_due = None;
    take(work, fresh);
    settle(work, Some(fresh));
}

/// Nothing is approved by a failure (P8): it is said, and tried again.
pub(super) fn recheck_failed(work: &mut Work, why: &str) {
    if !work.request.is_undecided() {
        return;
    }
    work.request.recheck_due = None;
    let unread = Obstacle::Unread { why: why.to_owned() };
    if !work.request.obstacles.contains(&unread) {
        work.request.obstacles.retain(|old| !matches!(old, Obstacle::Unread { .. }));
        work.request.obstacles.push(unread.clone());
        work.now(Effect::SyncMessage);
    }
    look_again_later(work, &[unread]);
}

/// Takes in what was read again: people first, so that nobody counts who lost the right, then the policies.
pub(super) fn take(work: &mut Work, fresh: &Fresh) {
    policies::take(work, &fresh.policies);
    look_again_at(work, &fresh.voters);
}

/// Those who voted, as they stand now: whoever may not act on any gate any more stops counting (H17, H19).
fn look_again_at(work: &mut Work, voters: &[Voter]) {
    for vote in work.request.votes.iter_mut().filter(|vote| !vote.struck) {
        if let Some(now) = voters.iter().find(|voter| voter.chat == vote.voter.chat) {
            vote.voter = now.clone();
        }
    }
    for by in strike_lost(&mut work.request) {
        work.show(ThreadLine::VoteStruck { by });
    }
}

fn strike_lost(request: &mut Request) -> Vec<ChatUser> {
    let copy = request.clone();
    let electorates: Vec<(&FrozenPolicy, Electorate)> =
        copy.policies().map(|policy| (policy, Electorate::of(&copy, policy))).collect();
    let may_act = |vote: &Vote| {
        vote.voter.human() == vote.human
            && electorates
                .iter()
                .any(|(policy, people)| policy.gates.iter().any(|gate| people.may_act(gate, &vote.voter).is_ok()))
    };
    let mut struck = Vec::new();
    for vote in request.votes.iter_mut().filter(|vote| !vote.struck && !may_act(vote)) {
        vote.struck = true;
        struck.push(vote.voter.chat.clone());
    }
    struck
}

/// Decides when everybody needed has agreed and nothing is in the way. Without `fresh`, agreement asks for it.
pub(super) fn settle(work: &mut Work, fresh: Option<&Fresh>) {
    if work.request.phase != Phase::Open {
        return;
    }
    let people = obstacle::gates_missing(&work.request, work.at);
    let standing = obstacle::standing(&work.request, work.at);
    if !people.is_empty() || standing.iter().any(Obstacle::waits_for_people) {
        return show(work, fresh, standing);
    }
    let Some(fresh) = fresh else { return recheck_after(work, 0) };
    let found = obstacle::obstacles(&work.request, fresh, work.at);
    if found.is_empty() {
        work.request.obstacles.clear();
        return approve(work);
    }
    look_again_later(work, &found);
    work.request.obstacles = found;
    work.now(Effect::SyncMessage);
}

/// Keeps what is in the way for people to see, although more people are needed first.
fn show(work: &mut Work, fresh: Option<&Fresh>, mut standing: Vec<Obstacle>) {
    let around = match fresh {
        Some(fresh) => obstacle::around(&work.request, &fresh.around, work.at),
        // What was seen last and is not over.
        None => work.request.obstacles.iter().filter(|old| is_around(old, work)).cloned().collect(),
    };
    standing.extend(around);
    if work.request.obstacles != standing {
        work.request.obstacles = standing;
        work.now(Effect::SyncMessage);
    }
}

fn is_around(obstacle: &Obstacle, work: &Work) -> bool {
    let kept = matches!(
        obstacle,
        Obstacle::TooEarly { .. } | Obstacle::Window { .. } | Obstacle::Frozen { .. } | Obstacle::Order { .. }
    );
    kept && obstacle.until().is_none_or(|until| work.at < until)
}

/// When to look again: what is stale at once, what has a time at its time, anything else after a while that grows with the
/// age of the request.
fn look_again_later(work: &mut Work, found: &[Obstacle]) {
    if found.iter().any(|one| matches!(one, Obstacle::Stale | Obstacle::Checks { .. })) {
        work.gather_again(0);
    }
    if found.contains(&Obstacle::Unverified) {
        return recheck_after(work, 0);
    }
    let age_ms = work.at.millis_since(work.request.opened_at);
    let mut pause_ms = (age_ms / 10).clamp(MINUTE_MS, HOUR_MS);
    let timed = found.iter().filter_map(Obstacle::until).map(|until| until.millis_since(work.at));
    let untimed = found.iter().any(|one| one.until().is_none());
    if let Some(longest) = timed.max() {
        pause_ms = if untimed { pause_ms.min(longest) } else { longest };
    }
    recheck_after(work, pause_ms.max(0));
}

/// Reads everything again after a while, unless that is due sooner already.
pub(super) fn recheck_after(work: &mut Work, after_ms: i64) {
    let due = work.at.plus_millis(after_ms);
    if work.request.recheck_due.is_some_and(|set| set >= work.at && set <= due) {
        return;
    }
    work.request.recheck_due = Some(due);
    work.later(Effect::Recheck, after_ms);
}

fn approve(work: &mut Work) {
    let mut by: Vec<ChatUser> = Vec::new();
    for user in work.request.progress().into_iter().flat_map(|gate| gate.approvals) {
        if !by.contains(&user) {
            by.push(user);
        }
    }
    let reason = work.request.votes.iter().rev().find(|vote| !vote.struck).and_then(|vote| vote.reason.clone());
    let basis = if by.is_empty() { Basis::Rule } else { Basis::Votes };
    deciding::decide(work, Verdict::Approved, basis, by, reason);
}
