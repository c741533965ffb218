//! Clicks, commands, events and response addresses.

use super::app::App;
use super::*;
use crate::domain::time::MINUTE_MS;

#[tokio::test]
async fn a_click_sends_a_signed_payload_with_all_slack_sends() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let ts = post_approval(&slack).await;
    let clicked = slack.click(sample::ANA, sample::RELEASES, &ts, "approve").await;
    assert!(clicked.acknowledged());
    let (headers, body) = app.requests().remove(0);
    let timestamp = headers["x-slack-request-timestamp"].to_str().unwrap();
    assert_eq!(timestamp, NOON.as_seconds().to_string());
    assert_eq!(headers["x-slack-signature"].to_str().unwrap(), signature(&slack.signing_secret(), timestamp, &body));
    let payload = app.last_payload();
    assert_eq!(payload["user"], json!({ "id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0ACME" }));
    assert_eq!(payload["team"], json!({ "id": "T0ACME", "domain": "acme" }));
    assert_eq!(
        payload["container"],
        json!({ "type": "message", "message_ts": ts, "channel_id": "C0RELEASES", "is_ephemeral": false })
    );
    assert_eq!(payload["actions"][0]["action_id"], "approve");
    assert_eq!(payload["actions"][0]["value"], "req_1");
    assert_eq!(payload["message"]["blocks"].as_array().unwrap().len(), 2);
    assert_eq!((&payload["enterprise"], &payload["is_enterprise_install"]), (&Value::Null, &json!(false)));
    assert_eq!(payload["response_url"], json!(clicked.response_url));
    assert_eq!(payload["trigger_id"], json!(clicked.trigger_id));
}

#[tokio::test]
async fn only_buttons_of_the_present_version_can_be_clicked() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let ts = post_approval(&slack).await;
    let closed = json!({ "channel": sample::RELEASES, "ts": ts, "text": "Approved" });
    call(&slack, "chat.update", closed).await;
    let late = slack.click(sample::ANA, sample::RELEASES, &ts, "approve").await;
    assert!(matches!(late.delivery, Delivery::Impossible(_)));
    assert!(app.requests().is_empty());
    let old_copy = slack.click_as_seen(sample::ANA, sample::RELEASES, &ts, "approve", "req_1").await;
    assert!(old_copy.acknowledged());
    assert_eq!(app.last_payload()["actions"][0]["value"], "req_1");
}

#[tokio::test]
async fn those_who_cannot_see_the_message_cannot_click() {
    let (slack, _) = workspace().await;
    App::start(&slack).await;
    let ts = post_approval(&slack).await;
    for user in [sample::OUTSIDE, sample::GONE, sample::BOT_USER, "U0NOBODY"] {
        let clicked = slack.click(user, sample::RELEASES, &ts, "approve").await;
        assert!(matches!(clicked.delivery, Delivery::Impossible(_)), "{user}");
    }
    slack.edit(|state| state.share_with(sample::RELEASES, sample::OUTSIDE));
    assert!(slack.click(sample::OUTSIDE, sample::RELEASES, &ts, "approve").await.acknowledged());
}

#[tokio::test]
async fn an_outsiders_click_names_their_own_workspace() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let ts = post_approval(&slack).await;
    slack.edit(|state| state.share_with(sample::RELEASES, sample::OUTSIDE));
    slack.click(sample::OUTSIDE, sample::RELEASES, &ts, "approve").await;
    let payload = app.last_payload();
    assert_eq!(payload["user"]["team_id"], sample::OTHER_TEAM);
    assert_eq!(payload["team"], json!({ "id": sample::OTHER_TEAM, "domain": "other" }));
}

#[tokio::test]
async fn an_org_wide_install_sends_no_team() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let ts = post_approval(&slack).await;
    slack.edit(|state| {
        state.team.enterprise = Some(state::Enterprise { id: "E0ACME".into(), name: "Acme Org".into() });
        state.team.is_enterprise_install = true;
    });
    slack.click(sample::ANA, sample::RELEASES, &ts, "approve").await;
    let payload = app.last_payload();
    assert_eq!((&payload["team"], &payload["enterprise"]["id"]), (&Value::Null, &json!("E0ACME")));
}

