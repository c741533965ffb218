//! Links by a rule: off unless the operator wants them, exact, and over nobody's head.

use countersign::config::LinkRules;
use countersign::domain::{LinkOrigin, Verdict};
use countersign::sim::github::sample::BO as BO_ACCOUNT;
use countersign::sim::slack::sample::BO;

use super::{links, recorded, types, with_bo};
use crate::stories::stage::{Stage, stage_with};

const FIELD: &str = "Xf0GITHUB";

/// Bo's Slack account has the address `bo@acme.example`; whether GitHub shows it is up to the test.
async fn stage_with_rules(match_email: bool, field: Option<&str>) -> Stage {
    let rules = LinkRules { match_email, profile_field: field.map(str::to_owned) };
    let stage = with_bo(stage_with(|options| options.link_rules = rules).await);
    stage.world.slack.edit(|state| {
        state.install.scopes.extend(["users:read.email".to_owned(), "users.profile:read".to_owned()]);
    });
    stage.deploy_good().await;
    stage
}

fn shows(stage: &Stage, account: u64, email: Option<&str>) {
    stage.world.github.edit(|state| state.accounts.get_mut(&account).unwrap().public_email = email.map(str::to_owned));
}

fn claims(stage: &Stage, login: &str) {
    stage.world.slack.edit(|state| {
        state.users.get_mut(BO).unwrap().profile_fields.insert(FIELD.to_owned(), login.to_owned());
    });
}

async fn is_not_linked(stage: &Stage, why: &str) {
    stage.press(BO, "approve").await;
    let told = stage.told(BO);
    assert!(told.contains("not linked"), "{why}: {told}");
    assert!(recorded(stage, "identity.linked").await.is_empty(), "{why}");
}

async fn is_linked(stage: &Stage, origin: LinkOrigin) {
    stage.press(BO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    let [entry] = recorded(stage, "identity.linked").await.try_into().unwrap();
    assert_eq!((&entry["origin"], &entry["by"]), (&origin.word().into(), &"server".into()));
    assert_eq!(entry["account"]["id"], BO_ACCOUNT.to_string());
    let direct = stage.world.slack.read(|state| {
        state
            .messages
            .iter()
            .any(|message| message.channel == "D0BO" && message.text.contains("are one person from now on"))
    });
    assert!(direct, "they are told, and how to undo it");
    stage.told(BO);
    stage.advance(30_000).await;
}

#[tokio::test]
async fn the_same_verified_address_on_both_sides_links_where_the_operator_wants_it() {
    let stage = stage_with_rules(true, None).await;
    is_not_linked(&stage, "GitHub shows no address").await;
    shows(&stage, BO_ACCOUNT, Some("bo@acme.example.evil.example"));
    is_not_linked(&stage, "the search finds it, and it is another address").await;
    shows(&stage, BO_ACCOUNT, Some("Bo@acme.example"));
    is_linked(&stage, LinkOrigin::Email).await;
    stage.finish().await;
}

#[tokio::test]
async fn nothing_is_linked_by_a_rule_that_nobody_switched_on() {
    let stage = stage_with_rules(false, None).await;
    shows(&stage, BO_ACCOUNT, Some("bo@acme.example"));
    claims(&stage, "bo");
    is_not_linked(&stage, "off").await;
    let asked = stage.world.slack.calls().iter().any(|call| call.method == "users.profile.get");
    assert!(!asked, "nobody's profile is read");
    stage.finish().await;
}

/// A profile field is a claim: it says whose address to compare, and nothing else.
#[tokio::test]
async fn a_profile_field_counts_only_with_the_same_address_behind_it() {
    let stage = stage_with_rules(true, Some(FIELD)).await;
    shows(&stage, BO_ACCOUNT, Some("bo@acme.example"));
    is_not_linked(&stage, "the field is empty, and then nothing is searched").await;
    claims(&stage, "octocat");
    is_not_linked(&stage, "octocat's address is another").await;
    claims(&stage, "https://evil.example/bo");
    is_not_linked(&stage, "no login").await;
    claims(&stage, "@bo");
    is_linked(&stage, LinkOrigin::ProfileField).await;
    stage.finish().await;
}

#[tokio::test]
async fn who_unlinked_is_not_linked_again_by_a_rule() {
    let stage = stage_with_rules(true, None).await;
    links(&stage, BO, "bo").await;
    types(&stage, BO, "unlink").await;
    stage.told(BO);
    shows(&stage, BO_ACCOUNT, Some("bo@acme.example"));
    stage.press(BO, "approve").await;
    assert!(stage.told(BO).contains("not linked"));
    stage.finish().await;
}

/// H23: a rule makes no second person of somebody who is linked, or in the file.
#[tokio::test]
async fn a_rule_ties_no_account_that_is_somebody_elses() {
    let stage = stage_with_rules(true, None).await;
    // Octocat is in the operator's file, and shows Bo's address: it is verified, so it is theirs - or somebody is at it.
    shows(&stage, countersign::sim::github::sample::OCTOCAT, Some("bo@acme.example"));
    is_not_linked(&stage, "the file ties octocat to another Slack account").await;
    shows(&stage, BO_ACCOUNT, Some("bo@acme.example"));
    is_not_linked(&stage, "two accounts with one address: nobody knows which").await;
    stage.finish().await;
}

#[tokio::test]
async fn a_search_that_is_used_up_makes_the_click_wait_and_nothing_else() {
    use countersign::sim::github::{Fault, FaultKind};
    use countersign::sim::slack::sample::OCTO;
    let stage = stage_with_rules(true, None).await;
    shows(&stage, BO_ACCOUNT, Some("bo@acme.example"));
    stage.world.github.fault(Fault::once("GET", "/search/users", FaultKind::TooManyRequests { retry_after: 60 }));
    stage.press(BO, "approve").await;
    assert!(stage.told(BO).contains("could not be checked yet"));
    stage.press(OCTO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved), "others go on");
    stage.told(OCTO);
    stage.advance(120_000).await;
    assert!(stage.told(BO).contains("already approved"));
    assert_eq!(recorded(&stage, "identity.linked").await.len(), 1);
    stage.finish().await;
}
