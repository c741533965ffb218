//! The decision, and telling it to the forge.

use super::Work;
use crate::domain::actor::ChatUser;
use crate::domain::effect::{Effect, ReplyTo};
use crate::domain::event::Told;
use crate::domain::request::{Basis, Decision, Phase, Rollout, Telling, Verdict};
use crate::domain::thread::ThreadLine;
use crate::domain::time::SECOND_MS;
use crate::domain::whisper::Whisper;
use crate::domain::words::Words;

/// Pause before the run is looked at after the forge took the decision; its webhooks are usually faster.
const FIRST_LOOK_MS: i64 = 10 * SECOND_MS;

/// Pause before a held approval is looked at again for the first time.
const HELD_PAUSE_MS: i64 = 30 * SECOND_MS;

/// Makes the one decision (P4). The caller has seen that the request is undecided.
pub(super) fn decide(work: &mut Work, verdict: Verdict, basis: Basis, by: Vec<ChatUser>, reason: Option<Words>) {
    work.name = match (verdict, basis) {
        (Verdict::Approved, Basis::BreakGlass) => "glass.broken",
        (Verdict::Approved, _) => "request.approved",
        (Verdict::Denied, _) => "request.denied",
        (Verdict::Expired, _) => "request.expired",
        (Verdict::Withdrawn, _) => "request.withdrawn",
        (Verdict::Superseded, _) => "request.superseded",
    };
    let line = line_for(work, verdict, basis, &by, reason.clone());
    work.request.obstacles.clear();
    work.request.recheck_due = None;
    work.request.phase = Phase::Decided(Decision {
        verdict,
        at: work.at,
        basis,
        by,
        reason,
        telling: Telling::Delivering,
        rollout: Rollout::NotStarted,
        retold: 0,
        held: None,
        needs_word: false,
        confirmed: false,
    });
    work.now(Effect::Decide);
    work.show(line);
}

fn line_for(work: &Work, verdict: Verdict, basis: Basis, by: &[ChatUser], reason: Option<Words>) -> ThreadLine {
    match (verdict, by.last().cloned()) {
        (Verdict::Denied, Some(by)) => ThreadLine::Denied { by, reason },
        (Verdict::Withdrawn, Some(by)) => ThreadLine::Withdrawn { by, reason },
        (Verdict::Approved, Some(by)) if basis == Basis::BreakGlass => ThreadLine::GlassBroken { by, reason },
        (Verdict::Approved, _) => ThreadLine::Decided { by_rule: basis == Basis::Rule },
        (Verdict::Superseded, _) => match work.request.superseded.clone() {
            Some(newer) => ThreadLine::EndedByNewer { by: newer.request, commit: newer.commit },
            None => ThreadLine::Expired,
        },
        (Verdict::Expired | Verdict::Denied | Verdict::Withdrawn, _) => ThreadLine::Expired,
    }
}

pub(super) fn expire(work: &mut Work) {
    decide(work, Verdict::Expired, Basis::Course, Vec::new(), None);
}

/// The deadline's timer. One that was set for an earlier deadline changes nothing; the right one is in the outbox too.
pub(super) fn deadline(work: &mut Work) {
    if work.request.is_undecided() && work.at >= work.request.expires_at {
        expire(work);
    }
}

pub(super) fn told(work: &mut Work, told: &Told) {
    let at = work.at;
    let denial_cancels = work.request.policies().any(|policy| policy.deny.cancel_run);
    let Phase::Decided(decision) = &mut work.request.phase else { return };
    let lets_run = decision.verdict.lets_run();
    let cancels = decision.verdict == Verdict::Denied && denial_cancels;
    match told {
        Told::Taken => {
            let first_time = decision.retold == 0 && decision.rollout == Rollout::NotStarted;
            decision.telling = Telling::Delivered { at };
            decision.held = None;
            work.now(Effect::SyncMessage);
            if first_time {
                work.now(Effect::Say(ThreadLine::Delivered { approved: lets_run }));
            }
            if lets_run {
                work.start_watching(FIRST_LOOK_MS);
            } else if cancels {
                work.now(Effect::CancelRun);
            }
        }
        Told::NotApplied { why } => {
            decision.telling = Telling::NotApplied { why: why.clone() };
            work.name = "decision.not_applied";
            work.show(ThreadLine::Ended { how: why.clone() });
        }
    }
}

/// The decision stands and waits (R5, R23): whoever made it is told privately, once for each reason.
pub(super) fn held(work: &mut Work, why: &str, needs_word: bool) {
    let Phase::Decided(decision) = &mut work.request.phase else { return };
    let waits = decision.telling == Telling::Delivering && decision.verdict.lets_run();
    if !waits || decision.held.as_deref() == Some(why) {
        return;
    }
    decision.held = Some(why.to_owned());
    decision.needs_word |= needs_word;
    decision.confirmed &= !needs_word;
    let waits_for_people = decision.needs_word;
    let people = decision.by.clone();
    let channel = work.request.message.as_ref().map(|message| message.channel.clone());
    for user in people {
        let (workspace, channel) = (work.request.workspace.clone(), channel.clone());
        let to = ReplyTo { user, workspace, channel, response_url: None };
        work.now(Effect::Whisper { to, text: Whisper::DecisionHeld { why: why.to_owned() } });
    }
    work.now(Effect::SyncMessage);
    // One approver's word starts it again.
    if !waits_for_people {
        work.later(Effect::Decide, HELD_PAUSE_MS);
    }
}

/// Something was tried as often as makes sense. It is visible wherever it matters.
pub(super) fn gave_up(work: &mut Work, kind: &str, why: &str) {
    match (kind, &mut work.request.phase) {
        ("decide", Phase::Decided(decision)) => {
            decision.telling = Telling::Failed { why: why.to_owned() };
            work.show(ThreadLine::NotDelivered { why: why.to_owned() });
        }
        ("sync_message" | "say", _) => {
            // Where the message does not reach people, the run's own page says so: once for each trouble.
            let is_news = work.request.message_trouble.replace(why.to_owned()).is_none();
            if is_news && work.request.is_undecided() {
                work.now(Effect::Report);
            }
        }
        ("cancel_run", _) => {
            work.now(Effect::Say(ThreadLine::GaveUp { what: "cancelling the run".to_owned(), why: why.to_owned() }))
        }
        ("report" | "gather" | "whisper" | "watch", _) | (_, _) => {}
    }
}
