//! From the first ask to an open request: jobs, evidence, policy, message.

use super::{MESSAGE_PATIENCE_MS, REGATHER_MS, Step, Work, policies, settling, timing};
use crate::domain::channel::PassedOver;
use crate::domain::effect::Effect;
use crate::domain::event::{Ask, Event};
use crate::domain::evidence::EvidenceBrief;
use crate::domain::fresh::{Around, PoliciesRead};
use crate::domain::gate::PolicyFound;
use crate::domain::picture::Picture;
use crate::domain::request::{JobState, MessageRef, Phase, Request, Rollout, Telling};
use crate::domain::rules::DEFAULT_EXPIRY_MS;
use crate::domain::sketch::Sketch;
use crate::domain::thread::ThreadLine;
use crate::domain::time::{MINUTE_MS, Timestamp};

/// Channels that one request is tried in: the policy's, the operator's, and what either became.
const MAX_PASSED_OVER: usize = 4;

pub(super) fn open(ask: &Ask, event: &Event, at: Timestamp) -> Step {
    let request = Request::asked(ask, at);
    let mut work = Work::on(request, event, at);
    work.name = "request.opened";
    work.now(Effect::Report);
    work.now(Effect::Gather);
    work.later(Effect::SyncMessage, MESSAGE_PATIENCE_MS);
    work.later(Effect::Expire, DEFAULT_EXPIRY_MS);
    work.start_watching(MINUTE_MS);
    work.finish(event)
}

/// Another job of the same key (R1, R28): covered by the decision if there is one.
pub(super) fn join(work: &mut Work, ask: &Ask) {
    if ask.commit != work.request.commit {
        work.name = "request.contradicted";
        return work.now(Effect::Say(ThreadLine::CommitDiffers { commit: ask.commit.clone() }));
    }
    let is_new = ask.deployment.is_some_and(|job| !work.request.jobs.contains_key(&job));
    if !is_new {
        work.name = "request.asked_again";
        return;
    }
    work.name = "request.joined";
    work.request.jobs.extend(ask.deployment.map(|job| (job, JobState::Waiting)));
    let covers = covers_later_jobs(&work.request);
    match &mut work.request.phase {
        Phase::Gathering => {}
        Phase::Held { .. } | Phase::Open => work.now(Effect::SyncMessage),
        // The policy wants a decision of their own for later jobs (H33): nobody is told anything for them here.
        Phase::Decided(_) if !covers => {
            work.name = "request.not_covered";
            work.show(ThreadLine::NotCovered);
        }
        Phase::Decided(decision) => {
            // A telling that is under way, or that is tried again anyway, reaches this job as well.
            if matches!(decision.telling, Telling::Delivered { .. }) {
                decision.telling = Telling::Delivering;
                decision.rollout = Rollout::NotStarted;
                work.now(Effect::Decide);
                work.show(ThreadLine::Covered);
            }
        }
        Phase::Ended { .. } => {}
    }
}

fn covers_later_jobs(request: &Request) -> bool {
    request.policies().all(|policy| policy.covers_later_jobs)
}

/// Shown as soon as there is a message; before that, posting it shows it.
pub(super) fn glimpsed(work: &mut Work, sketch: &Sketch) {
    if work.request.phase != Phase::Gathering {
        return;
    }
    work.request.sketch = Some(sketch.clone());
    if work.request.message.is_some() {
        work.now(Effect::SyncMessage);
    }
}

pub(super) fn gathered(work: &mut Work, evidence: &EvidenceBrief, read: &PoliciesRead, around: &Around) {
    if !work.request.is_undecided() {
        return;
    }
    let before = work.request.evidence.replace(evidence.clone());
    if before.is_some_and(|before| before.digest != evidence.digest) {
        void_votes(work);
    }
    policies::take(work, read);
    timing::take_around(work, around, work.at);
    // A newer request may have ended this one as soon as the policy was known.
    if !work.request.is_undecided() {
        return;
    }
    match &read.now {
        PolicyFound::Policies(_) => {
            work.request.phase = Phase::Open;
            if evidence.waits {
                let age_ms = work.at.millis_since(work.request.opened_at);
                work.gather_again(REGATHER_MS.max(age_ms / 2));
            }
            settling::settle(work, None);
        }
        PolicyFound::Hold { why } => {
            work.request.phase = Phase::Held { why: why.clone() };
            work.gather_again(REGATHER_MS);
        }
    }
    work.now(Effect::SyncMessage);
}

/// The evidence takes the answer in; where that changes its digest, votes on the old one are void (R5).
pub(super) fn check_answered(work: &mut Work) {
    if work.request.is_undecided() {
        work.gather_again(0);
    }
}

/// Votes were given on other evidence (R5).
fn void_votes(work: &mut Work) {
    let votes_void = u32::try_from(work.request.votes.len()).unwrap_or(u32::MAX);
    work.request.votes.clear();
    work.now(Effect::Say(ThreadLine::EvidenceChanged { votes_void }));
}

/// Evidence that cannot be read holds the request and is tried again (R7, P8).
pub(super) fn gather_failed(work: &mut Work, why: &str) {
    if !work.request.is_undecided() {
        return;
    }
    work.gather_again(REGATHER_MS);
    if work.request.evidence.is_none() {
        work.request.phase = Phase::Held { why: why.to_owned() };
        work.now(Effect::SyncMessage);
    }
}

pub(super) fn message_posted(work: &mut Work, message: &MessageRef, is_copy: bool) {
    work.request.message_is_copy = is_copy;
    work.request.message = Some(message.clone());
    work.request.message_trouble = None;
}

/// Only what was drawn from the evidence that people see.
pub(super) fn pictured(work: &mut Work, picture: &Picture) {
    let is_current = work.request.evidence.as_ref().is_some_and(|evidence| evidence.digest == picture.evidence);
    if is_current && work.request.is_undecided() {
        work.request.picture = Some(picture.clone());
        work.now(Effect::SyncMessage);
    }
}

/// The message goes elsewhere: both the message and the forge's page say why.
pub(super) fn passed_over(work: &mut Work, passed: &PassedOver) {
    let known = work.request.passed_over.iter().any(|one| one.channel == passed.channel);
    if known || work.request.passed_over.len() >= MAX_PASSED_OVER {
        return;
    }
    // What stands there is not there for people any more.
    work.request.message = None;
    work.request.passed_over.push(passed.clone());
    work.now(Effect::SyncMessage);
    if work.request.is_undecided() {
        work.now(Effect::Report);
    }
}

pub(super) fn channel_moved(work: &mut Work, from: &str, to: &str) {
    if let Some(message) = work.request.message.as_mut().filter(|message| message.channel == from) {
        to.clone_into(&mut message.channel);
    }
}

/// It is posted once more, unless it was meanwhile.
pub(super) fn message_lost(work: &mut Work, message: &MessageRef) {
    if work.request.message.as_ref() == Some(message) {
        work.request.message = None;
        work.now(Effect::SyncMessage);
    }
}
