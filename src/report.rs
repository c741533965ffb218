//! Evidence for people and machines: the same findings as Markdown, plain text, JSON, SARIF and annotations.
//!
//! Pure and bounded. Text in evidence comes from strangers: each form escapes it for its own sink, and cuts last.

pub mod annotations;
mod change;
mod groups;
pub mod markdown;
#[cfg(test)]
mod samples;
mod source;
pub mod verdict;
mod words;
