//! What one row of the record says, and how it is read back.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::{Digest, Record, Request, RequestId, Timestamp, transition};

use super::canonical::{Inexact, canonical};

/// A row before it has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    pub name: String,
    pub request: Option<RequestId>,
    /// Canonical JSON without anything a person typed.
    pub body: String,
    pub texts: Vec<Text>,
}

/// Something a person typed, kept beside the record.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// Hash of salt and text: what the record holds instead.
    pub hash: Digest,
    pub salt: [u8; 16],
    pub text: String,
}

/// What people typed is not shown in logs.
impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Text").field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl Text {
    pub fn new(salt: [u8; 16], text: String) -> Self {
        Self { hash: salted_hash(&salt, &text), salt, text }
    }
}

/// SHA-256 of the salt followed by the text.
pub fn salted_hash(salt: &[u8], text: &str) -> Digest {
    Digest::from_bytes(Sha256::new().chain_update(salt).chain_update(text.as_bytes()).finalize().into())
}

/// A row cannot be read back as a [`Record`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("{0} of its texts were erased")]
    Erased(usize),
    #[error("it is not the record of a request's event")]
    OtherKind,
    #[error("its content is not understood: {0}")]
    Content(String),
}

impl Entry {
    /// The row of an event and what followed from it. `salt` gives a fresh salt for every text.
    pub fn of_record(record: &Record, salt: impl FnMut() -> [u8; 16]) -> Result<Self, Inexact> {
        let content = serde_json::to_value(record).map_err(|_| Inexact::Value)?;
        let Value::Object(content) = content else { return Err(Inexact::Value) };
        Self::new(record.at, &record.name, Some(&record.request), content, salt)
    }

    /// A row about something else than a request's event: a refused delivery, an opened view.
    pub fn of_system(
        name: &str,
        request: Option<&RequestId>,
        at: Timestamp,
        detail: Value,
        salt: impl FnMut() -> [u8; 16],
    ) -> Result<Self, Inexact> {
        Self::new(at, name, request, Map::from_iter([("detail".to_owned(), detail)]), salt)
    }

    fn new(
        at: Timestamp,
        name: &str,
        request: Option<&RequestId>,
        content: Map<String, Value>,
        salt: impl FnMut() -> [u8; 16],
    ) -> Result<Self, Inexact> {
        let mut hidden = Hidden { salt, texts: BTreeMap::new() };
        let mut body: Map<_, _> = content.into_iter().map(|(key, value)| (key, hidden.hide(value))).collect();
        body.insert("v".to_owned(), json!(1));
        body.insert("at".to_owned(), json!(at.to_rfc3339()));
        body.insert("name".to_owned(), json!(name));
        body.insert("request".to_owned(), json!(request));
        let texts = hidden.texts.into_values().collect();
        let body = canonical(&Value::Object(body))?;
        Ok(Self { at, name: name.to_owned(), request: request.cloned(), body, texts })
    }
}

/// Takes typed text out of a value; equal texts of one row share a salt.
struct Hidden<S> {
    salt: S,
    texts: BTreeMap<String, Text>,
}

impl<S: FnMut() -> [u8; 16]> Hidden<S> {
    fn hide(&mut self, value: Value) -> Value {
        match value {
            Value::Object(members) => match typed_words(&members) {
                Some(words) => json!({ "words_sha256": self.keep(words) }),
                None => Value::Object(members.into_iter().map(|(key, value)| (key, self.hide(value))).collect()),
            },
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.hide(item)).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
        }
    }

    fn keep(&mut self, words: &str) -> Digest {
        if let Some(text) = self.texts.get(words) {
            return text.hash;
        }
        let text = Text::new((self.salt)(), words.to_owned());
        let hash = text.hash;
        self.texts.insert(words.to_owned(), text);
        hash
    }
}

/// The text of a serialised [`crate::domain::Words`]: an object whose only member is `words`.
fn typed_words(members: &Map<String, Value>) -> Option<&str> {
    let only = members.len() == 1;
    members.get("words").filter(|_| only)?.as_str()
}

/// The body with the texts put back that `lookup` still has; says how many it has not.
pub fn reveal(body: &str, lookup: impl Fn(&Digest) -> Option<String>) -> Result<(Value, usize), Unreadable> {
    let body = serde_json::from_str(body).map_err(|error| Unreadable::Content(error.to_string()))?;
    let mut erased = 0;
    let revealed = put_back(body, &lookup, &mut erased);
    Ok((revealed, erased))
}

fn put_back(value: Value, lookup: &impl Fn(&Digest) -> Option<String>, erased: &mut usize) -> Value {
    match value {
        Value::Object(members) => match hidden_words(&members) {
            Some(hash) => match lookup(&hash) {
                Some(words) => json!({ "words": words }),
                None => {
                    *erased += 1;
                    Value::Object(members)
                }
            },
            None => {
                Value::Object(members.into_iter().map(|(key, item)| (key, put_back(item, lookup, erased))).collect())
            }
        },
        Value::Array(items) => Value::Array(items.into_iter().map(|item| put_back(item, lookup, erased)).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn hidden_words(members: &Map<String, Value>) -> Option<Digest> {
    let only = members.len() == 1;
    Digest::parse(members.get("words_sha256").filter(|_| only)?.as_str()?)
}

/// The hashes of the texts a body stands for, in the order they appear.
pub fn hidden_hashes(body: &str) -> Result<Vec<Digest>, Unreadable> {
    let found = std::cell::RefCell::new(Vec::new());
    reveal(body, |hash| {
        found.borrow_mut().push(*hash);
        None
    })?;
    Ok(found.into_inner())
}

/// Reads a row's body back as the record it was made from.
pub fn read_record(body: &str, lookup: impl Fn(&Digest) -> Option<String>) -> Result<Record, Unreadable> {
    let (mut body, erased) = reveal(body, lookup)?;
    if body.get("event").is_none() {
        return Err(Unreadable::OtherKind);
    }
    if erased > 0 {
        return Err(Unreadable::Erased(erased));
    }
    let at = body.get("at").and_then(Value::as_str).and_then(Timestamp::parse_rfc3339);
    if let (Some(at), Some(members)) = (at, body.as_object_mut()) {
        members.insert("at".to_owned(), json!(at));
    }
    serde_json::from_value(body).map_err(|error| Unreadable::Content(error.to_string()))
}

/// The state of one request after the events of its records, taken in order; `None` where they open none.
pub fn replay<'a>(records: impl IntoIterator<Item = &'a Record>) -> Option<Request> {
    records.into_iter().fold(None, |request, record| transition(request, &record.event, record.at).request)
}

#[cfg(test)]
mod tests;
