//! Evidence for people and machines: the same findings as Markdown, plain text, JSON, SARIF and annotations.
//!
//! Pure and bounded. Text in evidence comes from strangers: each form escapes it for its own sink, and cuts last.

pub mod annotations;
mod change;
pub mod chart;
mod groups;
pub mod json;
pub mod markdown;
pub mod record;
#[cfg(test)]
mod samples;
pub mod sarif;
mod source;
pub mod text;
pub mod verdict;
mod words;

use crate::checks::rules::Actions;
use crate::domain::Evidence;

use verdict::Verdict;

/// Evidence with what a reader needs to place it.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// `acme/sentiment`, or the name of a folder.
    pub repository: &'a str,
    pub environment: &'a str,
    pub evidence: &'a Evidence,
    /// What flags do, by severity.
    pub actions: &'a Actions,
    pub rules: Rules<'a>,
    /// What could not be looked at where this was gathered, in words.
    pub not_seen: Option<&'a str>,
}

/// The rules that a request would be held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules<'a> {
    /// In words: `the built-in starter policy`.
    By(&'a str),
    /// They cannot be followed, so the gate would hold the request (R10).
    Held { why: &'a str },
}

impl Report<'_> {
    pub fn verdict(&self) -> Verdict {
        verdict::verdict(self.evidence, self.actions)
    }

    /// The verdict in a sentence; that the rules cannot be followed comes first.
    pub fn conclusion(&self) -> String {
        let verdict = words::verdict(&self.verdict());
        match self.rules {
            Rules::By(_) => verdict,
            Rules::Held { why } => format!("Held: {}. {verdict}", words::clause(why)),
        }
    }
}
