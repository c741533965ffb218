//! The way from a refused click to a vote that counts, and where it ends early.

use countersign::domain::time::MINUTE_MS;
use countersign::domain::{LinkOrigin, Verdict};
use countersign::sim::github::sample::BO as BO_ACCOUNT;
use countersign::sim::github::{AuthorizationKind, Fault, FaultKind};
use countersign::sim::slack::sample::{ANA, BO, GUEST, OCTO, OUTSIDE, RELEASES, TEAM};

use super::visitor::Visitor;
use super::{address_for, asks, links, recorded, stage_with_bo, types, with_bo};
use crate::stories::stage::stage_with;

/// R13: whoever was refused presses the button in the refusal, says at GitHub who they are, and decides.
#[tokio::test]
async fn somebody_who_was_refused_links_and_then_their_vote_counts() {
    let stage = stage_with_bo().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    stage.press(BO, "approve").await;
    let refused = stage.world.slack.read_ephemerals(BO).pop().unwrap();
    assert!(refused.text.contains("not linked to a GitHub account"), "{}", refused.text);
    let pressed = stage.world.slack.click(BO, RELEASES, &refused.ts, "link").await;
    assert!(pressed.acknowledged(), "{pressed:?}");
    stage.settle().await;

    let mut browser = Visitor::default();
    let first = browser.open(&address_for(&stage, BO)).await;
    assert!(first.contains("U0BO") && first.contains(TEAM), "says which Slack account this is about: {first}");
    assert!(browser.go_on().await.contains("GitHub, simulated"));
    let question = browser.sign_in("bo").await;
    for named in ["U0BO", TEAM, ">bo<", "21004"] {
        assert!(question.contains(named), "{named}: {question}");
    }
    assert!(!question.contains("code=") && !browser.at.contains("code="), "the code is gone from the address");
    assert!(browser.answer("yes").await.contains("one person now"));
    let told = stage.told(BO);
    assert!(told.contains("bo (number 21004)") && told.contains("Not you? Type /countersign unlink"), "{told}");

    stage.press(BO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    let vote = stage.request().await.votes.remove(0);
    assert_eq!(vote.human.to_string(), format!("forge/{BO_ACCOUNT}"));
    stage.told(BO);
    stage.finish().await;
}

#[tokio::test]
async fn a_link_is_recorded_with_numbers_and_how_it_came_about() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    let [entry] = recorded(&stage, "identity.linked").await.try_into().unwrap();
    assert_eq!(entry["account"]["id"], BO_ACCOUNT.to_string());
    assert_eq!(entry["account"]["login"], "bo");
    assert_eq!((&entry["chat"]["user"], &entry["chat"]["workspace"]), (&BO.into(), &TEAM.into()));
    assert_eq!((&entry["origin"], &entry["by"]), (&"login".into(), &"person".into()));
    let engine = stage.world.engine().unwrap();
    let link = engine.store.links(engine.forge.host(), false).await.unwrap().remove(0);
    assert_eq!((link.account.get(), link.origin), (BO_ACCOUNT, LinkOrigin::Login));
    stage.finish().await;
}

/// Nothing that could act in somebody's name stays: not with us, and not at GitHub.
#[tokio::test]
async fn the_user_token_asks_one_question_and_is_revoked() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    let calls = stage.world.github.calls();
    let with_token = calls.iter().filter(|call| call.authorization == AuthorizationKind::UserToken);
    let asked: Vec<(&str, &str)> = with_token.map(|call| (call.method.as_str(), call.path.as_str())).collect();
    assert_eq!(asked, [("GET", "/user")]);
    let revoked = calls.iter().find(|call| call.method == "DELETE").unwrap();
    assert!(revoked.path.ends_with("/token") && revoked.status == 204, "{revoked:?}");
    assert!(stage.world.github.read(|state| state.sign_ins.tokens.is_empty()));
    stage.finish().await;
}

