//! The Web API: tokens, scopes, messages, limits, faults.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn a_posted_message_is_stored_and_echoed_with_block_ids() {
    let (slack, _) = workspace().await;
    let answer = call(&slack, "chat.postMessage", approval()).await;
    assert_eq!((&answer["ok"], &answer["channel"]), (&json!(true), &json!(sample::RELEASES)));
    assert_eq!(answer["message"]["bot_id"], json!(sample::BOT));
    let ids: Vec<&str> =
        answer["message"]["blocks"].as_array().unwrap().iter().filter_map(|block| block["block_id"].as_str()).collect();
    assert_eq!(ids.len(), 2);
    let stored = slack.messages(sample::RELEASES);
    assert_eq!(stored.len(), 1);
    assert_eq!(json!(stored[0].ts), answer["ts"]);
    assert_eq!(json!(stored[0].blocks), answer["message"]["blocks"]);
    assert!(slack.unexpected_calls().is_empty());
}

#[tokio::test]
async fn timestamps_increase_while_the_clock_stands_still() {
    let (slack, _) = workspace().await;
    let first = post_approval(&slack).await;
    let second = post_approval(&slack).await;
    assert!(first.starts_with("1764000000."), "{first}");
    assert!(second > first);
}

#[tokio::test]
async fn channels_are_refused_as_slack_refuses_them() {
    let (slack, _) = workspace().await;
    let mut body = approval();
    for (channel, error) in [
        (sample::ARCHIVED, "is_archived"),
        (sample::PRIVATE, "channel_not_found"),
        (sample::GENERAL, "not_in_channel"),
        ("C0NOWHERE", "channel_not_found"),
        ("#model-releases", "channel_not_found"),
        (sample::GONE, "channel_not_found"),
        ("", "invalid_arguments"),
    ] {
        body["channel"] = json!(channel);
        let answer = call(&slack, "chat.postMessage", body.clone()).await;
        assert_eq!((&answer["ok"], &answer["error"]), (&json!(false), &json!(error)), "{channel}");
    }
    body["channel"] = json!(sample::OCTO);
    assert_eq!(call(&slack, "chat.postMessage", body).await["channel"], "D0OCTO", "a user id opens the direct message");
}

#[tokio::test]
async fn tokens_and_scopes_are_checked() {
    let (slack, _) = workspace().await;
    let url = format!("{}/auth.test", slack.api_url());
    for (header, error) in
        [(None, "not_authed"), (Some("Bearer xoxb-wrong"), "invalid_auth"), (Some("Basic x"), "not_authed")]
    {
        let headers: Vec<_> = header.map(|value| ("Authorization".to_owned(), value.to_owned())).into_iter().collect();
        let answer = http::post(&url, &headers, b"", Duration::from_secs(5)).await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&answer.body).unwrap()["error"], error);
    }
    assert_eq!(call(&slack, "auth.test", json!({})).await["bot_id"], sample::BOT);
    assert_eq!(call(&slack, "chat.shout", json!({})).await["error"], "unknown_method");
    let answer = ask(&slack, "users.lookupByEmail", "email=ana@acme.example").await;
    assert_eq!((&answer["error"], &answer["needed"]), (&json!("missing_scope"), &json!("users:read.email")));
    assert_eq!(slack.unexpected_calls().len(), 5);
}

