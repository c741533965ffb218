//! A request as people are shown it: its evidence, and the newer request beside it.

use crate::domain::{Evidence, EvidenceBrief, Relation, Request, Rollout, Timestamp};
use crate::ports::chat::{Board, Successor};
use crate::store::{Store, StoreError};

/// What is kept under the digest, with what belongs to this request alone: how its check runs stand.
pub async fn evidence(store: &Store, request: &Request) -> Result<Option<Evidence>, StoreError> {
    let Some(brief) = &request.evidence else { return Ok(None) };
    Ok(store.evidence(&brief.digest).await?.map(|evidence| evidence.with(brief)))
}

/// Everything besides the request that its message and views are drawn from.
#[derive(Debug, Default)]
pub struct Scene {
    evidence: Option<Evidence>,
    newer: Option<Newer>,
    /// What was live before, where the rollout failed.
    before: Option<Request>,
}

#[derive(Debug)]
struct Newer {
    request: Request,
    ahead_by: Option<u64>,
}

impl Scene {
    pub async fn of(store: &Store, request: &Request) -> Result<Self, StoreError> {
        let before = before(store, request).await?;
        Ok(Self { evidence: evidence(store, request).await?, newer: newer(store, request).await?, before })
    }

    pub fn board<'a>(&'a self, request: &'a Request, now: Timestamp) -> Board<'a> {
        let newer = self.newer.as_ref();
        Board {
            request,
            evidence: self.evidence.as_ref(),
            newer: newer.map(|newer| Successor { request: &newer.request, ahead_by: newer.ahead_by }),
            before: self.before.as_ref(),
            now,
            repeated: false,
        }
    }
}

/// The request that brought what was live when this one was asked for: the way back, should its rollout fail.
async fn before(store: &Store, request: &Request) -> Result<Option<Request>, StoreError> {
    let has_failed = request.decision().is_some_and(|decision| matches!(decision.rollout, Rollout::Failed { .. }));
    let Some(live) = request.evidence.as_ref().and_then(|brief| brief.base.as_ref()).filter(|_| has_failed) else {
        return Ok(None);
    };
    let found = store.approved_before(&request.key, live, &request.id).await?;
    Ok(found.filter(|found| found.commit != request.commit))
}

async fn newer(store: &Store, request: &Request) -> Result<Option<Newer>, StoreError> {
    let Some(newer) = request.superseded.as_ref().filter(|_| request.is_undecided()) else { return Ok(None) };
    let Some(newer) = store.request(&newer.request).await? else { return Ok(None) };
    let evidence = evidence(store, &newer).await?;
    let ahead_by = evidence.as_ref().and_then(|evidence| ahead_by(request, &newer, evidence));
    Ok(Some(Newer { request: newer, ahead_by }))
}

/// By how many commits `older` is behind `newer`: told only where its commit is known to be in the history of the newer one.
fn ahead_by(older: &Request, newer: &Request, evidence: &Evidence) -> Option<u64> {
    let (from, to) = (older.evidence.as_ref()?, newer.evidence.as_ref()?);
    let is_ancestor =
        from.relation == Relation::Same || evidence.commits.iter().any(|commit| commit.sha == older.commit);
    let distance = above_live(to)?.checked_sub(above_live(from)?)?;
    (is_ancestor && from.base == to.base).then_some(distance)
}

/// How many commits it is ahead of what is live, where it is not anywhere else.
const fn above_live(brief: &EvidenceBrief) -> Option<u64> {
    match brief.relation {
        Relation::Same => Some(0),
        Relation::Ahead { by } => Some(by),
        Relation::NoBaseline | Relation::Behind { .. } | Relation::Diverged { .. } => None,
    }
}
