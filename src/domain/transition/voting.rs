//! Clicks on Approve, Deny and Request changes.

use super::{Work, deciding, settling};
use crate::domain::action::Action;
use crate::domain::actor::Voter;
use crate::domain::ci::CiReading;
use crate::domain::digest::Digest;
use crate::domain::effect::Effect;
use crate::domain::eligibility::Electorate;
use crate::domain::event::Ballot;
use crate::domain::evidence::FlagBrief;
use crate::domain::exception::effect_of;
use crate::domain::gate::FrozenPolicy;
use crate::domain::obstacle;
use crate::domain::request::{Basis, Choice, Decision, Newer, Phase, Request, Verdict, Vote};
use crate::domain::rules::Supersede;
use crate::domain::tally::{GateProgress, GateState, tally};
use crate::domain::thread::ThreadLine;
use crate::domain::time::Timestamp;
use crate::domain::whisper::{Refusal, Whisper};

pub(super) fn vote(work: &mut Work, ballot: &Ballot) {
    if let Phase::Decided(decision) = work.request.phase.clone() {
        return after_the_decision(work, ballot, &decision);
    }
    // The deadline's timer may be slower than a click (H5): what counts is when the click came.
    if work.request.is_undecided() && ballot.received >= work.request.expires_at {
        deciding::expire(work);
        return refuse(work, Refusal::Expired { at: work.request.expires_at });
    }
    match accept(work, ballot) {
        Ok(()) => {}
        Err(Answer::Refused(refusal)) => refuse(work, refusal),
        Err(Answer::Repeated) => repeat(work, ballot),
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

pub(super) fn refuse(work: &mut Work, refusal: Refusal) {
    if !matches!(refusal, Refusal::Expired { .. }) {
        work.name = "vote.refused";
    }
    work.answer = Some(Whisper::Refused(refusal));
}

fn repeat(work: &mut Work, ballot: &Ballot) {
    work.name = "vote.repeated";
    work.answer = Some(Whisper::AlreadyCounted);
    // Nothing new was said, but what was read for this click may let the decision be made.
    settling::settle(work, ballot.fresh.as_deref());
}

/// Counts the vote and whatever follows from it, in the same step (H48).
fn accept(work: &mut Work, ballot: &Ballot) -> Result<(), Answer> {
    votable(&work.request)?;
    let seen = evidence_seen(&work.request, &ballot.seen)?;
    if let Some(fresh) = &ballot.fresh {
        settling::take(work, fresh);
    }
    let gate = place_for(&work.request, &ballot.voter, ballot.choice)?;
    is_complete(&work.request, ballot, work.at)?;
    if ballot.choice == Choice::Approve {
        checks_hold(work, ballot)?;
    }
    forget_earlier_word(work, ballot)?;
    let reason = ballot.reason.clone().filter(|reason| !reason.is_empty());
    work.request.votes.push(Vote {
        human: ballot.voter.human(),
        voter: ballot.voter.clone(),
        choice: ballot.choice,
        reason: reason.clone(),
        ticks: ballot.ticks.clone(),
        seen,
        at: work.at,
        struck: false,
    });
    let by = ballot.voter.chat.clone();
    match ballot.choice {
        Choice::Deny => deciding::decide(work, Verdict::Denied, Basis::Votes, vec![by], reason),
        Choice::RequestChanges => {
            work.name = "vote.changes_requested";
            work.show(ThreadLine::ChangesRequested { by, reason });
            work.answer = Some(Whisper::ChangesRequested);
            settling::settle(work, None);
        }
        Choice::Approve => approved(work, ballot, &gate),
    }
    Ok(())
}

pub(super) fn votable(request: &Request) -> Result<(), Refusal> {
    match &request.phase {
        Phase::Gathering => Err(Refusal::StillGathering),
        Phase::Held { why } => Err(Refusal::Held { why: why.clone() }),
        Phase::Open if request.policy.is_some() => Ok(()),
        Phase::Open => Err(Refusal::StillGathering),
        Phase::Ended { how, at } => Err(Refusal::Ended { how: how.clone(), at: *at }),
        Phase::Decided(decision) => Err(already_decided(decision)),
    }
}

/// A vote is on what was on the screen (P7).
pub(super) fn evidence_seen(request: &Request, seen: &str) -> Result<Digest, Refusal> {
    let evidence = request.evidence.as_ref().ok_or(Refusal::StillGathering)?;
    if evidence.digest.short() == seen { Ok(evidence.digest) } else { Err(Refusal::EvidenceChanged) }
}

/// The gate that this voter's word is about: an open one for an approval; for a "no", one that is or was open (R18, R19).
/// Otherwise the reason that helps most.
fn place_for(request: &Request, voter: &Voter, choice: Choice) -> Result<String, Refusal> {
    let mut reasons = Vec::new();
    for policy in request.policies() {
        match place_in(request, policy, voter, choice) {
            Ok(gate) => return Ok(gate),
            Err(refusal) => reasons.push(refusal),
        }
    }
    reasons.sort_by_key(helpfulness);
    Err(reasons.into_iter().next().unwrap_or(Refusal::NobodyMayVote))
}

const fn helpfulness(refusal: &Refusal) -> u8 {
    match refusal {
        Refusal::GateNotOpen { .. } | Refusal::GateMet { .. } => 0,
        Refusal::Excluded { .. } => 1,
        Refusal::NobodyMayVote => 3,
        _ => 2,
    }
}

fn place_in(request: &Request, policy: &FrozenPolicy, voter: &Voter, choice: Choice) -> Result<String, Refusal> {
    let electorate = Electorate::of(request, policy);
    let progress = tally(request, policy);
    let all_met = progress.iter().all(GateProgress::is_met);
    let reached = progress.iter().filter(|gate| gate.state == GateState::Open).map(|gate| gate.stage).max();
    let (mut first, mut elsewhere) = (None, None);
    for (gate, progress) in policy.gates.iter().zip(&progress).filter(|(gate, _)| policy.asks_at(gate)) {
        let is_open = all_met || Some(gate.stage) == reached;
        let was_open = reached.is_some_and(|stage| gate.stage < stage);
        match electorate.may_act(gate, voter) {
            Ok(()) if is_open || (was_open && choice != Choice::Approve) => return Ok(gate.name.clone()),
            Ok(()) if was_open => elsewhere = Some(Refusal::GateMet { gate: gate.name.clone() }),
            Ok(()) => elsewhere = elsewhere.or_else(|| Some(not_open(progress, &policy.gates, reached))),
            Err(refusal) => first = first.or(Some(refusal)),
        }
    }
    Err(elsewhere.or(first).unwrap_or(Refusal::NobodyMayVote))
}

fn not_open(progress: &GateProgress, gates: &[crate::domain::gate::Gate], reached: Option<u32>) -> Refusal {
    let before = gates.iter().find(|gate| Some(gate.stage) == reached).map(|gate| gate.name.clone());
    Refusal::GateNotOpen { gate: progress.name.clone(), before: before.unwrap_or_default() }
}

/// Everything that a word of this kind needs besides the click.
fn is_complete(request: &Request, ballot: &Ballot, at: Timestamp) -> Result<(), Refusal> {
    let has_reason = ballot.reason.as_ref().is_some_and(|reason| !reason.is_empty());
    match ballot.choice {
        Choice::Deny if !has_reason && request.policies().any(|policy| policy.deny.reason_required) => {
            Err(Refusal::ReasonMissing)
        }
        Choice::Deny | Choice::RequestChanges => Ok(()),
        Choice::Approve => {
            if !has_reason && request.policies().any(|policy| policy.approve.comment_required) {
                return Err(Refusal::CommentMissing);
            }
            let unticked = unticked(request, &ballot.ticks, at);
            if !unticked.is_empty() {
                return Err(Refusal::TicksMissing { flags: unticked });
            }
            match newer_to_mind(request).filter(|_| !ballot.means_older) {
                Some(newer) => Err(Refusal::Older { newer: newer.request.clone(), commit: newer.commit.clone() }),
                None => Ok(()),
            }
        }
    }
}

/// The newer request, where approving this older one takes a second word (R24).
pub fn newer_to_mind(request: &Request) -> Option<&Newer> {
    let is_marked = request.policies().any(|policy| policy.supersede != Supersede::Off);
    request.superseded.as_ref().filter(|_| is_marked)
}

/// The flags that an approval has to tick: those whose severity asks for approval, where a policy wants that said.
pub fn flags_to_tick(request: &Request, at: Timestamp) -> Vec<&FlagBrief> {
    let flags = request.evidence.iter().flat_map(|evidence| &evidence.flags);
    let asks = |flag: &&FlagBrief| {
        let mut policies = request.policies().filter(|policy| policy.approve.tick_flags);
        policies.any(|policy| effect_of(flag, &policy.actions, &policy.accept, at).action() == Action::Approve)
    };
    flags.filter(asks).collect()
}

fn unticked(request: &Request, ticks: &[String], at: Timestamp) -> Vec<String> {
    let missing = flags_to_tick(request, at).into_iter().filter(|flag| !ticks.contains(&flag.print));
    missing.map(|flag| format!("{} ({})", flag.code, flag.subject)).collect()
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

/// One human, one word (R17). A changed mind replaces the earlier one (H3).
fn forget_earlier_word(work: &mut Work, ballot: &Ballot) -> Result<(), Answer> {
    let human = ballot.voter.human();
    let said_before =
        work.request.votes.iter().any(|vote| vote.human == human && !vote.struck && vote.choice == ballot.choice);
    if said_before && ballot.choice != Choice::RequestChanges {
        return Err(Answer::Repeated);
    }
    work.request.votes.retain(|vote| vote.human != human);
    Ok(())
}

fn approved(work: &mut Work, ballot: &Ballot, gate: &str) {
    work.name = "vote.counted";
    let by = ballot.voter.chat.clone();
    let progress = work.request.progress();
    // The gate whose place this voter fills, which need not be the one that let them in.
    let filled = progress.iter().find(|gate| gate.approvals.contains(&by));
    let shown = filled.or_else(|| progress.iter().find(|progress| progress.name == gate));
    let (gate, got, needed) = shown.map_or((gate.to_owned(), 0, 0), |gate| {
        (gate.name.clone(), u32::try_from(gate.approvals.len()).unwrap_or(u32::MAX), gate.needed)
    });
    work.show(ThreadLine::Approved { by, gate: gate.clone(), got, needed });
    let agreed = obstacle::gates_missing(&work.request, work.at).is_empty();
    settling::settle(work, ballot.fresh.as_deref());
    if work.request.is_undecided() {
        work.answer = Some(match agreed {
            true => Whisper::Agreed { waits_for: work.request.obstacles.clone() },
            false => Whisper::Counted { gate, got, needed },
        });
    }
}

pub(super) fn already_decided(decision: &Decision) -> Refusal {
    Refusal::AlreadyDecided { verdict: decision.verdict, by: decision.by.clone(), at: decision.at }
}

/// The decision stands (R21). The same word again is a double click; a voter's "no" after a "yes" is an objection (H4); a
/// "yes" may be the word that an approval waits for whose window closed (H35).
fn after_the_decision(work: &mut Work, ballot: &Ballot, decision: &Decision) {
    let may_act = may_act_anywhere(&work.request, &ballot.voter);
    if decision.needs_word && ballot.choice == Choice::Approve && may_act {
        return confirm(work, ballot);
    }
    let human = ballot.voter.human();
    let said = |choice| work.request.votes.iter().any(|vote| vote.human == human && vote.choice == choice);
    if said(ballot.choice) {
        work.name = "vote.repeated";
        work.answer = Some(Whisper::AlreadyCounted);
        return;
    }
    if decision.verdict == Verdict::Approved && ballot.choice != Choice::Approve && may_act {
        work.name = "vote.objection";
        work.answer = Some(Whisper::ObjectionNoted);
        let reason = ballot.reason.clone().filter(|reason| !reason.is_empty());
        return work.now(Effect::Say(ThreadLine::Objection { by: ballot.voter.chat.clone(), reason }));
    }
    refuse(work, already_decided(decision));
}

fn confirm(work: &mut Work, ballot: &Ballot) {
    let Phase::Decided(decision) = &mut work.request.phase else { return };
    decision.needs_word = false;
    decision.confirmed = true;
    decision.held = None;
    work.name = "decision.confirmed";
    work.answer = Some(Whisper::Confirmed);
    work.show(ThreadLine::Confirmed { by: ballot.voter.chat.clone() });
    work.now(Effect::Decide);
}

/// Whether `voter` may act on any gate that asks.
pub(super) fn may_act_anywhere(request: &Request, voter: &Voter) -> bool {
    request.policies().any(|policy| {
        let people = Electorate::of(request, policy);
        policy.gates.iter().any(|gate| policy.asks_at(gate) && people.may_act(gate, voter).is_ok())
    })
}
