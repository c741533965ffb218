//! Things to store.

use countersign::domain::*;
use countersign::engine::receive::{Delivery, Provenance, Source};
use countersign::store::{ClaimedEffect, Store, StoreError};

pub const NOON: Timestamp = Timestamp::from_seconds(1_767_268_800);

pub fn at(seconds: i64) -> Timestamp {
    NOON.plus_millis(seconds * 1_000)
}

pub fn delivery(id: &str) -> Delivery {
    delivery_with(id, r#"{"action":"requested"}"#)
}

pub fn delivery_with(id: &str, body: &str) -> Delivery {
    Delivery {
        source: Source::Forge,
        id: id.to_owned(),
        event: "deployment_protection_rule".to_owned(),
        body: body.to_owned(),
        body_digest: Digest::of(body.as_bytes()),
        received_at: NOON,
        provenance: Provenance::Signed,
    }
}

pub fn request_id(n: u128) -> RequestId {
    RequestId::from_uuid(uuid::Uuid::from_u128(n))
}

pub fn mona() -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(7), login: "mona".to_owned(), is_bot: false }
}

pub fn commit() -> CommitSha {
    CommitSha::parse(&"c0ffee01".repeat(5)).unwrap()
}

/// The `n`th ask: each of a run of its own.
pub fn ask(n: u64) -> Ask {
    let environment = EnvironmentName::parse("Production").unwrap();
    let repository = Repository {
        id: RepositoryId::new(99),
        owner: "acme".to_owned(),
        name: "sentiment".to_owned(),
        installation: InstallationId::new(5),
    };
    let run = RunId::new(1_000 + n);
    Ask {
        id: request_id(u128::from(n)),
        key: RequestKey {
            host: "github.com".to_owned(),
            repository: repository.id,
            run,
            attempt: 1,
            environment: environment.folded(),
        },
        repository,
        workspace: "T0ACME".into(),
        environment,
        run: Run {
            title: "Deploy".to_owned(),
            number: n,
            attempt: 1,
            url: "https://github.com/acme/sentiment/actions/runs/1".to_owned(),
            trigger: "push".to_owned(),
            reference: "main".to_owned(),
            workflow: "deploy".to_owned(),
            actors: vec![mona()],
        },
        commit: commit(),
        deployment: Some(DeploymentId::new(500 + n)),
    }
}

/// A new request, as the first ask makes it.
pub fn request(n: u64) -> Request {
    transition(None, &Event::Asked(ask(n)), NOON).request.expect("an ask opens a request")
}

pub fn evidence_brief(name: &str) -> EvidenceBrief {
    EvidenceBrief {
        digest: Digest::of(b"evidence"),
        risk: Severity::Low,
        has_gap: false,
        contributors: vec![Contributor { part: Part::Author, user: Some(mona()), name: Words::new(name) }],
        base: None,
        relation: Relation::NoBaseline,
        flags: Vec::new(),
        approved_before: None,
        volatile: Vec::new(),
        ci: None,
        waits: false,
    }
}

pub fn vote(human: u64, choice: Choice) -> Vote {
    let chat = ChatUser { workspace: "T1".to_owned(), user: format!("U{human}") };
    let forge = ForgeUser { id: ForgeUserId::new(human), login: format!("user{human}"), is_bot: false };
    Vote {
        human: Human::Forge(forge.id),
        voter: Voter {
            chat,
            standing: ChatStanding::Member,
            link: Link::Linked { forge },
            access: Access::Write,
            memberships: Default::default(),
        },
        choice,
        ticks: Vec::new(),
        reason: Some(Words::new("looks right")),
        seen: Digest::of(b"evidence"),
        at: NOON,
        struck: false,
    }
}

/// Stores a request and effects for it, due as given; the effects' ids.
pub async fn store_with_effects(store: &Store, n: u64, effects: &[(Effect, i64)]) -> Vec<String> {
    let request = request(n);
    let dues: Vec<Due> = effects.iter().map(|(effect, due)| Due { effect: effect.clone(), at: at(*due) }).collect();
    let ids = (0..dues.len()).map(|index| format!("{}/{}/{index}", request.id, request.revision)).collect();
    let stored: Result<(), StoreError> = store
        .write(move |tx| {
            let (request, dues) = (request.clone(), dues.clone());
            Box::pin(async move {
                assert!(tx.insert_request(&request).await?);
                for (index, due) in dues.iter().enumerate() {
                    tx.enqueue(&request.id, request.revision, index, due).await?;
                }
                Ok(())
            })
        })
        .await;
    stored.expect("the request is stored");
    ids
}

pub async fn claim(store: &Store, seconds: i64) -> Vec<String> {
    claim_whole(store, seconds).await.into_iter().map(|effect| effect.id).collect()
}

pub async fn claim_whole(store: &Store, seconds: i64) -> Vec<ClaimedEffect> {
    store.claim_effects(at(seconds), 100).await.expect("effects are claimed")
}

pub async fn finish(store: &Store, id: &str) -> Result<(), StoreError> {
    let id = id.to_owned();
    store
        .write(move |tx| {
            let id = id.clone();
            Box::pin(async move { tx.finish_effect(&id, NOON).await })
        })
        .await
}
