//! Channels behave like channels: the app is not in them, they end, move, are shared, and their messages are deleted.

use countersign::domain::calendar::Daily;
use countersign::sim::slack::Message;
use countersign::sim::slack::sample::{ANA, ARCHIVED, GENERAL, MONA, OCTO, OUTSIDE, PRIVATE, RELEASES, SHARED};

use super::stage::{Stage, stage, stage_with};

fn policy(channel: &str) -> String {
    format!(
        "version: 1\ngroups:\n  reviewers: {{ permission: write }}\nenvironments:\n  production:\n    \
         channel: \"{channel}\"\n    gates: [{{ name: Review, group: reviewers, quorum: 1 }}]\n"
    )
}

fn shown(stage: &Stage) -> String {
    serde_json::to_string(&stage.message().blocks).unwrap()
}

fn in_channel(stage: &Stage, channel: &str) -> Vec<Message> {
    stage.world.slack.messages(channel)
}

/// Where the policy's channel takes no message, the default one does, and says why.
#[tokio::test]
async fn a_channel_that_takes_no_message_is_passed_over_and_that_is_said() {
    for (channel, why) in [
        (GENERAL, "not a member"),
        (PRIVATE, "private"),
        (ARCHIVED, "archived"),
        (SHARED, "another company"),
        ("#nowhere", "nowhere"),
    ] {
        let stage = stage().await;
        stage.write_policy(&policy(channel));
        let run = stage.deploy_good().await;
        stage.advance(5_000).await;
        assert!(in_channel(&stage, channel).is_empty());
        assert!(shown(&stage).contains("Meant for another channel"), "{channel} ({why}): {}", shown(&stage));
        stage.approve().await;
        assert_eq!(stage.taken(run).len(), 1);
        stage.advance(60_000).await;
        stage.finish().await;
    }
}

#[tokio::test]
async fn without_any_channel_those_who_can_decide_are_told_directly() {
    let stage = stage().await;
    stage.write_policy(
        "version: 1\ngroups:\n  reviewers: { slack_usergroups: [ml-reviewers] }\nenvironments:\n  production:\n    \
         gates: [{ name: Review, group: reviewers, quorum: 1 }]\n",
    );
    stage.world.slack.remove_app(RELEASES).await;
    let run = stage.deploy_good().await;
    stage.advance(60_000).await;
    assert!(in_channel(&stage, RELEASES).is_empty());
    let direct = stage.world.slack.read(|state| state.direct_messages(OCTO).next().cloned());
    let (request, names) = (stage.request().await, stage.record_names().await);
    let direct = direct.unwrap_or_else(|| panic!("{names:?}, {:?}, {:?}", request.message_trouble, request.roster));
    stage.world.slack.click(OCTO, &direct.channel, &direct.ts, "approve").await;
    stage.settle().await;
    stage.advance(10_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.world.stop().await;
}

/// Checked again with each edit: evidence is not for another company.
#[tokio::test]
async fn a_channel_that_becomes_shared_shows_the_request_no_more() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.world.slack.connect(RELEASES, OUTSIDE).await;
    stage.advance(2_000).await;
    stage.press(OCTO, "approve").await;
    stage.advance(120_000).await;
    let shown = shown(&stage);
    assert!(shown.contains("shared with another company") && !shown.contains("accuracy"), "{shown}");
    let _ = stage.told(OCTO);
    stage.world.stop().await;
}

#[tokio::test]
async fn a_renamed_channel_is_the_same_channel() {
    let stage = stage().await;
    stage.write_policy(&policy("#model-releases"));
    stage.deploy_good().await;
    stage.advance(2_000).await;
    assert_eq!(in_channel(&stage, RELEASES).len(), 1);
    stage.world.slack.rename(RELEASES, "releases-of-models").await;
    stage.world.github.dispatch(stage.world.sample.good_change());
    stage.settle().await;
    stage.advance(5_000).await;
    assert_eq!(in_channel(&stage, RELEASES).len(), 2);
    stage.finish().await;
}

#[tokio::test]
async fn a_channel_with_a_new_id_takes_its_messages_along() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    assert!(stage.world.slack.change_channel_id(RELEASES, "C0MOVED").await.acknowledged());
    stage.settle().await;
    stage.advance(2_000).await;
    let message = in_channel(&stage, "C0MOVED").pop().expect("moved with its channel");
    stage.world.slack.click(OCTO, "C0MOVED", &message.ts, "approve").await;
    stage.settle().await;
    stage.advance(20_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    let now = serde_json::to_string(&in_channel(&stage, "C0MOVED")[0].blocks).unwrap();
    assert!(!now.contains("\"approve\""), "{now}");
    stage.finish().await;
}

/// Nobody tells us of a deletion: whoever misses the message asks for it.
#[tokio::test]
async fn a_deleted_message_is_posted_again_on_demand() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.world.slack.delete_message(RELEASES, &stage.message().ts);
    let id = stage.request().await.id.short().to_owned();
    stage.world.slack.command(OCTO, RELEASES, "/countersign", &format!("show {id}")).await;
    stage.settle().await;
    let answer = stage.world.slack.read(|state| state.ephemerals.iter().rfind(|one| one.user == OCTO).cloned());
    let _ = stage.told(OCTO);
    stage.world.slack.click(OCTO, RELEASES, &answer.unwrap().ts, "post_again").await;
    stage.settle().await;
    stage.advance(5_000).await;
    assert!(stage.told(OCTO).contains("posted again"));
    let there: Vec<Message> = in_channel(&stage, RELEASES).into_iter().filter(|message| !message.deleted).collect();
    assert_eq!(there.len(), 1);
    stage.world.slack.click(OCTO, RELEASES, &there[0].ts, "approve").await;
    stage.settle().await;
    stage.advance(5_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.world.stop().await;
}

/// One message a day in a channel where something happened, and none elsewhere.
#[tokio::test]
async fn the_digest_of_the_day_tells_what_waits_and_what_ended() {
    let stage = stage_with(|options| options.digest = Daily::parse("17:30 UTC").ok()).await;
    let run = stage.deploy_good().await;
    stage.approve().await;
    stage.advance(60_000).await;
    stage.world.github.dispatch(stage.world.sample.risky_change());
    stage.settle().await;
    stage.advance(18 * 3_600_000).await;
    let digests: Vec<Message> =
        in_channel(&stage, RELEASES).into_iter().filter(|message| message.text.starts_with("Deployments on")).collect();
    assert_eq!(digests.len(), 1, "{digests:?}");
    assert!(digests[0].text.contains("1 request waits for a decision, 1 decided or over"), "{}", digests[0].text);
    assert!(in_channel(&stage, GENERAL).is_empty());
    stage.advance(7 * 3_600_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    for user in [ANA, MONA, OCTO] {
        let _ = stage.told(user);
    }
    stage.world.stop().await;
}
