//! What other tools left: artifacts of workflow runs, and analyses of code scanning.

use crate::domain::{Digest, Timestamp};

use super::State;

/// A zip archive that a run uploaded.
#[derive(Debug, Clone)]
pub struct Artifact {
    pub id: u64,
    pub run: u64,
    pub name: String,
    pub zip: Vec<u8>,
    pub at: Timestamp,
    pub expired: bool,
    /// The address handed out works no longer, or not yet.
    pub storage_fails: bool,
}

/// A report that was uploaded to code scanning.
#[derive(Debug, Clone)]
pub struct Analysis {
    pub id: u64,
    pub repository: u64,
    pub commit: String,
    pub tool: String,
    pub category: String,
    pub sarif: String,
    /// Why GitHub could not take it; empty where it could.
    pub error: String,
    pub at: Timestamp,
}

impl Artifact {
    pub(in crate::sim::github) fn digest(&self) -> String {
        format!("sha256:{}", Digest::of(&self.zip))
    }
}

impl State {
    /// A run uploads an artifact.
    pub fn add_artifact(&mut self, run: u64, name: &str, zip: Vec<u8>) -> u64 {
        let (id, at) = (self.fresh_id(), self.now);
        let name = name.to_owned();
        self.artifacts.push(Artifact { id, run, name, zip, at, expired: false, storage_fails: false });
        id
    }

    /// Somebody uploads a SARIF report of a commit.
    pub fn add_analysis(&mut self, repository: u64, commit: &str, tool: &str, sarif: &str) -> u64 {
        let (id, at) = (self.fresh_id(), self.now);
        self.analyses.push(Analysis {
            id,
            repository,
            commit: commit.to_owned(),
            tool: tool.to_owned(),
            category: ".github/workflows/scan.yml:scan".to_owned(),
            sarif: sarif.to_owned(),
            error: String::new(),
            at,
        });
        id
    }
}
