//! The simulated Slack over its own HTTP, with an app that answers as told.

mod app;
mod chat;
mod clicks;
mod client;
mod consent;
mod groups;
mod modals;
mod neighbours;
mod sockets;

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::domain::Timestamp;
use crate::sim::http;

pub(super) const NOON: Timestamp = Timestamp::from_seconds(1_764_000_000);

/// A workspace on a clock moved by hand, without limits of pace and without a file of books.
pub(super) async fn workspace() -> (SlackSim, Clock) {
    let clock = Clock::manual(NOON);
    let options = SlackOptions { rate_limits: false, ndjson: None, ..SlackOptions::default() };
    (SlackSim::start(clock.clone(), options).await.unwrap(), clock)
}

/// Calls a method with a JSON body and the bot token: status, body, `Retry-After`.
pub(super) async fn call_raw(slack: &SlackSim, method: &str, body: &Value) -> std::io::Result<http::Response> {
    let headers = [
        ("Authorization".to_owned(), format!("Bearer {}", slack.bot_token())),
        ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
    ];
    let url = format!("{}/{method}", slack.api_url());
    http::post(&url, &headers, body.to_string().as_bytes(), Duration::from_secs(5)).await
}

pub(super) async fn call(slack: &SlackSim, method: &str, body: Value) -> Value {
    serde_json::from_slice(&call_raw(slack, method, &body).await.unwrap().body).unwrap()
}

/// Calls a read method: arguments as a form.
pub(super) async fn ask(slack: &SlackSim, method: &str, form: &str) -> Value {
    let headers = [
        ("Authorization".to_owned(), format!("Bearer {}", slack.bot_token())),
        ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
    ];
    let url = format!("{}/{method}", slack.api_url());
    let response = http::post(&url, &headers, form.as_bytes(), Duration::from_secs(5)).await.unwrap();
    serde_json::from_slice(&response.body).unwrap()
}

/// A message with Approve and Deny.
pub(super) fn approval() -> Value {
    let button = |id: &str, style: &str| {
        json!({
            "type": "button", "action_id": id, "style": style, "value": "req_1",
            "text": { "type": "plain_text", "text": id },
        })
    };
    json!({
        "channel": sample::RELEASES, "text": "Approve production?",
        "blocks": [
            { "type": "section", "text": { "type": "mrkdwn", "text": "*sentiment* to production" } },
            { "type": "actions", "elements": [button("approve", "primary"), button("deny", "danger")] },
        ],
    })
}

pub(super) async fn post_approval(slack: &SlackSim) -> String {
    let answer = call(slack, "chat.postMessage", approval()).await;
    answer["ts"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}