#[tokio::test]
async fn an_app_that_is_too_slow_is_shown_as_not_responding() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let ts = post_approval(&slack).await;
    app.will_answer_after(ACK_TIMEOUT + Duration::from_millis(500));
    let clicked = slack.click(sample::ANA, sample::RELEASES, &ts, "approve").await;
    assert!(clicked.timed_out() && !clicked.acknowledged());
    assert_eq!(slack.read(|state| state.notices.len()), 1);
}

#[tokio::test]
async fn a_body_in_the_acknowledgement_of_a_click_is_noted() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let ts = post_approval(&slack).await;
    app.will_answer(200, "thanks");
    slack.click(sample::ANA, sample::RELEASES, &ts, "approve").await;
    assert_eq!(slack.unexpected_calls().len(), 1);
}

#[tokio::test]
async fn an_option_of_a_menu_is_chosen_by_its_value() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let option = |value: &str| json!({ "text": { "type": "plain_text", "text": value }, "value": value });
    let menu = json!({ "type": "overflow", "action_id": "more", "options": [option("why"), option("gather")] });
    let body =
        json!({ "channel": sample::RELEASES, "text": "x", "blocks": [{ "type": "actions", "elements": [menu] }] });
    let ts = call(&slack, "chat.postMessage", body).await["ts"].as_str().unwrap().to_owned();
    assert!(slack.click_option(sample::ANA, sample::RELEASES, &ts, "more", "gather").await.acknowledged());
    assert_eq!(app.last_payload()["actions"][0]["selected_option"]["value"], "gather");
    let missing = slack.click_option(sample::ANA, sample::RELEASES, &ts, "more", "nothing").await;
    assert!(matches!(missing.delivery, Delivery::Impossible(_)));
}

async fn respond(url: &str, body: &Value) -> (u16, Value) {
    let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
    let answer = http::post(url, &headers, body.to_string().as_bytes(), Duration::from_secs(5)).await.unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

async fn clicked_url(slack: &SlackSim) -> (String, String) {
    App::start(slack).await;
    let ts = post_approval(slack).await;
    let clicked = slack.click(sample::BO, sample::RELEASES, &ts, "approve").await;
    (ts, clicked.response_url.unwrap())
}

#[tokio::test]
async fn a_response_is_ephemeral_unless_it_says_in_channel() {
    let (slack, _) = workspace().await;
    let (_, url) = clicked_url(&slack).await;
    assert_eq!(respond(&url, &json!({ "text": "not you" })).await, (200, json!({ "ok": true })));
    assert_eq!(slack.ephemerals(sample::BO).len(), 1);
    respond(&url, &json!({ "text": "for all", "response_type": "in_channel" })).await;
    assert_eq!(slack.messages(sample::RELEASES).len(), 2);
}

#[tokio::test]
async fn a_response_address_works_five_times() {
    let (slack, _) = workspace().await;
    let (_, url) = clicked_url(&slack).await;
    for _ in 0..5 {
        assert_eq!(respond(&url, &json!({ "text": "again" })).await.0, 200);
    }
    let (status, answer) = respond(&url, &json!({ "text": "again" })).await;
    assert_eq!((status, &answer["error"]), (404, &json!("used_url")));
    assert_eq!(slack.ephemerals(sample::BO).len(), 5);
}

#[tokio::test]
async fn a_response_address_works_for_thirty_minutes() {
    let (slack, clock) = workspace().await;
    let (_, url) = clicked_url(&slack).await;
    clock.advance(30 * MINUTE_MS);
    assert_eq!(respond(&url, &json!({ "text": "just in time" })).await.0, 200);
    clock.advance(1);
    let (status, answer) = respond(&url, &json!({ "text": "too late" })).await;
    assert_eq!((status, &answer["error"]), (404, &json!("expired_url")));
    assert_eq!(respond(&url.replace("/actions/", "/commands/"), &json!({ "text": "x" })).await.0, 404);
}

#[tokio::test]
async fn a_response_can_replace_and_delete_the_original() {
    let (slack, _) = workspace().await;
    let (_, url) = clicked_url(&slack).await;
    respond(&url, &json!({ "text": "done", "replace_original": true })).await;
    let message = slack.messages(sample::RELEASES).remove(0);
    assert_eq!((message.text.as_str(), message.versions.len()), ("done", 2));
    assert!(slack.ephemerals(sample::BO).is_empty());
    respond(&url, &json!({ "delete_original": true })).await;
    assert!(slack.messages(sample::RELEASES)[0].deleted);
    assert_eq!(respond(&url, &json!({ "blocks": [{ "type": "banner" }] })).await.0, 400);
}

#[tokio::test]
async fn a_button_in_an_ephemeral_sends_no_message_and_can_replace_itself() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let mut body = approval();
    body["user"] = json!(sample::ANA);
    let ts = call(&slack, "chat.postEphemeral", body).await["message_ts"].as_str().unwrap().to_owned();
    let clicked = slack.click(sample::ANA, sample::RELEASES, &ts, "approve").await;
    assert!(clicked.acknowledged());
    let payload = app.last_payload();
    assert_eq!((&payload["message"], &payload["container"]["is_ephemeral"]), (&Value::Null, &json!(true)));
    respond(&clicked.response_url.unwrap(), &json!({ "text": "thank you", "replace_original": true })).await;
    assert_eq!(slack.ephemerals(sample::ANA)[0].text, "thank you");
    let other = slack.click(sample::OCTO, sample::RELEASES, &ts, "approve").await;
    assert!(matches!(other.delivery, Delivery::Impossible(_)), "nobody else sees it");
}

