//! Taking a vote or the whole request back (R20), speaking against it without a vote (R19), and asking for another look.

use super::voting::{already_decided, may_act_anywhere, refuse};
use super::{Work, deciding, settling};
use crate::domain::actor::Voter;
use crate::domain::effect::Effect;
use crate::domain::eligibility::is_trusted_account;
use crate::domain::request::{Basis, Objection, Phase, Verdict};
use crate::domain::thread::ThreadLine;
use crate::domain::whisper::{Refusal, Whisper};
use crate::domain::words::Words;

/// Most objections that a request keeps; later ones are in the thread and in the record.
const MAX_OBJECTIONS: usize = 20;

/// Own votes can be taken back until the decision is made.
pub(super) fn vote_withdrawn(work: &mut Work, voter: &Voter) {
    if let Err(refusal) = undecided(work) {
        return refuse(work, refusal);
    }
    let human = voter.human();
    if !work.request.votes.iter().any(|vote| vote.human == human && !vote.struck) {
        return refuse(work, Refusal::NoVote);
    }
    work.request.votes.retain(|vote| vote.human != human);
    work.answer = Some(Whisper::VoteWithdrawn);
    work.show(ThreadLine::VoteWithdrawn { by: voter.chat.clone() });
    // What was in the way may have been this very word.
    settling::settle(work, None);
}

/// Whoever asked can take the request back: it ends, and the forge is told no.
pub(super) fn withdrawn(work: &mut Work, voter: &Voter, reason: Option<&Words>) {
    if let Err(refusal) = undecided(work).and_then(|()| is_trusted_account(voter)) {
        return refuse(work, refusal);
    }
    let asked = voter.account().is_some_and(|account| work.request.run.actors.iter().any(|actor| actor.id == account));
    if !asked {
        return refuse(work, Refusal::NotYours);
    }
    let reason = reason.cloned().filter(|reason| !reason.is_empty());
    deciding::decide(work, Verdict::Withdrawn, Basis::Course, vec![voter.chat.clone()], reason);
    work.answer = Some(Whisper::Withdrawn);
}

/// An objection is shown and decides nothing. Who may decide is told to use their vote.
pub(super) fn objected(work: &mut Work, voter: &Voter, reason: Option<&Words>) {
    if let Err(refusal) = undecided(work).and_then(|()| is_trusted_account(voter)) {
        return refuse(work, refusal);
    }
    let Some(reason) = reason.filter(|reason| !reason.is_empty()) else { return refuse(work, Refusal::ReasonMissing) };
    if may_act_anywhere(&work.request, voter) {
        return refuse(work, Refusal::MayVote);
    }
    let by = voter.chat.clone();
    work.request.objections.retain(|objection| objection.by != by);
    if work.request.objections.len() < MAX_OBJECTIONS {
        work.request.objections.push(Objection { by: by.clone(), reason: reason.clone() });
    }
    work.answer = Some(Whisper::ObjectionNoted);
    work.now(Effect::SyncMessage);
    work.now(Effect::Say(ThreadLine::ObjectionBefore { by, reason: reason.clone() }));
}

/// Evidence and policy are gathered again; votes survive when the evidence is the same and the policy still allows them.
pub(super) fn look_again(work: &mut Work, voter: &Voter) {
    if let Err(refusal) = undecided(work).and_then(|()| is_trusted_account(voter)) {
        return refuse(work, refusal);
    }
    work.answer = Some(Whisper::LookingAgain);
    work.gather_again(0);
}

fn undecided(work: &Work) -> Result<(), Refusal> {
    match &work.request.phase {
        Phase::Decided(decision) => Err(already_decided(decision)),
        Phase::Ended { how, at } => Err(Refusal::Ended { how: how.clone(), at: *at }),
        Phase::Gathering | Phase::Held { .. } | Phase::Open => Ok(()),
    }
}
