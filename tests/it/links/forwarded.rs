//! Addresses, states and forms in the wrong hands (A4): nothing comes of them, and those they concern are told.

use countersign::sim::slack::sample::{ANA, BO, LI};

use super::visitor::Visitor;
use super::{asks, links, recorded, stage_with_bo};

/// An attacker sends his own address to a victim. Before anything, and again at the end, she reads whose Slack account it
/// is about; pressing No tells the record, and the attacker gets nothing.
#[tokio::test]
async fn whoever_is_sent_somebody_elses_address_reads_whose_it_is_on_every_page() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut victim = Visitor::default();
    let first = victim.open(&address).await;
    assert!(first.contains("U0BO") && first.contains("If somebody sent you this address"), "{first}");
    victim.go_on().await;
    let question = victim.sign_in("mona").await;
    assert!(question.contains("is linked to another") || question.contains("identity file"), "{question}");
    assert!(recorded(&stage, "identity.linked").await.is_empty());
    stage.told(BO);
    stage.world.slack.read_ephemerals(countersign::sim::slack::sample::MONA);
    stage.finish().await;
}

/// Nobody has linked her yet, so only she can say no.
#[tokio::test]
async fn a_victim_who_says_no_is_not_linked_to_the_attacker() {
    let stage = stage_with_bo().await;
    stage.world.github.edit(|state| state.add_user("lisa", 21_050));
    let mut victim = Visitor::default();
    victim.open(&asks(&stage, BO).await).await;
    victim.go_on().await;
    let question = victim.sign_in("lisa").await;
    assert!(
        question.contains("U0BO") && question.contains("lisa") && question.contains("Say yes only if both are yours")
    );
    assert!(victim.answer("no").await.contains("whoever asked in Slack was told"));
    assert!(recorded(&stage, "identity.linked").await.is_empty());
    let [entry] = recorded(&stage, "identity.refused").await.try_into().unwrap();
    assert_eq!((&entry["refusal"], &entry["account"]["id"]), (&"declined".into(), &"21050".into()));
    stage.told(BO);
    stage.finish().await;
}

/// Login CSRF: the attacker signs in himself and sends the victim the last address. Her browser never started, so the
/// attempt ends.
#[tokio::test]
async fn the_forges_answer_is_taken_in_the_browser_that_asked_only() {
    let stage = stage_with_bo().await;
    let mut attacker = Visitor::default();
    attacker.open(&asks(&stage, BO).await).await;
    attacker.go_on().await;
    let callback = attacker.sign_in_and_stop("bo").await;
    let mut victim = Visitor::default();
    assert!(victim.open(&callback).await.contains("came to another"), "{}", victim.page);
    assert_eq!(victim.status, 409);
    // Whoever had the state had no business with it: it is over for everybody.
    assert!(attacker.open(&callback).await.contains("Nobody waits for this answer"));
    assert_eq!(recorded(&stage, "identity.refused").await[0]["refusal"], "other_browser");
    assert!(stage.told(BO).contains("opened in one browser"));
    stage.finish().await;
}

#[tokio::test]
async fn the_first_browser_that_goes_on_keeps_the_address() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let (mut first, mut second) = (Visitor::default(), Visitor::default());
    first.open(&address).await;
    second.open(&address).await;
    first.go_on().await;
    assert!(second.go_on().await.contains("Opened elsewhere"), "{}", second.page);
    assert!(second.open(&address).await.contains("Opened elsewhere"));
    first.sign_in("bo").await;
    assert!(first.answer("yes").await.contains("one person now"));
    stage.told(BO);
    stage.finish().await;
}

#[tokio::test]
async fn a_state_works_once_and_a_made_up_one_never() {
    let stage = stage_with_bo().await;
    let mut browser = Visitor::default();
    browser.open(&asks(&stage, BO).await).await;
    browser.go_on().await;
    let callback = browser.sign_in_and_stop("bo").await;
    let base = callback.split('?').next().unwrap().to_owned();
    for made_up in ["", "?code=x", "?state=x&code=y", &format!("?state={}&code=y", "a".repeat(43))] {
        assert!(browser.open(&format!("{base}{made_up}")).await.contains("Nobody waits"), "{made_up}");
        assert_eq!(browser.status, 403);
    }
    let twice = format!("{callback}&state={}", "b".repeat(43));
    assert!(browser.open(&twice).await.contains("Nobody waits"), "two states are none");
    assert!(browser.open(&callback).await.contains("Are both of these you?"));
    assert!(browser.open(&callback).await.contains("Nobody waits"));
    let confirm = callback.replace(callback.split_once("/callback").unwrap().1, "").replace("/callback", "/confirm");
    assert!(browser.open(&confirm).await.contains("Are both of these you?"), "what was proven stays");
    stage.finish().await;
}

