//! What people type after `/countersign`, from anywhere.

use countersign::domain::{Basis, Verdict};
use countersign::sim::github::{self, sample};
use countersign::sim::slack::sample::{ANA, BO, GENERAL, GUEST, MONA, OCTO, RELEASES};

use super::stage::{GLASS, Stage, one_gate, stage};

/// Types a command where the app is not even a member, and returns what the person is told.
async fn typed(stage: &Stage, user: &str, text: &str) -> String {
    let clicked = stage.world.slack.command(user, GENERAL, "/countersign", text).await;
    assert!(clicked.acknowledged(), "{clicked:?}");
    stage.settle().await;
    stage.told(user)
}

/// The end of the only request's id.
async fn id(stage: &Stage) -> String {
    stage.request().await.id.short().to_owned()
}

/// Presses a button of the newest private answer.
async fn press_in_answer(stage: &Stage, user: &str, action: &str) {
    let newest = stage.world.slack.read(|state| {
        let own = state.ephemerals.iter().rfind(|answer| answer.user == user && !answer.deleted);
        own.map(|answer| (answer.channel.clone(), answer.ts.clone()))
    });
    let (channel, ts) = newest.expect("a private answer");
    let clicked = stage.world.slack.click(user, &channel, &ts, action).await;
    assert!(clicked.acknowledged(), "{clicked:?}");
    stage.settle().await;
}

#[tokio::test]
async fn pending_names_what_is_yours_and_show_tells_one_request() {
    let stage = stage().await;
    assert!(typed(&stage, OCTO, "pending").await.contains("Nothing waits"));
    stage.deploy_good().await;
    let id = id(&stage).await;
    let pending = typed(&stage, OCTO, "pending").await;
    assert!(pending.contains("Yours to decide") && pending.contains(&id), "{pending}");
    let requester = typed(&stage, MONA, "Pending").await;
    assert!(requester.contains("You started it") && !requester.contains("Yours to decide"), "{requester}");
    let shown = typed(&stage, OCTO, &format!("show {id}")).await;
    assert!(shown.contains("You can decide this") && shown.contains("Approve sentiment for production?"), "{shown}");
    assert!(stage.world.slack.command(GUEST, RELEASES, "/countersign", "pending").await.acknowledged());
    stage.settle().await;
    let guest = stage.told(GUEST);
    assert!(guest.contains("guests") && !guest.contains(&id), "{guest}");
    let wrong = typed(&stage, OCTO, "show ffffffff").await;
    assert!(wrong.contains("No request"), "{wrong}");
    stage.finish().await;
}

#[tokio::test]
async fn what_is_mistyped_is_answered_with_how_it_is_written() {
    let stage = stage().await;
    let meant = typed(&stage, OCTO, "pendign").await;
    assert!(meant.contains("Did you mean") && meant.contains("/countersign pending"), "{meant}");
    let usage = typed(&stage, OCTO, "deny 3f9a2c1b").await;
    assert!(usage.contains("the reason is missing"), "{usage}");
    let help = typed(&stage, OCTO, "help").await;
    for command in ["pending", "show", "approve", "deny", "freeze", "break-glass", "link", "preferences"] {
        assert!(help.contains(command), "{command}: {help}");
    }
    stage.finish().await;
}

/// P7: a command names no evidence, so it shows what it is about and decides nothing before a second press.
#[tokio::test]
async fn approving_by_command_takes_a_press_on_what_it_shows() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let asked = typed(&stage, OCTO, &format!("approve {} slices look fine", id(&stage).await)).await;
    assert!(asked.contains("Nothing is done yet") && asked.contains("slices look fine"), "{asked}");
    assert!(stage.is_open().await);
    press_in_answer(&stage, OCTO, "confirm").await;
    stage.advance(5_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    let request = stage.request().await;
    assert_eq!(request.votes[0].reason.as_ref().unwrap().as_str(), "slices look fine");
    let again = typed(&stage, ANA, &format!("approve {}", id(&stage).await)).await;
    assert!(again.contains("already approved"), "{again}");
    stage.advance(60_000).await;
    stage.finish().await;
}

#[tokio::test]
async fn denying_by_command_takes_its_reason_along() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let id = id(&stage).await;
    let own = typed(&stage, MONA, &format!("deny {id} changed my mind")).await;
    assert!(own.contains("changed nothing"), "who may not decide is told at once: {own}");
    typed(&stage, OCTO, &format!("deny {id} not before the audit")).await;
    assert!(stage.is_open().await);
    press_in_answer(&stage, OCTO, "confirm").await;
    stage.advance(5_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Denied));
    assert!(stage.taken(run)[0].comment.as_ref().unwrap().contains("not before the audit"));
    let _ = stage.told(OCTO);
    stage.advance(60_000).await;
    stage.finish().await;
}

#[tokio::test]
async fn a_freeze_by_command_holds_until_it_is_lifted_by_command() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let repository = stage.world.sample.repository;
    stage.world.github.edit(|state| state.add_collaborator(repository, sample::ANA, github::Access::Maintain));
    let refused = typed(&stage, BO, "freeze production in acme/sentiment end of quarter").await;
    assert!(refused.contains("changed nothing"), "{refused}");
    let everywhere = typed(&stage, ANA, "freeze production end of quarter").await;
    assert!(everywhere.contains("every repository"), "{everywhere}");
    let frozen = typed(&stage, ANA, "freeze production in acme/sentiment for 3h end of quarter").await;
    assert!(frozen.contains("Frozen") && frozen.contains("end of quarter"), "{frozen}");
    stage.press(OCTO, "approve").await;
    stage.advance(10_000).await;
    assert!(stage.told(OCTO).contains("end of quarter"));
    assert_eq!(stage.verdict().await, None, "frozen");
    let list = typed(&stage, ANA, "freeze list").await;
    let id = list.rsplit("ID ").next().unwrap().trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    let lifted = typed(&stage, ANA, &format!("freeze lift {id}")).await;
    assert!(lifted.contains("Lifted"), "{lifted}");
    stage.advance(10_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.advance(60_000).await;
    stage.finish().await;
}

#[tokio::test]
async fn breaking_the_glass_by_command_takes_a_reason_and_a_second_word() {
    let stage = stage().await;
    stage.write_policy(&one_gate(1, GLASS));
    let run = stage.deploy(stage.world.sample.risky_change()).await;
    let asked = typed(&stage, OCTO, &format!("break-glass {} checkout is down", id(&stage).await)).await;
    assert!(asked.contains("Nothing is done yet"), "{asked}");
    assert!(stage.is_open().await);
    press_in_answer(&stage, OCTO, "confirm").await;
    stage.advance(20_000).await;
    assert_eq!(stage.request().await.decision().unwrap().basis, Basis::BreakGlass);
    assert_eq!(stage.taken(run).len(), 1);
    let _ = stage.told(OCTO);
    stage.finish().await;
}
