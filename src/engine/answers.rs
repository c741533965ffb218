//! Takes in what a check outside answers later: stored with the request's next step in one transaction, then acknowledged.

use std::sync::Arc;

use super::{Engine, step};
use crate::checks::external::is_answer;
use crate::domain::{Digest, Event, Timestamp};
use crate::store::{AskRow, StoreError, Tx};

/// What becomes of a later answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    Stored,
    /// The same message again: it is here already.
    Duplicate,
    /// Nothing of that id was asked.
    Unknown,
    /// Another answer is here already, and stands.
    Answered,
    /// The check's time is over, or the request's.
    TooLate,
    /// It is no answer, for reasons that its sender can put right.
    Unusable(String),
}

/// A later answer, from somebody who proved to be the check.
#[derive(Clone)]
pub struct LateAnswer {
    /// Of the question: a capability.
    pub id: String,
    /// Of the message that brings it, the same when it is sent again.
    pub message: String,
    pub body: Vec<u8>,
}

/// Stores a later answer and has the evidence gathered with it.
pub async fn take(engine: &Engine, answer: LateAnswer) -> Result<Taken, StoreError> {
    if let Err(why) = is_answer(&answer.body) {
        return Ok(Taken::Unusable(why));
    }
    let text = match String::from_utf8(answer.body) {
        Ok(text) if !text.contains('\0') => text,
        Ok(_) | Err(_) => return Ok(Taken::Unusable("the answer is no text".to_owned())),
    };
    let job = Arc::new((answer.id, answer.message, text, engine.clock.now()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (id, message, text, now) = &*job;
                store(tx, id, message, text, *now).await
            })
        })
        .await
}

async fn store(tx: &mut Tx, id: &str, message: &str, text: &str, now: Timestamp) -> Result<Taken, StoreError> {
    let Some(row) = tx.lock_ask(id).await? else { return Ok(Taken::Unknown) };
    let digest = Digest::of(text.as_bytes());
    if row.brought == Some((message.to_owned(), digest)) {
        return Ok(Taken::Duplicate);
    }
    if row.answer.is_some() {
        return refuse(tx, &row, Taken::Answered, now);
    }
    let request = tx.lock_request(&row.request).await?;
    if now >= row.until || !request.as_ref().is_some_and(crate::domain::Request::is_undecided) {
        return refuse(tx, &row, Taken::TooLate, now);
    }
    tx.put_answer(id, text, Some(message), now).await?;
    step::take(tx, request, &Event::CheckAnswered { name: row.name, answer: digest }, now).await?;
    Ok(Taken::Stored)
}

/// What an authentic check said and was not heard on is part of the record.
fn refuse(tx: &mut Tx, row: &AskRow, why: Taken, now: Timestamp) -> Result<Taken, StoreError> {
    let why_word = if why == Taken::Answered { "answered already" } else { "too late" };
    let detail = serde_json::json!({ "name": row.name, "why": why_word });
    tx.append_entry("check.refused", Some(&row.request), now, detail)?;
    Ok(why)
}
