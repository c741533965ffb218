//! A small world for these tests: the sample, a client with a token, a receiver of webhooks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::domain::Timestamp;
use crate::ports::Clock;
use crate::sim::github::keys::signed_jwt;
use crate::sim::github::sample::{Sample, fill};
use crate::sim::github::{GithubOptions, GithubSim};
use crate::sim::http::{self, Response};

pub(super) const START: i64 = 1_767_225_600;

/// A webhook as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn payload(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(super) type Inbox = Arc<Mutex<Vec<Received>>>;

pub(super) struct World {
    pub sim: GithubSim,
    pub clock: Clock,
    pub sample: Sample,
    pub inbox: Inbox,
    token: Mutex<Option<String>>,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(GithubOptions::default()).await
    }

    pub(super) async fn with(options: GithubOptions) -> Self {
        let clock = Clock::manual(Timestamp::from_seconds(START));
        let sim = GithubSim::start(clock.clone(), options).await.unwrap();
        let sample = sim.edit(fill);
        let inbox = Inbox::default();
        sim.set_webhook_target(&receiver(Arc::clone(&inbox)).await);
        Self { sim, clock, sample, inbox, token: Mutex::new(None) }
    }

    /// Moves the clock, then lets everything happen that is due.
    pub(super) async fn after(&self, ms: i64) {
        self.clock.advance(ms);
        while self.sim.step().await > 0 {}
    }

    pub(super) fn jwt(&self) -> String {
        let now = self.clock.now().as_seconds();
        signed_jwt(&self.sim.private_key_pem(), &self.sim.app_id().to_string(), now - 60, now + 540)
    }

    pub(super) async fn token_with(&self, body: Value) -> Response {
        let path = format!("/app/installations/{}/access_tokens", self.sample.installation);
        self.call("POST", &path, &format!("Bearer {}", self.jwt()), &body.to_string()).await
    }

    /// A call with an installation token for everything; minted once.
    pub(super) async fn api(&self, method: &str, path: &str, body: Value) -> Response {
        let known = self.token.lock().unwrap().clone();
        let token = match known {
            Some(token) => token,
            None => text(&json_of(&self.token_with(json!({})).await)["token"]),
        };
        *self.token.lock().unwrap() = Some(token.clone());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.call(method, path, &format!("Bearer {token}"), &body).await
    }

    pub(super) async fn get(&self, path: &str) -> Response {
        self.api("GET", path, Value::Null).await
    }

    pub(super) async fn app(&self, method: &str, path: &str) -> Response {
        self.call(method, path, &format!("Bearer {}", self.jwt()), "").await
    }

    pub(super) async fn call(&self, method: &str, path: &str, authorization: &str, body: &str) -> Response {
        self.try_call(method, path, &[("Authorization", authorization)], body).await.unwrap()
    }

    pub(super) async fn try_call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> std::io::Result<Response> {
        let usual = [("User-Agent", "countersign-tests"), ("Accept", "application/vnd.github+json")];
        let replaced = |name: &str| headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let usual = usual.into_iter().filter(|(name, _)| !replaced(name));
        let headers = usual.chain(headers.iter().copied()).map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers: Vec<(String, String)> = headers.collect();
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.sim.api_url()) };
        http::request(method, &url, &headers, body.as_bytes(), Duration::from_secs(5)).await
    }

    /// Posts a decision or status report for a run.
    pub(super) async fn decide(&self, run: u64, body: Value) -> Response {
        self.api("POST", &format!("/repos/acme/sentiment/actions/runs/{run}/deployment_protection_rule"), body).await
    }

    pub(super) async fn approve(&self, run: u64) -> Response {
        self.decide(run, json!({ "environment_name": "production", "state": "approved", "comment": "by ana" })).await
    }

    pub(super) fn received(&self, event: &str) -> Vec<Value> {
        let inbox = self.inbox.lock().unwrap();
        inbox.iter().filter(|one| one.header("x-github-event") == event).map(Received::payload).collect()
    }

    /// Actions of one event, in the order received.
    pub(super) fn actions(&self, event: &str) -> Vec<String> {
        self.received(event).iter().map(|payload| text(&payload["action"])).collect()
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn json_of(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

/// (status, message) of an answer.
pub(super) fn refusal(response: &Response) -> (u16, String) {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    (response.status, text(&body["message"]))
}

async fn receiver(inbox: Inbox) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/github/webhooks", listener.local_addr().unwrap());
    let take = |Shared(inbox): Shared<Inbox>, headers: HeaderMap, body: Bytes| async move {
        inbox.lock().unwrap().push(Received { headers, body: body.to_vec() });
        StatusCode::ACCEPTED
    };
    let app = Router::new().route("/github/webhooks", axum::routing::post(take)).with_state(inbox);
    #[expect(clippy::disallowed_methods, reason = "the receiver of a test runs beside it")]
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}
