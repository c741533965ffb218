//! The server as it runs: health, doors, and the record it leaves.

use countersign::domain::CommitSha;
use countersign::sim::slack::sample::{OCTO, RELEASES};

use super::stage::{Stage, stage};

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

/// Slack's address check, and commands, are answered.
#[tokio::test]
async fn slack_gets_the_answers_it_must_get() {
    let stage = stage().await;
    assert!(stage.world.slack.verify_events_url().await);
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