#[tokio::test]
async fn the_way_survives_restarts_between_its_steps() {
    let mut stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    stage.world.restart().await.unwrap();
    let mut browser = Visitor::default();
    browser.open(&address).await;
    stage.world.restart().await.unwrap();
    browser.go_on().await;
    stage.world.restart().await.unwrap();
    browser.sign_in("bo").await;
    stage.world.restart().await.unwrap();
    assert!(browser.answer("yes").await.contains("one person now"));
    stage.told(BO);
    stage.finish().await;
}

#[tokio::test]
async fn an_address_works_once() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut browser = Visitor::default();
    browser.open(&address).await;
    browser.go_on().await;
    browser.sign_in("bo").await;
    browser.answer("yes").await;
    browser.open(&address).await;
    assert_eq!(browser.status, 410);
    assert!(browser.page.contains("This address was used"), "{}", browser.page);
    assert_eq!(Visitor::default().look(&address).await.status, 410);
    stage.told(BO);
    stage.finish().await;
}

/// The same button twice, and the page loaded again: one link, and the same answer.
#[tokio::test]
async fn pressing_yes_twice_links_once() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut browser = Visitor::default();
    browser.open(&address).await;
    browser.go_on().await;
    browser.sign_in("bo").await;
    let mut again = browser.clone();
    assert!(browser.answer("yes").await.contains("one person now"));
    assert!(again.answer("yes").await.contains("one person now"));
    let here = browser.at.clone();
    assert!(browser.open(&here).await.contains("one person now"));
    assert_eq!(recorded(&stage, "identity.linked").await.len(), 1);
    stage.told(BO);
    stage.finish().await;
}

#[tokio::test]
async fn after_ten_minutes_every_step_is_too_late() {
    for steps in 0..3 {
        let stage = stage_with_bo().await;
        let address = asks(&stage, BO).await;
        let mut browser = Visitor::default();
        browser.open(&address).await;
        if steps > 0 {
            browser.go_on().await;
        }
        if steps > 1 {
            browser.sign_in("bo").await;
        }
        stage.advance(10 * MINUTE_MS).await;
        let page = match steps {
            0 => browser.go_on().await,
            1 => browser.sign_in("bo").await,
            _ => browser.answer("yes").await,
        };
        assert!(page.contains("Too late") && browser.status == 410, "step {steps}: {page}");
        assert!(recorded(&stage, "identity.linked").await.is_empty());
        stage.finish().await;
    }
}

#[tokio::test]
async fn a_newer_address_ends_the_older_one() {
    let stage = stage_with_bo().await;
    let older = asks(&stage, BO).await;
    let newer = asks(&stage, BO).await;
    assert_eq!(Visitor::default().look(&older).await.status, 410);
    assert_eq!(Visitor::default().look(&newer).await.status, 200);
    stage.finish().await;
}

#[tokio::test]
async fn saying_no_links_nothing_and_can_be_started_again() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut browser = Visitor::default();
    browser.open(&address).await;
    browser.go_on().await;
    assert!(browser.refuse().await.contains("You said no"));
    browser.open(&address).await;
    browser.go_on().await;
    browser.sign_in("bo").await;
    assert!(browser.answer("no").await.contains("Nothing was linked"));
    assert!(stage.told(BO).contains("said that this Slack account is not theirs"));
    assert!(recorded(&stage, "identity.linked").await.is_empty());
    assert_eq!(recorded(&stage, "identity.refused").await[0]["refusal"], "declined");
    assert!(links(&stage, BO, "bo").await.contains("one person now"));
    stage.told(BO);
    stage.finish().await;
}

/// Guests and outsiders decide nothing, so they are linked to nothing; commands of outsiders do not even reach us.
#[tokio::test]
async fn guests_are_given_no_address() {
    let stage = stage_with_bo().await;
    types(&stage, GUEST, "link").await;
    assert!(stage.told(GUEST).contains("guests of this workspace cannot decide"));
    let [entry] = recorded(&stage, "identity.refused").await.try_into().unwrap();
    assert_eq!((&entry["refusal"], &entry["chat"]["user"]), (&"standing".into(), &GUEST.into()));
    stage.world.slack.edit(|state| state.share_with(RELEASES, OUTSIDE));
    assert!(!stage.world.slack.command(OUTSIDE, RELEASES, "/countersign", "link").await.acknowledged());
    stage.finish().await;
}

