//! Breaking the glass, and the look afterwards that it asks for (R25).

use super::voting::{already_decided, evidence_seen, may_act_anywhere, refuse};
use super::{Work, deciding};
use crate::domain::actor::Voter;
use crate::domain::effect::Effect;
use crate::domain::eligibility::{is_member, may_break_glass};
use crate::domain::group::Group;
use crate::domain::request::{Basis, Phase, Review, ReviewClosed, Verdict};
use crate::domain::thread::ThreadLine;
use crate::domain::time::{DAY_MS, Timestamp};
use crate::domain::whisper::{Refusal, Whisper};
use crate::domain::words::Words;

/// How soon a review is due where no policy says it.
const REVIEW_WITHIN_MS: i64 = DAY_MS;

/// Lets a request through without its gates: every policy of it must name the voter for that, or none of them is met.
pub(super) fn broken(work: &mut Work, voter: &Voter, reason: Option<&Words>, seen: &str, received: Timestamp) {
    if work.request.is_undecided() && received >= work.request.expires_at {
        deciding::expire(work);
        return refuse(work, Refusal::Expired { at: work.request.expires_at });
    }
    if let Err(refusal) = allowed(work, voter, seen) {
        return refuse(work, refusal);
    }
    let Some(reason) = reason.filter(|reason| !reason.is_empty()) else { return refuse(work, Refusal::ReasonMissing) };
    let within = work.request.policies().filter_map(|policy| policy.break_glass.as_ref());
    let within_ms = within.map(|rules| rules.review_within_ms).min().unwrap_or(REVIEW_WITHIN_MS);
    work.request.review = Some(Review { broke: voter.human(), due: work.at.plus_millis(within_ms), closed: None });
    let by = voter.chat.clone();
    deciding::decide(work, Verdict::Approved, Basis::BreakGlass, vec![by], Some(reason.clone()));
    work.later(Effect::RemindReview, within_ms);
}

fn allowed(work: &Work, voter: &Voter, seen: &str) -> Result<(), Refusal> {
    match &work.request.phase {
        Phase::Gathering => return Err(Refusal::StillGathering),
        Phase::Open | Phase::Held { .. } => {}
        Phase::Decided(decision) => return Err(already_decided(decision)),
        Phase::Ended { how, at } => return Err(Refusal::Ended { how: how.clone(), at: *at }),
    }
    if let (Phase::Held { why }, None) = (&work.request.phase, &work.request.policy) {
        return Err(Refusal::Held { why: why.clone() });
    }
    evidence_seen(&work.request, seen)?;
    work.request.policies().try_for_each(|policy| may_break_glass(policy, voter))
}

/// Somebody else has looked: a member of the group that the policy names, or whoever may act on a gate.
pub(super) fn review_closed(work: &mut Work, voter: &Voter, note: Option<&Words>) {
    let Some(review) = work.request.review.clone().filter(|review| review.closed.is_none()) else {
        return refuse(work, Refusal::NothingToReview);
    };
    if voter.human() == review.broke {
        return refuse(work, Refusal::OwnReview);
    }
    if let Err(refusal) = may_review(work, voter) {
        return refuse(work, refusal);
    }
    let note = note.cloned().filter(|note| !note.is_empty());
    let closed = ReviewClosed { by: voter.chat.clone(), at: work.at, note: note.clone() };
    work.request.review = Some(Review { closed: Some(closed), ..review });
    work.answer = Some(Whisper::ReviewClosed);
    work.show(ThreadLine::ReviewClosed { by: voter.chat.clone(), note });
}

fn may_review(work: &Work, voter: &Voter) -> Result<(), Refusal> {
    let named: Vec<&Group> =
        work.request.policies().filter_map(|policy| policy.break_glass.as_ref()?.review_by.as_ref()).collect();
    match named.is_empty() {
        true if may_act_anywhere(&work.request, voter) => Ok(()),
        true => Err(Refusal::NobodyMayVote),
        false => named.into_iter().try_for_each(|group| is_member(voter, "the review", group)),
    }
}

/// Nobody has looked yet: said once a day until somebody has.
pub(super) fn review_due(work: &mut Work) {
    if work.request.review.as_ref().is_some_and(|review| review.closed.is_none()) {
        work.now(Effect::Say(ThreadLine::ReviewDue));
        work.later(Effect::RemindReview, DAY_MS);
    }
}