/// A code from another sign-in: GitHub refuses it, because our verifier is not of its challenge.
#[tokio::test]
async fn a_code_of_another_sign_in_is_not_taken() {
    let stage = stage_with_bo().await;
    let (mut bo, mut ana) = (Visitor::default(), Visitor::default());
    bo.open(&asks(&stage, BO).await).await;
    bo.go_on().await;
    ana.open(&asks(&stage, LI).await).await;
    ana.go_on().await;
    let (of_bo, of_ana) = (bo.sign_in_and_stop("bo").await, ana.sign_in_and_stop("ana").await);
    let code =
        |url: &str| url::Url::parse(url).unwrap().query_pairs().find(|(key, _)| key == "code").unwrap().1.into_owned();
    let injected = of_bo.replace(&code(&of_bo), &code(&of_ana));
    assert!(bo.open(&injected).await.contains("GitHub refuses"), "{}", bo.page);
    assert!(bo.page.contains("bad_verification_code"), "{}", bo.page);
    assert!(recorded(&stage, "identity.linked").await.is_empty());
    stage.finish().await;
}

/// Forms from elsewhere: without the cookie, without the proof, or with another step's.
#[tokio::test]
async fn a_form_that_is_not_from_our_page_does_nothing() {
    let stage = stage_with_bo().await;
    let address = asks(&stage, BO).await;
    let mut browser = Visitor::default();
    browser.open(&address).await;
    let first = browser.proof();
    let mut stranger = Visitor { at: address.clone(), ..Visitor::default() };
    for fields in [vec![], vec![("proof", "")], vec![("proof", first.as_str())]] {
        assert!(stranger.send(&fields).await.contains("did not come from"), "{fields:?}");
        assert_eq!(stranger.status, 403);
        stranger.at.clone_from(&address);
    }
    browser.go_on().await;
    browser.sign_in("bo").await;
    let question = browser.at.clone();
    for fields in [vec![("answer", "yes")], vec![("answer", "yes"), ("proof", first.as_str())]] {
        browser.at.clone_from(&question);
        assert!(browser.send(&fields).await.contains("did not come from"), "{fields:?}");
    }
    browser.open(&question).await;
    let proof = browser.proof();
    for fields in [vec![("proof", proof.as_str())], vec![("proof", proof.as_str()), ("answer", "maybe")]] {
        browser.at.clone_from(&question);
        assert!(browser.send(&fields).await.contains("did not come from"), "{fields:?}");
    }
    assert!(recorded(&stage, "identity.linked").await.is_empty());
    browser.open(&question).await;
    assert!(browser.answer("yes").await.contains("one person now"));
    stage.told(BO);
    stage.finish().await;
}

/// Somebody who is linked is told when somebody else signs in as them.
#[tokio::test]
async fn whoever_has_the_account_hears_that_another_slack_account_tried() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    stage.world.slack.edit(|state| {
        let second = countersign::sim::slack::User { id: "U0SECOND".into(), ..state.users[BO].clone() };
        state.users.insert("U0SECOND".into(), second);
    });
    let page = links_until_refused(&stage, "U0SECOND", "bo").await;
    assert!(page.contains("linked to another Slack account of this workspace, U0BO"), "{page}");
    assert!(stage.told("U0SECOND").contains("one person has one account"));
    let direct = stage.world.slack.read(|state| {
        state
            .messages
            .iter()
            .filter(|message| message.channel == "D0BO")
            .map(|message| message.text.clone())
            .collect::<Vec<_>>()
    });
    assert!(direct.len() == 1 && direct[0].contains("tried to link your GitHub account"), "{direct:?}");
    let refused = recorded(&stage, "identity.refused").await;
    assert_eq!(refused[0]["refusal"], "account_taken");
    stage.finish().await;
}

#[tokio::test]
async fn a_slack_account_that_is_linked_is_not_linked_to_another_github_account() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.world.github.edit(|state| state.add_user("bo-two", 21_060));
    let page = links_until_refused(&stage, BO, "bo-two").await;
    assert!(page.contains("is linked to another GitHub account, bo"), "{page}");
    let page = links_until_refused(&stage, ANA, "bo-two").await;
    assert!(page.contains("identity file ties this Slack account to the GitHub account ana"), "{page}");
    stage.told(BO);
    stage.told(ANA);
    stage.finish().await;
}

async fn links_until_refused(stage: &crate::stories::stage::Stage, user: &str, login: &str) -> String {
    let mut browser = Visitor::default();
    browser.open(&asks(stage, user).await).await;
    browser.go_on().await;
    browser.sign_in(login).await
}
