//! The app's Home tab, shortcuts, and how people want to be told.

use countersign::sim::slack::sample::{ANA, BO, GUEST, MONA, OCTO, RELEASES};
use countersign::sim::slack::{Fault, FaultKind, Message, SubmitResult};

use super::stage::{Stage, stage};

async fn home(stage: &Stage, user: &str) -> String {
    assert!(stage.world.slack.open_home(user).await.acknowledged());
    stage.settle().await;
    shown(stage, user)
}

/// What somebody's Home tab shows now.
fn shown(stage: &Stage, user: &str) -> String {
    let home = stage.world.slack.home(user).expect("a Home tab");
    serde_json::to_string(home.blocks()).unwrap()
}

/// What the app wrote to somebody alone, first messages only.
fn direct(stage: &Stage, user: &str) -> Vec<Message> {
    stage.world.slack.read(|state| state.direct_messages(user).filter(|message| message.is_root()).cloned().collect())
}

async fn prefer(stage: &Stage, user: &str, values: &[(&str, &str)]) {
    assert!(stage.world.slack.command(user, RELEASES, "/countersign", "preferences").await.acknowledged());
    stage.settle().await;
    let submitted = stage.submit(user, values).await;
    assert_eq!(submitted.result, SubmitResult::Closed, "{submitted:?}");
}

