//! What is known of a proposed change while its evidence is still being gathered: people see what is coming, and that it is
//! not whole yet. Nothing is decided by it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::evidence::{Baseline, Relation};

/// Most models and pull requests that are named.
pub const MAX_NAMED: usize = 5;

/// The parts that are known, and those that are still being read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sketch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<SketchedGround>,
    /// Commits between live and proposed, and changed files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commits: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<u64>,
    /// Models in whose folders something changed.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub models: Named<String>,
    /// Pull requests that brought the change. Their titles come with the evidence.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub pull_requests: Named<SketchedPull>,
    /// What is still being read.
    pub reading: BTreeSet<Reading>,
}

/// What is live, and how the proposed commit stands to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SketchedGround {
    pub baseline: Baseline,
    pub relation: Relation,
    pub compare_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SketchedPull {
    pub number: u64,
    pub url: String,
}

/// The first few of something, and how many more there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<T> {
    pub first: Vec<T>,
    pub more: u64,
}

/// A part of the evidence, in the order in which people ask for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// What is live, and how the two compare.
    Live,
    Policy,
    Files,
    /// Commits, their people and pull requests.
    Commits,
    Cards,
    /// Weights of so many models.
    Weights {
        models: u64,
    },
    Signatures,
    Diffs,
    /// Workflows, and code that loads models.
    Code,
    CheckRuns,
    /// What other tools are asked or left behind.
    Checks,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { first: Vec::new(), more: 0 }
    }
}

impl<T> Named<T> {
    pub const fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
}

impl<T> FromIterator<T> for Named<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        let mut all = all.into_iter();
        let first: Vec<T> = all.by_ref().take(MAX_NAMED).collect();
        Self { first, more: u64::try_from(all.count()).unwrap_or(u64::MAX) }
    }
}
