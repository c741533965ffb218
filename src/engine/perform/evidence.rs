//! Gathers the evidence and the policy.

use super::super::Engine;
use super::super::gather::external::{Kept, Outside};
use super::super::gather::{self, Gathered, Proposal};
use super::outcome::{self, Extra, finish, take_and_finish, take_with};
use crate::domain::{Around, DeploymentId, Digest, Event, EvidenceBrief, PoliciesRead, Request};
use crate::ports::Class;
use crate::store::{ClaimedEffect, StoreError};

/// Tries before the request is held over what cannot be read; it is tried again later all the same.
const QUICK_TRIES: u32 = 4;

pub(super) async fn gather(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    if !request.is_undecided() {
        return finish(engine, claimed).await;
    }
    let own: Vec<DeploymentId> = request.jobs.keys().copied().collect();
    let proposal = Proposal::of(request, &own, engine.clock.now());
    let kept = Kept {
        checker: engine.checker.as_ref(),
        store: &engine.store,
        clock: &engine.clock,
        ids: &engine.ids,
        request: &request.id,
        public_url: engine.public_url.as_deref(),
    };
    let outside = Outside::Kept(&kept);
    match gather::gather_with(&engine.known, engine.forge.as_ref(), &proposal, engine.policy, outside).await {
        Ok(Gathered { evidence, policy, ci, waits, .. }) => {
            let digest = Digest::of_json(&evidence.identity());
            let event = Event::Gathered {
                evidence: EvidenceBrief { ci, waits, ..evidence.brief(digest) },
                policies: PoliciesRead { now: policy, again: Vec::new() },
                around: Around::default(),
            };
            let extra = Extra { evidence: Some((digest, evidence.lasting())), ..Extra::default() };
            take_with(engine, claimed, event, extra).await
        }
        Err(error) if matches!(error.class, Class::Retry { .. } | Class::Unknown) && claimed.attempts < QUICK_TRIES => {
            outcome::again(engine, claimed, &error).await
        }
        Err(error) => take_and_finish(engine, claimed, Event::GatherFailed { why: error.to_string() }).await,
    }
}
