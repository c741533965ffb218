//! What checks outside of this server were asked, and what they answered.

use sqlx::FromRow;

use crate::domain::{Digest, RequestId, Timestamp};

use super::{StoreError, Tx};

/// One question to one check. Its id is the address of a later answer: a capability, never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct AskRow {
    pub id: String,
    pub request: RequestId,
    pub name: String,
    /// Of what was asked, without this row's id.
    pub asked: Digest,
    pub asked_at: Timestamp,
    /// Until when a later answer is taken.
    pub until: Timestamp,
    /// Tries that failed.
    pub tries: u32,
    /// The check took the question and answers later.
    pub accepted: bool,
    /// Why nothing more is tried.
    pub failure: Option<String>,
    pub answer: Option<String>,
    /// The message that brought the answer, where it came later: its id and the digest of its body.
    pub brought: Option<(String, Digest)>,
}

impl std::fmt::Debug for AskRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AskRow").field("request", &self.request).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A question that is new, or was asked before.
#[derive(Debug, Clone)]
pub struct NewAsk {
    pub id: String,
    pub request: RequestId,
    pub name: String,
    pub asked: Digest,
    pub at: Timestamp,
    pub until: Timestamp,
}

impl Tx {
    /// Notes a question before it is asked. One that was asked before keeps its id and its answer.
    pub async fn put_ask(&mut self, ask: &NewAsk) -> Result<AskRow, StoreError> {
        const PUT: &str = "INSERT INTO external_answer (id, request, name, asked, asked_ms, until_ms)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (request, name, asked) DO UPDATE SET name = excluded.name
            RETURNING id, request, name, asked, asked_ms, until_ms, tries, accepted, failure, message, body_digest, body";
        let (request, asked) = (ask.request.as_str(), ask.asked.to_string());
        let (at, until) = (ask.at.as_millis(), ask.until.as_millis());
        let row = fetch!(fetch_optional, StoredAsk, self, PUT, &ask.id, request, &ask.name, asked, at, until)?;
        row.ok_or_else(|| StoreError::corrupt("a question to a check was not stored"))?.row()
    }

    /// A try failed, and another one may follow.
    pub async fn note_failed_try(&mut self, id: &str) -> Result<(), StoreError> {
        const NOTE: &str = "UPDATE external_answer SET tries = tries + 1 WHERE id = $1";
        exec!(self, NOTE, id).map(drop)
    }

    /// The check took the question and answers later.
    pub async fn note_accepted(&mut self, id: &str) -> Result<(), StoreError> {
        const NOTE: &str = "UPDATE external_answer SET accepted = TRUE WHERE id = $1";
        exec!(self, NOTE, id).map(drop)
    }

    /// Nothing more is tried. An answer that came meanwhile stands.
    pub async fn note_failure(&mut self, id: &str, why: &str) -> Result<(), StoreError> {
        const NOTE: &str = "UPDATE external_answer SET failure = $1 WHERE id = $2 AND answered_ms IS NULL";
        exec!(self, NOTE, why, id).map(drop)
    }

    /// Keeps an answer; `false` when there is one already, which stands. `brought` is the id of the message that brought
    /// it later.
    pub async fn put_answer(
        &mut self,
        id: &str,
        body: &str,
        brought: Option<&str>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        const PUT: &str = "UPDATE external_answer SET body = $1, body_digest = $2, message = $3, answered_ms = $4,
            failure = NULL WHERE id = $5 AND answered_ms IS NULL";
        let digest = Digest::of(body.as_bytes()).to_string();
        let changed = exec!(self, PUT, body, digest, brought, at.as_millis(), id)?;
        Ok(changed > 0)
    }

    /// A question by its id, locked until the commit.
    pub async fn lock_ask(&mut self, id: &str) -> Result<Option<AskRow>, StoreError> {
        const LOCK: &str = "UPDATE external_answer SET tries = tries WHERE id = $1
            RETURNING id, request, name, asked, asked_ms, until_ms, tries, accepted, failure, message, body_digest, body";
        fetch!(fetch_optional, StoredAsk, self, LOCK, id)?.map(StoredAsk::row).transpose()
    }
}

#[derive(FromRow)]
struct StoredAsk {
    id: String,
    request: String,
    name: String,
    asked: String,
    asked_ms: i64,
    until_ms: i64,
    tries: i64,
    accepted: bool,
    failure: Option<String>,
    message: Option<String>,
    body_digest: Option<String>,
    body: Option<String>,
}

impl StoredAsk {
    fn row(self) -> Result<AskRow, StoreError> {
        let digest =
            |text: &str| Digest::parse(text).ok_or_else(|| StoreError::corrupt("a digest of a check's answer"));
        let request = RequestId::parse(&self.request);
        let brought = match (self.message, self.body_digest) {
            (Some(message), Some(body)) => Some((message, digest(&body)?)),
            _ => None,
        };
        Ok(AskRow {
            id: self.id,
            request: request.ok_or_else(|| StoreError::corrupt("the request of a question to a check"))?,
            name: self.name,
            asked: digest(&self.asked)?,
            asked_at: Timestamp::from_millis(self.asked_ms),
            until: Timestamp::from_millis(self.until_ms),
            tries: u32::try_from(self.tries).unwrap_or(u32::MAX),
            accepted: self.accepted,
            failure: self.failure,
            answer: self.body,
            brought,
        })
    }
}
