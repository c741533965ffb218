//! The client library the product uses understands every answer.

use slack_morphism::prelude::*;

use super::app::App;
use super::*;

type Client = SlackClient<SlackClientHyperConnector<hyper_util::client::legacy::connect::HttpConnector>>;

fn client(slack: &SlackSim) -> (Client, SlackApiToken) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let connector =
        SlackClientHyperConnector::with_connector(hyper_util::client::legacy::connect::HttpConnector::new());
    let client = SlackClient::new(connector.with_slack_api_url(&slack.api_url()));
    (client, SlackApiToken::new(slack.bot_token().into()))
}

#[tokio::test]
async fn messages_are_posted_changed_linked_and_deleted() {
    let (slack, _) = workspace().await;
    let (client, token) = client(&slack);
    let session = client.open_session(&token);
    assert_eq!(session.auth_test().await.unwrap().bot_id, Some(sample::BOT.into()));
    let blocks: Vec<SlackBlock> = serde_json::from_value(approval()["blocks"].clone()).unwrap();
    let content = SlackMessageContent::new().with_text("Approve?".into()).with_blocks(blocks);
    let posted = session
        .chat_post_message(&SlackApiChatPostMessageRequest::new(sample::RELEASES.into(), content.clone()))
        .await
        .unwrap();
    let update = SlackApiChatUpdateRequest::new(posted.channel.clone(), content.clone(), posted.ts.clone());
    session.chat_update(&update).await.unwrap();
    let link = SlackApiChatGetPermalinkRequest::new(posted.channel.clone(), posted.ts.clone());
    let link = session.chat_get_permalink(&link).await.unwrap().permalink;
    assert!(link.as_str().starts_with("https://acme.slack.com/archives/C0RELEASES/p1764000000"), "{link}");
    let whisper = SlackApiChatPostEphemeralRequest::new(sample::RELEASES.into(), sample::BO.into(), content);
    session.chat_post_ephemeral(&whisper).await.unwrap();
    session.chat_delete(&SlackApiChatDeleteRequest::new(posted.channel, posted.ts)).await.unwrap();
    assert!(slack.unexpected_calls().is_empty(), "{:?}", slack.unexpected_calls());
}

#[tokio::test]
async fn people_channels_and_groups_are_read() {
    let (slack, _) = workspace().await;
    let (client, token) = client(&slack);
    let session = client.open_session(&token);
    for user in slack.read(|state| state.users.keys().cloned().collect::<Vec<_>>()) {
        let info = session.users_info(&SlackApiUsersInfoRequest::new(user.clone().into())).await;
        assert_eq!(info.unwrap().user.id, user.into());
    }
    let info = SlackApiConversationsInfoRequest::new(sample::SHARED.into());
    assert_eq!(session.conversations_info(&info).await.unwrap().channel.flags.is_shared, Some(true));
    let members = SlackApiConversationsMembersRequest::new().with_channel(sample::RELEASES.into());
    assert_eq!(session.conversations_members(&members).await.unwrap().members.len(), 8);
    assert!(slack.unexpected_calls().is_empty(), "{:?}", slack.unexpected_calls());
}

#[tokio::test]
async fn modals_are_opened_and_changed() {
    let (slack, _) = workspace().await;
    App::start(&slack).await;
    let (client, token) = client(&slack);
    let session = client.open_session(&token);
    let ts = post_approval(&slack).await;
    let trigger = slack.click(sample::ANA, sample::RELEASES, &ts, "deny").await.trigger_id.unwrap();
    let view: SlackView = serde_json::from_value(json!({
        "type": "modal", "title": { "type": "plain_text", "text": "Why?" }, "blocks": [{ "type": "divider" }],
    }))
    .unwrap();
    let opened = session.views_open(&SlackApiViewsOpenRequest::new(trigger.into(), view.clone())).await.unwrap();
    let id = slack.views(sample::ANA)[0].id.clone();
    let update = SlackApiViewsUpdateRequest::new(view).with_view_id(id.into()).with_hash(opened.view.state_params.hash);
    session.views_update(&update).await.unwrap();
    assert!(slack.unexpected_calls().is_empty(), "{:?}", slack.unexpected_calls());
}

#[tokio::test]
async fn a_refusal_and_a_rate_limit_keep_their_kind() {
    let (slack, _) = workspace().await;
    let (client, token) = client(&slack);
    let session = client.open_session(&token);
    let content = SlackMessageContent::new().with_text("x".into());
    let request = SlackApiChatPostMessageRequest::new(sample::GENERAL.into(), content);
    match session.chat_post_message(&request).await.unwrap_err() {
        slack_morphism::errors::SlackClientError::ApiError(refused) => assert_eq!(refused.code, "not_in_channel"),
        other => panic!("{other}"),
    }
    slack.fault(Fault::once("chat.postMessage", FaultKind::RateLimited { retry_after_seconds: 7 }));
    match session.chat_post_message(&request).await.unwrap_err() {
        slack_morphism::errors::SlackClientError::RateLimitError(limited) => {
            assert_eq!(limited.retry_after, Some(Duration::from_secs(7)));
        }
        other => panic!("{other}"),
    }
}
