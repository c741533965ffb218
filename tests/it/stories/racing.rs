//! Two at once, twice the same, and everything out of order.

use countersign::domain::{Ending, Phase, Verdict};
use countersign::sim::slack::sample::{ANA, OCTO, RELEASES};

use super::stage::stage;

/// H1.
#[tokio::test]
async fn a_double_click_is_one_vote() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let (ts, value) = (stage.message().ts, stage.request().await.button_value());
    let slack = &stage.world.slack;
    let (one, two) = tokio::join!(
        slack.click_as_seen(OCTO, RELEASES, &ts, "approve", &value),
        slack.click_as_seen(OCTO, RELEASES, &ts, "approve", &value)
    );
    assert!(one.acknowledged() && two.acknowledged());
    stage.advance(10_000).await;
    assert_eq!(stage.request().await.votes.len(), 1);
    assert_eq!(stage.taken(run).len(), 1);
    assert!(stage.told(OCTO).contains("already"));
    stage.finish().await;
}

/// H2: one decision; the other hears who was first.
#[tokio::test]
async fn approve_and_deny_at_once_make_one_decision() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.press(ANA, "deny").await;
    let view = stage.world.slack.views(ANA).pop().unwrap();
    let (ts, value) = (stage.message().ts, stage.request().await.button_value());
    let slack = &stage.world.slack;
    let reason = [("reason", "no")];
    let (approve, deny) =
        tokio::join!(slack.click_as_seen(OCTO, RELEASES, &ts, "approve", &value), slack.submit(ANA, &view.id, &reason));
    assert!(approve.acknowledged() && deny.delivery.is_acknowledged());
    stage.advance(10_000).await;
    assert_eq!(stage.taken(run).len(), 1, "GitHub never hears both");
    let told = format!("{}{}", stage.told(OCTO), stage.told(ANA));
    assert!(!told.is_empty(), "the loser is told");
    stage.finish().await;
}

/// H11, H12: the same delivery again, and the same content under another id.
#[tokio::test]
async fn repeated_deliveries_change_nothing() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let before = stage.request().await;
    let delivery =
        stage.world.github.deliveries().into_iter().find(|d| d.event == "deployment_protection_rule").unwrap();
    assert!(stage.world.github.redeliver(&delivery.guid));
    stage.settle().await;
    assert_eq!(stage.request().await.revision, before.revision, "acknowledged and inert");
    let status = stage.deliver("0e0e0e0e-0000-4000-8000-000000000001", &delivery.event, &delivery.body).await;
    assert_eq!(status, 202);
    stage.settle().await;
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 1);
    assert_eq!(stage.request().await.jobs, before.jobs);
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// H31 to H33: 29 jobs, one message, one decision; a later wave gets the same one.
#[tokio::test]
async fn a_matrix_is_one_request_and_one_decision() {
    let stage = stage().await;
    let run = stage.deploy(stage.world.sample.matrix(29)).await;
    assert_eq!(stage.request().await.jobs.len(), 29);
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(stage.taken(run)[0].jobs.len(), 29);
    stage.world.github.later_wave(run, "production", 3);
    stage.advance(30_000).await;
    let taken = stage.taken(run);
    assert_eq!(taken.iter().map(|post| post.jobs.len()).sum::<usize>(), 32, "the later wave is covered");
    assert!(taken.iter().all(|post| post.state == "approved"));
    stage.advance(60_000).await;
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
    stage.finish().await;
}

/// H9, R2: a re-run is a new request; the old vote does not carry over, and the old message says so.
#[tokio::test]
async fn a_rerun_asks_anew() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let old = stage.request().await;
    stage.world.github.cancel(run, "mona");
    stage.advance(2_000).await;
    assert!(stage.world.github.rerun(run, "ana"));
    stage.advance(5_000).await;
    let requests = stage.world.requests().await.unwrap();
    assert_eq!(requests.len(), 2);
    let new = requests.iter().find(|request| request.id != old.id).unwrap();
    assert_eq!((new.key.attempt, new.phase.clone()), (2, Phase::Open));
    assert!(new.run.actors.iter().any(|actor| actor.login == "ana"), "everybody who started an attempt is a requester");
    let messages = stage.world.slack.messages(RELEASES);
    assert_eq!(messages.len(), 2);
    let ts = messages[1].ts.clone();
    stage.world.slack.click(ANA, RELEASES, &ts, "approve").await;
    stage.settle().await;
    assert!(stage.told(ANA).contains("started"), "ana started attempt 2");
    stage.world.slack.click(OCTO, RELEASES, &ts, "approve").await;
    stage.advance(20_000).await;
    assert_eq!(stage.taken(run).iter().map(|post| post.attempt).collect::<Vec<_>>(), [2]);
    stage.finish().await;
}

