//! What is shown besides words, and what is said outside of the chat.

use countersign::sim::github::Level;
use countersign::sim::slack::sample::{OCTO, RELEASES};
use countersign::sim::slack::{Fault, FaultKind, Message};

use super::stage::{Stage, stage, stage_with};

async fn stage_with_pictures() -> Stage {
    stage_with(|options| options.slack.workspace.install.scopes.push("files:write".into())).await
}

/// One deployment is live through us; a worse one asks.
async fn second_request(stage: &Stage) -> Message {
    stage.deploy_good().await;
    stage.approve().await;
    stage.advance(60_000).await;
    stage.deploy(stage.world.sample.risky_change()).await;
    stage.advance(10_000).await;
    stage.world.slack.messages(RELEASES).pop().unwrap()
}

fn image(message: &Message) -> Option<serde_json::Value> {
    message.blocks.iter().find(|block| block["type"] == "image").cloned()
}

/// The metric over the last deployments, with the numbers in words for who does not see it.
#[tokio::test]
async fn a_picture_shows_the_metric_over_the_last_deployments() {
    let stage = stage_with_pictures().await;
    let message = second_request(&stage).await;
    let image = image(&message).expect("a picture");
    let alt = image["alt_text"].as_str().unwrap();
    assert!(alt.contains("live now") && alt.contains("Proposed: "), "{alt}");
    let file = stage.world.slack.read(|state| state.files.values().next().cloned()).unwrap();
    assert!(file.bytes.starts_with(&[0x89, b'P', b'N', b'G']) && file.is_complete);
    assert_eq!(image["slack_file"]["id"], file.id.as_str());
    stage.finish().await;
}

/// The scope is optional: without it nothing is shown, nothing is said, and Slack is asked once.
#[tokio::test]
async fn without_the_scope_the_message_goes_without_a_picture() {
    let stage = stage().await;
    let message = second_request(&stage).await;
    assert!(image(&message).is_none());
    stage.deploy(stage.world.sample.risky_change()).await;
    stage.advance(10_000).await;
    let asked = stage.world.slack.calls().iter().filter(|call| call.method.starts_with("files.")).count();
    assert_eq!(asked, 1);
    stage.finish().await;
}

/// Nothing waits for a picture: not the message, not the decision.
#[tokio::test]
async fn a_picture_that_cannot_be_had_keeps_nothing_waiting() {
    let stage = stage_with_pictures().await;
    stage.world.slack.fault(Fault::times("files.getUploadURLExternal", FaultKind::Status(500), 2));
    stage.world.slack.fault(Fault::times("files.completeUploadExternal", FaultKind::Cut, 100));
    let message = second_request(&stage).await;
    assert!(image(&message).is_none());
    stage.press_on(&message.ts, OCTO, "deny").await;
    stage.submit(OCTO, &[("reason", "worse")]).await;
    stage.advance(600_000).await;
    let over = stage.world.slack.messages(RELEASES).into_iter().find(|one| one.ts == message.ts).unwrap();
    assert!(serde_json::to_string(&over.blocks).unwrap().contains("denied"));
    let _ = stage.told(OCTO);
    stage.finish().await;
}

/// Somebody deletes the file: the next edit of the message goes without it.
#[tokio::test]
async fn a_picture_that_slack_lost_does_not_keep_the_message_from_being_true() {
    let stage = stage_with_pictures().await;
    let message = second_request(&stage).await;
    assert!(image(&message).is_some());
    stage.world.slack.edit(|state| state.files.clear());
    stage.world.slack.click_option(OCTO, RELEASES, &message.ts, "menu", &menu(&message, "Request changes")).await;
    stage.settle().await;
    stage.submit(OCTO, &[("reason", "say what changed")]).await;
    stage.advance(10_000).await;
    let now = stage.world.slack.messages(RELEASES).pop().unwrap();
    assert!(image(&now).is_none() && serde_json::to_string(&now.blocks).unwrap().contains("say what changed"));
    let _ = stage.told(OCTO);
    stage.world.stop().await;
}

fn menu(message: &Message, label: &str) -> String {
    let elements = message.blocks.iter().filter_map(|block| block["elements"].as_array()).flatten();
    let options = elements.filter_map(|element| element["options"].as_array()).flatten();
    options.into_iter().find(|option| option["text"]["text"] == label).unwrap()["value"].as_str().unwrap().to_owned()
}

