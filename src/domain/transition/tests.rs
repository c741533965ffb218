//! Facts about single transitions, and properties over random histories.

mod ci;
mod explaining;
mod facts;
mod gates;
mod obstacles;
mod places;
mod properties;
mod taking_back;

use std::collections::BTreeSet;

use crate::domain::*;

pub(in crate::domain) const START: Timestamp = Timestamp::from_seconds(1_767_225_600);

pub(in crate::domain) fn chat(user: &str) -> ChatUser {
    ChatUser { workspace: "T0ACME".into(), user: user.into() }
}

pub(in crate::domain) fn forge(id: u64, login: &str) -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(id), login: login.into(), is_bot: false }
}

/// A full member with write access, linked.
pub(in crate::domain) fn approver(id: u64) -> Voter {
    let login = format!("user-{id}");
    Voter {
        chat: chat(&format!("U{id}")),
        standing: ChatStanding::Member,
        link: Link::Linked { forge: forge(id, &login) },
        access: Access::Write,
        memberships: BTreeSet::new(),
    }
}

pub(in crate::domain) fn commit() -> CommitSha {
    CommitSha::parse(&"a1".repeat(20)).unwrap()
}

pub(in crate::domain) fn ask(job: u64, attempt: u32) -> Event {
    let repository = Repository {
        id: RepositoryId::new(7),
        owner: "acme".into(),
        name: "sentiment".into(),
        installation: InstallationId::new(3),
    };
    let run = Run {
        title: "Deploy sentiment".into(),
        number: 482,
        attempt,
        url: "https://forge.example/run/1".into(),
        trigger: "push".into(),
        reference: "main".into(),
        workflow: "deploy".into(),
        actors: vec![forge(1, "mona")],
    };
    Event::Asked(Ask {
        id: RequestId::from_uuid(uuid::Uuid::from_u128(u128::from(job))),
        key: RequestKey {
            host: "forge.example".into(),
            repository: repository.id,
            run: RunId::new(9),
            attempt,
            environment: "production".into(),
        },
        repository,
        workspace: "T0ACME".into(),
        environment: EnvironmentName::parse("production").unwrap(),
        run,
        commit: commit(),
        deployment: Some(DeploymentId::new(job)),
    })
}

pub(in crate::domain) fn digest(seed: &str) -> Digest {
    Digest::of(seed.as_bytes())
}

/// A change written by account 2.
pub(in crate::domain) fn gathered(seed: &str, quorum: u32) -> Event {
    with_policies(seed, policy(vec![gate("Review", 0, quorum)]).into())
}

pub(in crate::domain) fn gate(name: &str, stage: u32, quorum: u32) -> Gate {
    Gate { name: name.into(), stage, group: Group::of_access(Access::Write), quorum, when: None }
}

/// A gate for a team of the forge.
pub(super) fn team_gate(name: &str, stage: u32, slug: &str) -> Gate {
    let members = BTreeSet::from([team(slug)]);
    Gate { group: Group { name: slug.into(), members, chat_only: false }, ..gate(name, stage, 1) }
}

pub(super) fn team(slug: &str) -> Membership {
    Membership::Team { organisation: "acme".into(), slug: slug.into() }
}

/// An approver who belongs to teams.
pub(super) fn member(id: u64, slugs: &[&str]) -> Voter {
    Voter { memberships: slugs.iter().map(|slug| team(slug)).collect(), ..approver(id) }
}

pub(in crate::domain) fn policy(gates: Vec<Gate>) -> FrozenPolicy {
    let source = PolicySource::Repository { commit: commit() };
    let plain = FrozenPolicy::of_gates(Role::Own, source, gates, rules::DEFAULT_EXPIRY_MS);
    FrozenPolicy { deny: rules::DenyRules { reason_required: false, cancel_run: false }, ..plain }
}

/// Evidence about a change that account 2 wrote, and the policies that hold for it.
pub(in crate::domain) fn with_policies(seed: &str, policies: Policies) -> Event {
    let now = PolicyFound::Policies(Box::new(policies));
    let policies = PoliciesRead { now, again: Vec::new() };
    Event::Gathered { evidence: brief(seed), policies, around: Around::default() }
}

pub(super) fn brief(seed: &str) -> EvidenceBrief {
    let author = Contributor { part: Part::Author, user: Some(forge(2, "li")), name: Words::new("Li") };
    EvidenceBrief {
        digest: digest(seed),
        risk: Severity::Low,
        has_gap: false,
        contributors: vec![author],
        base: None,
        relation: Relation::NoBaseline,
        flags: Vec::new(),
        approved_before: None,
        volatile: Vec::new(),
        ci: None,
        waits: false,
    }
}

/// What is known before the evidence is whole.
pub(super) fn glimpsed(files: u64) -> Event {
    Event::Glimpsed(Sketch { files: Some(files), reading: [Reading::Cards].into(), ..Sketch::default() })
}

pub(super) fn vote(voter: Voter, choice: Choice, seed: &str, received: Timestamp) -> Event {
    let seen = digest(seed).short();
    let (ticks, means_older) = (Vec::new(), false);
    Event::Voted(Ballot { voter, choice, reason: None, ticks, means_older, seen, received, fresh: None, ci: None })
}

/// Everything as it was when the request's people were looked up last: what a healthy world reads again.
pub(super) fn unchanged(request: &Request) -> Fresh {
    let now = request
        .policy
        .clone()
        .map_or(PolicyFound::Hold { why: "none".into() }, |held| PolicyFound::Policies(Box::new(held)));
    let now = match now {
        PolicyFound::Policies(held) => PolicyFound::Policies(Box::new(Policies {
            besides: held.besides.into_iter().filter(|policy| policy.role == Role::Floor).collect(),
            own: held.own,
        })),
        hold @ PolicyFound::Hold { .. } => hold,
    };
    Fresh {
        voters: request.votes.iter().map(|vote| vote.voter.clone()).collect(),
        ci: request.evidence.as_ref().and_then(|evidence| evidence.ci.clone()),
        policies: PoliciesRead { now, again: Vec::new() },
        around: Around::default(),
        base: request.evidence.as_ref().and_then(|evidence| evidence.base.clone()),
    }
}

/// Takes the events in, a second apart, and reads everything again whenever the request asks for it at once.
pub(in crate::domain) fn after(events: &[Event]) -> (Request, Step) {
    let mut request = None;
    let mut last = None;
    for (n, event) in events.iter().enumerate() {
        let at = START.plus_millis(i64::try_from(n).unwrap() * 1_000);
        let step = settled(transition(request.take(), event, at), at);
        request.clone_from(&step.request);
        last = Some(step);
    }
    (request.unwrap(), last.unwrap())
}

/// The step with what follows when everything is read again and nothing has changed.
pub(super) fn settled(mut step: Step, at: Timestamp) -> Step {
    let is_now = |due: &Due| due.effect == Effect::Recheck && due.at <= at;
    if step.effects.iter().any(is_now) {
        let fresh = Box::new(unchanged(step.request.as_ref().unwrap()));
        let next = transition(step.request, &Event::Rechecked { fresh }, at);
        step.effects.retain(|due| !is_now(due));
        step.effects.extend(next.effects);
        step.records.extend(next.records);
        step.request = next.request;
    }
    step
}

pub(super) fn has(step: &Step, wanted: fn(&Effect) -> bool) -> bool {
    step.effects.iter().any(|due| wanted(&due.effect))
}
