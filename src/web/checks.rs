//! `POST /api/v1/checks/{id}`: what a check outside answers later. Answered only after it is stored.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;

use super::answer::Problem;
use super::body::{self, Budget};

/// Longest body taken, in bytes: a little more than an answer may have, so that its sender is told what is too long.
const MAX_BODY_BYTES: usize = 1024 * 1024 + 64 * 1024;

/// The door for later answers.
#[derive(Clone)]
pub struct CheckDoor {
    /// Proves who sends it and stores it.
    pub take: Arc<dyn Fn(CheckCall) -> BoxFuture<'static, Result<CheckTaken, CheckRefusal>> + Send + Sync>,
}

/// A call as it came.
pub struct CheckCall {
    pub id: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// An answer that is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckTaken {
    Stored,
    /// It was there before.
    Duplicate,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckRefusal {
    Unauthorized,
    /// Nothing was asked under this id.
    Unknown,
    /// Another answer stands.
    Answered,
    TooLate,
    Unusable(String),
    /// It could not be stored.
    Unavailable,
}

pub(super) async fn receive(
    door: CheckDoor,
    (body_timeout, budget): (Duration, Budget),
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let read = match body::read(&head.headers, body, MAX_BODY_BYTES, body_timeout, &budget).await {
        Ok(read) => read,
        Err(error) => return body::unread(error).into_response(),
    };
    let call = CheckCall { id, headers: head.headers, body: read.bytes };
    match (door.take)(call).await {
        Ok(CheckTaken::Stored) => StatusCode::ACCEPTED.into_response(),
        Ok(CheckTaken::Duplicate) => StatusCode::OK.into_response(),
        Err(refusal) => refused(refusal).into_response(),
    }
}

fn refused(refusal: CheckRefusal) -> Problem {
    match refusal {
        CheckRefusal::Unauthorized => Problem::unauthorized(),
        CheckRefusal::Unknown => Problem::new(StatusCode::NOT_FOUND, "not-found", "nothing was asked under this id"),
        CheckRefusal::Answered => {
            Problem::new(StatusCode::CONFLICT, "answered", "this question has another answer already, which stands")
        }
        CheckRefusal::TooLate => Problem::new(StatusCode::GONE, "too-late", "nobody waits for this answer any more"),
        CheckRefusal::Unusable(what) => Problem::bad_request(what),
        CheckRefusal::Unavailable => Problem::unavailable("the answer could not be stored"),
    }
}
