//! The app installed by consent: the way there and back, tokens that are renewed, and the end of it.

use countersign::app;
use countersign::domain::ChatUser;
use countersign::ports::IdSource;
use countersign::sim::slack::sample::{ANA, OCTO, RELEASES, TEAM};
use serde_json::json;

use super::stage::{Stage, begin_consent as begin, get, install, stage, stage_with};

const HOUR_MS: i64 = 3_600_000;

fn renewals(stage: &Stage) -> usize {
    let calls = stage.world.slack.calls().into_iter();
    calls.filter(|call| call.method == "oauth.v2.access" && call.arguments["grant_type"] == "refresh_token").count()
}

#[tokio::test]
async fn consent_lets_the_app_in_and_its_token_is_sealed() {
    let stage = stage().await.without_token(false).await;
    let run = stage.deploy_good().await;
    stage.advance(60_000).await;
    assert!(stage.world.slack.messages(RELEASES).is_empty());
    assert!(stage.ready().await["detail"].as_str().unwrap().contains("/slack/install"));
    install(&stage, &stage.world.slack, ANA).await;
    stage.advance(2 * HOUR_MS).await;
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(stage.ready().await["status"], "ready");
    let token = stage.world.slack.bot_token();
    let row = stage.world.engine().unwrap().store.installation(TEAM).await.unwrap().unwrap();
    assert!(!row.access.contains(&token) && row.access.len() > token.len(), "sealed");
    assert!(stage.record_names().await.contains(&"chat.installed".to_owned()));
    stage.world.stop().await;
}

/// State: bound to the browser, used once, good for ten minutes.
#[tokio::test]
async fn a_consent_that_was_not_begun_here_is_refused() {
    let stage = stage().await.without_token(false).await;
    let slack = &stage.world.slack;
    let is_refused = async |back: &str, cookie: Option<&str>| get(back, cookie).await.status == 400;
    let (page, cookie) = begin(&stage).await;
    let (_, others) = begin(&stage).await;
    let back = slack.consent(ANA, &page, true).unwrap();
    assert!(is_refused(&back, None).await, "no cookie");
    assert!(is_refused(&back, Some(&others)).await, "another browser's");
    assert!(is_refused(&back.replace("state=", "state=x"), Some(&cookie)).await, "another state");
    assert!(is_refused(&format!("{back}&state=x"), Some(&cookie)).await, "two states");
    let declined = slack.consent(ANA, &page, false).unwrap();
    assert_eq!(get(&declined, Some(&cookie)).await.status, 403);
    assert!(is_refused(&back, Some(&cookie)).await, "used");
    let (page, cookie) = begin(&stage).await;
    let refused = slack.consent(ANA, &page, false).unwrap();
    let refused = refused.replace("access_denied", "invalid_team_for_non_distributed_app");
    let answer = get(&refused, Some(&cookie)).await;
    assert_eq!(answer.status, 403);
    assert!(String::from_utf8_lossy(&answer.body).contains("Public Distribution"), "what to do");
    let (page, cookie) = begin(&stage).await;
    let back = slack.consent(ANA, &page, true).unwrap();
    stage.world.clock.advance(600_000);
    assert!(is_refused(&back, Some(&cookie)).await, "too late");
    assert_eq!(stage.world.engine().unwrap().store.installation(TEAM).await.unwrap(), None);
    stage.world.stop().await;
}

/// Anybody can find the address; where the app goes is the operator's word.
#[tokio::test]
async fn another_workspace_cannot_install_itself() {
    let stage = stage().await.without_token(false).await;
    let (page, cookie) = begin(&stage).await;
    let back = stage.world.slack.consent(ANA, &page, true).unwrap();
    stage.world.slack.edit(|state| state.team.id = "T9OTHER".into());
    assert_eq!(get(&back, Some(&cookie)).await.status, 403);
    let store = &stage.world.engine().unwrap().store;
    assert!(
        store.installation("T9OTHER").await.unwrap().is_none() && store.installation(TEAM).await.unwrap().is_none()
    );
    stage.world.stop().await;
}

/// Without it these addresses do not exist.
#[tokio::test]
async fn nobody_installs_where_a_token_is_pasted() {
    let stage = stage().await;
    for path in ["/slack/install", "/slack/oauth/callback?code=1&state=2"] {
        assert_eq!(get(&format!("http://{}{path}", stage.world.address().unwrap()), None).await.status, 404);
    }
    stage.finish().await;
}

