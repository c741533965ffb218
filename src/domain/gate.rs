//! The rules a request is held to: the policy as it stood when the request opened, and its gates.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::actor::Part;
use super::digest::Digest;
use super::id::CommitSha;
use super::time::{DAY_MS, HOUR_MS};

/// A policy as it was read for one request. Later changes to the file do not change it (R9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenPolicy {
    pub source: PolicySource,
    /// Digest of the policy's text; of its canonical JSON for a built-in one.
    pub digest: Digest,
    /// Walked in order; never empty (R12).
    pub gates: Vec<Gate>,
    /// Whose approval does not count (R15).
    pub exclude: BTreeSet<Part>,
    /// Milliseconds from opening to expiry (R22).
    pub expires_after_ms: i64,
    /// Whether a denial needs a reason.
    pub deny_needs_reason: bool,
}

/// Default and longest time a request may stay open (R22): GitHub itself gives up after 30 days.
pub const DEFAULT_EXPIRY_MS: i64 = 24 * HOUR_MS;
pub const MAX_EXPIRY_MS: i64 = 29 * DAY_MS;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicySource {
    /// No policy file in the tree of that commit: the built-in starter policy (R10).
    Starter,
    /// The repository's own file, at this commit of its default branch.
    Repository { commit: CommitSha },
}

/// One step of a policy: a quorum of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub name: String,
    pub group: Group,
    /// Humans needed, at least one.
    pub quorum: u32,
}

/// Who may act on a gate. Membership is read live (R16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Everybody with write access to the repository.
    WriteAccess,
}

impl Group {
    /// As people say it: `people with write access`.
    pub fn words(&self) -> &str {
        match self {
            Self::WriteAccess => "people with write access",
        }
    }
}

/// What was found where the policy should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyFound {
    Policy(FrozenPolicy),
    /// There is one, or there may be one, and it cannot be followed: the request is held (R10).
    Hold {
        why: String,
    },
}
