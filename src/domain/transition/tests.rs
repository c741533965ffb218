//! Facts about single transitions, and properties over random histories.

mod ci;
mod facts;
mod properties;

use std::collections::BTreeSet;

use crate::domain::*;

pub(super) const START: Timestamp = Timestamp::from_seconds(1_767_225_600);

pub(super) fn chat(user: &str) -> ChatUser {
    ChatUser { workspace: "T0ACME".into(), user: user.into() }
}

pub(super) fn forge(id: u64, login: &str) -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(id), login: login.into(), is_bot: false }
}

/// A full member with write access, linked.
pub(super) fn approver(id: u64) -> Voter {
    let login = format!("user-{id}");
    Voter {
        chat: chat(&format!("U{id}")),
        standing: ChatStanding::Member,
        link: Link::Linked { forge: forge(id, &login) },
        access: Access::Write,
    }
}

pub(super) fn commit() -> CommitSha {
    CommitSha::parse(&"a1".repeat(20)).unwrap()
}

pub(super) fn ask(job: u64, attempt: u32) -> Event {
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
        environment: EnvironmentName::parse("production").unwrap(),
        run,
        commit: commit(),
        deployment: Some(DeploymentId::new(job)),
    })
}

pub(super) fn digest(seed: &str) -> Digest {
    Digest::of(seed.as_bytes())
}

/// A change written by account 2.
pub(super) fn gathered(seed: &str, quorum: u32) -> Event {
    let author = Contributor { part: Part::Author, user: Some(forge(2, "li")), name: Words::new("Li") };
    let policy = FrozenPolicy {
        source: PolicySource::Starter,
        digest: digest("policy"),
        gates: vec![Gate { name: "Review".into(), group: Group::WriteAccess, quorum }],
        exclude: BTreeSet::from([Part::Requester, Part::Author]),
        expires_after_ms: gate::DEFAULT_EXPIRY_MS,
        deny_needs_reason: false,
    };
    Event::Gathered {
        evidence: EvidenceBrief {
            digest: digest(seed),
            risk: Severity::Low,
            has_gap: false,
            contributors: vec![author],
            volatile: Vec::new(),
            ci: None,
            waits: false,
        },
        policy: PolicyFound::Policy(policy),
    }
}

pub(super) fn vote(voter: Voter, choice: Choice, seed: &str, received: Timestamp) -> Event {
    let (seen, recheck) = (digest(seed).short(), Vec::new());
    Event::Voted(Ballot { voter, choice, reason: None, seen, received, recheck, ci: None })
}

pub(super) fn after(events: &[Event]) -> (Request, Step) {
    let mut request = None;
    let mut last = None;
    for (n, event) in events.iter().enumerate() {
        let at = START.plus_millis(i64::try_from(n).unwrap() * 1_000);
        let step = transition(request.take(), event, at);
        request.clone_from(&step.request);
        last = Some(step);
    }
    (request.unwrap(), last.unwrap())
}

pub(super) fn has(step: &Step, wanted: fn(&Effect) -> bool) -> bool {
    step.effects.iter().any(|due| wanted(&due.effect))
}
