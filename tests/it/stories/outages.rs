//! Slack that is away for long, slow, busy, or never takes an edit.

use countersign::domain::Verdict;
use countersign::sim::github::Dispatch;
use countersign::sim::slack::sample::{ANA, BOT_USER, GENERAL, OCTO, RELEASES};
use countersign::sim::slack::{Fault, FaultKind};

use super::stage::{Stage, stage, stage_with};

fn slack(stage: &Stage, method: &str, kind: FaultKind, times: u32) {
    stage.world.slack.fault(Fault::times(method, kind, times));
}

fn lift_faults(stage: &Stage) {
    stage.world.slack.edit(|state| state.faults.clear());
}

/// P12: nothing is lost and nothing doubled in six hours without Slack; what can be done without it is done.
#[tokio::test]
async fn six_hours_without_slack_lose_nothing_and_double_nothing() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(5_000).await;
    slack(&stage, "*", FaultKind::Status(503), 1_000_000);
    let later = stage.deploy(stage.world.sample.rollback()).await;
    // A click that came through although Slack's API is away: kept, as nobody can say who that is.
    stage.press(OCTO, "approve").await;
    stage.advance(6 * 3_600_000).await;
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 1);
    assert!(stage.taken(run).is_empty() && stage.taken(later).is_empty(), "what cannot be checked is not approved");
    lift_faults(&stage);
    stage.advance(2 * 3_600_000).await;
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 2, "each request once");
    let messages = stage.world.slack.messages(RELEASES);
    stage.press_on(&messages[1].ts, OCTO, "approve").await;
    stage.advance(60_000).await;
    assert_eq!(stage.taken(later).len(), 1);
    stage.world.check_record().await.unwrap();
    stage.world.stop().await;
}

/// Told to wait a minute, a channel waits as a whole and then goes on in order.
#[tokio::test]
async fn a_minute_of_too_many_requests_is_waited_out_without_asking_again() {
    let stage = stage().await;
    slack(&stage, "chat.postMessage", FaultKind::RateLimited { retry_after_seconds: 60 }, 3);
    for _ in 0..3 {
        stage.world.github.dispatch(stage.world.sample.good_change());
    }
    stage.settle().await;
    let posts = || stage.world.slack.calls().iter().filter(|call| call.method == "chat.postMessage").count();
    let at_once = posts();
    stage.advance(59_000).await;
    assert_eq!(posts(), at_once, "nobody asks before the minute is over");
    assert!(stage.world.slack.messages(RELEASES).is_empty());
    stage.advance(10_000).await;
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 3);
    stage.finish().await;
}

#[tokio::test]
async fn one_failure_of_slack_is_tried_again_and_nobody_notices() {
    let stage = stage().await;
    slack(&stage, "chat.postMessage", FaultKind::Status(500), 1);
    stage.deploy_good().await;
    stage.advance(10_000).await;
    assert!(stage.has_button("approve"));
    slack(&stage, "chat.update", FaultKind::Status(500), 1);
    stage.approve().await;
    stage.advance(60_000).await;
    assert!(!stage.has_button("approve"));
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 1);
    stage.finish().await;
}

/// The record decides, the message only shows it: an edit that never works changes nothing about the decision.
#[tokio::test]
async fn an_edit_that_never_works_leaves_the_decision_as_it_is() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    slack(&stage, "chat.update", FaultKind::Error("cant_update_message".into()), 1_000_000);
    stage.press(OCTO, "approve").await;
    stage.advance(3_600_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
    // What still looks open is answered with what happened.
    let value = stage.request().await.button_value();
    let ts = stage.message().ts;
    stage.world.slack.click_as_seen(ANA, RELEASES, &ts, "approve", &value).await;
    stage.settle().await;
    assert!(stage.told(ANA).contains("already approved"));
    stage.world.check_record().await.unwrap();
    stage.world.stop().await;
}

/// About one message a second in a channel, in the order in which they were asked for; another channel is not behind them.
#[tokio::test]
async fn fifty_requests_in_a_minute_keep_their_order_and_hold_up_nobody_else() {
    // The forge's own limits would be what holds them up.
    let stage = stage_with(|options| {
        options.github.limits.requests_per_hour = None;
        options.github.limits.points_per_minute = None;
    })
    .await;
    stage.world.slack.edit(|state| {
        let room = state.channels.get_mut(GENERAL).unwrap();
        room.members.push(BOT_USER.into());
    });
    stage.write_policy(&format!(
        "version: 1\ngroups:\n  reviewers: {{ permission: write }}\nenvironments:\n  production:\n    \
         gates: [{{ name: Review, group: reviewers, quorum: 1 }}]\n  staging:\n    channel: \"{GENERAL}\"\n    \
         gates: [{{ name: Review, group: reviewers, quorum: 1 }}]\n"
    ));
    let began = stage.world.clock.now();
    let mut runs = Vec::new();
    for _ in 0..50 {
        runs.push(stage.world.github.dispatch(stage.world.sample.good_change()));
        stage.advance(1_000).await;
    }
    let sample = &stage.world.sample;
    let elsewhere = Dispatch::new(sample.repository, "main", "mona", "staging").of_commit(&sample.good);
    stage.world.github.dispatch(elsewhere);
    stage.settle().await;
    stage.advance(3_000).await;
    assert_eq!(stage.world.slack.messages(GENERAL).len(), 1, "the other channel does not wait");
    stage.advance(180_000).await;
    let messages = stage.world.slack.messages(RELEASES);
    assert_eq!(messages.len(), 50);
    let shown: Vec<String> = messages.iter().map(|message| serde_json::to_string(&message.blocks).unwrap()).collect();
    for (place, run) in runs.iter().enumerate() {
        assert!(
            shown[place].contains(&format!("/actions/runs/{run}\"")),
            "run {run} at place {place}: {}",
            shown[place]
        );
    }
    assert!(stage.world.slack.calls().iter().all(|call| call.status != 429), "never over Slack's limit");
    let took = stage.world.clock.now().millis_since(began);
    println!("50 requests shown within {took} ms of the first, the clock moved by hand");
    stage.finish().await;
}
