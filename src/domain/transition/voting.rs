//! Clicks on Approve and Deny.

use super::{Work, deciding};
use crate::domain::ci::CiReading;
use crate::domain::effect::Effect;
use crate::domain::eligibility::may_vote;
use crate::domain::event::Ballot;
use crate::domain::gate::{FrozenPolicy, Gate};
use crate::domain::request::{Choice, Decision, Phase, Verdict, Vote};
use crate::domain::thread::ThreadLine;
use crate::domain::whisper::{Refusal, Whisper};

pub(super) fn vote(work: &mut Work, ballot: &Ballot) {
    if let Phase::Decided(decision) = work.request.phase.clone() {
        return too_late(work, ballot, &decision);
    }
    // The deadline's timer may be slower than a click (H5): what counts is when the click came.
    if work.request.is_undecided() && ballot.received >= work.request.expires_at {
        deciding::expire(work);
        return refuse(work, Refusal::Expired { at: work.request.expires_at });
    }
    match accept(work, ballot) {
        Ok(()) => {}
        Err(Answer::Refused(refusal)) => refuse(work, refusal),
        Err(Answer::Repeated) => repeat(work),
    }
}

enum Answer {
    Refused(Refusal),
    /// The same human said the same already.
    Repeated,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn refuse(work: &mut Work, refusal: Refusal) {
    if !matches!(refusal, Refusal::Expired { .. }) {
        work.name = "vote.refused";
    }
    work.answer = Some(Whisper::Refused(refusal));
}

fn repeat(work: &mut Work) {
    work.name = "vote.repeated";
    work.answer = Some(Whisper::AlreadyCounted);
}

/// Counts the vote and whatever follows from it, in the same step (H48).
fn accept(work: &mut Work, ballot: &Ballot) -> Result<(), Answer> {
    let policy = votable(work)?;
    let seen = evidence_seen(work, ballot)?;
    strike_lost_votes(work, &policy, ballot);
    let gate = gate_for(work, &policy, ballot)?;
    let human = ballot.voter.human().ok_or(Refusal::NotLinked)?;
    let reason = ballot.reason.clone().filter(|reason| !reason.is_empty());
    if ballot.choice == Choice::Deny && policy.deny_needs_reason && reason.is_none() {
        return Err(Refusal::ReasonMissing.into());
    }
    if ballot.choice == Choice::Approve {
        checks_hold(work, ballot)?;
    }
    forget_earlier_word(work, &gate, ballot)?;
    work.request.votes.push(Vote {
        gate: gate.name.clone(),
        human,
        voter: ballot.voter.clone(),
        choice: ballot.choice,
        reason: reason.clone(),
        seen,
        at: work.at,
        struck: false,
    });
    match ballot.choice {
        Choice::Deny => deciding::decide(work, Verdict::Denied, vec![ballot.voter.chat.clone()], reason),
        Choice::Approve => approved(work, &gate, ballot),
    }
    Ok(())
}

fn votable(work: &Work) -> Result<FrozenPolicy, Refusal> {
    match &work.request.phase {
        Phase::Gathering => Err(Refusal::StillGathering),
        Phase::Held { why } => Err(Refusal::Held { why: why.clone() }),
        Phase::Open => work.request.policy.clone().ok_or(Refusal::StillGathering),
        Phase::Ended { how, at } => Err(Refusal::Ended { how: how.clone(), at: *at }),
        // Handled before: a decided request takes objections only.
        Phase::Decided(decision) => Err(already_decided(decision)),
    }
}

/// A vote is on what was on the screen (P7).
fn evidence_seen(work: &Work, ballot: &Ballot) -> Result<crate::domain::Digest, Refusal> {
    let evidence = work.request.evidence.as_ref().ok_or(Refusal::StillGathering)?;
    if evidence.digest.short() == ballot.seen { Ok(evidence.digest) } else { Err(Refusal::EvidenceChanged) }
}

/// Required check runs that are worse than in the evidence on the screen hold an approval (R5): they are shown first.
fn checks_hold(work: &mut Work, ballot: &Ballot) -> Result<(), Refusal> {
    let shown = work.request.evidence.as_ref().and_then(|evidence| evidence.ci.as_ref());
    let Some(shown) = shown else { return Ok(()) };
    let unread = || CiReading::unreadable(&shown.required, "nobody looked");
    let now = ballot.ci.clone().unwrap_or_else(unread).worse_than(shown);
    if now.is_empty() {
        return Ok(());
    }
    work.gather_again(0);
    Err(Refusal::ChecksWorse { now })
}

/// Those who voted and may no longer do so stop counting before the quorum is looked at (H17, H19).
fn strike_lost_votes(work: &mut Work, policy: &FrozenPolicy, ballot: &Ballot) {
    let request = work.request.clone();
    let lost = |vote: &Vote| {
        let gate = policy.gates.iter().find(|gate| gate.name == vote.gate);
        let fresh = ballot.recheck.iter().find(|fresh| fresh.chat == vote.voter.chat);
        let voter = fresh.unwrap_or(&vote.voter);
        !vote.struck && gate.is_none_or(|gate| may_vote(&request, policy, gate, voter).is_err())
    };
    let mut struck = Vec::new();
    for vote in work.request.votes.iter_mut().filter(|vote| lost(vote)) {
        vote.struck = true;
        struck.push(vote.voter.chat.clone());
    }
    for by in struck {
        work.show(ThreadLine::VoteStruck { by });
    }
}

/// The first gate that is not met yet, if this voter may act on it (R18).
fn gate_for(work: &Work, policy: &FrozenPolicy, ballot: &Ballot) -> Result<Gate, Refusal> {
    let progress = work.request.progress();
    let open = policy.gates.iter().zip(&progress).find(|(_, progress)| !progress.is_met());
    let gate = open.map(|(gate, _)| gate).or(policy.gates.last());
    let gate = gate.ok_or_else(|| Refusal::Held { why: "the policy has no gates".to_owned() })?;
    may_vote(&work.request, policy, gate, &ballot.voter)?;
    Ok(gate.clone())
}

/// One human, one vote per gate, one gate per human (R17). A changed mind replaces the earlier word (H3).
fn forget_earlier_word(work: &mut Work, gate: &Gate, ballot: &Ballot) -> Result<(), Answer> {
    let human = ballot.voter.human();
    let earlier = work.request.votes.iter().find(|vote| Some(vote.human) == human && !vote.struck);
    match earlier {
        Some(vote) if vote.gate != gate.name && ballot.choice == vote.choice => {
            Err(Refusal::VotedInOtherGate { gate: vote.gate.clone() }.into())
        }
        Some(vote) if vote.choice == ballot.choice => Err(Answer::Repeated),
        _ => {
            work.request.votes.retain(|vote| Some(vote.human) != human);
            Ok(())
        }
    }
}

fn approved(work: &mut Work, gate: &Gate, ballot: &Ballot) {
    work.name = "vote.counted";
    let progress = work.request.progress();
    let got = progress.iter().find(|p| p.name == gate.name).map_or(0, |p| p.approvals.len());
    let got = u32::try_from(got).unwrap_or(u32::MAX);
    let by = ballot.voter.chat.clone();
    if progress.iter().all(crate::domain::GateProgress::is_met) {
        let all = progress.into_iter().flat_map(|p| p.approvals).collect();
        return deciding::decide(work, Verdict::Approved, all, ballot.reason.clone());
    }
    work.show(ThreadLine::Approved { by, gate: gate.name.clone(), got, needed: gate.quorum });
    work.answer = Some(Whisper::Counted { gate: gate.name.clone(), got, needed: gate.quorum });
}

fn already_decided(decision: &Decision) -> Refusal {
    Refusal::AlreadyDecided { verdict: decision.verdict, by: decision.by.clone(), at: decision.at }
}

/// The decision stands (R21). The same word again is a double click; a voter's "no" after a "yes" is an objection (H4).
fn too_late(work: &mut Work, ballot: &Ballot, decision: &Decision) {
    let human = ballot.voter.human();
    let said =
        |choice| work.request.votes.iter().any(|v| Some(v.human) == human && human.is_some() && v.choice == choice);
    if said(ballot.choice) {
        return repeat(work);
    }
    if decision.verdict == Verdict::Approved && ballot.choice == Choice::Deny && may_object(work, ballot) {
        work.name = "vote.objection";
        work.answer = Some(Whisper::ObjectionNoted);
        let reason = ballot.reason.clone().filter(|reason| !reason.is_empty());
        return work.now(Effect::Say(ThreadLine::Objection { by: ballot.voter.chat.clone(), reason }));
    }
    refuse(work, already_decided(decision));
}

fn may_object(work: &Work, ballot: &Ballot) -> bool {
    let Some(policy) = &work.request.policy else { return false };
    policy.gates.iter().any(|gate| may_vote(&work.request, policy, gate, &ballot.voter).is_ok())
}
