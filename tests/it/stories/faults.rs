//! Vendors that are slow, unwell, or answer and are not heard.

use countersign::domain::{Ending, Phase, Telling, Verdict};
use countersign::sim::github::{Fault, FaultKind, Flavour, GithubOptions};
use countersign::sim::slack::sample::{OCTO, RELEASES};
use countersign::sim::slack::{Fault as SlackFault, FaultKind as SlackFaultKind};

use super::stage::{Stage, stage, stage_with};

const DECIDE: &str = "deployment_protection_rule";

fn github(stage: &Stage, kind: FaultKind, times: usize) {
    stage.world.github.fault(Fault::once("POST", DECIDE, kind).times(times));
}

/// The gate is not there yet for GitHub's first second: tried again, one decision.
#[tokio::test]
async fn a_decision_that_comes_too_early_is_told_again() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.press(OCTO, "approve").await;
    stage.advance(20_000).await;
    let posts = stage.world.github.decisions(run, "production");
    assert!(posts.iter().any(|post| post.status == 422), "the first one was too early");
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
    stage.finish().await;
}

/// H42: applied, but the answer was lost: read back, and never said twice.
#[tokio::test]
async fn a_lost_answer_makes_no_second_decision() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    github(&stage, FaultKind::CutAfterActing, 1);
    stage.press(OCTO, "approve").await;
    stage.advance(30_000).await;
    assert_eq!(stage.world.github.decisions(run, "production").len(), 1);
    assert!(stage.is_delivered().await);
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
    stage.finish().await;
}

/// P13: told to wait, nothing is sent until then.
#[tokio::test]
async fn a_rate_limit_is_waited_out() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    github(&stage, FaultKind::TooManyRequests { retry_after: 300 }, 1);
    stage.press(OCTO, "approve").await;
    let before = stage.world.github.calls().len();
    stage.advance(290_000).await;
    assert_eq!(stage.world.github.calls().len(), before, "no call during the limit");
    stage.advance(60_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// H8: cancelled between the decision and its telling.
#[tokio::test]
async fn a_decision_on_a_run_that_was_cancelled_meanwhile_is_not_applied() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    github(&stage, FaultKind::Status(502, String::new()), 2);
    stage.press(OCTO, "approve").await;
    stage.world.github.cancel(run, "mona");
    stage.advance(60_000).await;
    let request = stage.request().await;
    let decision = request.decision().unwrap();
    assert_eq!(decision.verdict, Verdict::Approved);
    assert!(matches!(decision.telling, Telling::NotApplied { .. }), "{:?}", decision.telling);
    assert!(stage.taken(run).is_empty());
    stage.finish().await;
}

/// H32: GitHub applied it to half of the jobs only.
#[tokio::test]
async fn a_partly_applied_decision_is_completed() {
    let stage = stage().await;
    let run = stage.deploy(stage.world.sample.matrix(8)).await;
    stage.advance(2_000).await;
    github(&stage, FaultKind::PartlyApplied, 1);
    stage.press(OCTO, "approve").await;
    stage.advance(120_000).await;
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"), "no job is stuck");
    let posts = stage.world.github.decisions(run, "production");
    assert!(posts.iter().all(|post| post.state == "approved"));
    stage.finish().await;
}

/// H43: our rule was answered already, by somebody with our key.
#[tokio::test]
async fn an_opposite_answer_on_file_closes_with_that_truth() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    let request = stage.request().await;
    let by_hand = countersign::ports::forge::TellForge {
        repository: &request.repository,
        run: request.key.run,
        environment: &request.environment,
        lets_run: false,
        comment: "by hand",
        mark: "by hand",
    };
    stage.world.engine().unwrap().forge.decide(&by_hand).await.unwrap();
    stage.press(OCTO, "approve").await;
    stage.advance(60_000).await;
    let request = stage.request().await;
    let how = match &request.phase {
        Phase::Ended { how, .. } => how.clone(),
        phase => match request.decision().map(|decision| &decision.telling) {
            Some(Telling::NotApplied { why }) => why.clone(),
            _ => panic!("{phase:?}"),
        },
    };
    assert!(matches!(how, Ending::DecidedElsewhere { approved: false, .. } | Ending::RunEnded { .. }), "{how:?}");
    assert!(stage.taken(run).iter().all(|post| post.state == "rejected"), "GitHub never hears both");
    assert!(!stage.has_button("approve"));
    let _ = stage.told(OCTO);
    stage.finish().await;
}