/// Mine to decide, and decided from there; the page follows by itself.
#[tokio::test]
async fn a_request_is_decided_from_home() {
    let stage = stage().await;
    assert!(home(&stage, OCTO).await.contains("Nothing waits"));
    let run = stage.deploy_good().await;
    stage.advance(20_000).await;
    assert!(shown(&stage, OCTO).contains("Yours to decide"), "it follows: {}", shown(&stage, OCTO));
    let requester = home(&stage, MONA).await;
    assert!(requester.contains("You started it") && !requester.contains("\"approve\""), "{requester}");
    let clicked = stage.world.slack.click_at_home(OCTO, "approve", None).await;
    assert!(clicked.acknowledged(), "{clicked:?}");
    stage.settle().await;
    stage.advance(20_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    assert!(
        !shown(&stage, OCTO).contains("\"approve\"") && shown(&stage, OCTO).contains("live"),
        "{}",
        shown(&stage, OCTO)
    );
    let _ = stage.told(OCTO);
    stage.finish().await;
}

#[tokio::test]
async fn home_is_for_members_and_can_be_filtered() {
    let stage = stage().await;
    stage.deploy_good().await;
    let id = stage.request().await.id.short().to_owned();
    assert!(!home(&stage, GUEST).await.contains(&id));
    assert!(home(&stage, BO).await.contains(&id));
    let clicked = stage.world.slack.click_at_home(BO, "home_filter", Some("mine")).await;
    assert!(clicked.acknowledged(), "{clicked:?}");
    stage.settle().await;
    assert!(!shown(&stage, BO).contains(&id), "nothing to do with it: {}", shown(&stage, BO));
    stage.finish().await;
}

/// People of a group that can be listed: whoever may be asked is known.
const LISTED: &str = "version: 1\ngroups:\n  reviewers: { slack_usergroups: [ml-reviewers] }\nenvironments:\n  production:\n    \
     gates: [{ name: Review, group: reviewers, quorum: 1 }]\n";

/// Told by direct message, from six in the morning on: the world's clock stands at midnight.
const BY_DAY: [(&str, &str); 4] =
    [("asked", "direct"), ("quiet_from", "22:00"), ("quiet_to", "06:00"), ("quiet_zone", "UTC")];

/// A message of one's own, with the buttons in it; it loses them when others decide.
#[tokio::test]
async fn whoever_asks_for_it_is_told_by_direct_message_and_decides_there() {
    let stage = stage().await;
    stage.write_policy(LISTED);
    prefer(&stage, OCTO, &[("asked", "direct"), ("outcomes", "voted")]).await;
    prefer(&stage, ANA, &[("asked", "direct")]).await;
    let run = stage.deploy_good().await;
    stage.advance(10_000).await;
    let own = direct(&stage, OCTO);
    assert_eq!(own.len(), 1, "{own:?}");
    assert!(own[0].text.contains("You can decide this"), "{}", own[0].text);
    let clicked = stage.world.slack.click(OCTO, &own[0].channel, &own[0].ts, "approve").await;
    assert!(clicked.acknowledged(), "{clicked:?}");
    stage.settle().await;
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    for user in [OCTO, ANA] {
        let now = serde_json::to_string(&direct(&stage, user)[0].blocks).unwrap();
        assert!(!now.contains("\"approve\""), "{user}: {now}");
    }
    let _ = stage.told(OCTO);
    stage.finish().await;
}

#[tokio::test]
async fn quiet_hours_keep_a_direct_message_until_they_end() {
    let stage = stage().await;
    stage.write_policy(LISTED);
    prefer(&stage, OCTO, &BY_DAY).await;
    stage.deploy_good().await;
    stage.advance(5 * 3_600_000).await;
    assert!(direct(&stage, OCTO).is_empty());
    stage.advance(2 * 3_600_000).await;
    assert_eq!(direct(&stage, OCTO).len(), 1);
    stage.finish().await;
}

/// P9: the answer to it was lost. The second one says what it is, also when it is edited later, and both act.
#[tokio::test]
async fn a_direct_message_that_is_sent_again_says_so() {
    let stage = stage().await;
    stage.write_policy(LISTED);
    prefer(&stage, OCTO, &BY_DAY).await;
    let run = stage.deploy_good().await;
    stage.advance(5 * 3_600_000).await;
    stage.world.slack.fault(Fault::once("chat.postMessage", FaultKind::AnswerLost));
    stage.advance(2 * 3_600_000).await;
    let copies = || direct(&stage, OCTO).iter().map(|one| one.text.contains("Second copy")).collect::<Vec<_>>();
    assert_eq!(copies(), [false, true]);
    let first = direct(&stage, OCTO).remove(0);
    assert!(stage.world.slack.click(OCTO, &first.channel, &first.ts, "approve").await.acknowledged());
    stage.settle().await;
    stage.advance(60_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(copies(), [false, true]);
    let _ = stage.told(OCTO);
    stage.finish().await;
}

#[tokio::test]
async fn preferences_that_make_no_sense_are_answered_under_their_input() {
    let stage = stage().await;
    assert!(stage.world.slack.command(OCTO, RELEASES, "/countersign", "preferences").await.acknowledged());
    stage.settle().await;
    let submitted =
        stage.submit(OCTO, &[("quiet_from", "22:00"), ("quiet_to", "06:00"), ("quiet_zone", "Europe/Atlantis")]).await;
    assert_eq!(submitted.result, SubmitResult::Errors, "{submitted:?}");
    assert!(submitted.errors.contains_key("quiet_zone"), "{submitted:?}");
    stage.finish().await;
}

#[tokio::test]
async fn shortcuts_open_what_waits_and_what_a_message_is_about() {
    let stage = stage().await;
    stage.deploy_good().await;
    let ts = stage.message().ts;
    assert!(stage.world.slack.shortcut(OCTO, "pending_approvals").await.acknowledged());
    stage.settle().await;
    assert_eq!(stage.view(OCTO).title(), "Pending approvals");
    assert!(serde_json::to_string(stage.view(OCTO).blocks()).unwrap().contains("Yours to decide"));
    for (shortcut, title) in [("show_evidence", "What changes"), ("why", "Why?")] {
        stage.world.slack.dismiss_views(OCTO).await;
        let clicked = stage.world.slack.message_shortcut(OCTO, RELEASES, &ts, shortcut).await;
        assert!(clicked.acknowledged(), "{clicked:?}");
        stage.settle().await;
        assert_eq!(stage.view(OCTO).title(), title);
    }
    stage.finish().await;
}
