//! Approve, deny, and what follows.

use countersign::domain::{Phase, Rollout, Verdict};
use countersign::sim::slack::sample::{ANA, OCTO, RELEASES};

use super::stage::stage;

#[tokio::test]
async fn an_approval_lets_the_job_run_until_it_is_live() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    assert!(stage.is_open().await);
    assert_eq!(stage.world.github.status_reports(run, "production").len(), 1, "the run page does not look hung");
    stage.press(OCTO, "approve").await;
    assert!(!stage.has_button("approve") && !stage.has_button("deny"), "nobody can decide any more");
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).iter().map(|post| post.state.as_str()).collect::<Vec<_>>(), ["approved"]);
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
    let request = stage.request().await;
    assert!(matches!(request.decision().unwrap().rollout, Rollout::Live { .. }));
    assert!(stage.message().text.contains("live"), "{}", stage.message().text);
    assert!(stage.thread().contains("ive"), "{}", stage.thread());
    stage.finish().await;
}

/// R27: before the forge took the decision, nothing says that it is deploying.
#[tokio::test]
async fn no_message_says_deploying_before_github_took_the_decision() {
    use countersign::sim::github::{Fault, FaultKind};
    let stage = stage().await;
    stage.deploy_good().await;
    stage.advance(2_000).await;
    let down = FaultKind::Status(502, "<html>Bad gateway</html>".into());
    stage.world.github.fault(Fault::once("POST", "deployment_protection_rule", down).times(3));
    stage.press(OCTO, "approve").await;
    let shown = serde_json::to_string(&stage.message().blocks).unwrap().to_lowercase();
    assert!(!shown.contains("deploying") && !shown.contains("is live"), "{shown}");
    assert!(!shown.contains("bad gateway"), "error pages are not for people");
    stage.advance(60_000).await;
    assert!(stage.is_delivered().await);
    stage.finish().await;
}

#[tokio::test]
async fn a_denial_fails_the_job_and_its_reason_is_on_the_run_page() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.deny(ANA, "Recall fell for new merchants @everyone **APPROVED**").await;
    stage.advance(10_000).await;
    let taken = stage.taken(run);
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].state, "rejected");
    let comment = taken[0].comment.clone().unwrap();
    assert!(comment.contains("    Recall fell for new merchants @everyone **APPROVED**"), "as a code block: {comment}");
    assert_eq!(stage.conclusion(run).as_deref(), Some("failure"));
    assert_eq!(stage.verdict().await, Some(Verdict::Denied));
    assert!(stage.thread().contains("Recall fell"));
    stage.finish().await;
}

#[tokio::test]
async fn a_modal_that_was_open_when_somebody_else_decided_changes_nothing() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.press(ANA, "deny").await;
    let view = stage.world.slack.views(ANA).pop().unwrap();
    stage.press(OCTO, "approve").await;
    stage.world.slack.submit(ANA, &view.id, &[("reason", "too late")]).await;
    stage.advance(10_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    assert_eq!(stage.taken(run).len(), 1);
    let told = stage.told(ANA);
    assert!(told.contains("objection") || told.contains("already"), "{told}");
    stage.finish().await;
}

#[tokio::test]
async fn see_changes_opens_the_evidence_page_by_page() {
    let stage = stage().await;
    stage.deploy(stage.world.sample.risky_change()).await;
    stage.press(OCTO, "changes").await;
    let view = stage.world.slack.views(OCTO).pop().expect("the evidence is open");
    let blocks = serde_json::to_string(&view.view).unwrap();
    assert!(blocks.contains("README.md") || blocks.contains("accuracy"), "{blocks}");
    // A worse metric says what it is held to, in the modal and in the message itself.
    let message = serde_json::to_string(&stage.message().blocks).unwrap();
    for shown in [&blocks, &message] {
        assert!(shown.contains("worse by at most 2 %"), "{shown}");
    }
    stage.finish().await;
}

/// R22: nobody answers; GitHub hears a rejection and the message says so.
#[tokio::test]
async fn silence_expires() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(25 * 3_600_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Expired));
    assert_eq!(stage.taken(run).iter().map(|post| post.state.as_str()).collect::<Vec<_>>(), ["rejected"]);
    assert!(!stage.has_button("approve"));
    let late = stage.request().await.button_value();
    stage.press_as_seen(OCTO, "approve", &late).await;
    assert!(!stage.told(OCTO).is_empty());
    stage.finish().await;
}

/// R10: a policy file with rules that cannot be followed holds the request.
#[tokio::test]
async fn a_policy_with_rules_that_cannot_be_followed_is_held() {
    let stage = stage().await;
    stage.write_policy("version: 1\ngates: {}\n");
    let run = stage.deploy_good().await;
    let Phase::Held { why } = stage.request().await.phase else { panic!("held") };
    assert!(why.contains(".github/countersign.yml"), "{why}");
    assert!(!stage.has_button("approve"));
    assert!(stage.taken(run).is_empty());
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 1);
    stage.finish().await;
}
