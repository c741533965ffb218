//! Builds flags whose every text is masked, visible and short.

use crate::domain::{Flag, Severity};

use super::words::plain;

/// Longest value a flag quotes, in characters.
const VALUE_CHARS: usize = 200;
/// Longest sentence, in characters.
const MESSAGE_CHARS: usize = 400;
/// Longest source, in characters: a path may be long.
const SOURCE_CHARS: usize = 300;

/// A flag under construction; new unless told otherwise.
pub(super) struct Finding(Flag);

impl Finding {
    pub(super) fn new(code: &str, severity: Severity, subject: &str) -> Self {
        Self(Flag {
            code: code.to_owned(),
            severity,
            subject: plain(subject, VALUE_CHARS),
            before: None,
            after: None,
            rule: None,
            source: None,
            message: String::new(),
            is_new: true,
            volatile: false,
            model: None,
        })
    }

    pub(super) fn before(mut self, value: impl AsRef<str>) -> Self {
        self.0.before = Some(plain(value.as_ref(), VALUE_CHARS));
        self
    }

    pub(super) fn after(mut self, value: impl AsRef<str>) -> Self {
        self.0.after = Some(plain(value.as_ref(), VALUE_CHARS));
        self
    }

    /// Both values, where there are any.
    pub(super) fn values(mut self, before: Option<String>, after: Option<String>) -> Self {
        self.0.before = before.map(|value| plain(&value, VALUE_CHARS));
        self.0.after = after.map(|value| plain(&value, VALUE_CHARS));
        self
    }

    /// The rule that fired, with its limit.
    pub(super) fn rule(mut self, rule: &str) -> Self {
        self.0.rule = Some(rule.to_owned());
        self
    }

    pub(super) fn source(mut self, source: String) -> Self {
        self.0.source = Some(plain(&source, SOURCE_CHARS));
        self
    }

    pub(super) fn new_if(mut self, is_new: bool) -> Self {
        self.0.is_new = is_new;
        self
    }

    /// The sentence for a reviewer ends the building.
    pub(super) fn says(mut self, message: &str) -> Flag {
        self.0.message = plain(message, MESSAGE_CHARS);
        self.0
    }
}