/// P12: Slack says no for a while; the message comes later, once.
#[tokio::test]
async fn slack_that_is_unwell_gets_the_message_later() {
    let stage = stage().await;
    let down = SlackFault::times("chat.postMessage", SlackFaultKind::Status(503), 2);
    stage.world.slack.fault(down);
    stage
        .world
        .slack
        .fault(SlackFault::once("chat.postMessage", SlackFaultKind::RateLimited { retry_after_seconds: 30 }));
    stage.deploy_good().await;
    assert!(stage.world.slack.messages(RELEASES).is_empty());
    stage.advance(120_000).await;
    assert!(stage.has_button("approve"));
    stage.finish().await;
}

/// H39: posted, but the answer was lost: at most one copy more, marked, and both act on the same request.
#[tokio::test]
async fn a_lost_answer_from_slack_leaves_at_most_one_copy() {
    let stage = stage().await;
    stage.world.slack.fault(SlackFault::once("chat.postMessage", SlackFaultKind::AnswerLost));
    let run = stage.deploy_good().await;
    stage.advance(30_000).await;
    let messages = stage.world.slack.messages(RELEASES);
    assert_eq!(messages.len(), 2);
    let second = serde_json::to_string(&messages[1].blocks).unwrap();
    assert!(second.contains("copy"), "the copy is marked: {second}");
    stage.world.slack.click(OCTO, RELEASES, &messages[0].ts, "approve").await;
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// A message that cannot be edited delays no decision, and GitHub hears it at once.
#[tokio::test]
async fn a_failing_message_never_delays_a_decision() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    stage.world.slack.fault(SlackFault::times("chat.update", SlackFaultKind::Status(500), 50));
    stage.press(OCTO, "approve").await;
    stage.advance(1_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.advance(20_000).await;
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
    stage.advance(3 * 3_600_000).await;
    assert!(!stage.has_button("approve"), "the message is right in the end");
    stage.finish().await;
}

/// The row *token revoked*: the gate stays closed, and it is said on the run's page, by `/readyz` and in the record; the
/// message follows when the app is let in again.
#[tokio::test]
async fn a_revoked_token_closes_gates_and_says_so() {
    let stage = stage().await;
    stage.world.slack.edit(|state| state.install.token_refused_with = Some("token_revoked".into()));
    let bot = stage.world.slack.read(|state| state.install.bot_user_id.clone());
    let revoked = serde_json::json!({ "type": "tokens_revoked", "tokens": { "bot": [bot] } });
    assert!(stage.world.slack.send_event(revoked).await.acknowledged());
    let run = stage.deploy_good().await;
    stage.advance(60_000).await;
    assert!(stage.world.slack.messages(RELEASES).is_empty() && stage.taken(run).is_empty());
    let reports = || {
        let all = stage.world.github.status_reports(run, "production");
        all.into_iter().filter(|report| report.status == 204).map(|report| report.comment).collect::<Vec<_>>()
    };
    let said = |report: &String| report.contains("nobody can be asked") && report.contains("token_revoked");
    assert_eq!(reports().iter().filter(|report| said(report)).count(), 1, "{:?}", reports());
    let ready = stage.ready().await;
    assert_eq!(ready["status"], "degraded");
    assert!(ready["detail"].as_str().unwrap().contains("token_revoked"), "{ready}");
    assert!(stage.record_names().await.contains(&"chat.access_lost".to_owned()));
    stage.advance(7_200_000).await;
    assert_eq!(reports().len(), 2, "said once");
    stage.world.slack.edit(|state| state.install.token_refused_with = None);
    stage.advance(7_200_000).await;
    assert_eq!(stage.ready().await["status"], "ready");
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.world.stop().await;
}

/// Look-ups that fail keep the click: the person is told, and it counts when they work again.
#[tokio::test]
async fn a_click_that_cannot_be_checked_is_kept() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    stage.world.slack.fault(SlackFault::times("users.info", SlackFaultKind::Status(500), 2));
    stage.press(OCTO, "approve").await;
    assert!(stage.is_open().await, "what cannot be verified is not approved");
    assert!(!stage.told(OCTO).is_empty());
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// Evidence that cannot be read holds the request, says so, and is read again.
#[tokio::test]
async fn evidence_that_cannot_be_read_holds() {
    let stage = stage().await;
    stage.world.github.fault(Fault::once("GET", "/git/trees/", FaultKind::Status(502, String::new())).times(40));
    stage.deploy_good().await;
    stage.advance(60_000).await;
    assert!(!stage.is_open().await);
    assert!(!stage.has_button("approve"));
    stage.advance(3_600_000).await;
    assert!(stage.is_open().await && stage.has_button("approve"));
    stage.finish().await;
}

/// About one message per second in a channel; another channel's requests are not slowed by it.
#[tokio::test]
async fn a_busy_channel_is_paced() {
    let stage = stage().await;
    for _ in 0..8 {
        stage.world.github.dispatch(stage.world.sample.good_change());
    }
    stage.settle().await;
    let at_once = stage.world.slack.messages(RELEASES).len();
    assert!((1..=4).contains(&at_once), "{at_once} at once");
    stage.advance(20_000).await;
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 8);
    assert!(stage.world.slack.calls().iter().all(|call| call.status != 429), "never over the limit");
    stage.finish().await;
}

