//! The process ends between two steps, and a new one goes on.

use countersign::domain::Verdict;
use countersign::engine::settle;
use countersign::sim::slack::sample::{OCTO, RELEASES};

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
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
}
