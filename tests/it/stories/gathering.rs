//! Vendors that take longer than people wait: the message says what is known, and fills in.

use std::time::Duration;

use countersign::domain::{Phase, Relation, Request, Sketch, Verdict};
use countersign::sim::github::state::commits::NewCommit;
use countersign::sim::github::{Fault, FaultKind};
use countersign::sim::slack::reader::Reader;
use countersign::sim::slack::render_text;
use countersign::sim::slack::sample::{OCTO, RELEASES};

use super::stage::{Stage, stage};

const LARGE_FILES: &str = "/info/lfs/objects/batch";
const PULLS: &str = "/pulls";

/// GitHub keeps the next request of that kind waiting.
fn hold(stage: &Stage, method: &str, path: &str) {
    stage.world.github.fault(Fault::once(method, path, FaultKind::Held));
}

async fn wait_until(mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came to that");
}

/// Waits until GitHub keeps a request waiting, and was asked nothing else for a moment.
async fn until_held(stage: &Stage) {
    wait_until(async || {
        let before = stage.world.github.calls().len();
        tokio::time::sleep(Duration::from_millis(100)).await;
        stage.world.github.held() > 0 && stage.world.github.calls().len() == before
    })
    .await;
}

/// Starts the good change, and does something while GitHub keeps a request waiting; then it is let go.
async fn while_held(stage: &Stage, act: impl AsyncFnOnce()) {
    stage.world.github.dispatch(stage.world.sample.good_change());
    let acting = async {
        until_held(stage).await;
        act().await;
        stage.world.github.release();
    };
    tokio::join!(stage.settle(), acting);
    stage.settle().await;
}

async fn sketch(stage: &Stage) -> Sketch {
    wait_until(async || stage.request().await.sketch.is_some()).await;
    stage.request().await.sketch.unwrap()
}

/// The one message, two seconds after the request at the latest.
async fn message_in_time(stage: &Stage) -> String {
    stage.advance(1_000).await;
    sketch(stage).await;
    stage.advance(1_000).await;
    shown(stage)
}

/// The message as octocat reads it; without the port that this GitHub happens to listen on.
fn shown(stage: &Stage) -> String {
    let (message, now) = (stage.message(), stage.world.clock.now());
    let text = stage.world.slack.read(|state| render_text::message(&Reader { state, viewer: OCTO, now }, &message));
    text.replace(&stage.world.github.web_url(), "https://github.example")
}

/// What the message is in the end where nothing is slow.
async fn undisturbed() -> String {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.advance(10_000).await;
    let shown = shown(&stage);
    stage.finish().await;
    shown
}

#[tokio::test]
async fn slow_weights_let_the_message_show_the_rest_in_time_and_fill_in() {
    let stage = stage().await;
    hold(&stage, "POST", LARGE_FILES);
    while_held(&stage, async || {
        let early = message_in_time(&stage).await;
        for known in
            ["gathering evidence", "replaces ", "2 commits", "started by mona", "sentiment", "files change", "#1"]
        {
            assert!(early.contains(known), "{known} is missing in {early}");
        }
        assert!(early.contains(": weights of 1 model."), "{early}");
        assert!(!stage.has_button("approve") && !stage.has_button("changes"));
    })
    .await;
    assert!(stage.has_button("approve"));
    stage.advance(8_000).await;
    assert_eq!(shown(&stage), undisturbed().await, "slowness leaves no trace in the message");
    stage.finish().await;
}

#[tokio::test]
async fn a_slow_list_of_files_lets_the_message_say_what_is_live_and_what_is_missing() {
    let stage = stage().await;
    hold(&stage, "GET", "/git/trees/");
    while_held(&stage, async || {
        let early = message_in_time(&stage).await;
        assert!(early.contains("replaces ") && early.contains("the list of files"), "{early}");
        let sketch = sketch(&stage).await;
        assert_eq!(sketch.ground.map(|ground| ground.relation), Some(Relation::Ahead { by: 2 }));
        assert_eq!(sketch.files, None);
    })
    .await;
    assert!(stage.is_open().await);
    stage.advance(8_000).await;
    assert_eq!(shown(&stage), undisturbed().await);
    stage.finish().await;
}

