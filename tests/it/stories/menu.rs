//! What people do besides deciding: from the menu behind three dots, and what it leads to.

use countersign::domain::{Basis, Choice, Verdict};
use countersign::sim::slack::SubmitResult;
use countersign::sim::slack::sample::{ANA, BO, GUEST, MONA, OCTO, RELEASES};

use super::stage::{GLASS, Stage, one_gate, stage};

fn shown(stage: &Stage) -> String {
    serde_json::to_string(&stage.message().blocks).unwrap()
}

#[tokio::test]
async fn the_requester_takes_the_request_back() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.choose(ANA, "More…").await;
    stage.press_in_view(ANA, "ask_withdraw_request").await;
    let refused = serde_json::to_string(stage.view(ANA).blocks()).unwrap();
    assert!(refused.contains("only who started the run"), "told where ana looks: {refused}");
    stage.world.slack.dismiss_views(ANA).await;

    stage.choose(MONA, "More…").await;
    stage.press_in_view(MONA, "ask_withdraw_request").await;
    assert_eq!(stage.submit(MONA, &[("reason", "wrong branch")]).await.result, SubmitResult::Closed);
    stage.advance(10_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Withdrawn));
    assert_eq!(stage.taken(run).iter().map(|post| post.state.as_str()).collect::<Vec<_>>(), ["rejected"]);
    assert!(stage.message().text.contains("taken back") && stage.thread().contains("wrong branch"));
    assert!(stage.told(MONA).contains("taken back"));
    assert!(stage.world.slack.direct_messages(MONA).is_empty(), "she knows: she did it");
    stage.finish().await;
}

/// R19: an objection is shown and decides nothing; who may decide is told to use their vote.
#[tokio::test]
async fn an_objection_is_shown_and_decides_nothing() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.choose(OCTO, "Object").await;
    assert!(stage.world.slack.views(OCTO).is_empty());
    assert!(stage.told(OCTO).contains("Deny or Request changes"));

    stage.choose(BO, "Object").await;
    stage.submit(BO, &[("reason", "support was not told")]).await;
    assert!(stage.told(BO).contains("kept and shown"));
    assert!(shown(&stage).contains("support was not told") && shown(&stage).contains("decides nothing"));
    assert!(stage.thread().contains("objects: “support was not told”"));
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.advance(60_000).await;
    stage.finish().await;
}

/// R19: requested changes hold what everybody else agreed on, until they are lifted.
#[tokio::test]
async fn requested_changes_hold_an_agreed_approval_until_they_are_lifted() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.choose(OCTO, "Request changes").await;
    stage.submit(OCTO, &[("reason", "name the new test set")]).await;
    assert!(stage.told(OCTO).contains("Kept"));
    assert!(shown(&stage).contains("name the new test set"));
    stage.press(ANA, "approve").await;
    assert!(stage.told(ANA).contains("cannot pass as it is: changes are requested"));
    stage.advance(10_000).await;
    assert_eq!(stage.verdict().await, None);

    stage.choose(OCTO, "Take my vote back").await;
    assert!(stage.told(OCTO).contains("taken back"));
    stage.advance(10_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    assert_eq!(stage.taken(run).len(), 1);
    is_not_offered(&stage, &["Request changes", "Object", "Take my vote back"]);
    stage.advance(60_000).await;
    stage.finish().await;
}

#[tokio::test]
async fn whoever_has_no_vote_has_none_to_take_back() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.choose(ANA, "Take my vote back").await;
    assert!(stage.told(ANA).contains("no vote here"));
    assert!(stage.request().await.votes.is_empty());
    stage.finish().await;
}

#[tokio::test]
async fn gathering_again_keeps_a_vote_on_the_same_evidence() {
    let stage = stage().await;
    stage.write_policy(&one_gate(2, ""));
    stage.deploy(stage.world.sample.risky_change()).await;
    stage.press(ANA, "approve").await;
    stage.told(ANA);
    let before = stage.request().await.evidence.unwrap().digest;
    stage.choose(OCTO, "More…").await;
    stage.press_in_view(OCTO, "ask_look_again").await;
    stage.submit(OCTO, &[]).await;
    assert!(stage.told(OCTO).contains("gathered again"));
    stage.advance(10_000).await;
    let request = stage.request().await;
    assert_eq!((request.evidence.unwrap().digest, request.votes.len()), (before, 1));
    stage.finish().await;
}

