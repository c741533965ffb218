//! The Web API: `/api/<method>` and the response addresses, answered from the state.

mod channels;
mod chat;
mod connections;
mod files;
mod oauth;
mod people;
mod response_url;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State as Shared};
use axum::http::{HeaderMap, Method as Verb, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::domain::Timestamp;

use super::arguments::{self, RawCall};
use super::books::{RecordedCall, is_programming_error};
use super::faults::{self, FaultKind};
use super::methods::{self, Method};
use super::rates;
use super::refusal::Refusal;
use super::sample::OPTIONAL_SCOPES;
use super::server::{CutConnection, Simulator};
use super::socket;
use super::state::State;

/// The most of a request body that is read.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// One call on its way through a handler.
struct Call<'a> {
    state: &'a mut State,
    arguments: Map<String, Value>,
    now: Timestamp,
}

pub(super) use chat::wire;
pub(super) use people::{group_object, user_object};

type Answer = Result<Value, Refusal>;

pub(super) fn router(simulator: Arc<Simulator>) -> Router {
    let method = axum::routing::get(call_method).post(call_method);
    let response = axum::routing::post(response_url::post);
    Router::new()
        .route("/api/oauth.v2.access", axum::routing::post(oauth::access))
        .route("/api/{method}", method)
        .route("/actions/{team}/{number}/{secret}", response.clone())
        .route("/commands/{team}/{number}/{secret}", response)
        .route("/upload/v1/{secret}", axum::routing::post(files::take))
        .route("/link/", axum::routing::get(socket::link))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(simulator)
}

async fn call_method(
    Shared(simulator): Shared<Arc<Simulator>>,
    Path(name): Path<String>,
    verb: Verb,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let raw = RawCall {
        is_get: verb == Verb::GET,
        query: query.unwrap_or_default(),
        content_type: header_text(&headers, header::CONTENT_TYPE.as_str()),
        body: body.to_vec(),
    };
    let authorization = header_text(&headers, header::AUTHORIZATION.as_str());
    answer_with_faults(&simulator, &name, &raw, |state, arguments| {
        answer(state, &simulator, &name, &authorization, &raw, arguments)
    })
    .await
}

/// Runs a call under the fault it hits, if any, and writes it into the books.
async fn answer_with_faults(
    simulator: &Simulator,
    name: &str,
    raw: &RawCall,
    run: impl FnOnce(&mut State, Map<String, Value>) -> (Answer, Option<String>),
) -> Response<Body> {
    let (outcome, fault) = {
        let mut state = simulator.state();
        let fault = faults::take(&mut state.faults, name);
        let arguments = arguments::read(raw, methods::find(name)).unwrap_or_default();
        let shown = shown_arguments(name, &arguments);
        let outcome = run_under(fault.as_ref(), &mut state, name, |state| run(state, arguments));
        let record = RecordedCall {
            at: simulator.clock.now(),
            method: name.to_owned(),
            arguments: shown,
            status: if is_cut(&outcome.response) { 0 } else { outcome.response.status().as_u16() },
            error: outcome.error,
            unexpected: outcome.unexpected,
        };
        simulator.record(&mut state, record);
        (outcome.response, fault)
    };
    if let Some(FaultKind::Slow(delay)) = fault {
        tokio::time::sleep(delay).await;
    }
    outcome
}

/// What a call got, and what the books say about it.
struct Outcome {
    response: Response<Body>,
    error: Option<String>,
    unexpected: Option<String>,
}

fn run_under(
    fault: Option<&FaultKind>,
    state: &mut State,
    name: &str,
    run: impl FnOnce(&mut State) -> (Answer, Option<String>),
) -> Outcome {
    let (answer, unexpected) = match fault {
        Some(FaultKind::Cut) => return Outcome { response: cut(), error: None, unexpected: None },
        Some(FaultKind::Status(status)) => return Outcome { response: page(*status), error: None, unexpected: None },
        Some(FaultKind::Answered(body)) => {
            return Outcome { response: json_response(200, body), error: None, unexpected: None };
        }
        Some(FaultKind::RateLimited { retry_after_seconds }) => {
            (Err(Refusal::rate_limited(*retry_after_seconds)), None)
        }
        Some(FaultKind::Error(code)) => (Err(Refusal::new(code)), None),
        None | Some(FaultKind::Slow(_) | FaultKind::AnswerLost) => run(state),
    };
    let error = answer.as_ref().err().map(|refusal| refusal.error.clone());
    let response = match answer {
        _ if fault == Some(&FaultKind::AnswerLost) => cut(),
        Ok(body) => json_response(200, &body),
        Err(refusal) => refusal_response(&refusal, name),
    };
    Outcome { response, error, unexpected }
}

/// The answer of a method, and why a correct program would not have asked.
fn answer(
    state: &mut State,
    simulator: &Simulator,
    name: &str,
    authorization: &str,
    raw: &RawCall,
    arguments: Map<String, Value>,
) -> (Answer, Option<String>) {
    let Some(method) = methods::find(name) else {
        return (Err(Refusal::new("unknown_method")), Some("unknown_method".to_owned()));
    };
    let (unknown, now) = (arguments::unknown(method, &arguments), simulator.clock.now());
    let outcome = arguments::read(raw, Some(method))
        .and_then(|_| authorize(state, method, authorization, raw.is_get, now))
        .and_then(|()| admit(state, method, now))
        .and_then(|()| checked(method, arguments))
        .and_then(|arguments| dispatch(method.name, &mut Call { state, arguments, now }, &simulator.base_url));
    // Whether a scope that may be left out was granted is found out by asking.
    let is_question =
        |code: &str| code == "missing_scope" && method.scopes.iter().all(|scope| OPTIONAL_SCOPES.contains(scope));
    let is_wrong = |code: &String| is_programming_error(code) && !is_question(code);
    let wrong = outcome.as_ref().err().map(|refusal| refusal.error.clone()).filter(is_wrong);
    (outcome, wrong.or(unknown))
}