#[tokio::test]
async fn a_command_carries_form_fields_and_its_answer_is_ephemeral() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    app.will_answer(200, r#"{"text":"3 requests wait"}"#);
    assert!(slack.command(sample::ANA, sample::RELEASES, "/countersign", "list all").await.acknowledged());
    let form = app.last_form();
    assert_eq!((form["command"].as_str(), form["text"].as_str()), ("/countersign", "list all"));
    assert_eq!((form["user_id"].as_str(), form["is_enterprise_install"].as_str()), ("U0ANA", "false"));
    assert_eq!(slack.ephemerals(sample::ANA)[0].text, "3 requests wait");
    slack.edit(|state| state.share_with(sample::RELEASES, sample::OUTSIDE));
    let outsider = slack.command(sample::OUTSIDE, sample::RELEASES, "/countersign", "list").await;
    assert!(matches!(outsider.delivery, Delivery::Impossible(_)));
    app.will_answer(500, "");
    slack.command(sample::ANA, sample::RELEASES, "/countersign", "list").await;
    assert!(slack.read(|state| state.notices[0].text.contains("dispatch_failed")));
}

#[tokio::test]
async fn an_event_is_repeated_at_once_after_a_minute_and_after_five_more() {
    let (slack, clock) = workspace().await;
    let app = App::start(&slack).await;
    app.will_answer(500, "");
    slack.send_event(json!({ "type": "user_change", "user": { "id": "U0ANA" } })).await;
    assert_eq!(app.requests().len(), 2);
    slack.deliver_due_events().await;
    assert_eq!(app.requests().len(), 2, "the next one is not due");
    clock.advance(MINUTE_MS);
    slack.deliver_due_events().await;
    clock.advance(5 * MINUTE_MS);
    slack.deliver_due_events().await;
    clock.advance(60 * MINUTE_MS);
    slack.deliver_due_events().await;
    let requests = app.requests();
    assert_eq!(requests.len(), 4);
    let numbers: Vec<_> =
        requests.iter().filter_map(|(headers, _)| headers.get("x-slack-retry-num")?.to_str().ok()).collect();
    assert_eq!(numbers, ["1", "2", "3"]);
    assert!(requests.iter().all(|(_, body)| *body == requests[0].1), "the same event id each time");
}

#[tokio::test]
async fn the_events_address_must_answer_the_challenge() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    app.will_answer(200, "hello");
    assert!(!slack.verify_events_url().await);
}
