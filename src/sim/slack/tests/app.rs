//! An app that answers every request of Slack as told and keeps what it got.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::super::SlackSim;

/// Headers and body of a request.
type Request = (HeaderMap, Vec<u8>);

#[derive(Clone, Default)]
pub(super) struct App {
    got: Arc<Mutex<Vec<Request>>>,
    answer: Arc<Mutex<(u16, String, Duration)>>,
}

impl App {
    /// Starts an app that acknowledges everything, and tells Slack where it is.
    pub(super) async fn start(slack: &SlackSim) -> Self {
        let app = Self::default();
        app.will_answer(200, "");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/slack", listener.local_addr().unwrap());
        let router = Router::new().route("/slack", axum::routing::post(take)).with_state(app.clone());
        #[expect(clippy::disallowed_methods, reason = "the app of a test runs beside it")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        slack.set_interactions_target(&url);
        slack.set_commands_target(&url);
        slack.set_events_target(&url);
        app
    }

    pub(super) fn will_answer(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned(), Duration::ZERO);
    }

    pub(super) fn will_answer_after(&self, delay: Duration) {
        *self.answer.lock().unwrap() = (200, String::new(), delay);
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.got.lock().unwrap().clone()
    }

    /// The `payload` of the last interaction.
    pub(super) fn last_payload(&self) -> Value {
        let (_, body) = self.requests().pop().unwrap();
        let payload = url::form_urlencoded::parse(&body).find(|(name, _)| name == "payload").unwrap().1;
        serde_json::from_str(&payload).unwrap()
    }

    /// The fields of the last command.
    pub(super) fn last_form(&self) -> std::collections::BTreeMap<String, String> {
        let (_, body) = self.requests().pop().unwrap();
        url::form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }
}

async fn take(Shared(app): Shared<App>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    app.got.lock().unwrap().push((headers, body.to_vec()));
    let (status, answer, delay) = app.answer.lock().unwrap().clone();
    tokio::time::sleep(delay).await;
    (StatusCode::from_u16(status).unwrap(), answer)
}
