use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::time::HOUR_MS;
use crate::domain::{
    Access, ChatStanding, ChatUser, CommitSha, EnvironmentName, ForgeUser, ForgeUserId, FrozenPolicy, Gate,
    InstallationId, Link, Membership, Policies, Repository, RepositoryId, RequestId, RequestKey, Role, Run, RunId,
};
use crate::policy::condition::samples;
use crate::policy::{Beside, OwnerPolicy, PolicyDefaults, PolicyFile, WhenMissing, effective, evaluate};

const START: Timestamp = Timestamp::from_seconds(1_767_225_600);

fn case() -> Case {
    let evidence = samples::all().first().unwrap().evidence.clone();
    let (repository, installation) = (RepositoryId::new(1), InstallationId::new(1));
    let actors = vec![forge(1, "octocat")];
    let ask = Ask {
        id: RequestId::from_uuid(uuid::Uuid::from_u128(1)),
        key: RequestKey {
            host: "forge.example".into(),
            repository,
            run: RunId::new(1),
            attempt: 1,
            environment: "production".into(),
        },
        repository: Repository { id: repository, owner: "acme".into(), name: "sentiment".into(), installation },
        workspace: "T0ACME".into(),
        environment: EnvironmentName::parse("production").unwrap(),
        run: Run {
            title: String::new(),
            number: 1,
            attempt: 1,
            url: String::new(),
            trigger: "push".into(),
            reference: "main".into(),
            workflow: "deploy".into(),
            actors,
        },
        commit: evidence.commit.clone(),
        deployment: None,
    };
    let digest = evidence.digest();
    Case { ask, evidence: evidence.brief(digest), opened_at: START }
}

fn forge(id: u64, login: &str) -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(id), login: login.into(), is_bot: false }
}

fn approver(id: u64) -> Voter {
    Voter {
        chat: ChatUser { workspace: "T0ACME".into(), user: format!("U{id}") },
        standing: ChatStanding::Member,
        link: Link::Linked { forge: forge(id, &format!("user-{id}")) },
        access: Access::Write,
        memberships: BTreeSet::new(),
    }
}

fn policies(environment: &str) -> PolicyFound {
    let text = format!(
        "version: 1\ngroups: {{ ml: {{ github_teams: [acme/ml] }}, risk: {{ slack_users: [U024BE7LH] }} }}\nenvironments:\n  production:\n{environment}"
    );
    let file = PolicyFile::Present { commit: CommitSha::parse(&"1".repeat(40)).unwrap(), bytes: text.into_bytes() };
    let defaults =
        PolicyDefaults { when_missing: WhenMissing::Hold, owner: OwnerPolicy::Off, expires_after_ms: 24 * HOUR_MS };
    let beside = Beside { reference: None, calendars: &BTreeMap::new() };
    let mut found = effective(&file, &PolicyFile::Absent, "production", defaults).found(beside);
    if let PolicyFound::Policies(policies) = &mut found {
        evaluate(policies, &samples::all().first().unwrap().facts());
    }
    found
}

fn of_ml(id: u64) -> Voter {
    let team = Membership::Team { organisation: "acme".into(), slug: "ml".into() };
    Voter { memberships: BTreeSet::from([team]), ..approver(id) }
}

fn word(voter: Voter, choice: Choice, after_ms: i64) -> Word {
    Word { voter, choice, reason: Some(Words::new("a reason")), ticks: None, at: START.plus_millis(after_ms) }
}

fn approves(voter: Voter) -> Word {
    word(voter, Choice::Approve, 0)
}

const TWO: &str = "    gates: [{ name: Review, group: ml, quorum: 2 }]\n";

#[test]
fn enough_people_approve_and_the_tree_says_by_whom() {
    let found = simulate(&case(), &policies(TWO), &[approves(of_ml(20)), approves(of_ml(21))], START);
    assert_eq!((found.outcome(), found.in_the_way()), ("approved", vec![]));
    assert_eq!(found.why, explain(&found.request, START), "the very tree of the record");
}

#[test]
fn whose_word_does_not_count_is_in_the_tree_and_what_is_missing_is_said() {
    let author = samples::all().first().unwrap().evidence.contributors[0].user.clone().unwrap();
    let mona = Voter { link: Link::Linked { forge: author }, ..of_ml(7) };
    let found =
        simulate(&case(), &policies(TWO), &[approves(of_ml(20)), approves(mona), approves(approver(30))], START);
    assert_eq!(found.outcome(), "open");
    assert_eq!(found.in_the_way(), ["Review needs 1 more of ml"]);
    let last: Vec<&str> = found.why.because.iter().map(|reason| reason.words.as_str()).collect();
    assert_eq!(
        last[1..],
        [
            "mona approves, which does not count: wrote a commit of the change",
            "user-30 approves, which does not count: not one of ml"
        ]
    );
}

#[test]
fn a_denial_ends_it_and_a_policy_that_holds_refuses_every_word() {
    let denied = simulate(&case(), &policies(TWO), &[word(of_ml(20), Choice::Deny, 0), approves(of_ml(21))], START);
    assert_eq!(denied.outcome(), "denied");
    let held = PolicyFound::Hold { why: "no entry".into() };
    let found = simulate(&case(), &held, &[approves(of_ml(20))], START);
    assert_eq!((found.outcome(), found.in_the_way()), ("held", vec!["no entry".to_owned()]));
    assert!(matches!(refusal(&found.answers[0]), Some(Refusal::Held { .. })));
}

#[test]
fn the_clock_is_part_of_it() {
    let waits = policies(&format!("{TWO}    min_wait: 2h\n    expires_after: 4h\n"));
    let words = [approves(of_ml(20)), approves(of_ml(21))];
    assert_eq!(simulate(&case(), &waits, &words, START).outcome(), "open");
    assert_eq!(simulate(&case(), &waits, &words, START.plus_millis(2 * HOUR_MS)).outcome(), "approved");
    assert_eq!(simulate(&case(), &waits, &[], START.plus_millis(4 * HOUR_MS)).outcome(), "expired");
}

#[test]
fn what_has_to_be_live_elsewhere_is_taken_as_given_and_said() {
    let ordered = policies(&format!("{TWO}    requires: {{ environment: staging, live_for: 1h }}\n"));
    let found = simulate(&case(), &ordered, &[approves(of_ml(20)), approves(of_ml(21))], START);
    assert_eq!(found.outcome(), "approved");
    assert_eq!(found.given, ["the commit has been live in staging for long enough"]);
}

#[test]
fn a_floor_is_simulated_with_everything_else() {
    let PolicyFound::Policies(found) = policies(TWO) else { panic!("held") };
    let own = found.own;
    let floor = FrozenPolicy { role: Role::Floor, ..own.clone() };
    let one = FrozenPolicy { gates: vec![Gate { quorum: 1, ..own.gates[0].clone() }], ..own };
    let both = PolicyFound::Policies(Box::new(Policies { own: one, besides: vec![floor] }));
    let found = simulate(&case(), &both, &[approves(of_ml(20))], START);
    assert_eq!(found.in_the_way(), ["Review needs 1 more of ml (the owner's floor)"]);
}