/// Where the app may write there, the authors read it on their pull request, and read when it is over.
#[tokio::test]
async fn requested_changes_are_said_on_the_pull_request_where_that_is_permitted() {
    for permitted in [true, false] {
        let stage = stage_with(|options| {
            if permitted {
                options.github.permissions.insert("pull_requests".into(), Level::Write);
            }
        })
        .await;
        stage.deploy_good().await;
        let comments = || {
            stage.world.github.read(|state| {
                let comments = state.comments_on(stage.world.sample.repository, 1);
                comments.into_iter().map(|one| one.body).collect::<Vec<_>>()
            })
        };
        stage.choose(OCTO, "Request changes").await;
        stage.submit(OCTO, &[("reason", "name the *new* test set, @mona")]).await;
        stage.advance(5_000).await;
        assert_eq!(comments().len(), usize::from(permitted), "{:?}", comments());
        if permitted {
            let said = comments().remove(0);
            assert!(
                said.contains("**Changes are requested**") && said.contains("\n    name the *new* test set, @mona"),
                "{said}"
            );
        }
        stage.choose(OCTO, "Take my vote back").await;
        stage.advance(5_000).await;
        if permitted {
            assert!(comments()[0].contains("No changes are requested any more"), "{:?}", comments());
            assert_eq!(comments().len(), 1, "one comment, edited");
        }
        let _ = stage.told(OCTO);
        stage.finish().await;
    }
}

/// A rollout that failed is loud, and its line says how to go back.
#[tokio::test]
async fn a_failed_rollout_offers_the_way_back() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.approve().await;
    stage.advance(60_000).await;
    let good = stage.message();
    let job = countersign::sim::github::JobPlan::deploying("deploy", "production").failing();
    let dispatch = stage.world.sample.rollback().with_jobs(vec![job]);
    stage.deploy(dispatch).await;
    let risky = stage.world.slack.messages(RELEASES).pop().unwrap();
    assert_ne!(risky.ts, good.ts);
    stage.press_on(&risky.ts, OCTO, "approve").await;
    stage.advance(120_000).await;
    let loud = stage.world.slack.broadcasts(RELEASES);
    let failed = loud.iter().find(|reply| reply.text.contains("rollout failed")).unwrap_or_else(|| panic!("{loud:?}"));
    assert!(failed.text.contains("To go back to") && failed.text.contains("re-run"), "{}", failed.text);
    assert!(failed.text.contains(&stage.world.sample.good[..7]), "{}", failed.text);
    let _ = stage.told(OCTO);
    stage.finish().await;
}

/// R32: a waiting run can hold its concurrency group. Who waits behind it, and who was cancelled there, is named.
#[tokio::test]
async fn runs_that_cannot_start_behind_this_one_are_named() {
    let stage = stage().await;
    let grouped = || stage.world.sample.good_change().in_group("production");
    let first = stage.deploy(grouped()).await;
    stage.advance(5_000).await;
    let second = stage.world.github.dispatch(grouped());
    assert_eq!(stage.world.github.run(second).unwrap().status(), "pending");
    stage.advance(5_000).await;
    let number = |run: u64| stage.world.github.run(run).unwrap().number;
    let waits = format!("Run {} waits for its turn behind this one", number(second));
    assert!(stage.thread().contains(&waits), "{}", stage.thread());
    // Each within seconds, so that none comes and goes between two looks.
    let between = stage.world.github.dispatch(grouped());
    stage.advance(5_000).await;
    let third = stage.world.github.dispatch(grouped());
    stage.advance(5_000).await;
    let thread = stage.thread();
    assert!(thread.contains(&format!("Run {} waits for its turn", number(third))), "{thread}");
    for cancelled in [second, between] {
        let told = format!("Run {} was cancelled while this one waits", number(cancelled));
        assert!(thread.contains(&told), "{thread}");
    }
    assert_eq!(thread.matches("waits for its turn").count(), 3, "each once: {thread}");
    stage.approve().await;
    stage.advance(60_000).await;
    assert_eq!(stage.conclusion(first).as_deref(), Some("success"));
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 2, "now the third one asks");
    stage.finish().await;
}
