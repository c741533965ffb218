//! Reads everything again that a decision rests on: people, policies, check runs, what is live (R5, R9, R14, R16). All of
//! it in parallel, each question once, and past what was read before.

use futures::future::{try_join_all, try_join5};

use super::Engine;
use super::ci;
use super::gather::{self, Proposal};
use super::groups;
use super::live::Freshness;
use super::people::{Basis, look_up};
use super::shown;
use crate::domain::{
    Around, ChatUser, Choice, CommitSha, DeploymentId, EnvironmentName, Freeze, Fresh, FrozenPolicy, LiveElsewhere,
    LiveThere, PoliciesRead, PolicyFound, Request, Voter,
};
use crate::ports::{Class, PortError};

/// What was read, and what has to be so still when it is counted on.
pub(super) struct Reading {
    pub(super) fresh: Fresh,
    /// The links that the people rest on.
    pub(super) bases: Vec<Basis>,
}

/// Reads it for `request`; those who voted before are looked up again.
///
/// # Errors
/// What may pass when tried again.
pub(super) async fn read(engine: &Engine, request: &Request) -> Result<Reading, PortError> {
    let held: Vec<&FrozenPolicy> = request.policies().collect();
    let (policies, (voters, bases), ci, base, around) = try_join5(
        policies(engine, request),
        voters(engine, request),
        ci::read_again(engine, request),
        base(engine, request),
        around(engine, request, &held),
    )
    .await?;
    Ok(Reading { fresh: Fresh { voters, ci, policies, around, base }, bases })
}

/// Those that stand now or begin later.
pub(super) async fn freezes(engine: &Engine) -> Result<Vec<Freeze>, PortError> {
    engine.store.freezes(engine.clock.now()).await.map_err(|error| PortError::retry("read the freezes", error))
}

async fn policies(engine: &Engine, request: &Request) -> Result<PoliciesRead, PortError> {
    let own: Vec<DeploymentId> = request.jobs.keys().copied().collect();
    let held: Vec<FrozenPolicy> = request.policies().cloned().collect();
    let proposal = Proposal::of(request, &own, &held, engine.clock.now());
    let evidence = shown::evidence(&engine.store, request).await;
    let evidence = evidence.map_err(|error| PortError::retry("read the evidence", error))?;
    let Some(evidence) = evidence else {
        let why = "the evidence is not there".to_owned();
        return Ok(PoliciesRead { now: PolicyFound::Hold { why }, again: Vec::new() });
    };
    gather::policies(&engine.known, engine.forge.as_ref(), &proposal, engine.policy, &evidence).await
}

/// Those whose approval counts so far: eligibility is what it is when the decision is made.
async fn voters(engine: &Engine, request: &Request) -> Result<(Vec<Voter>, Vec<Basis>), PortError> {
    let counting = request.votes.iter().filter(|vote| !vote.struck && vote.choice != Choice::Deny);
    let users: Vec<&ChatUser> = counting.map(|vote| &vote.voter.chat).collect();
    let (asked, how) = (groups::asked(request), Freshness::Since(engine.workspace.live.mark()));
    let look_ups = users.into_iter().map(|user| look_up(engine, &request.repository, user, &asked, how));
    let found = try_join_all(look_ups).await?;
    Ok(found.into_iter().map(|found| (found.voter, found.basis)).unzip())
}

/// Whether something else is live than the evidence compares with.
pub(super) async fn is_stale(engine: &Engine, request: &Request) -> Result<bool, PortError> {
    let live = base(engine, request).await?;
    Ok(request.evidence.as_ref().is_some_and(|evidence| evidence.base != live))
}

async fn base(engine: &Engine, request: &Request) -> Result<Option<CommitSha>, PortError> {
    let own: Vec<DeploymentId> = request.jobs.keys().copied().collect();
    let live = engine.forge.live(&request.repository, &request.environment, &own).await?;
    Ok(live.map(|live| live.commit))
}

/// What holds around a request under `policies`: freezes, and what is live elsewhere. Who could act is read with the evidence.
pub(super) async fn around(
    engine: &Engine,
    request: &Request,
    policies: &[&FrozenPolicy],
) -> Result<Around, PortError> {
    let elsewhere = elsewhere(engine, request, policies).await?;
    Ok(Around { freezes: freezes(engine).await?, elsewhere, roster: None })
}

/// What is live where a policy asks for it. What will not be told is said, and holds.
async fn elsewhere(
    engine: &Engine,
    request: &Request,
    policies: &[&FrozenPolicy],
) -> Result<Vec<LiveElsewhere>, PortError> {
    let requires = policies.iter().filter_map(|policy| policy.requires.as_ref());
    let mut names: Vec<&str> = requires.map(|requires| requires.environment.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    try_join_all(names.into_iter().map(|name| live_there(engine, request, name))).await
}

async fn live_there(engine: &Engine, request: &Request, name: &str) -> Result<LiveElsewhere, PortError> {
    let unreadable = |why: String| LiveThere::Unreadable { why };
    let live = match EnvironmentName::parse(name) {
        None => unreadable("the name is not one an environment can have".to_owned()),
        Some(environment) => match engine.forge.live(&request.repository, &environment, &[]).await {
            Ok(Some(live)) => LiveThere::Commit { commit: live.commit, since: live.since },
            Ok(None) => LiveThere::Nothing,
            Err(error) if matches!(error.class, Class::Permanent | Class::Gone) => unreadable(error.to_string()),
            Err(error) => return Err(error),
        },
    };
    Ok(LiveElsewhere { environment: name.to_owned(), live })
}
