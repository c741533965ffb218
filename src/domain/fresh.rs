//! Everything that is read again just before a decision: people, policies, check runs, freezes, and what is live.

use serde::{Deserialize, Serialize};

use super::actor::Voter;
use super::ci::CiReading;
use super::freeze::Freeze;
use super::gate::{FrozenPolicy, PolicyFound};
use super::id::CommitSha;
use super::roster::Roster;
use super::time::Timestamp;

/// What was read, all of it at about one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fresh {
    /// Those whose votes count so far (R14, R16).
    pub voters: Vec<Voter>,
    /// How the required check runs stand; `None` where none is required.
    pub ci: Option<CiReading>,
    pub policies: PoliciesRead,
    pub around: Around,
    /// The commit that is live in the request's own environment, whether the repository still has it or not.
    pub base: Option<CommitSha>,
}

/// The policies as they are now, and those of the request with their conditions evaluated again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoliciesRead {
    pub now: PolicyFound,
    /// By role and digest; the conditions' outcomes are what is new in them.
    pub again: Vec<FrozenPolicy>,
}

/// What holds around a request: freezes, other environments, people.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Around {
    /// Those that hold the environment, or will.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<Freeze>,
    /// What is live where a policy asks for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<LiveElsewhere>,
    /// Who could act, where that was read as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roster: Option<Roster>,
}

/// What is live in an environment that a policy asks about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveElsewhere {
    pub environment: String,
    pub live: LiveThere,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveThere {
    Nothing,
    Commit { commit: CommitSha, since: Option<Timestamp> },
    Unreadable { why: String },
}
