//! Runs of the same workflow that came after a request's own and could not start while it waits (R32).

use serde::{Deserialize, Serialize};

/// A run behind the one that waits here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sibling {
    /// Counted per workflow, as people cite it.
    pub number: u64,
    pub url: String,
    pub state: SiblingState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiblingState {
    /// Held until its turn comes.
    Waits,
    /// Cancelled before its turn came.
    Cancelled,
}