/// P7: nobody votes on what is not whole.
#[tokio::test]
async fn a_click_while_evidence_is_gathered_is_refused_in_private() {
    let stage = stage().await;
    hold(&stage, "POST", LARGE_FILES);
    while_held(&stage, async || {
        message_in_time(&stage).await;
        let value = stage.request().await.button_value();
        stage.press_as_seen(OCTO, "approve", &value).await;
        let told = stage.told(OCTO);
        assert!(told.contains("the evidence is still being read"), "{told}");
        let Request { phase, votes, .. } = stage.request().await;
        assert!(phase == Phase::Gathering && votes.is_empty(), "{phase:?}");
    })
    .await;
    stage.approve().await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    stage.finish().await;
}

/// The parts come in one after the other: a few edits, and never more than one a second.
#[tokio::test]
async fn parts_that_come_in_later_are_shown_as_they_come() {
    let stage = stage().await;
    let repository = stage.world.sample.repository;
    stage.world.github.edit(|state| {
        let policy = "version: 1\nenvironments:\n  production:\n    checks: { check_runs: { require: [bias-eval] } }\n";
        let change = NewCommit::new(countersign::sim::github::sample::MONA, "Ask for the bias evaluation");
        state.commit_to(repository, "main", change.write(".github/countersign.yml", policy));
    });
    hold(&stage, "POST", LARGE_FILES);
    hold(&stage, "GET", PULLS);
    while_held(&stage, async || {
        let first = message_in_time(&stage).await;
        assert!(first.contains("commits and pull requests, weights of 1 model, check runs."), "{first}");
        hold(&stage, "GET", "/check-runs");
        stage.world.github.release();
        wait_until(async || {
            stage.advance(100).await;
            shown(&stage).contains(": check runs.")
        })
        .await;
        assert!(shown(&stage).contains("#1"), "{}", shown(&stage));
    })
    .await;
    assert!(stage.has_button("approve"));
    let edits = stage.world.slack.calls().into_iter().filter(|call| call.method == "chat.update").count();
    assert!((2..=4).contains(&edits), "{edits}");
    stage.finish().await;
}

/// P9: the process ends while it gathers. What it had seen is forgotten before anything is told again.
#[tokio::test]
async fn a_restart_while_gathering_starts_with_what_the_new_try_knows() {
    let mut stage = stage().await;
    hold(&stage, "POST", LARGE_FILES);
    stage.world.github.dispatch(stage.world.sample.good_change());
    {
        let dying = stage.settle();
        let watching = async {
            until_held(&stage).await;
            message_in_time(&stage).await;
        };
        tokio::select! {
            () = dying => panic!("it was held"),
            () = watching => {}
        }
    }
    assert!(stage.request().await.sketch.is_some_and(|sketch| sketch.ground.is_some()));
    stage.world.github.release();
    stage.world.restart().await.unwrap();
    hold(&stage, "GET", "/deployments");
    let acting = async {
        until_held(&stage).await;
        wait_until(async || stage.request().await.sketch.is_some_and(|sketch| sketch.ground.is_none())).await;
        assert!(stage.request().await.sketch.unwrap().models.is_empty());
        stage.world.github.release();
    };
    tokio::join!(stage.settle(), acting);
    stage.settle().await;
    let Request { phase, sketch, .. } = stage.request().await;
    assert!(phase == Phase::Open && sketch.is_none(), "{phase:?}, {sketch:?}");
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 1);
    stage.advance(8_000).await;
    assert_eq!(shown(&stage), undisturbed().await);
    stage.finish().await;
}

/// Where the evidence comes in time, nothing of this is recorded or shown.
#[tokio::test]
async fn evidence_that_comes_in_time_is_shown_at_once_and_whole() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.advance(5_000).await;
    let request = stage.request().await;
    let rows = stage.world.engine().unwrap().store.audit_of_request(&request.id).await.unwrap();
    assert!(!rows.iter().any(|row| row.name == "evidence.glimpsed"));
    assert!(!stage.world.slack.calls().iter().any(|call| call.method == "chat.update"), "posted once, whole");
    stage.finish().await;
}