/// R14: the standing is read again at the end, not only at the start.
#[tokio::test]
async fn whoever_is_deactivated_on_the_way_is_not_linked() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut browser = Visitor::default();
    browser.open(&address).await;
    browser.go_on().await;
    browser.sign_in("bo").await;
    stage.world.slack.edit(|state| state.users.get_mut(BO).unwrap().deleted = true);
    assert!(browser.answer("yes").await.contains("deactivated"));
    assert!(recorded(&stage, "identity.linked").await.is_empty());
    stage.told(BO);
    stage.finish().await;
}

#[tokio::test]
async fn an_organisations_account_is_nobody() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut browser = Visitor::default();
    browser.open(&address).await;
    browser.go_on().await;
    let body = r#"{"id":77,"login":"acme","type":"Organization"}"#.to_owned();
    stage.world.github.fault(Fault::once("GET", "/user", FaultKind::Status(200, body)));
    assert!(browser.sign_in("bo").await.contains("is not a person’s"));
    assert!(stage.told(BO).contains("is not a person's account"));
    assert_eq!(recorded(&stage, "identity.refused").await[0]["refusal"], "not_a_person");
    stage.finish().await;
}

#[tokio::test]
async fn a_github_that_does_not_answer_links_nothing_and_the_address_still_works() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut browser = Visitor::default();
    for (method, path) in [("POST", "/login/oauth/access_token"), ("GET", "/user")] {
        browser.open(&address).await;
        browser.go_on().await;
        stage.world.github.fault(Fault::once(method, path, FaultKind::Status(502, "<html>".to_owned())));
        let page = browser.sign_in("bo").await;
        assert!(page.contains("GitHub does not answer"), "{path}: {page}");
    }
    browser.open(&address).await;
    browser.go_on().await;
    browser.sign_in("bo").await;
    assert!(browser.answer("yes").await.contains("one person now"));
    stage.told(BO);
    stage.finish().await;
}

#[tokio::test]
async fn a_token_that_could_not_be_revoked_hinders_nobody() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut browser = Visitor::default();
    browser.open(&address).await;
    browser.go_on().await;
    let (client_id, _) = stage.world.github.sign_in_credentials();
    let path = format!("/applications/{client_id}/token");
    stage.world.github.fault(Fault::once("DELETE", &path, FaultKind::Status(500, "{}".to_owned())));
    browser.sign_in("bo").await;
    assert!(browser.answer("yes").await.contains("one person now"));
    stage.told(BO);
    stage.finish().await;
}

#[tokio::test]
async fn help_and_unknown_commands_are_answered() {
    let stage = stage_with_bo().await;
    types(&stage, OCTO, "").await;
    let told = stage.told(OCTO);
    assert!(told.contains("/countersign") && told.contains("link; unlink"), "{told}");
    types(&stage, ANA, "aprove <!channel>").await;
    let told = stage.told(ANA);
    assert!(told.contains("There is no") && !told.contains("<!channel>"), "{told}");
    stage.finish().await;
}

#[tokio::test]
async fn without_the_settings_there_is_no_button_and_the_command_says_what_the_operator_has_to_do() {
    let stage = with_bo(stage_with(|options| options.links = false).await);
    stage.deploy_good().await;
    stage.press(BO, "approve").await;
    let refused = stage.world.slack.read_ephemerals(BO).pop().unwrap();
    assert!(refused.text.contains("identity file") && refused.blocks.len() == 1, "{refused:?}");
    types(&stage, BO, "link").await;
    let told = stage.told(BO);
    assert!(told.contains("github.client_id") && told.contains("server.public_url"), "{told}");
    let page = format!("http://{}/link/callback", stage.world.address().unwrap());
    assert_eq!(Visitor::default().look(&page).await.status, 404);
    stage.finish().await;
}
