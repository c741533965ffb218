//! The decision, and telling it to the forge.

use super::Work;
use crate::domain::actor::ChatUser;
use crate::domain::effect::{Effect, ReplyTo};
use crate::domain::event::Told;
use crate::domain::request::{Decision, Phase, Rollout, Telling, Verdict};
use crate::domain::thread::ThreadLine;
use crate::domain::time::SECOND_MS;
use crate::domain::whisper::Whisper;
use crate::domain::words::Words;

/// Pause before the run is looked at after the forge took the decision; its webhooks are usually faster.
const FIRST_LOOK_MS: i64 = 10 * SECOND_MS;

/// Pause before a held approval is looked at again for the first time.
const HELD_PAUSE_MS: i64 = 30 * SECOND_MS;

/// Makes the one decision (P4). The caller has seen that the request is undecided.
pub(super) fn decide(work: &mut Work, verdict: Verdict, by: Vec<ChatUser>, reason: Option<Words>) {
    work.name = match verdict {
        Verdict::Approved => "request.approved",
        Verdict::Denied => "request.denied",
        Verdict::Expired => "request.expired",
    };
    let line = line_for(work, verdict, &by, reason.clone());
    work.request.phase = Phase::Decided(Decision {
        verdict,
        at: work.at,
        by,
        reason,
        telling: Telling::Delivering,
        rollout: Rollout::NotStarted,
        retold: 0,
        held: None,
    });
    work.now(Effect::Decide);
    work.show(line);
}

fn line_for(work: &Work, verdict: Verdict, by: &[ChatUser], reason: Option<Words>) -> ThreadLine {
    let last = work.request.votes.last();
    match (verdict, by.last()) {
        (Verdict::Denied, Some(by)) => ThreadLine::Denied { by: by.clone(), reason },
        (Verdict::Approved, Some(by)) => {
            let gate = last.map(|vote| vote.gate.clone()).unwrap_or_default();
            let progress = work.request.progress().into_iter().find(|progress| progress.name == gate);
            let got = progress.as_ref().map_or(0, |p| u32::try_from(p.approvals.len()).unwrap_or(u32::MAX));
            ThreadLine::Approved { by: by.clone(), gate, got, needed: progress.map_or(0, |p| p.needed) }
        }
        (Verdict::Expired, _) | (_, None) => ThreadLine::Expired,
    }
}

pub(super) fn expire(work: &mut Work) {
    decide(work, Verdict::Expired, Vec::new(), None);
}

/// The deadline's timer. One that was set for an earlier deadline changes nothing; the right one is in the outbox too.
pub(super) fn deadline(work: &mut Work) {
    if work.request.is_undecided() && work.at >= work.request.expires_at {
        expire(work);
    }
}

pub(super) fn told(work: &mut Work, told: &Told) {
    let at = work.at;
    let Phase::Decided(decision) = &mut work.request.phase else { return };
    let lets_run = decision.verdict.lets_run();
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
            }
        }
        Told::NotApplied { why } => {
            decision.telling = Telling::NotApplied { why: why.clone() };
            work.name = "decision.not_applied";
            work.show(ThreadLine::Ended { how: why.clone() });
        }
    }
}

/// The decision stands and waits (R5): whoever made it is told privately, once for each reason.
pub(super) fn held(work: &mut Work, why: &str) {
    let Phase::Decided(decision) = &mut work.request.phase else { return };
    let waits = decision.telling == Telling::Delivering && decision.verdict.lets_run();
    if !waits || decision.held.as_deref() == Some(why) {
        return;
    }
    decision.held = Some(why.to_owned());
    let people = decision.by.clone();
    let channel = work.request.message.as_ref().map(|message| message.channel.clone());
    for user in people {
        let to = ReplyTo { user, channel: channel.clone(), response_url: None };
        work.now(Effect::Whisper { to, text: Whisper::DecisionHeld { why: why.to_owned() } });
    }
    work.now(Effect::SyncMessage);
    work.later(Effect::Decide, HELD_PAUSE_MS);
}

/// Something was tried as often as makes sense. It is visible wherever it matters.
pub(super) fn gave_up(work: &mut Work, kind: &str, why: &str) {
    match (kind, &mut work.request.phase) {
        ("decide", Phase::Decided(decision)) => {
            decision.telling = Telling::Failed { why: why.to_owned() };
            work.show(ThreadLine::NotDelivered { why: why.to_owned() });
        }
        ("sync_message" | "say", _) => work.request.message_trouble = Some(why.to_owned()),
        ("report" | "gather" | "whisper" | "watch", _) | (_, _) => {}
    }
}
