//! Tokens for a consent, and for a refresh token.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Response, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::domain::Timestamp;

use super::super::arguments::RawCall;
use super::super::refusal::Refusal;
use super::super::server::Simulator;
use super::super::state::State;
use super::{Answer, answer_with_faults, header_text};

const NAME: &str = "oauth.v2.access";
/// How long a code can be used.
const CODE_MS: i64 = 600_000;
/// How long a rotating token is good, in seconds.
const ROTATING_SECONDS: i64 = 43_200;

/// Slack: [oauth.v2.access](https://docs.slack.dev/reference/methods/oauth.v2.access)
pub(super) async fn access(
    Shared(simulator): Shared<Arc<Simulator>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let raw = RawCall {
        is_get: false,
        query: String::new(),
        content_type: header_text(&headers, header::CONTENT_TYPE.as_str()),
        body: body.to_vec(),
    };
    let authorization = header_text(&headers, header::AUTHORIZATION.as_str());
    answer_with_faults(&simulator, NAME, &raw, |state, arguments| {
        let now = simulator.clock.now();
        (is_client(state, &authorization).and_then(|()| granted(state, &arguments, now)), None)
    })
    .await
}

/// Client id and secret by HTTP Basic; as arguments they are discouraged, and not taken here.
fn is_client(state: &State, authorization: &str) -> Result<(), Refusal> {
    let given = authorization.strip_prefix("Basic ").and_then(|given| STANDARD.decode(given).ok());
    let given = String::from_utf8(given.unwrap_or_default()).unwrap_or_default();
    match given.split_once(':') {
        Some((id, _)) if id != state.oauth.client_id => Err(Refusal::new("invalid_client_id")),
        Some((_, secret)) if secret != state.oauth.client_secret => Err(Refusal::new("bad_client_secret")),
        Some(_) => Ok(()),
        None => Err(Refusal::new("invalid_client_id")),
    }
}

fn granted(state: &mut State, arguments: &Map<String, Value>, now: Timestamp) -> Answer {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("grant_type") {
        "" | "authorization_code" => {
            let code = state.oauth.codes.remove(text("code")).ok_or_else(|| Refusal::new("invalid_code"))?;
            if now.millis_since(code.issued) >= CODE_MS {
                return Err(Refusal::new("invalid_code"));
            }
            if code.redirect != text("redirect_uri") {
                return Err(Refusal::new("bad_redirect_uri"));
            }
            state.install.token_refused_with = None;
            state.oauth.live.clear();
            Ok(tokens(state, &code.user, now))
        }
        "refresh_token" => {
            let given = text("refresh_token");
            if state.oauth.refresh.take_if(|known| known == given).is_none()
                || state.install.token_refused_with.is_some()
            {
                return Err(Refusal::new("invalid_refresh_token"));
            }
            Ok(tokens(state, "", now))
        }
        _ => Err(Refusal::new("invalid_grant_type")),
    }
}

/// New tokens; of those before, the last one stays good until it ends.
fn tokens(state: &mut State, user: &str, now: Timestamp) -> Value {
    let rotates = state.oauth.rotates;
    let access = format!("{}xoxb-{}", if rotates { "xoxe." } else { "" }, state.next_token(24));
    let expires = rotates.then(|| now.plus_millis(ROTATING_SECONDS * 1_000));
    state.oauth.live.push((access.clone(), expires));
    let surplus = state.oauth.live.len().saturating_sub(2);
    state.oauth.live.drain(..surplus);
    state.install.bot_token.clone_from(&access);
    let team = json!({ "id": state.team.id, "name": state.team.name });
    let org = state.team.enterprise.as_ref().map(|org| json!({ "id": org.id, "name": org.name }));
    let mut answer = json!({
        "ok": true, "access_token": access, "token_type": "bot", "scope": state.install.scopes.join(","),
        "bot_user_id": state.install.bot_user_id, "app_id": state.install.app_id,
        "team": if state.team.is_enterprise_install { Value::Null } else { team }, "enterprise": org,
        "is_enterprise_install": state.team.is_enterprise_install, "authed_user": { "id": user },
    });
    if let (true, Some(members)) = (rotates, answer.as_object_mut()) {
        let refresh = format!("xoxe-{}", state.next_token(24));
        members.insert("refresh_token".to_owned(), json!(refresh));
        members.insert("expires_in".to_owned(), json!(ROTATING_SECONDS));
        state.oauth.refresh = Some(refresh);
    }
    answer
}
