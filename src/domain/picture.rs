//! A drawing that the chat holds for a request's message.

use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// A drawing, and how the chat names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The evidence it was drawn from: under any other it is not shown.
    pub evidence: Digest,
    /// The chat's id of the file.
    pub file: String,
    /// What it shows, in a few words.
    pub title: String,
    /// Everything that can be seen in it, for those who cannot see it.
    pub alt: String,
}
