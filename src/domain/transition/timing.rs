//! What the clock and other requests bring: reminders, escalation, freezes, newer requests.

use super::{Work, deciding, settling};
use crate::domain::effect::Effect;
use crate::domain::freeze::Freeze;
use crate::domain::fresh::Around;
use crate::domain::id::{CommitSha, RequestId};
use crate::domain::obstacle::{self, Obstacle};
use crate::domain::request::{Basis, Newer, Phase, Verdict};
use crate::domain::rules::{Escalate, Remind, Supersede};
use crate::domain::thread::ThreadLine;
use crate::domain::time::{MINUTE_MS, Timestamp};

/// Most reminders of one request, whatever its policy says.
const MAX_REMINDERS: u32 = 100;

/// Sets the timers that the policy asks for, once it is known.
pub(super) fn start(work: &mut Work) {
    remind_after(work, 0);
    if let Some(Escalate { after_ms, .. }) = escalation(work) {
        let due = work.request.opened_at.plus_millis(after_ms);
        work.later(Effect::Escalate, due.millis_since(work.at).max(0));
    }
}

fn remind_after(work: &mut Work, round: u32) {
    let Some(Remind { every_ms, quiet }) = reminding(work) else { return };
    if round >= MAX_REMINDERS {
        return;
    }
    let due = work.at.plus_millis(every_ms.max(MINUTE_MS));
    let due = quiet.map_or(due, |quiet| quiet.next_allowed(due));
    if due < work.request.expires_at {
        work.later(Effect::Remind { round }, due.millis_since(work.at));
    }
}

fn reminding(work: &Work) -> Option<Remind> {
    work.request.policy.as_ref()?.own.timing.remind.clone()
}

fn escalation(work: &Work) -> Option<Escalate> {
    work.request.policy.as_ref()?.own.timing.escalate.clone()
}

/// Reads the state in its own transaction: one that fires as the decision commits does nothing (H47).
pub(super) fn reminder_due(work: &mut Work, round: u32) {
    if work.request.phase != Phase::Open {
        if work.request.is_undecided() {
            remind_after(work, round.saturating_add(1));
        }
        return;
    }
    if people_are_needed(work) {
        work.now(Effect::Say(ThreadLine::Reminder { round }));
    }
    remind_after(work, round.saturating_add(1));
}

pub(super) fn escalation_due(work: &mut Work) {
    let Some(Escalate { to, may_act, .. }) = escalation(work) else { return };
    if work.request.phase != Phase::Open || work.request.is_escalated || !people_are_needed(work) {
        return;
    }
    work.request.is_escalated = true;
    work.show(ThreadLine::Escalated { to: to.words().to_owned(), may_act });
}

fn people_are_needed(work: &Work) -> bool {
    obstacle::gates_missing(&work.request, work.at).iter().any(|one| matches!(one, Obstacle::Gate { .. }))
}

/// A freeze was called or lifted: what people see follows, and a decision that waited for it is looked at again.
pub(super) fn freezes_changed(work: &mut Work, freezes: &[Freeze]) {
    if !work.request.is_undecided() {
        return;
    }
    work.request.obstacles.retain(|old| !matches!(old, Obstacle::Frozen { .. }));
    let frozen = obstacle::closed(&work.request, freezes, work.at);
    work.request.obstacles.extend(frozen.into_iter().filter(|one| matches!(one, Obstacle::Frozen { .. })));
    work.now(Effect::SyncMessage);
    settling::settle(work, None);
}

/// A newer request asks for the same environment (R24, H37).
pub(super) fn superseded(work: &mut Work, by: &RequestId, commit: &CommitSha) {
    if !work.request.is_undecided() {
        return;
    }
    work.request.superseded = Some(Newer { request: by.clone(), commit: commit.clone() });
    follow_newer(work);
}

/// Does what the policy says about older requests, as soon as both are known.
pub(super) fn follow_newer(work: &mut Work) {
    let (Some(newer), Some(policy)) = (work.request.superseded.clone(), work.request.policy.as_ref()) else { return };
    match policy.own.supersede {
        Supersede::Off => {}
        Supersede::Mark => work.show(ThreadLine::Superseded { by: newer.request, commit: newer.commit }),
        Supersede::Reject => deciding::decide(work, Verdict::Superseded, Basis::Course, Vec::new(), None),
    }
}

/// Keeps what holds around the request for people to see.
pub(super) fn take_around(work: &mut Work, around: &Around, at: Timestamp) {
    if let Some(roster) = &around.roster {
        work.request.roster = Some(roster.clone());
    }
    let mut found = obstacle::standing(&work.request, at);
    found.extend(obstacle::around(&work.request, around, at));
    work.request.obstacles = found;
}