#[tokio::test]
async fn refused_blocks_are_worded_like_slacks() {
    let (slack, _) = workspace().await;
    let mut body = approval();
    body["blocks"] = Value::from_iter(std::iter::repeat_n(json!({ "type": "divider" }), 51));
    let answer = call(&slack, "chat.postMessage", body).await;
    let expected = json!({
        "ok": false, "error": "invalid_blocks", "errors": ["no more than 50 items allowed [json-pointer:/blocks]"],
        "response_metadata": { "messages": ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"] },
    });
    assert_eq!(answer, expected);
    assert!(slack.messages(sample::RELEASES).is_empty());
}

#[tokio::test]
async fn an_update_replaces_keeps_versions_and_drops_blocks_without_blocks() {
    let (slack, _) = workspace().await;
    let mut body = approval();
    body["metadata"] = json!({ "event_type": "request", "event_payload": { "id": "req_1" } });
    let ts = call(&slack, "chat.postMessage", body).await["ts"].clone();
    let update = json!({ "channel": sample::RELEASES, "ts": ts, "text": "Approved by ana" });
    let answer = call(&slack, "chat.update", update).await;
    assert_eq!((&answer["ok"], &answer["text"]), (&json!(true), &json!("Approved by ana")));
    let message = slack.messages(sample::RELEASES).remove(0);
    assert!(message.blocks.is_empty());
    assert_eq!(message.versions.len(), 2);
    assert_eq!(message.versions[0].text, "Approve production?");
    assert!(message.metadata.is_some());
}

#[tokio::test]
async fn only_own_messages_can_be_changed_or_deleted() {
    let (slack, _) = workspace().await;
    let ts = slack.edit(|state| {
        let ts = state.next_ts(NOON);
        let mut message = Message {
            channel: sample::RELEASES.into(),
            ts: ts.clone(),
            user: sample::ANA.into(),
            ..Message::default()
        };
        message.rewrite(NOON, "hello".into(), Vec::new(), Vec::new());
        state.messages.push(message);
        ts
    });
    let target = json!({ "channel": sample::RELEASES, "ts": ts, "text": "x" });
    assert_eq!(call(&slack, "chat.update", target.clone()).await["error"], "cant_update_message");
    assert_eq!(call(&slack, "chat.delete", target).await["error"], "cant_delete_message");
    let nothing = json!({ "channel": sample::RELEASES, "ts": "1.000001", "text": "x" });
    assert_eq!(call(&slack, "chat.update", nothing.clone()).await["error"], "message_not_found");
    assert_eq!(call(&slack, "chat.delete", nothing).await["error"], "message_not_found");
}

#[tokio::test]
async fn replies_need_a_root_that_exists() {
    let (slack, _) = workspace().await;
    let ts = post_approval(&slack).await;
    let reply = |root: &str| json!({ "channel": sample::RELEASES, "text": "live", "thread_ts": root });
    let answer = call(&slack, "chat.postMessage", reply(&ts)).await;
    assert_eq!(answer["message"]["thread_ts"], json!(ts));
    assert_eq!(slack.thread(sample::RELEASES, &ts).len(), 1);
    assert_eq!(slack.messages(sample::RELEASES).len(), 1, "a reply does not stand in the channel");
    let nested = answer["ts"].as_str().unwrap();
    assert_eq!(call(&slack, "chat.postMessage", reply(nested)).await["error"], "cannot_reply_to_message");
    assert_eq!(call(&slack, "chat.postMessage", reply("1.000001")).await["error"], "cannot_reply_to_message");
    assert_eq!(call(&slack, "chat.postMessage", reply("yesterday")).await["error"], "invalid_arguments");
}

#[tokio::test]
async fn an_ephemeral_needs_a_member_and_stays_unread_until_looked_at() {
    let (slack, _) = workspace().await;
    let body = |user: &str| json!({ "channel": sample::RELEASES, "user": user, "text": "you cannot approve this" });
    assert_eq!(call(&slack, "chat.postEphemeral", body(sample::BO)).await["ok"], true);
    assert_eq!(call(&slack, "chat.postEphemeral", body(sample::OUTSIDE)).await["error"], "user_not_in_channel");
    assert_eq!(slack.unread().len(), 1);
    assert_eq!(slack.read_ephemerals(sample::BO)[0].text, "you cannot approve this");
    assert!(slack.unread().is_empty());
    assert!(slack.messages(sample::RELEASES).is_empty());
}

#[tokio::test]
async fn a_full_channel_answers_429_and_takes_the_message_a_second_later() {
    let clock = Clock::manual(NOON);
    let options = SlackOptions { ndjson: None, ..SlackOptions::default() };
    let slack = SlackSim::start(clock.clone(), options).await.unwrap();
    for _ in 0..3 {
        post_approval(&slack).await;
    }
    let refused = call_raw(&slack, "chat.postMessage", &approval()).await.unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    assert_eq!(serde_json::from_slice::<Value>(&refused.body).unwrap()["error"], "ratelimited");
    clock.advance(1000);
    post_approval(&slack).await;
    assert_eq!(slack.messages(sample::RELEASES).len(), 4);
}

#[tokio::test]
async fn scripted_faults_hit_the_next_calls() {
    let (slack, _) = workspace().await;
    slack.fault(Fault::once("chat.postMessage", FaultKind::RateLimited { retry_after_seconds: 7 }));
    slack.fault(Fault::once("chat.postMessage", FaultKind::Status(503)));
    slack.fault(Fault::once("chat.postMessage", FaultKind::Error("internal_error".into())));
    slack.fault(Fault::once("chat.postMessage", FaultKind::Cut));
    let limited = call_raw(&slack, "chat.postMessage", &approval()).await.unwrap();
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("7")));
    assert_eq!(call_raw(&slack, "chat.postMessage", &approval()).await.unwrap().status, 503);
    assert_eq!(call(&slack, "chat.postMessage", approval()).await["error"], "internal_error");
    assert!(call_raw(&slack, "chat.postMessage", &approval()).await.is_err());
    assert!(slack.messages(sample::RELEASES).is_empty(), "none of these did anything");
    post_approval(&slack).await;
    assert_eq!(slack.calls().iter().map(|call| call.status).collect::<Vec<_>>(), [429, 503, 200, 0, 200]);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_message_was_taken() {
    let (slack, _) = workspace().await;
    slack.fault(Fault::once("chat.postMessage", FaultKind::AnswerLost));
    assert!(call_raw(&slack, "chat.postMessage", &approval()).await.is_err());
    assert_eq!(slack.messages(sample::RELEASES).len(), 1);
}