/// Tokens end after twelve hours, and refresh tokens work once: two replicas renew them as one, and nobody notices.
#[tokio::test]
async fn tokens_are_renewed_once_for_all_replicas() {
    let url = crate::postgres::database().await;
    let stage = stage_with(|options| options.database_url = Some(url)).await.without_token(true).await;
    install(&stage, &stage.world.slack, ANA).await;
    let other =
        app::build(&stage.world.settings, stage.world.clock.clone(), IdSource::counted(1_000_000)).await.unwrap();
    let octo = ChatUser { workspace: TEAM.to_owned(), user: OCTO.to_owned() };
    for day in 1..=3 {
        stage.world.clock.advance(12 * HOUR_MS - 29 * 60_000);
        let (ours, theirs) = (&stage.world.engine().unwrap().workspace.chat, &other.engine.workspace.chat);
        let asked = (0..8).flat_map(|_| [ours.standing(&octo), theirs.standing(&octo)]);
        for answer in futures::future::join_all(asked).await {
            answer.unwrap();
        }
        assert_eq!(renewals(&stage), day, "one of sixteen");
    }
    other.engine.store.close().await;
    let run = stage.deploy_good().await;
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// Slack is unwell while the token should be renewed: what is good is used until it ends.
#[tokio::test]
async fn a_renewal_that_fails_is_tried_again() {
    use countersign::sim::slack::{Fault, FaultKind};
    let stage = stage().await.without_token(true).await;
    install(&stage, &stage.world.slack, ANA).await;
    stage.world.clock.advance(12 * HOUR_MS - 20 * 60_000);
    stage.world.slack.fault(Fault::times("oauth.v2.access", FaultKind::Status(503), 3));
    let run = stage.deploy_good().await;
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    assert!(renewals(&stage) > 3 || stage.world.slack.read(|state| state.oauth.live.len()) == 2, "renewed in the end");
    stage.finish().await;
}

/// Uninstalled: closed at once, said, and nothing is posted until somebody consents again. A late event of the former
/// installation does not close the new one.
#[tokio::test]
async fn an_uninstalled_app_is_closed_until_somebody_consents_again() {
    let stage = stage().await.without_token(true).await;
    install(&stage, &stage.world.slack, ANA).await;
    let left = || json!({ "type": "app_uninstalled" });
    stage.world.clock.advance(5_000);
    stage.world.slack.edit(|state| state.install.token_refused_with = Some("account_inactive".into()));
    assert!(stage.world.slack.send_event(left()).await.acknowledged());
    let run = stage.deploy_good().await;
    stage.advance(60_000).await;
    assert!(stage.world.slack.messages(RELEASES).is_empty() && stage.taken(run).is_empty());
    assert!(stage.ready().await["detail"].as_str().unwrap().contains("app_uninstalled"));
    let reports = stage.world.github.status_reports(run, "production");
    assert!(reports.iter().any(|report| report.comment.contains("app_uninstalled")), "{reports:?}");
    let closed_at = stage.world.clock.now();
    stage.world.clock.advance(5_000);
    install(&stage, &stage.world.slack, ANA).await;
    let late = json!({
        "type": "event_callback", "api_app_id": stage.world.slack.app_id(), "team_id": TEAM, "event_id": "Ev0LATE",
        "event_time": closed_at.as_seconds(), "event": left(),
    });
    assert_eq!(stage.deliver_event(&late).await, 200);
    stage.advance(2 * HOUR_MS).await;
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.world.stop().await;
}

/// A refresh token that was used by somebody else ends the installation; it says so.
#[tokio::test]
async fn a_refresh_token_that_does_not_work_closes_the_installation() {
    let stage = stage().await.without_token(true).await;
    install(&stage, &stage.world.slack, ANA).await;
    stage.world.slack.edit(|state| state.oauth.refresh = None);
    stage.world.clock.advance(12 * HOUR_MS);
    stage.deploy_good().await;
    stage.advance(60_000).await;
    assert!(stage.world.slack.messages(RELEASES).is_empty());
    assert!(stage.ready().await["detail"].as_str().unwrap().contains("invalid_refresh_token"));
    install(&stage, &stage.world.slack, ANA).await;
    stage.advance(2 * HOUR_MS).await;
    assert_eq!(stage.world.slack.messages(RELEASES).len(), 1);
    stage.world.stop().await;
}