/// R25: loud, with a reason and a second word, and somebody else looks at it afterwards.
#[tokio::test]
async fn breaking_the_glass_is_loud_and_is_reviewed_by_somebody_else() {
    let stage = stage().await;
    stage.write_policy(&one_gate(1, GLASS));
    let run = stage.deploy(stage.world.sample.risky_change()).await;
    stage.choose(OCTO, "More…").await;
    stage.press_in_view(OCTO, "ask_break_glass").await;
    assert!(serde_json::to_string(stage.view(OCTO).blocks()).unwrap().contains("without its gates"));
    let without = stage.world.slack.submit(OCTO, &stage.view(OCTO).id, &[("reason", "checkout is down")]).await;
    assert_eq!(without.result, SubmitResult::NotSent, "the second word is missing");
    stage.submit(OCTO, &[("reason", "checkout is down"), ("sure", "yes")]).await;
    stage.advance(20_000).await;
    assert_eq!(stage.taken(run).iter().map(|post| post.state.as_str()).collect::<Vec<_>>(), ["approved"]);
    assert_eq!(stage.request().await.decision().unwrap().basis, Basis::BreakGlass);
    assert!(shown(&stage).contains("The glass was broken") && shown(&stage).contains("Not reviewed yet"));
    let loud = stage.world.slack.broadcasts(RELEASES);
    assert!(loud.iter().any(|reply| reply.text.contains("checkout is down")), "{loud:?}");

    stage.press(OCTO, "ask_close_review").await;
    assert!(stage.told(OCTO).contains("somebody else has to review it"));
    stage.press(ANA, "ask_close_review").await;
    stage.submit(ANA, &[("reason", "it was right")]).await;
    assert!(stage.told(ANA).contains("closed"));
    assert!(shown(&stage).contains("Reviewed") && shown(&stage).contains("it was right"));
    assert!(!stage.has_button("ask_close_review"));
    stage.advance(60_000).await;
    stage.finish().await;
}

#[tokio::test]
async fn where_the_policy_lets_nobody_break_the_glass_it_is_not_offered() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.choose(OCTO, "More…").await;
    assert!(!serde_json::to_string(stage.view(OCTO).blocks()).unwrap().contains("ask_break_glass"));
    stage.finish().await;
}

#[tokio::test]
async fn why_shows_the_explanation_to_members_only() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.choose(BO, "Why?").await;
    let tree = serde_json::to_string(stage.view(BO).blocks()).unwrap();
    assert!(tree.contains("it waits for people") && tree.contains("0 of 1"), "{tree}");
    stage.choose(GUEST, "Why?").await;
    let withheld = stage.view(GUEST);
    assert!(withheld.title() == "Not shown" && !serde_json::to_string(withheld.blocks()).unwrap().contains("0 of 1"));
    stage.finish().await;
}

/// Whoever asked hears the outcome, in a message of their own; those who approved are not called for it.
#[tokio::test]
async fn the_requester_hears_the_outcome_and_nobody_else_is_called() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.approve().await;
    stage.advance(60_000).await;
    let direct = stage.world.slack.direct_messages(MONA);
    assert_eq!(direct.len(), 1, "{direct:?}");
    assert!(direct[0].text.contains("sentiment is live in production"), "{}", direct[0].text);
    assert!(stage.world.slack.direct_messages(OCTO).is_empty());
    assert!(!stage.thread().contains("<@"), "{}", stage.thread());
    let loud = stage.world.slack.broadcasts(RELEASES);
    assert_eq!(loud.len(), 1, "the outcome, once: {loud:?}");
    assert!(loud[0].text.contains("is live"));
    stage.finish().await;
}

#[tokio::test]
async fn a_denial_reaches_the_requester_with_its_reason() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.deny(ANA, "recall fell").await;
    stage.advance(10_000).await;
    let direct = stage.world.slack.direct_messages(MONA);
    assert_eq!(direct.len(), 1);
    assert!(direct[0].text.contains("denied") && direct[0].text.contains("recall fell"), "{}", direct[0].text);
    assert_eq!(stage.request().await.votes.iter().filter(|vote| vote.choice == Choice::Deny).count(), 1);
    stage.finish().await;
}

/// Once it is decided, none of these can be done any more.
fn is_not_offered(stage: &Stage, labels: &[&str]) {
    let blocks = shown(stage);
    for label in labels {
        assert!(!blocks.contains(&format!("\"{label}\"")), "{label} in {blocks}");
    }
}
