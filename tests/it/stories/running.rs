//! The server as it runs: health, doors, and the record it leaves.

use countersign::sim::slack::sample::{OCTO, RELEASES};

use super::stage::stage;

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

#[tokio::test]
async fn a_command_is_answered() {
    let stage = stage().await;
    let clicked = stage.world.slack.command(OCTO, RELEASES, "/countersign", "").await;
    assert!(clicked.acknowledged());
    stage.settle().await;
    assert!(!stage.told(OCTO).is_empty());
    stage.finish().await;
}