/// An enterprise server: `https://HOST/api/v3`; no call goes to a public host.
#[tokio::test]
async fn an_enterprise_server_is_served_alike() {
    let stage = stage_with(|options| options.github = GithubOptions::of(Flavour::Ghes)).await;
    assert!(stage.world.github.api_url().ends_with("/api/v3"));
    let run = stage.deploy_good().await;
    stage.approve().await;
    stage.advance(20_000).await;
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
    let shown = serde_json::to_string(&stage.message().blocks).unwrap();
    assert!(!shown.contains("github.com"), "{shown}");
    stage.finish().await;
}

/// H42: the answer to a denial was lost, and the denial itself ended the run: it was told all the same.
#[tokio::test]
async fn a_denial_whose_answer_was_lost_counts_as_told() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    github(&stage, FaultKind::CutAfterActing, 1);
    stage.deny(OCTO, "not now").await;
    assert_eq!(stage.conclusion(run).as_deref(), Some("failure"), "GitHub took it");
    stage.advance(30_000).await;
    assert!(stage.is_delivered().await, "{:?}", stage.request().await.phase);
    assert_eq!(stage.world.github.decisions(run, "production").len(), 1);
    stage.finish().await;
}

/// H32: a denial that GitHub applied to half of the jobs only leaves none waiting.
#[tokio::test]
async fn a_partly_applied_denial_is_completed() {
    let stage = stage().await;
    let run = stage.deploy(stage.world.sample.matrix(8)).await;
    stage.advance(2_000).await;
    github(&stage, FaultKind::PartlyApplied, 1);
    stage.deny(OCTO, "not now").await;
    stage.advance(60_000).await;
    assert_eq!(stage.conclusion(run).as_deref(), Some("failure"), "no job is stuck");
    assert!(stage.is_delivered().await);
    assert!(stage.world.github.decisions(run, "production").iter().all(|post| post.state == "rejected"));
    stage.finish().await;
}