#[tokio::test]
async fn bodies_that_are_no_arguments_are_refused() {
    let (slack, _) = workspace().await;
    let url = format!("{}/chat.postMessage", slack.api_url());
    for (kind, body, error) in [
        ("application/json", "{", "invalid_json"),
        ("application/json", "[]", "json_not_object"),
        ("text/plain", "x", "invalid_post_type"),
        ("application/json; charset=latin-9", "{}", "invalid_charset"),
        ("application/x-www-form-urlencoded", "channel=C0RELEASES&blocks=[", "invalid_blocks_format"),
        ("application/json", r#"{"channel":7}"#, "invalid_arguments"),
        ("application/json", r#"{"channel":"C0RELEASES","text":"x","unfurl_links":"maybe"}"#, "invalid_arguments"),
    ] {
        let headers = [
            ("Authorization".to_owned(), format!("Bearer {}", slack.bot_token())),
            ("Content-Type".to_owned(), kind.to_owned()),
        ];
        let answer = http::post(&url, &headers, body.as_bytes(), Duration::from_secs(5)).await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&answer.body).unwrap()["error"], error, "{kind} {body}");
    }
    let form = ask(&slack, "chat.postMessage", "channel=C0RELEASES&text=hi&unfurl_links=false").await;
    assert_eq!(form["ok"], true);
    let json_to_a_read_method = call(&slack, "users.info", json!({ "user": sample::ANA })).await;
    assert_eq!(json_to_a_read_method["error"], "invalid_arguments");
}

#[tokio::test]
async fn people_are_told_apart() {
    let (slack, _) = workspace().await;
    let user = |id: &'static str| {
        let slack = slack.clone();
        async move { ask(&slack, "users.info", &format!("user={id}")).await["user"].clone() }
    };
    assert_eq!(user(sample::GUEST).await["is_restricted"], true);
    assert_eq!(user(sample::SINGLE).await["is_ultra_restricted"], true);
    assert_eq!(user(sample::GONE).await["deleted"], true);
    assert_eq!(user(sample::BOT_USER).await["is_bot"], true);
    let outside = user(sample::OUTSIDE).await;
    assert_eq!((&outside["team_id"], &outside["is_stranger"]), (&json!(sample::OTHER_TEAM), &json!(true)));
    assert_eq!(user(sample::ANA).await["profile"]["email"], Value::Null, "the scope for it is not granted");
    assert_eq!(ask(&slack, "users.info", "user=U0NOBODY").await["error"], "user_not_found");
}

#[tokio::test]
async fn channels_and_groups_are_described() {
    let (slack, _) = workspace().await;
    let shared = ask(&slack, "conversations.info", "channel=C0SHARED").await;
    assert_eq!(shared["channel"]["is_ext_shared"], true);
    assert_eq!(ask(&slack, "conversations.info", "channel=C0PRIVATE").await["error"], "channel_not_found");
    let page = ask(&slack, "conversations.members", "channel=C0RELEASES&limit=5").await;
    assert_eq!(page["members"].as_array().unwrap().len(), 5);
    let cursor = page["response_metadata"]["next_cursor"].as_str().unwrap();
    let rest = ask(&slack, "conversations.members", &format!("channel=C0RELEASES&cursor={cursor}")).await;
    assert_eq!((rest["members"].as_array().unwrap().len(), &rest["response_metadata"]["next_cursor"]), (3, &json!("")));
    let groups = ask(&slack, "usergroups.list", "").await;
    assert_eq!(groups["usergroups"].as_array().unwrap().len(), 1, "the disabled one is left out");
    let members = ask(&slack, "usergroups.users.list", "usergroup=S0REVIEWERS").await;
    assert!(members["users"].as_array().unwrap().contains(&json!(sample::GONE)));
    slack.edit(|state| state.user_groups_on_plan = false);
    assert_eq!(ask(&slack, "usergroups.list", "").await["error"], "plan_upgrade_required");
}

#[tokio::test]
async fn books_hold_every_message_also_refused_ones_and_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let (live, whole) = (folder.path().join("live.ndjson"), folder.path().join("whole.ndjson"));
    let options = SlackOptions { rate_limits: false, ndjson: Some(live.clone()), ..SlackOptions::default() };
    let slack = SlackSim::start(Clock::manual(NOON), options).await.unwrap();
    let ts = post_approval(&slack).await;
    let mut refused = approval();
    refused["blocks"] = json!([{ "type": "banner" }]);
    call(&slack, "chat.postMessage", refused.clone()).await;
    call(&slack, "chat.delete", json!({ "channel": sample::RELEASES, "ts": ts })).await;
    slack.write_requests_ndjson(&whole).unwrap();
    let written = std::fs::read_to_string(&live).unwrap();
    let lines: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, [approval(), refused], "a deletion holds no blocks");
    assert_eq!(std::fs::read_to_string(&whole).unwrap(), written);
    assert!(!written.contains(sample::BOT_TOKEN));
}
