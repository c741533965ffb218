//! Doors: where deliveries come in, how each is recognised, and what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use futures::future::BoxFuture;

use crate::engine::receive::{Delivery, Source};

/// Recognises a delivery by its headers and its raw body, exactly as received.
pub type Authenticate = Box<dyn Fn(&HeaderMap, &[u8]) -> Result<Arrival, Refusal> + Send + Sync>;

/// Stores a delivery durably. Called once per delivery; asking again with the same delivery changes nothing.
pub type Intake = Arc<dyn Fn(Delivery) -> BoxFuture<'static, Result<Taken, IntakeError>> + Send + Sync>;

/// One address that takes deliveries by POST.
pub struct Door {
    pub path: &'static str,
    pub source: Source,
    pub max_body_bytes: usize,
    /// How long storing may take before the sender is told to come back: less than the sender waits (P19).
    pub answer_within: Duration,
    pub authenticate: Authenticate,
}

/// An authentic delivery, as far as its headers tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// To be stored. Without an id of its own it goes by the digest of its body.
    Store { id: Option<String>, event: String },
    /// Answered on the spot and not stored: a handshake.
    Answer(serde_json::Value),
}

/// Why a delivery is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not signed, wrongly signed, too old. The sender is not told which.
    Unauthorized,
    /// Authentic and malformed; the text is shown to the sender.
    BadRequest(String),
}

/// A delivery that is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// It was there before.
    pub duplicate: bool,
    /// What the acknowledgement must carry, where the sender expects more than a status.
    pub reply: Option<serde_json::Value>,
}

/// A delivery that is not on disk: the sender keeps it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// The database did not take it, or too much waits already.
    #[error("could not be stored: {0}")]
    Unavailable(String),
    /// The body can never be stored.
    #[error("cannot be stored: {0}")]
    Unstorable(String),
}

/// What became of a delivery, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Stored,
    Duplicate,
    /// A handshake, answered and not stored.
    Answered,
    Unauthorized,
    BadRequest,
    TooLarge,
    TooSlow,
    Unavailable,
}

impl Outcome {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::Answered => "answered",
            Self::Unauthorized => "unauthorized",
            Self::BadRequest => "bad_request",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Unavailable => "unavailable",
        }
    }
}
