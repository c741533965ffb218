//! Exceptions: findings that are accepted for a time.

use schemars::JsonSchema;
use serde::Deserialize;

use super::people::Login;
use super::time::Date;
use super::word::{Sentence, Word, is_not, word};
use crate::policy::place::Placed;

/// A finding that is accepted. It no longer blocks or needs a tick; it is shown with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptDocument {
    /// The finding's code: `metric.regressed`.
    pub flag: Placed<FlagCode>,
    /// What it is about, as messages call it: a model, a path, a metric. Default: everything.
    #[serde(default)]
    pub subject: Option<Placed<Sentence>>,
    /// The reason.
    pub why: Placed<Sentence>,
    /// The last day on which it counts, in UTC.
    pub until: Placed<Date>,
    /// Who answers for it.
    pub by: Placed<Login>,
    /// Only for findings in this model, by its name in messages. Default: for all, and for those that are in no model.
    #[serde(default)]
    pub model: Option<Placed<Sentence>>,
    /// Only for this environment, or for those that a pattern matches. Default: all.
    #[serde(default)]
    pub environment: Option<Placed<super::EnvironmentPattern>>,
}

/// The code of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagCode(pub String);

impl Word for FlagCode {
    const NAME: &'static str = "FlagCode";
    const SAMPLE: &'static str = "author.unknown";
    const PATTERN: &'static str = "^[a-z0-9_]+(\\.[a-z0-9_]+)+$";
    const DESCRIPTION: &'static str = "The code of a finding, in small letters with dots: `metric.regressed`.";

    fn parse(text: &str) -> Result<Self, String> {
        const MAX_BYTES: usize = 100;
        let is_part = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        let is_code = text.len() <= MAX_BYTES && text.contains('.') && text.split('.').all(is_part);
        if is_code { Ok(Self(text.to_owned())) } else { Err(is_not::<Self>()) }
    }
}

word!(FlagCode);
