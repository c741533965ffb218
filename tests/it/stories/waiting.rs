//! What an agreed approval waits for, and what becomes of older requests.

use countersign::domain::{Freeze, Obstacle, Verdict, Words};
use countersign::engine::freeze;
use countersign::sim::slack::SubmitResult;
use countersign::sim::slack::sample::{OCTO, RELEASES};

use super::stage::{Stage, stage};

async fn freeze_production(stage: &Stage) -> Freeze {
    let now = stage.world.clock.now();
    let freeze = Freeze {
        id: "freeze-1".into(),
        workspace: String::new(),
        repository: None,
        environment: Some("Production".into()),
        since: now,
        until: None,
        reason: Words::new("black friday"),
        by: "ana".into(),
    };
    freeze::call(&stage.world.engine().unwrap().store, freeze.clone(), now).await.unwrap();
    freeze
}

/// R23: a freeze holds and never rejects; when it is lifted, what people agreed on goes on by itself.
#[tokio::test]
async fn a_freeze_holds_an_agreed_approval_until_it_is_lifted() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let freeze = freeze_production(&stage).await;
    stage.settle().await;
    stage.advance(2_000).await;
    assert!(serde_json::to_string(&stage.message().blocks).unwrap().contains("black friday"));
    stage.press(OCTO, "approve").await;
    stage.advance(10_000).await;
    assert_eq!(stage.verdict().await, None);
    assert!(stage.told(OCTO).contains("black friday"));
    assert!(matches!(stage.request().await.obstacles.as_slice(), [Obstacle::Frozen { .. }]));
    let now = stage.world.clock.now();
    freeze::lift(&stage.world.engine().unwrap().store, &freeze.id, "ana", now).await.unwrap().unwrap();
    stage.settle().await;
    stage.advance(5_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    assert_eq!(stage.taken(run).len(), 1);
    stage.advance(60_000).await;
    stage.finish().await;
}

/// H35 and R23: called between the decision and telling GitHub, a freeze still holds.
#[tokio::test]
async fn a_freeze_that_comes_after_the_decision_keeps_it_from_being_told() {
    use countersign::sim::github::{Fault, FaultKind};
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let down = FaultKind::Status(502, "<html>Bad gateway</html>".into());
    stage.world.github.fault(Fault::once("POST", "deployment_protection_rule", down).times(1));
    stage.press(OCTO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    let freeze = freeze_production(&stage).await;
    stage.advance(30_000).await;
    assert!(stage.taken(run).is_empty());
    assert!(stage.request().await.decision().unwrap().held.as_deref().unwrap().contains("black friday"));
    assert!(stage.told(OCTO).contains("black friday"), "whoever approved it is told");
    let now = stage.world.clock.now();
    freeze::lift(&stage.world.engine().unwrap().store, &freeze.id, "ana", now).await.unwrap().unwrap();
    stage.advance(120_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// R24, H37: the older request says that a newer one is there, and a plain click does not approve it.
#[tokio::test]
async fn approving_the_older_of_two_requests_takes_a_second_word() {
    let stage = stage().await;
    let older = stage.deploy_good().await;
    stage.advance(2_000).await;
    let newer = stage.deploy(stage.world.sample.risky_change()).await;
    stage.advance(2_000).await;
    let messages = stage.world.slack.messages(RELEASES);
    assert_eq!(messages.len(), 2);
    let first = messages.first().unwrap();
    let replies = stage.world.slack.thread(RELEASES, &first.ts);
    assert!(replies.iter().any(|reply| reply.text.contains("newer request")), "{replies:?}");
    // A client that still shows the button as it was.
    let requests = stage.world.requests().await.unwrap();
    let value = requests.iter().find(|request| request.superseded.is_some()).unwrap().button_value();
    assert!(stage.world.slack.click_as_seen(OCTO, RELEASES, &first.ts, "approve", &value).await.acknowledged());
    stage.settle().await;
    assert!(stage.told(OCTO).contains("newer request"));
    assert!(stage.taken(older).is_empty() && stage.taken(newer).is_empty());

    // The button as it is now asks, and says how old the older one is.
    stage.press_on(&first.ts, OCTO, "ask_approve").await;
    let view = stage.view(OCTO);
    let shown = serde_json::to_string(view.blocks()).unwrap();
    assert!(shown.contains("I mean the older one") && shown.contains("3 commits behind"), "{shown}");
    let submitted = stage.world.slack.submit(OCTO, &view.id, &[]).await;
    assert_eq!(submitted.result, SubmitResult::NotSent, "the box has to be ticked");
    stage.submit(OCTO, &[("older", "yes")]).await;
    stage.advance(10_000).await;
    assert_eq!((stage.taken(older).len(), stage.taken(newer).len()), (1, 0));
    stage.advance(90_000_000).await;
    stage.finish().await;
}

/// The same commit asked for twice is no newer one.
#[tokio::test]
async fn two_runs_of_the_same_commit_do_not_replace_each_other() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.deploy_good().await;
    stage.advance(2_000).await;
    let requests = stage.world.requests().await.unwrap();
    assert!(requests.len() == 2 && requests.iter().all(|request| request.superseded.is_none()));
    stage.advance(90_000_000).await;
    stage.finish().await;
}
