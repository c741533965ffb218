//! The server as it runs: health, doors, and the record it leaves.

use std::time::{Duration, Instant};

use countersign::domain::CommitSha;
use countersign::sim::slack::sample::{OCTO, RELEASES};
use countersign::sim::slack::{Fault, FaultKind};
use countersign::sim::world::WorldOptions;

use super::stage::{Stage, stage, stage_with};

/// R33: who decided what on which evidence can be read back, and the chain holds.
#[tokio::test]
async fn the_record_names_who_decided_on_which_evidence() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.press(OCTO, "changes").await;
    stage.approve().await;
    stage.advance(20_000).await;
    let request = stage.request().await;
    let store = &stage.world.engine().unwrap().store;
    let rows = store.audit_of_request(&request.id).await.unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    for name in
        ["request.opened", "evidence.gathered", "message.shown", "evidence.shown", "request.approved", "deploy.live"]
    {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    let approved = rows.iter().find(|row| row.name == "request.approved").unwrap();
    assert!(approved.body.contains(OCTO), "{}", approved.body);
    stage.finish().await;
}

/// P19: clicks are acknowledged at once, on disk, while Slack's own calls take five seconds. The times are printed; they
/// are a bench's to judge.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clicks_at_once_are_acknowledged_while_slacks_own_calls_hang() {
    let mut stage =
        stage_with(|options| *options = WorldOptions { transport: options.transport, ..WorldOptions::live() }).await;
    stage.world.run().unwrap();
    stage.world.github.dispatch(stage.world.sample.good_change());
    while stage.world.slack.messages(RELEASES).is_empty() || !stage.has_button("changes") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stage.world.slack.fault(Fault::times("*", FaultKind::Slow(Duration::from_secs(5)), 10_000));
    let (ts, value) = (stage.message().ts, stage.request().await.button_value());
    let mut times = Vec::new();
    for round in 0..10 {
        let clicks = (0..16).map(|n| {
            let (slack, ts, value) = (stage.world.slack.clone(), ts.clone(), value.clone());
            async move {
                let action = if n % 2 == 0 { "changes" } else { "approve" };
                let began = Instant::now();
                let clicked = slack.click_as_seen(OCTO, RELEASES, &ts, action, &value).await;
                assert!(clicked.acknowledged(), "{round}: {clicked:?}");
                began.elapsed()
            }
        });
        times.extend(futures::future::join_all(clicks).await);
    }
    times.sort_unstable();
    println!("160 clicks, 16 at once: p50 {:?}, p99 {:?}", times[times.len() / 2], times[times.len() * 99 / 100]);
    let counts = stage.world.engine().unwrap().store.counts().await.unwrap();
    assert!(counts.deliveries >= 160, "every one is on disk: {counts:?}");
    // The calls that hang are nobody's business any more.
    drop(stage);
}

#[tokio::test]
async fn a_command_is_answered() {
    let stage = stage().await;
    let clicked = stage.world.slack.command(OCTO, RELEASES, "/countersign", "").await;
    assert!(clicked.acknowledged());
    stage.settle().await;
    assert!(!stage.told(OCTO).is_empty());
    stage.finish().await;
}

/// What GitHub says a job of the run deploys from now on.
fn stray(stage: &Stage, run: u64) -> String {
    let (repository, other) = (stage.world.sample.repository, stage.world.sample.risky.clone());
    stage.world.github.edit(|state| {
        let deployments = &mut state.repository_mut(repository).deployments;
        let job = deployments.iter_mut().find(|one| one.job.is_some_and(|(of, _)| of == run)).expect("the run's job");
        job.sha.clone_from(&other);
    });
    other
}

/// P27: GitHub reports another commit than was approved: it is said in the thread, in the message and in the record.
#[tokio::test]
async fn a_deployment_of_another_commit_than_the_approved_one_is_told() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let approved = stage.world.sample.good.clone();
    stray(&stage, run);
    stage.approve().await;
    stage.advance(20_000).await;
    told_of_the_stray(&stage, &approved).await;
    stage.finish().await;
}

/// The same where no webhook tells: the run is looked at again.
#[tokio::test]
async fn another_commit_is_noticed_when_the_run_is_read_back() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let approved = stage.world.sample.good.clone();
    stray(&stage, run);
    stage.world.github.edit(|state| state.options.events.clear());
    stage.approve().await;
    stage.advance(120_000).await;
    told_of_the_stray(&stage, &approved).await;
    stage.finish().await;
}

async fn told_of_the_stray(stage: &Stage, approved: &str) {
    let other = stage.world.sample.risky.clone();
    let request = stage.request().await;
    assert_eq!(request.deployed_instead.as_ref().map(CommitSha::as_str), Some(other.as_str()));
    let thread = stage.thread();
    assert_eq!(thread.matches("another commit than was approved").count(), 1, "{thread}");
    assert!(thread.contains(&other[..7]) && thread.contains(&approved[..7]), "{thread}");
    assert!(serde_json::to_string(&stage.message().blocks).unwrap().contains("Not what was approved"));
    let rows = stage.world.engine().unwrap().store.audit_of_request(&request.id).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.name == "deploy.commit_differs").count(), 1);
}
