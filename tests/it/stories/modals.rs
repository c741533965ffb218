//! Modals: what an approval takes besides the click, evidence tab by tab, and slow look-ups.

use std::time::Duration;

use countersign::domain::{Choice, Verdict, flags_to_tick};
use countersign::sim::slack::sample::{OCTO, RELEASES};
use countersign::sim::slack::{Fault, FaultKind, SubmitResult};

use super::stage::{Stage, stage};

fn blocks(stage: &Stage, user: &str) -> String {
    serde_json::to_string(stage.view(user).blocks()).unwrap()
}

/// Wants a comment, and a tick for each flag that asks for approval.
const ASKING: &str = "\
version: 1
environments:
  production:
    approve: { comment: required, tick: true }
    severity: { critical: approve }
";

#[tokio::test]
async fn an_approval_takes_its_comment_and_a_tick_for_each_flag() {
    let stage = stage().await;
    stage.write_policy(ASKING);
    let run = stage.deploy(stage.world.sample.risky_change()).await;
    let request = stage.request().await;
    let prints: Vec<String> =
        flags_to_tick(&request, stage.world.clock.now()).iter().map(|flag| flag.print.clone()).collect();
    assert!(prints.len() > 1, "the risky change has flags that ask for approval");
    assert!(!stage.has_button("approve"), "a click alone is not enough");
    stage.press(OCTO, "ask_approve").await;

    let one = prints[0].clone();
    let half = stage.submit(OCTO, &[("flags0", &one), ("reason", "looked at the drop")]).await;
    assert_eq!(half.result, SubmitResult::Errors);
    assert!(half.errors["flags0"].contains("not ticked"), "{:?}", half.errors);
    let kept = stage.view(OCTO);
    assert_eq!(kept.values["reason"]["text"]["value"], "looked at the drop", "what was typed stays");
    assert!(stage.request().await.votes.is_empty());

    let groups: Vec<(String, String)> =
        prints.chunks(10).enumerate().map(|(n, some)| (format!("flags{n}"), some.join(","))).collect();
    let values: Vec<(&str, &str)> = groups.iter().map(|(block, some)| (block.as_str(), some.as_str())).collect();
    assert_eq!(stage.submit(OCTO, &values).await.result, SubmitResult::Closed);
    stage.advance(10_000).await;
    let request = stage.request().await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved), "{:?}", request.obstacles);
    assert_eq!((request.votes[0].choice, request.votes[0].ticks.len()), (Choice::Approve, prints.len()));
    assert_eq!(stage.taken(run).len(), 1);
    stage.advance(60_000).await;
    stage.finish().await;
}

#[tokio::test]
async fn the_evidence_is_read_tab_by_tab() {
    let stage = stage().await;
    stage.deploy(stage.world.sample.risky_change()).await;
    stage.press(OCTO, "changes").await;
    for (tab, needed) in [
        ("go_card_diff", "@@ -"),
        ("go_whole_card", "as proposed"),
        ("go_weights", "MB"),
        ("go_files", "changed files"),
        ("go_summary", "Flags"),
    ] {
        stage.press_in_view(OCTO, tab).await;
        assert!(blocks(&stage, OCTO).contains(needed), "{tab}: {}", blocks(&stage, OCTO));
    }
    stage.finish().await;
}

/// The trigger lives three seconds: where look-ups take longer than people wait, a view that says so comes first.
#[tokio::test]
async fn slow_look_ups_show_a_view_that_says_so_until_they_are_done() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.world.slack.fault(Fault::once("users.info", FaultKind::Slow(Duration::from_millis(1_500))));
    stage.press(OCTO, "deny").await;
    let views: Vec<String> = stage
        .world
        .slack
        .calls()
        .iter()
        .filter(|call| call.method.starts_with("views."))
        .map(|call| call.method.clone())
        .collect();
    assert_eq!(views, ["views.open", "views.update"]);
    assert!(stage.view(OCTO).label("submit").is_some(), "{}", blocks(&stage, OCTO));
    stage.finish().await;
}

#[tokio::test]
async fn a_view_whose_opening_was_not_answered_is_replaced_all_the_same() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.world.slack.fault(Fault::once("users.info", FaultKind::Slow(Duration::from_millis(1_500))));
    stage.world.slack.fault(Fault::once("views.open", FaultKind::AnswerLost));
    stage.press(OCTO, "deny").await;
    assert!(stage.view(OCTO).label("submit").is_some(), "{}", blocks(&stage, OCTO));
    stage.finish().await;
}

#[tokio::test]
async fn a_view_that_slack_does_not_open_costs_nothing_but_another_click() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.world.slack.fault(Fault::once("views.open", FaultKind::Error("expired_trigger_id".into())));
    stage.press(OCTO, "changes").await;
    assert!(stage.world.slack.views(OCTO).is_empty());
    stage.press(OCTO, "changes").await;
    assert!(!stage.world.slack.views(OCTO).is_empty());
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 1);
    stage.advance(60_000).await;
    stage.finish().await;
}
