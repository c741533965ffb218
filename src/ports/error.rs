//! Failures at a port, with the class that decides what happens next. The adapter chooses it, once.

use std::fmt;

/// What the caller should do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Try again, not before so many milliseconds when the other side said so.
    Retry { after_ms: Option<i64> },
    /// The request may have been carried out although no answer came: look for its mark, then try again.
    Unknown,
    /// Trying again changes nothing until somebody changes something.
    Permanent,
    /// What it was about is not there any more.
    Gone,
}

/// A failed call: its class, what was being done, and the other side's words (bounded, without secrets).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PortError {
    pub class: Class,
    /// What was attempted, in a few words: `read the workflow run`.
    pub doing: String,
    /// Why it failed: `HTTP 502`, `channel_not_found`.
    pub why: String,
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: {}", self.doing, self.why)
    }
}

impl PortError {
    /// Longest `why` kept, in characters: error pages are not log lines.
    const MAX_WHY_CHARS: usize = 300;

    pub fn new(class: Class, doing: &str, why: impl fmt::Display) -> Self {
        let why: String = why.to_string().chars().filter(|c| !c.is_control()).take(Self::MAX_WHY_CHARS).collect();
        Self { class, doing: doing.to_owned(), why }
    }

    pub fn retry(doing: &str, why: impl fmt::Display) -> Self {
        Self::new(Class::Retry { after_ms: None }, doing, why)
    }

    pub fn permanent(doing: &str, why: impl fmt::Display) -> Self {
        Self::new(Class::Permanent, doing, why)
    }

    pub const fn is_gone(&self) -> bool {
        matches!(self.class, Class::Gone)
    }

    /// A word for rows, logs and metrics.
    pub const fn class_word(&self) -> &'static str {
        match self.class {
            Class::Retry { .. } => "retry",
            Class::Unknown => "unknown",
            Class::Permanent => "permanent",
            Class::Gone => "gone",
        }
    }
}
