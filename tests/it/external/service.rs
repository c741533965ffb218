//! A service that is asked: it notes what it hears, proves who sent it, and answers as told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::config::HttpCheckAccess;
use countersign::external::SigningSecrets;
use countersign::ports::Clock;
use serde_json::Value;

/// Both sides' secret.
const SECRET: [u8; 32] = [7; 32];

/// One answer.
#[derive(Clone)]
pub enum Answer {
    Json(Value),
    Text(u16, String),
    Redirect(String),
    /// Says nothing for longer than anybody waits.
    Silence,
}

/// What it heard once.
#[derive(Debug, Clone)]
pub struct Heard {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap().to_owned()
    }
}

#[derive(Clone)]
pub struct Service {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Service {
    /// Gives these answers in turn, the last one for ever.
    pub async fn start(answers: &[Answer]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = Self {
            address: listener.local_addr().unwrap(),
            heard: Arc::default(),
            answers: Arc::new(Mutex::new(answers.iter().cloned().collect())),
        };
        let router = Router::new().fallback(hear).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// A policy that asks it, with more members in YAML.
    pub fn policy(&self, more: &str) -> String {
        format!("http: [{{ name: toxicity, url: \"http://{}/toxicity\"{more} }}]", self.address)
    }

    /// What an operator allows for it.
    pub fn access(&self) -> HttpCheckAccess {
        HttpCheckAccess {
            hosts: vec![("127.0.0.1".to_owned(), self.address.port())],
            secrets: vec![SECRET.to_vec().into()],
            allow_private: true,
        }
    }
}

pub fn secrets() -> SigningSecrets {
    SigningSecrets::new(vec![SECRET.to_vec().into()])
}

/// Headers by which a later answer is recognised.
pub fn signed(clock: &Clock, message: &str, body: &[u8]) -> Vec<(String, String)> {
    let now = clock.now();
    let pairs = [
        ("content-type", "application/json".to_owned()),
        ("webhook-id", message.to_owned()),
        ("webhook-timestamp", now.as_seconds().to_string()),
        ("webhook-signature", secrets().sign(message, now, body)),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The secret as an operator writes it.
pub fn secret_text() -> String {
    format!("whsec_{}", STANDARD.encode(SECRET))
}

async fn hear(Shared(service): Shared<Service>, headers: HeaderMap, body: Bytes) -> Response {
    service.heard.lock().unwrap().push(Heard { headers, body: body.to_vec() });
    let answer = {
        let mut answers = service.answers.lock().unwrap();
        if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
    };
    match answer.expect("an answer") {
        Answer::Json(value) => axum::Json(value).into_response(),
        Answer::Text(status, text) => (StatusCode::from_u16(status).unwrap(), text).into_response(),
        Answer::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Answer::Silence => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            StatusCode::OK.into_response()
        }
    }
}
