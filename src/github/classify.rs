//! From an answer that is no success to the class of failure that the engine acts on. Decided here, and only here.

use hyper::{Method, StatusCode};
use serde::Deserialize;

use crate::ports::{Class, PortError};

use super::transport::{Answer, Trouble};

/// Longest text of GitHub's that is passed on, in characters.
const MAX_MESSAGE_CHARS: usize = 250;

/// The failure behind an answer that is neither a success nor a rate limit.
pub fn refusal(answer: &Answer, method: &Method, doing: &str) -> PortError {
    let why = told(answer);
    match answer.status {
        StatusCode::NOT_FOUND | StatusCode::GONE => PortError::new(Class::Gone, doing, why),
        StatusCode::UNAUTHORIZED => PortError::permanent(doing, format!("{why} (with a token fetched just now)")),
        StatusCode::FORBIDDEN => PortError::permanent(
            doing,
            format!("{why} (is the App's permission granted, and its installation active?)"),
        ),
        StatusCode::REQUEST_TIMEOUT => PortError::new(may_be_done(method), doing, why),
        status if status.is_server_error() => PortError::new(may_be_done(method), doing, why),
        _ => PortError::permanent(doing, why),
    }
}

/// The failure when no whole answer came.
pub fn no_answer(trouble: Trouble, method: &Method, doing: &str) -> PortError {
    match trouble {
        Trouble::NotSent(why) => PortError::retry(doing, why),
        Trouble::Lost(why) => PortError::new(may_be_done(method), doing, why),
        Trouble::TooLong { size: Some(size) } => PortError::permanent(doing, format!("the answer has {size} bytes")),
        Trouble::TooLong { size: None } => PortError::permanent(doing, "the answer is too long"),
    }
}

/// A success whose body is not what GitHub documents: a proxy's page, or a cut one.
pub fn unreadable(doing: &str, error: &serde_json::Error) -> PortError {
    PortError::retry(doing, format!("the answer is unreadable: {error}"))
}

/// The status and GitHub's own words, if they are GitHub's: never a page.
pub fn told(answer: &Answer) -> String {
    let status = format!("HTTP {}", answer.status.as_u16());
    match message(answer) {
        Some(message) => format!("{status}: {message}"),
        None => status,
    }
}

/// GitHub's words. `errors` is a list in most answers, and a string in some 422 of this very API.
fn message(answer: &Answer) -> Option<String> {
    let body: ErrorBody = serde_json::from_slice(&answer.body).ok()?;
    let details = match body.errors {
        Some(Details::Text(text)) => vec![text],
        Some(Details::List(list)) => list.into_iter().filter_map(Detail::words).collect(),
        Some(Details::Other(_)) | None => Vec::new(),
    };
    let words: Vec<String> = body.message.into_iter().chain(details).collect();
    let words = without_tokens(&words.join(": "));
    let words: String = words.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE_CHARS).collect();
    (!words.is_empty()).then_some(words)
}

#[derive(Deserialize)]
struct ErrorBody {
    message: Option<String>,
    errors: Option<Details>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Details {
    Text(String),
    List(Vec<Detail>),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Detail {
    Text(String),
    Object { message: Option<String>, field: Option<String>, code: Option<String> },
    Other(serde::de::IgnoredAny),
}

impl Detail {
    fn words(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Object { message: Some(message), .. } => Some(message),
            Self::Object { field, code, .. } => Some([field, code].into_iter().flatten().collect::<Vec<_>>().join(" ")),
            Self::Other(_) => None,
        }
    }
}

/// Whatever an answer echoes, no token of ours goes into a log.
fn without_tokens(text: &str) -> String {
    let mut pieces = text.split("ghs_");
    let mut clean = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        clean.push_str("ghs_***");
        let of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        clean.push_str(piece.trim_start_matches(of_token));
    }
    clean
}

/// A read can be repeated; a write may have happened.
fn may_be_done(method: &Method) -> Class {
    if *method == Method::GET { Class::Retry { after_ms: None } } else { Class::Unknown }
}

#[cfg(test)]
mod tests;
