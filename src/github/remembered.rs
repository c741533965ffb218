//! Answers that are asked for again with their `ETag`: an unchanged one costs nothing of the hourly limit.
//!
//! GitHub: "Best practices for using the REST API", conditional requests. Every such answer is GitHub's of this moment:
//! either it sends another one, or it says that this one still holds.

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::http::HeaderValue;
use hyper::http::header::ETAG;

use crate::domain::{InstallationId, RepositoryId};
use crate::ports::kept::Kept;

use super::permissions::Purpose;
use super::transport::Answer;

/// Room for all of them, and for one.
const MAX_BYTES: usize = 4 * 1024 * 1024;
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// What an answer is remembered by: who asked for what. Two installations never share one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    pub installation: InstallationId,
    pub repository: RepositoryId,
    pub purpose: Purpose,
    pub path: String,
}

/// An answer with the mark it is recognised by.
#[derive(Debug, Clone)]
pub struct Known {
    pub etag: HeaderValue,
    body: Bytes,
}

#[derive(Debug)]
pub struct Remembered(Kept<Question, Known>);

impl Default for Remembered {
    fn default() -> Self {
        Self(Kept::new(MAX_BYTES))
    }
}

impl Remembered {
    pub fn known(&self, question: &Question) -> Option<Known> {
        self.0.get(question)
    }

    pub fn note(&self, question: Question, answer: &Answer) {
        let Some(etag) = answer.headers.get(ETAG) else { return };
        let bytes = answer.body.len().saturating_add(question.path.len()).saturating_add(etag.len());
        if answer.status == StatusCode::OK && bytes <= MAX_ANSWER_BYTES {
            // A copy of its own: the body may be a piece of a larger buffer.
            let known = Known { etag: etag.clone(), body: Bytes::copy_from_slice(&answer.body) };
            self.0.put(question, known, bytes);
        }
    }
}

impl Known {
    /// The remembered answer in place of `unchanged`, which says that it still holds.
    pub fn again(self, unchanged: Answer) -> Answer {
        Answer { status: StatusCode::OK, headers: unchanged.headers, body: self.body }
    }
}
