//! Gathers the evidence and the policy.

use futures::future::try_join3;

use super::super::gather::external::{Kept, Outside};
use super::super::gather::{self, Gathered, News, Proposal, Shared};
use super::super::{Engine, fresh, roster};
use super::meanwhile;
use super::outcome::{self, Extra, finish, take_and_finish, take_with};
use super::picture;
use crate::domain::{ApprovedBefore, Around, DeploymentId, Event, EvidenceBrief, FrozenPolicy, PolicyFound, Request};
use crate::ports::{Class, PortError};
use crate::store::{ClaimedEffect, StoreError};

/// Tries before the request is held over what cannot be read; it is tried again later all the same.
const QUICK_TRIES: u32 = 4;

pub(super) async fn gather(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    if !request.is_undecided() {
        return finish(engine, claimed).await;
    }
    let own: Vec<DeploymentId> = request.jobs.keys().copied().collect();
    let held: Vec<FrozenPolicy> = request.policies().cloned().collect();
    let proposal = Proposal::of(request, &own, &held, engine.clock.now());
    let kept = Kept {
        checker: engine.checker.as_ref(),
        store: &engine.store,
        clock: &engine.clock,
        ids: &engine.ids,
        request: &request.id,
        public_url: engine.public_url.as_deref(),
    };
    let (outside, news) = (Outside::Kept(&kept), News::default());
    let shared = Shared { known: &engine.known, news: &news };
    let gathering = gather::gather_with(shared, engine.forge.as_ref(), &proposal, engine.policy, outside);
    match meanwhile::gathering(engine, claimed, request, &news, gathering).await? {
        Ok(gathered) => {
            let brief = gathered.evidence.brief(gathered.evidence.digest());
            match beside(engine, request, &gathered, &brief).await {
                Ok(beside) => take(engine, claimed, gathered, brief, beside).await,
                Err(error) => outcome::again(engine, claimed, &error).await,
            }
        }
        Err(error) if matches!(error.class, Class::Retry { .. } | Class::Unknown) && claimed.attempts < QUICK_TRIES => {
            outcome::again(engine, claimed, &error).await
        }
        Err(error) => take_and_finish(engine, claimed, Event::GatherFailed { why: error.to_string() }).await,
    }
}

/// What is read beside the evidence and kept with the request: it belongs to no digest.
struct Beside {
    around: Around,
    approved_before: Option<ApprovedBefore>,
}

async fn beside(
    engine: &Engine,
    request: &Request,
    gathered: &Gathered,
    brief: &EvidenceBrief,
) -> Result<Beside, PortError> {
    let policies: Vec<&FrozenPolicy> = match &gathered.policies.now {
        PolicyFound::Policies(found) => found.all().chain(request.policies()).collect(),
        PolicyFound::Hold { .. } => Vec::new(),
    };
    let around = fresh::around(engine, request, &policies);
    // Who has a hand in the change is known by the evidence that was just gathered.
    let request = Request { evidence: Some(brief.clone()), ..request.clone() };
    let roster = async {
        let roster = roster::read(engine, &request, &policies).await;
        roster.map_err(|error| PortError::retry("read who could approve", error))
    };
    let (around, roster, approved_before) = try_join3(around, roster, approved_before(engine, &request)).await?;
    Ok(Beside { around: Around { roster: Some(roster), ..around }, approved_before })
}

/// Whether this very commit was let through here before, by which decision (R6).
async fn approved_before(engine: &Engine, request: &Request) -> Result<Option<ApprovedBefore>, PortError> {
    let found = engine.store.approved_before(&request.key, &request.commit, &request.id).await;
    let found = found.map_err(|error| PortError::retry("look for an earlier approval", error))?;
    Ok(found.and_then(|earlier| {
        let decision = earlier.decision()?;
        Some(ApprovedBefore { request: earlier.id.clone(), at: decision.at, by: decision.by.clone() })
    }))
}

async fn take(
    engine: &Engine,
    claimed: &ClaimedEffect,
    gathered: Gathered,
    brief: EvidenceBrief,
    beside: Beside,
) -> Result<(), StoreError> {
    let Gathered { evidence, policies, ci, waits, .. } = gathered;
    let digest = brief.digest;
    let brief = EvidenceBrief { ci, waits, approved_before: beside.approved_before, ..brief };
    let event = Event::Gathered { evidence: brief, policies, around: beside.around };
    let draws = picture::is_wanted(&evidence);
    let extra = Extra { evidence: Some((digest, evidence.lasting())), draws, ..Extra::default() };
    take_with(engine, claimed, event, extra).await
}
