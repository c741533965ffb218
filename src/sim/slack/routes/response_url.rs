//! Posts to a `response_url`: five within thirty minutes, ephemeral unless said otherwise.
//!
//! Slack: [Handling user interaction](https://docs.slack.dev/interactivity/handling-user-interaction#message_responses)

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, State as Shared};
use axum::http::{HeaderMap, Response, header};
use serde_json::{Map, Value, json};

use crate::domain::Timestamp;
use crate::domain::time::MINUTE_MS;

use super::super::arguments::RawCall;
use super::super::blocks::{self, Surface};
use super::super::elements;
use super::super::refusal::Refusal;
use super::super::replies;
use super::super::server::Simulator;
use super::super::state::{ResponseSource, ResponseUrl, State};
use super::chat::shown_text;
use super::{Answer, answer_with_faults, header_text};

/// The name under which posts to response addresses stand in the books and in faults.
pub(super) const NAME: &str = "response_url";

const USES_MAX: u32 = 5;
const LIFE_MS: i64 = 30 * MINUTE_MS;

/// The HTTP status of a refused post.
pub(super) fn status_of(error: &str) -> u16 {
    if matches!(error, "used_url" | "expired_url" | "no_service") { 404 } else { 400 }
}

pub(super) async fn post(
    Shared(simulator): Shared<Arc<Simulator>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let raw = RawCall {
        content_type: header_text(&headers, header::CONTENT_TYPE.as_str()),
        body: body.to_vec(),
        ..RawCall::default()
    };
    let path = uri.path().to_owned();
    answer_with_faults(&simulator, NAME, &raw, |state, body| {
        let outcome = take_use(state, &path, simulator.clock.now()).and_then(|source| {
            super::super::arguments::read(&raw, None)?;
            respond(state, &source, &body, simulator.clock.now())
        });
        let wrong = outcome.as_ref().err().filter(|refusal| status_of(&refusal.error) == 400);
        let wrong = wrong.map(|refusal| refusal.error.clone());
        (outcome, wrong)
    })
    .await
}

/// Counts a use of the address, also of a post that is refused afterwards.
fn take_use(state: &mut State, path: &str, now: Timestamp) -> Result<ResponseUrl, Refusal> {
    let known = state.response_urls.get_mut(path).ok_or_else(|| Refusal::new("no_service"))?;
    if now.millis_since(known.issued) > LIFE_MS {
        return Err(Refusal::new("expired_url"));
    }
    if known.uses >= USES_MAX {
        return Err(Refusal::new("used_url"));
    }
    known.uses = known.uses.saturating_add(1);
    Ok(known.clone())
}

fn respond(state: &mut State, to: &ResponseUrl, body: &Map<String, Value>, now: Timestamp) -> Answer {
    if is_true(body, "delete_original") {
        delete_original(state, to);
        return Ok(json!({ "ok": true }));
    }
    blocks::check_message(body, Surface::ResponseUrl).map_err(Refusal::of_message)?;
    let replaced = is_true(body, "replace_original") && replace_original(state, to, body, now);
    if !replaced {
        replies::show(state, &to.user, &to.channel, body, now);
    }
    Ok(json!({ "ok": true }))
}

fn delete_original(state: &mut State, to: &ResponseUrl) {
    match &to.source {
        ResponseSource::Message { ts } => {
            if let Some(message) = state.message_mut(&to.channel, ts) {
                message.deleted = true;
            }
        }
        ResponseSource::Ephemeral { ts } => {
            if let Some(message) = state.ephemeral_mut(&to.user, ts) {
                message.deleted = true;
            }
        }
        ResponseSource::Command => {}
    }
}

/// Puts the new content in place of the message the person acted on; its visibility stays.
fn replace_original(state: &mut State, to: &ResponseUrl, body: &Map<String, Value>, now: Timestamp) -> bool {
    let list = |name: &str| body.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let blocks = elements::completed(state, &list("blocks"));
    let (text, attachments) = (shown_text(body), list("attachments"));
    match &to.source {
        ResponseSource::Message { ts } => {
            let message = state.message_mut(&to.channel, ts).filter(|message| !message.deleted);
            message.map(|message| message.rewrite(now, text, blocks, attachments)).is_some()
        }
        ResponseSource::Ephemeral { ts } => {
            let Some(message) = state.ephemeral_mut(&to.user, ts) else { return false };
            (message.text, message.blocks, message.attachments) = (text, blocks, attachments);
            (message.at, message.read, message.deleted) = (now, false, false);
            true
        }
        ResponseSource::Command => false,
    }
}

/// Slack takes the flag as a boolean or as the word.
fn is_true(body: &Map<String, Value>, name: &str) -> bool {
    matches!(body.get(name), Some(Value::Bool(true))) || body.get(name).and_then(Value::as_str) == Some("true")
}
