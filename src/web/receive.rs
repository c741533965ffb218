//! Takes a delivery: bounded body, authentic, stored, and only then acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::domain::Digest;
use crate::engine::receive::{Delivery, Provenance, Source};
use crate::ports::Clock;

use super::answer::Problem;
use super::body::{self, BodyError, Budget};
use super::door::{Arrival, Door, Intake, IntakeError, Outcome, Refusal, Taken};

/// So many refused signatures in a row look like a secret that was changed on one side.
const SUSPICIOUS_REFUSALS: u32 = 5;

/// What all doors share.
pub(super) struct Hall {
    pub intake: Intake,
    pub clock: Clock,
    pub body_timeout: Duration,
    pub budget: Budget,
    pub observe: fn(Source, Outcome),
}

/// One door, in the hall it opens to.
pub(super) struct Entrance {
    door: Door,
    hall: Arc<Hall>,
    refused_in_a_row: AtomicU32,
}

impl Entrance {
    pub(super) fn new(door: Door, hall: Arc<Hall>) -> Self {
        Self { door, hall, refused_in_a_row: AtomicU32::new(0) }
    }
}

/// Answers a POST at a door.
pub(super) async fn receive(entrance: Arc<Entrance>, request: Request) -> Response {
    match entrance.take(request).await {
        Ok(accepted) => {
            entrance.observe(accepted.outcome());
            accepted.answer(entrance.door.source)
        }
        Err(failed) => {
            entrance.observe(failed.outcome());
            failed.into_problem().into_response()
        }
    }
}

enum Accepted {
    Stored(Taken),
    Answered(serde_json::Value),
}

enum Failed {
    Body(BodyError),
    Refused(Refusal),
    NotStored(IntakeError),
}

impl Entrance {
    async fn take(&self, request: Request) -> Result<Accepted, Failed> {
        let (head, body) = request.into_parts();
        let (limit, within) = (self.door.max_body_bytes, self.hall.body_timeout);
        let read = body::read(&head.headers, body, limit, within, &self.hall.budget).await.map_err(Failed::Body)?;
        match self.authenticate(&head.headers, &read.bytes)? {
            Arrival::Answer(reply) => Ok(Accepted::Answered(reply)),
            Arrival::Store { id, event } => {
                let delivery = self.delivery(id, event, read.bytes)?;
                let taken = self.store(delivery).await?;
                // The share of the budget is held until the body is out of our hands.
                drop(read.share);
                Ok(Accepted::Stored(taken))
            }
        }
    }

    fn authenticate(&self, headers: &HeaderMap, body: &[u8]) -> Result<Arrival, Failed> {
        let arrival = (self.door.authenticate)(headers, body);
        if arrival == Err(Refusal::Unauthorized) {
            let refused = self.refused_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
            if refused == SUSPICIOUS_REFUSALS {
                tracing::warn!(
                    door = self.door.path,
                    "{refused} signatures in a row were refused at {}: was the secret changed on one side?",
                    self.door.path
                );
            }
        } else {
            self.refused_in_a_row.store(0, Ordering::Relaxed);
        }
        arrival.map_err(Failed::Refused)
    }

    /// The body moves, it is not copied. A NUL cannot be stored as text by every database.
    fn delivery(&self, id: Option<String>, event: String, body: Vec<u8>) -> Result<Delivery, Failed> {
        let unusable = |what: &str| Failed::Refused(Refusal::BadRequest(what.to_owned()));
        let body_digest = Digest::of(&body);
        let body = String::from_utf8(body).map_err(|_| unusable("the body is not UTF-8 text"))?;
        if body.contains('\0') {
            return Err(unusable("the body holds a NUL character"));
        }
        let id = id.unwrap_or_else(|| body_digest.to_string());
        let (source, received_at) = (self.door.source, self.hall.clock.now());
        Ok(Delivery { source, id, event, body, body_digest, received_at, provenance: Provenance::Signed })
    }

    async fn store(&self, delivery: Delivery) -> Result<Taken, Failed> {
        let (source, id) = (self.door.source.word(), delivery.id.clone());
        let stored = tokio::time::timeout(self.door.answer_within, (self.hall.intake)(delivery)).await;
        let stored = stored.unwrap_or_else(|_| Err(IntakeError::Unavailable("storing takes too long".to_owned())));
        if let Err(error) = &stored {
            tracing::error!(delivery.id = id, source, error = %error, "delivery {id} is not on disk, its sender was told so");
        }
        stored.map_err(Failed::NotStored)
    }

    fn observe(&self, outcome: Outcome) {
        tracing::debug!(door = self.door.path, outcome = outcome.word(), "{}: {}", self.door.path, outcome.word());
        (self.hall.observe)(self.door.source, outcome);
    }
}

impl Accepted {
    const fn outcome(&self) -> Outcome {
        match self {
            Self::Stored(Taken { duplicate: false, .. }) => Outcome::Stored,
            Self::Stored(Taken { duplicate: true, .. }) => Outcome::Duplicate,
            Self::Answered(_) => Outcome::Answered,
        }
    }

    /// The forge is told 202: stored, not yet done. A chat takes nothing but 200, and a body only where it has a meaning.
    fn answer(self, source: Source) -> Response {
        let status = match source {
            Source::Forge => StatusCode::ACCEPTED,
            Source::ChatInteraction | Source::ChatCommand | Source::ChatEvent | Source::ChatFrame => StatusCode::OK,
        };
        match self {
            Self::Stored(Taken { reply: None, .. }) => status.into_response(),
            Self::Stored(Taken { reply: Some(reply), .. }) | Self::Answered(reply) => {
                (status, Json(reply)).into_response()
            }
        }
    }
}

impl Failed {
    const fn outcome(&self) -> Outcome {
        match self {
            Self::Body(BodyError::TooLarge) => Outcome::TooLarge,
            Self::Body(BodyError::TooSlow) => Outcome::TooSlow,
            Self::Body(BodyError::Busy) | Self::NotStored(IntakeError::Unavailable(_)) => Outcome::Unavailable,
            Self::Refused(Refusal::Unauthorized) => Outcome::Unauthorized,
            Self::Body(BodyError::Broken)
            | Self::Refused(Refusal::BadRequest(_))
            | Self::NotStored(IntakeError::Unstorable(_)) => Outcome::BadRequest,
        }
    }

    fn into_problem(self) -> Problem {
        match self {
            Self::Body(error) => body::unread(error),
            Self::Refused(Refusal::Unauthorized) => Problem::unauthorized(),
            Self::Refused(Refusal::BadRequest(what)) => Problem::bad_request(what),
            // The database's own words are for the log.
            Self::NotStored(IntakeError::Unavailable(_)) => Problem::unavailable("the delivery could not be stored"),
            Self::NotStored(IntakeError::Unstorable(_)) => Problem::bad_request("the delivery cannot be stored"),
        }
    }
}
