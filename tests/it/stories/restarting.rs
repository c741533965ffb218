//! The process ends between two steps, and a new one goes on.

use std::time::Duration;

use countersign::domain::Verdict;
use countersign::engine::settle;
use countersign::sim::slack::sample::{MONA, OCTO, RELEASES};
use countersign::sim::slack::{Fault, FaultKind};

use super::stage::{Stage, stage};

/// Does single steps of Countersign, with whatever the vendors do between them; `true` while there is more.
async fn steps(stage: &Stage, count: usize) -> bool {
    for _ in 0..count {
        let vendors = stage.world.github.step().await;
        if !settle::one(stage.world.engine().unwrap()).await.unwrap() && vendors == 0 {
            return false;
        }
    }
    true
}

/// P9: whichever step the process ends after, nothing is lost and nothing is done twice.
#[tokio::test]
async fn a_restart_between_any_two_steps_changes_nothing() {
    let mut cut = 0;
    loop {
        let mut stage = stage().await;
        let run = stage.world.github.dispatch(stage.world.sample.good_change());
        let reached = steps(&stage, cut).await;
        stage.world.restart().await.unwrap();
        stage.settle().await;
        stage.advance(2_000).await;
        stage.press(OCTO, "approve").await;
        stage.advance(30_000).await;
        told_once(&stage, run).await;
        stage.finish().await;
        if !reached {
            break;
        }
        cut += 1;
    }
    assert!(cut > 5, "only {cut} steps");
}

/// The same after the click: the decision is told once, however often the process ends.
#[tokio::test]
async fn a_restart_after_the_click_tells_the_decision_once() {
    let mut cut = 0;
    loop {
        let mut stage = stage().await;
        let run = stage.deploy_good().await;
        stage.advance(2_000).await;
        let ts = stage.message().ts;
        assert!(stage.world.slack.click(OCTO, RELEASES, &ts, "approve").await.acknowledged());
        let reached = steps(&stage, cut).await;
        stage.world.restart().await.unwrap();
        stage.advance(30_000).await;
        told_once(&stage, run).await;
        stage.finish().await;
        if !reached {
            break;
        }
        cut += 1;
    }
    assert!(cut > 5, "only {cut} steps");
}

async fn told_once(stage: &Stage, run: u64) {
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 1);
    assert_eq!(stage.world.slack.direct_messages(MONA).len(), 1, "who asked hears the outcome once");
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
}

/// P9, H39: it ended between the post and the commit. The second message says that it is one, and both act.
#[tokio::test]
async fn a_message_posted_again_after_a_crash_says_so() {
    let mut stage = stage().await;
    let slow = FaultKind::Slow(Duration::from_secs(30));
    stage.world.slack.fault(Fault::once("chat.postMessage", slow));
    let run = stage.world.github.dispatch(stage.world.sample.good_change());
    tokio::select! {
        settled = stage.world.settle() => panic!("the answer to the post is awaited: {settled:?}"),
        () = posted(&stage) => {}
    }
    stage.world.restart().await.unwrap();
    // Whatever effect comes first now: the one that posted, or the one that waited for the evidence.
    stage.advance(5_000).await;
    let messages = stage.world.slack.messages(RELEASES);
    assert_eq!(messages.len(), 2);
    assert!(!messages[0].text.contains("Second copy"), "{}", messages[0].text);
    assert!(messages[1].text.starts_with("Second copy"), "{}", messages[1].text);
    stage.advance(2_000).await;
    assert!(stage.world.slack.click(OCTO, RELEASES, &messages[0].ts, "approve").await.acknowledged());
    stage.advance(30_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

async fn posted(stage: &Stage) {
    while stage.world.slack.messages(RELEASES).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
