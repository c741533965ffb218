//! What only requests over HTTP have.

use super::stage::stage;

/// Slack's address check is answered.
#[tokio::test]
async fn the_events_address_answers_its_challenge() {
    let stage = stage().await;
    assert!(stage.world.slack.verify_events_url().await);
    stage.finish().await;
}