/// H7: cancelled while people think; later clicks change nothing.
#[tokio::test]
async fn a_cancelled_run_closes_the_request() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let value = stage.request().await.button_value();
    stage.world.github.cancel(run, "mona");
    stage.advance(2_000).await;
    assert!(matches!(stage.request().await.phase, Phase::Ended { how: Ending::Cancelled { .. }, .. }));
    assert!(!stage.has_button("approve"));
    stage.press_as_seen(OCTO, "approve", &value).await;
    assert!(stage.told(OCTO).contains("cancelled"));
    assert!(stage.world.github.decisions(run, "production").is_empty(), "nothing to approve");
    stage.finish().await;
}

/// H44: an administrator let it through.
#[tokio::test]
async fn a_bypass_is_said() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.world.github.bypass(run, "ana");
    stage.advance(10_000).await;
    assert!(
        matches!(stage.request().await.phase, Phase::Ended { how: Ending::Bypassed { .. }, .. }),
        "{:?}",
        stage.request().await.phase
    );
    assert!(!stage.has_button("approve"));
    assert!(stage.world.github.decisions(run, "production").is_empty());
    stage.finish().await;
}

/// H31: two environments of one run are two requests; approving one never approves the other.
#[tokio::test]
async fn two_environments_of_one_run_are_two_requests() {
    use countersign::sim::github::JobPlan;
    let stage = stage().await;
    let jobs = vec![JobPlan::deploying("to-staging", "staging"), JobPlan::deploying("to-production", "production")];
    let run = stage.deploy(stage.world.sample.good_change().with_jobs(jobs)).await;
    let messages = stage.world.slack.messages(RELEASES);
    assert_eq!(messages.len(), 2);
    let staging = messages.iter().find(|message| message.text.contains("staging")).unwrap();
    stage.world.slack.click(OCTO, RELEASES, &staging.ts, "approve").await;
    stage.advance(10_000).await;
    assert!(stage.taken(run).is_empty(), "production was not decided");
    assert_eq!(stage.world.github.decisions(run, "staging").iter().filter(|post| post.status == 204).count(), 1);
    stage.finish().await;
}

/// H10: the answer for attempt 1 must not open attempt 2's gate.
#[tokio::test]
async fn a_late_answer_never_reaches_a_newer_attempt() {
    use countersign::sim::github::{Fault, FaultKind};
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    let down = FaultKind::Status(503, String::new());
    stage.world.github.fault(Fault::once("GET", &format!("/actions/runs/{run}"), down).times(3));
    stage.press(OCTO, "approve").await;
    stage.world.github.cancel(run, "mona");
    assert!(stage.world.github.rerun(run, "mona"));
    stage.advance(120_000).await;
    assert!(
        stage.world.github.decisions(run, "production").iter().all(|post| post.attempt != 2),
        "attempt 2 was answered"
    );
    let requests = stage.world.requests().await.unwrap();
    let first = requests.iter().find(|request| request.key.attempt == 1).unwrap();
    assert_eq!(first.decision().map(|decision| decision.verdict), Some(Verdict::Approved));
    stage.finish().await;
}

/// R3, H7: the run's end was told before its ask: nobody is asked about a run that is over.
#[tokio::test]
async fn an_ask_that_comes_after_the_end_of_its_run_is_closed_at_once() {
    use countersign::sim::github::{HookRule, OnTheWay};
    let stage = stage().await;
    let late =
        HookRule { event: "deployment_protection_rule".into(), action: None, fate: OnTheWay::Late(5_000), times: 1 };
    stage.world.github.edit(|state| state.hook_rules.push(late));
    let run = stage.deploy_good().await;
    stage.world.github.cancel(run, "mona");
    stage.advance(10_000).await;
    let request = stage.request().await;
    assert!(matches!(request.phase, Phase::Ended { how: Ending::Cancelled { .. }, .. }), "{:?}", request.phase);
    assert!(stage.world.slack.messages(RELEASES).is_empty(), "nobody was bothered");
    stage.finish().await;
}

/// H4: the decision stands; the objection of somebody who had approved is shown, and decides nothing.
#[tokio::test]
async fn an_approver_who_changes_her_mind_too_late_objects() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.press(OCTO, "deny").await;
    let view = stage.world.slack.views(OCTO).pop().unwrap();
    stage.press(OCTO, "approve").await;
    stage.world.slack.submit(OCTO, &view.id, &[("reason", "I had not seen the German data")]).await;
    stage.advance(20_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    assert_eq!(stage.taken(run).iter().map(|post| post.state.as_str()).collect::<Vec<_>>(), ["approved"]);
    assert!(stage.thread().contains("I had not seen the German data"), "{}", stage.thread());
    assert!(!stage.told(OCTO).is_empty());
    stage.finish().await;
}

/// H5: a click that came before the deadline counts, though it is worked on after it; the deadline's timer comes second.
#[tokio::test]
async fn a_click_in_the_last_moment_counts() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let left = stage.request().await.expires_at.millis_since(stage.world.clock.now());
    stage.advance(left - 1).await;
    let ts = stage.message().ts;
    assert!(stage.world.slack.click(OCTO, RELEASES, &ts, "approve").await.acknowledged());
    stage.world.clock.advance(5);
    stage.advance(30_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}
