//! `countersign policy simulate` on the server's own requests.

use std::collections::BTreeSet;

use countersign::domain::*;
use countersign::policy::condition::samples;
use countersign::store::{Store, StoreOptions};
use serde_json::Value;

use super::{GOOD, Said, folder};
use crate::store::sample::{NOON, ask, at, request_id};

/// A server's database with three decisions: approved by ana, denied by ana, and expired.
struct Past {
    folder: tempfile::TempDir,
}

fn voter(id: u64, login: &str) -> Voter {
    let team = Membership::Team { organisation: "acme".into(), slug: "ml".into() };
    Voter {
        chat: ChatUser { workspace: "T0ACME".into(), user: format!("U{id}") },
        standing: ChatStanding::Member,
        link: Link::Linked { forge: ForgeUser { id: ForgeUserId::new(id), login: login.into(), is_bot: false } },
        access: Access::Write,
        memberships: BTreeSet::from([team]),
    }
}

fn one_of_ml() -> FrozenPolicy {
    let members = BTreeSet::from([Membership::Team { organisation: "acme".into(), slug: "ml".into() }]);
    let group = Group { name: "ml".into(), members, chat_only: false };
    let gate = Gate { name: "Review".into(), stage: 0, group, quorum: 1, when: None };
    FrozenPolicy::of_gates(Role::Own, PolicySource::Starter, vec![gate], 86_400_000)
}

fn decided(n: u64, evidence: &EvidenceBrief, choice: Option<Choice>) -> Request {
    let opened = transition(None, &Event::Asked(ask(n)), NOON).request;
    let read = PoliciesRead { now: PolicyFound::Policies(one_of_ml().into()), again: Vec::new() };
    let gathered = Event::Gathered { evidence: evidence.clone(), policies: read.clone(), around: Around::default() };
    let open = transition(opened, &gathered, NOON).request;
    let Some(choice) = choice else {
        return transition(open, &Event::DeadlineReached, at(90_000)).request.unwrap();
    };
    let ana = voter(20, "ana");
    let base = evidence.base.clone();
    let fresh = Fresh { voters: vec![ana.clone()], ci: None, policies: read, around: Around::default(), base };
    let ballot = Ballot {
        voter: ana,
        choice,
        reason: Some(Words::new("looked at it")),
        ticks: Vec::new(),
        means_older: false,
        seen: evidence.digest.short(),
        received: at(60),
        fresh: Some(Box::new(fresh)),
        ci: None,
    };
    transition(open, &Event::Voted(ballot), at(60)).request.unwrap()
}

impl Past {
    async fn new() -> Self {
        let folder = folder(&[("policy.yml", GOOD), ("one.yml", &GOOD.replace("quorum: 2", "quorum: 1"))]);
        let url = format!("sqlite://{}", folder.path().join("countersign.db").display());
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        store.migrate().await.unwrap();
        let evidence = samples::all()[0].evidence.clone();
        let digest = Digest::of_json(&evidence.identity());
        let brief = evidence.brief(digest);
        let requests = vec![
            decided(1, &brief, Some(Choice::Approve)),
            decided(2, &brief, Some(Choice::Deny)),
            decided(3, &brief, None),
        ];
        store
            .write(move |tx| {
                let (evidence, requests) = (evidence.clone(), requests.clone());
                Box::pin(async move {
                    tx.put_evidence(&digest, &evidence).await?;
                    for request in &requests {
                        tx.insert_request(request).await?;
                    }
                    Ok(())
                })
            })
            .await
            .unwrap();
        store.close().await;
        Self { folder }
    }

    fn simulate(&self, arguments: &[&str]) -> Said {
        let url = format!("sqlite://{}", self.folder.path().join("countersign.db").display());
        super::policy_with(
            self.folder.path(),
            &[&["simulate"][..], arguments].concat(),
            &[("COUNTERSIGN_DATABASE__URL", &url)],
        )
    }
}

#[tokio::test]
async fn decisions_that_would_differ_are_listed_with_the_first_reason() {
    let past = Past::new().await;
    let same = past.simulate(&["one.yml", "--replay", "--fail-on-difference"]);
    let told = "3 decisions tried, none would differ; 0 requests left out";
    assert!(same.code == 0 && same.out.starts_with(told), "{}{}", same.out, same.err);
    let said = past.simulate(&["policy.yml", "--replay", "--format", "json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &document["tried"], &document["differ"]), (0, &3.into(), &1.into()));
    let one = &document["differences"][0];
    assert_eq!((&one["was"], &one["would_be"]), (&"approved".into(), &"open".into()));
    assert_eq!(one["why"], "Review needs 1 more of ml");
    let failing = past.simulate(&["policy.yml", "--replay", "--fail-on-difference"]);
    assert!(failing.code == 1 && failing.out.contains("3 decisions tried, 1 would differ"), "{}", failing.out);
}

#[tokio::test]
async fn a_replay_keeps_to_what_is_asked() {
    let past = Past::new().await;
    let later = past.simulate(&["policy.yml", "--replay", "--since", "2999-01-01"]);
    assert!(later.out.starts_with("0 decisions tried"), "{}", later.out);
    let other = past.simulate(&["policy.yml", "--replay", "--repository", "acme/other"]);
    assert!(other.out.starts_with("0 decisions tried"), "{}", other.out);
    let here =
        past.simulate(&["policy.yml", "--replay", "--repository", "Acme/Sentiment", "--environment", "production"]);
    assert!(here.out.contains("3 decisions tried"), "{}", here.out);
}

#[tokio::test]
async fn what_nobody_looked_up_then_is_said() {
    let past = Past::new().await;
    let text = GOOD.replace("acme/ml", "acme/leads").replace("quorum: 2", "quorum: 1");
    std::fs::write(past.folder.path().join("leads.yml"), text).unwrap();
    let said = past.simulate(&["leads.yml", "--replay"]);
    assert!(said.out.contains("the team acme/leads, which nobody looked up"), "{}", said.out);
    let known = past.simulate(&["leads.yml", "--replay", "--name", "ana=team:acme/leads"]);
    assert!(known.out.contains("none would differ"), "{}", known.out);
}

#[tokio::test]
async fn a_request_is_tried_with_its_own_votes_and_more() {
    let past = Past::new().await;
    let id = request_id(1).to_string();
    let on = ["policy.yml", "--request", &id, "--at", "2026-01-01T13:00:00Z"];
    let alone = past.simulate(&[&on[..], &["--expect", "open"]].concat());
    assert!(alone.code == 0 && alone.out.contains("+ ana approves"), "{}{}", alone.out, alone.err);
    let two = past.simulate(&[&on[..], &["--vote", "bo=approve@Review", "--expect", "approved"]].concat());
    assert_eq!(two.code, 0, "{}", two.out);
    let gone = past.simulate(&["policy.yml", "--request", &request_id(9).to_string()]);
    assert!(gone.code == 2 && gone.err.contains("there is no request"), "{}", gone.err);
}