fn dispatch(name: &str, call: &mut Call<'_>, base_url: &str) -> Answer {
    match name {
        "apps.connections.open" => connections::open(call, base_url),
        "auth.test" => Ok(people::auth_test(call)),
        "chat.postMessage" => chat::post_message(call),
        "chat.postEphemeral" => chat::post_ephemeral(call),
        "chat.update" => chat::update(call),
        "chat.delete" => chat::delete(call),
        "chat.getPermalink" => chat::get_permalink(call),
        "views.open" => views::open(call),
        "views.push" => views::push(call),
        "views.update" => views::update(call),
        "views.publish" => views::publish(call),
        "conversations.list" => channels::list(call),
        "conversations.info" => channels::info(call),
        "conversations.members" => channels::members(call),
        "users.info" => people::users_info(call),
        "users.profile.get" => people::users_profile_get(call),
        "users.lookupByEmail" => people::users_lookup_by_email(call),
        "usergroups.list" => people::usergroups_list(call),
        "usergroups.users.list" => people::usergroups_users_list(call),
        "files.getUploadURLExternal" => files::upload_url(call, base_url),
        "files.completeUploadExternal" => files::complete(call),
        "team.info" => people::team_info(call),
        _ => Err(Refusal::new("unknown_method")),
    }
}

fn checked(method: &Method, mut arguments: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    arguments::check(method, &mut arguments)?;
    Ok(arguments)
}

/// The app-level token opens connections and nothing else, and nothing else does. It is taken from the header only.
fn authorize(state: &State, method: &Method, authorization: &str, is_get: bool, now: Timestamp) -> Result<(), Refusal> {
    let token = authorization.strip_prefix("Bearer ").map(str::trim).unwrap_or_default();
    let (for_connections, is_app_level) =
        (method.name == "apps.connections.open", token == state.socket_mode.app_token && !token.is_empty());
    match (for_connections, is_app_level) {
        (true, _) if is_get => return Err(Refusal::new("insecure_request")),
        (true, _) if token.is_empty() => return Err(Refusal::new("missing_args")),
        (true, true) => return Ok(()),
        (true, false) if token == state.install.bot_token => return Err(Refusal::new("not_allowed_token_type")),
        (true, false) => return Err(Refusal::new("invalid_auth")),
        (false, true) => return Err(Refusal::new("not_allowed_token_type")),
        (false, false) => {}
    }
    if token.is_empty() {
        return Err(Refusal::new("not_authed"));
    }
    let given = state.oauth.live.iter().find(|(live, _)| live == token);
    if given.is_some_and(|(_, ends)| ends.is_some_and(|ends| ends <= now)) {
        return Err(Refusal::new("token_expired"));
    }
    if token != state.install.bot_token && given.is_none() {
        return Err(Refusal::new("invalid_auth"));
    }
    if let Some(word) = &state.install.token_refused_with {
        return Err(Refusal::new(word));
    }
    let granted = |scope: &&str| state.install.scopes.iter().any(|have| have == scope);
    match method.scopes.first() {
        Some(needed) if !method.scopes.iter().any(granted) => {
            Err(Refusal::missing_scope(needed, &state.install.scopes))
        }
        _ => Ok(()),
    }
}

fn admit(state: &mut State, method: &Method, now: Timestamp) -> Result<(), Refusal> {
    state.rates.admit_call(method.name, rates::per_minute(method.tier), now).map_err(Refusal::rate_limited)
}

impl Call<'_> {
    fn text(&self, name: &str) -> &str {
        self.arguments.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn flag(&self, name: &str) -> bool {
        self.arguments.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    fn list(&self, name: &str) -> Vec<Value> {
        self.arguments.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
    }
}

/// Arguments as the books show them: JSON in strings is unpacked.
fn shown_arguments(name: &str, arguments: &Map<String, Value>) -> Value {
    let mut shown = arguments.clone();
    if let Some(method) = methods::find(name) {
        let _ = arguments::check(method, &mut shown);
    }
    Value::Object(shown)
}

fn json_response(status: u16, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let kind = header::HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn refusal_response(refusal: &Refusal, name: &str) -> Response<Body> {
    let status = match refusal.retry_after_seconds {
        Some(_) => 429,
        None if name == response_url::NAME => response_url::status_of(&refusal.error),
        None => 200,
    };
    let mut response = json_response(status, &refusal.body());
    if let Some(seconds) = refusal.retry_after_seconds {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    response
}

fn page(status: u16) -> Response<Body> {
    let mut response = Response::new(Body::from("<html><body><h1>Something went wrong</h1></body></html>"));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn cut() -> Response<Body> {
    let mut response = Response::new(Body::from(json!({}).to_string()));
    response.extensions_mut().insert(CutConnection);
    response
}

fn is_cut(response: &Response<Body>) -> bool {
    response.extensions().get::<CutConnection>().is_some()
}

fn header_text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
