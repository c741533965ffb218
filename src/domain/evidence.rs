//! What an approver decides on: gathered once, frozen, addressed by its digest (R5).

use serde::{Deserialize, Serialize};

use super::actor::{Contributor, ForgeUser};
use super::digest::Digest;
use super::flag::{Flag, Severity};
use super::id::{CommitSha, DeploymentId};
use super::time::Timestamp;

/// Everything gathered about one proposed commit. Text in it comes from strangers; secrets are masked already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub commit: CommitSha,
    pub baseline: Baseline,
    pub relation: Relation,
    /// Commits between live and proposed, oldest first, cut at a limit; `commits_total` counts all.
    pub commits: Vec<Commit>,
    pub commits_total: u64,
    /// The pull requests that brought those commits, by number.
    pub pull_requests: Vec<PullRequest>,
    pub contributors: Vec<Contributor>,
    /// Every changed file, by path: complete unless a flag says otherwise (R7).
    pub files: Vec<FileChange>,
    pub models: Vec<ModelChange>,
    /// Worst first.
    pub flags: Vec<Flag>,
    /// The forge's page that compares live with proposed.
    pub compare_url: Option<String>,
}

/// What is live, and how that was found (R6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// Nothing was ever deployed here successfully.
    None,
    /// The newest successful deployment to this environment.
    Live { commit: CommitSha, deployment: DeploymentId, since: Option<Timestamp> },
    /// There was one, but its commit no longer exists in the repository.
    Vanished { commit: CommitSha, deployment: DeploymentId },
}

impl Baseline {
    /// The live commit that the comparison starts from.
    pub fn commit(&self) -> Option<&CommitSha> {
        match self {
            Self::Live { commit, .. } => Some(commit),
            Self::None | Self::Vanished { .. } => None,
        }
    }
}

/// How the proposed commit stands to the live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// There is nothing to compare with.
    NoBaseline,
    /// The same commit is deployed again.
    Same,
    Ahead {
        by: u64,
    },
    /// The proposed commit is an ancestor of the live one: a rollback.
    Behind {
        by: u64,
    },
    Diverged {
        ahead: u64,
        behind: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    pub sha: CommitSha,
    /// First line of the message.
    pub title: String,
    pub author: Option<ForgeUser>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    pub number: u64,
    pub title: String,
    pub url: String,
    pub author: Option<ForgeUser>,
    pub merged: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Modified,
    Removed,
    Renamed,
}

/// One changed file. `before` and `after` are the contents' ids (git blob ids): the digest covers the whole content,
/// however little of it the patch shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    pub path: String,
    pub previous_path: Option<String>,
    pub kind: ChangeKind,
    pub before: Option<String>,
    pub after: Option<String>,
    pub additions: Option<u64>,
    pub deletions: Option<u64>,
    pub patch: Patch,
}

/// A file's unified diff, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patch {
    Text {
        text: String,
        /// Lines left out at the end; zero when all are there.
        lines_cut: u64,
    },
    /// Binary, or a pointer to large storage.
    Binary,
    /// The forge did not give one, or the budget for patches was used up.
    Missing,
}

/// One model of the repository, live and proposed side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelChange {
    pub name: String,
    pub card_path: String,
    /// The small table of the message, in reading order.
    pub rows: Vec<Row>,
    /// Unified diff of the card; empty when it is unchanged.
    pub card_diff: String,
    /// Lines left out of `card_diff` at its end.
    pub card_diff_lines_cut: u64,
    /// Digest of the whole card, live and proposed.
    pub card_before: Option<Digest>,
    pub card_after: Option<Digest>,
    pub weights: Vec<WeightChange>,
}

/// One line of the live -> proposed table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// `accuracy`, `base model`, `licence`, `training data`.
    pub label: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The difference in words: `worse by 0.014`.
    pub delta: Option<String>,
    pub change: RowChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowChange {
    Same,
    Better,
    Worse,
    /// Neither better nor worse, or nobody knows which.
    Changed,
    Added,
    Removed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightChange {
    pub path: String,
    pub before: Option<WeightFile>,
    pub after: Option<WeightFile>,
}

/// A weight file by its content: for large-file pointers, digest and size of what they point to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightFile {
    /// SHA-256 of the content; `None` where only the git blob id is known.
    pub digest: Option<Digest>,
    /// Bytes.
    pub size: u64,
}

/// The part of the evidence that decisions look at; kept in the request, while the whole is stored under its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceBrief {
    pub digest: Digest,
    pub risk: Severity,
    pub has_gap: bool,
    pub contributors: Vec<Contributor>,
}

impl Evidence {
    /// The values the digest covers: commit, base commit, whole diff, cards, model files, findings (R5). Titles, names
    /// and wording are left out, so that editing a pull request's title voids no vote.
    pub fn identity(&self) -> serde_json::Value {
        let files: Vec<_> = self.files.iter().map(|f| (&f.path, &f.before, &f.after)).collect();
        let models: Vec<_> =
            self.models.iter().map(|m| (&m.card_path, &m.card_before, &m.card_after, &m.weights)).collect();
        let findings: Vec<_> = self.flags.iter().map(|f| f.fingerprint().to_string()).collect();
        serde_json::json!({
            "commit": self.commit,
            "base": self.baseline.commit(),
            "files": files,
            "models": models,
            "findings": findings,
        })
    }

    pub fn brief(&self, digest: Digest) -> EvidenceBrief {
        EvidenceBrief {
            digest,
            risk: super::flag::risk(&self.flags),
            has_gap: self.flags.iter().any(Flag::is_gap),
            contributors: self.contributors.clone(),
        }
    }
}
