//! Whose clicks do not count, and what they are told.

use countersign::domain::Phase;
use countersign::sim::slack::sample::{BO, GUEST, MONA, OCTO, OUTSIDE, RELEASES};

use super::stage::{Stage, stage};

/// Presses both buttons as `user`: nothing changes, and the private answer contains `why`.
async fn is_refused(stage: &Stage, user: &str, why: &str) {
    for action in ["approve", "deny"] {
        let value = stage.request().await.button_value();
        stage.press_as_seen(user, action, &value).await;
        let told = stage.told(user);
        assert!(told.to_lowercase().contains(why), "{user} {action}: {told}");
        assert!(stage.world.slack.views(user).is_empty(), "no modal for somebody whose denial cannot count");
    }
    let request = stage.request().await;
    assert!(request.phase == Phase::Open && request.votes.is_empty());
}

#[tokio::test]
async fn the_requester_cannot_decide_on_her_own_change() {
    let stage = stage().await;
    stage.deploy_good().await;
    is_refused(&stage, MONA, "started").await;
    stage.finish().await;
}

#[tokio::test]
async fn somebody_whose_account_is_not_linked_is_told_so() {
    let stage = stage().await;
    stage.deploy_good().await;
    is_refused(&stage, BO, "link").await;
    stage.finish().await;
}

#[tokio::test]
async fn a_guest_cannot_decide() {
    let stage = stage().await;
    stage.deploy_good().await;
    is_refused(&stage, GUEST, "guest").await;
    stage.finish().await;
}

#[tokio::test]
async fn somebody_of_another_workspace_cannot_decide() {
    let stage = stage().await;
    stage.deploy_good().await;
    stage.world.slack.edit(|state| state.share_with(RELEASES, OUTSIDE));
    is_refused(&stage, OUTSIDE, "workspace").await;
    stage.finish().await;
}

/// Read access is not enough for the starter policy's gate.
#[tokio::test]
async fn somebody_who_lost_write_access_cannot_decide() {
    use countersign::sim::github::sample::OCTOCAT;
    use countersign::sim::github::state::repository::Access;
    let stage = stage().await;
    stage.deploy_good().await;
    let repository = stage.world.sample.repository;
    stage.world.github.edit(|state| state.add_collaborator(repository, OCTOCAT, Access::Read));
    is_refused(&stage, OCTO, "write access").await;
    stage.finish().await;
}

/// R13: whoever takes over a freed login does not take over its link.
#[tokio::test]
async fn a_renamed_login_does_not_inherit_a_link() {
    use countersign::sim::github::sample::OCTOCAT;
    use countersign::sim::github::state::repository::Access;
    let stage = stage().await;
    stage.deploy_good().await;
    let repository = stage.world.sample.repository;
    stage.world.github.edit(|state| {
        state.rename_account(OCTOCAT, "octocat-old");
        state.add_user("octocat", 66_666);
        state.add_collaborator(repository, 66_666, Access::Admin);
    });
    is_refused(&stage, OCTO, "octocat").await;
    stage.finish().await;
}

/// A value that names nothing here, or names it wrongly.
#[tokio::test]
async fn a_tampered_button_decides_nothing() {
    let stage = stage().await;
    stage.deploy_good().await;
    let value = stage.request().await.button_value();
    let other_digest = format!("{}.{}", value.split('.').next().unwrap(), "0".repeat(12));
    let other_request = format!("{}{}", value.replacen('0', "1", 3), "");
    for tampered in [other_digest, other_request, "1 OR 1=1".to_owned()] {
        stage.press_as_seen(OCTO, "approve", &tampered).await;
        assert!(!stage.told(OCTO).is_empty(), "{tampered}");
    }
    assert!(stage.is_open().await);
    stage.finish().await;
}
