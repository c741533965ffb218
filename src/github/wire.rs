//! The parts of GitHub's REST answers that we read. Everything else is skipped.
//!
//! GitHub: "REST API endpoints for workflow runs, deployments, commits, Git database, collaborators".

pub mod checks;
pub mod pulls;

use serde::Deserialize;

use crate::domain::{ForgeUser, InstallationId, PullRequest, Repository, RepositoryId};

use super::path::is_plain_name;
use super::payload::{AccountPart, Moment};

/// A repository, wherever it is named.
#[derive(Deserialize)]
pub struct RepositoryRow {
    pub id: u64,
    pub full_name: Option<String>,
    pub default_branch: Option<String>,
}

impl RepositoryRow {
    /// Where `known` is now, if this is still the same repository.
    pub fn address(&self, known: &Repository) -> Option<Repository> {
        let (owner, name) = self.full_name.as_deref()?.split_once('/')?;
        let same = RepositoryId::new(self.id) == known.id && is_plain_name(owner) && is_plain_name(name);
        let installation: InstallationId = known.installation;
        same.then(|| Repository { id: known.id, owner: owner.to_owned(), name: name.to_owned(), installation })
    }
}

/// A workflow run, or one attempt of it.
#[derive(Deserialize)]
pub struct RunRow {
    pub id: u64,
    pub run_number: Option<u64>,
    pub workflow_id: Option<u64>,
    pub run_attempt: Option<u32>,
    pub name: Option<String>,
    pub display_title: Option<String>,
    pub event: Option<String>,
    pub head_branch: Option<String>,
    pub head_sha: String,
    pub html_url: Option<String>,
    pub conclusion: Option<String>,
    #[serde(default)]
    pub created_at: Moment,
    #[serde(default)]
    pub run_started_at: Moment,
    pub actor: Option<AccountPart>,
    pub triggering_actor: Option<AccountPart>,
    pub repository: Option<RepositoryRow>,
}

/// GitHub: "List workflow runs for a repository".
#[derive(Deserialize)]
pub struct RunRows {
    pub workflow_runs: Vec<RunRow>,
}

impl RunRow {
    pub fn attempt(&self) -> u32 {
        self.run_attempt.unwrap_or(1).max(1)
    }
}

/// A team: its number stays when its name changes, and never comes again.
#[derive(Deserialize)]
pub struct TeamRow {
    pub id: u64,
}

#[derive(Deserialize)]
pub struct DeploymentRow {
    pub id: u64,
    pub sha: String,
    pub environment: Option<String>,
}

#[derive(Deserialize)]
pub struct DeploymentStatusRow {
    pub state: String,
    #[serde(default)]
    pub created_at: Moment,
}

#[derive(Deserialize)]
pub struct PendingRow {
    pub environment: NamedRow,
}

/// An entry of the review history of a run.
#[derive(Deserialize)]
pub struct ApprovalRow {
    pub state: String,
    pub comment: Option<String>,
    #[serde(default)]
    pub environments: Vec<NamedRow>,
    pub user: Option<AccountPart>,
}

#[derive(Deserialize)]
pub struct NamedRow {
    pub name: Option<String>,
}

impl NamedRow {
    /// Names that differ in case only are one environment.
    pub fn is(&self, folded: &str) -> bool {
        self.name.as_deref().is_some_and(|name| name.to_lowercase() == folded)
    }
}

#[derive(Deserialize)]
pub struct CompareRow {
    pub status: String,
    pub ahead_by: u64,
    pub behind_by: u64,
    pub total_commits: u64,
    pub base_commit: ShaRow,
    #[serde(default)]
    pub commits: Vec<CommitRow>,
    #[serde(default)]
    pub files: Option<Vec<FileRow>>,
}

#[derive(Deserialize)]
pub struct ShaRow {
    pub sha: String,
}

#[derive(Deserialize)]
pub struct CommitRow {
    pub sha: String,
    pub commit: CommitDetail,
    pub author: Option<AccountPart>,
    pub committer: Option<AccountPart>,
}

#[derive(Deserialize)]
pub struct CommitDetail {
    #[serde(default)]
    pub message: String,
    pub author: Option<SignatureRow>,
    pub committer: Option<SignatureRow>,
}

/// Name and address as written in the commit: anybody can write anything.
#[derive(Deserialize)]
pub struct SignatureRow {
    pub name: Option<String>,
}

#[derive(Deserialize)]
pub struct FileRow {
    pub filename: String,
    pub previous_filename: Option<String>,
    pub status: String,
    #[serde(default)]
    pub additions: u64,
    #[serde(default)]
    pub deletions: u64,
    pub patch: Option<String>,
}

#[derive(Deserialize)]
pub struct TreeRow {
    #[serde(default)]
    pub truncated: bool,
    pub tree: Vec<TreeItem>,
}

#[derive(Deserialize)]
pub struct TreeItem {
    pub path: String,
    /// Git's: `100644`, `120000`.
    #[serde(default)]
    pub mode: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub sha: String,
    pub size: Option<u64>,
}

#[derive(Deserialize)]
pub struct BlobRow {
    pub sha: String,
    pub size: Option<u64>,
    pub encoding: String,
    pub content: String,
}

#[derive(Deserialize)]
pub struct PullRow {
    pub number: u64,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub html_url: String,
    pub user: Option<AccountPart>,
    pub merged_at: Option<String>,
}

impl PullRow {
    pub fn pull_request(self) -> PullRequest {
        PullRequest {
            number: self.number,
            title: self.title,
            url: self.html_url,
            author: user(self.user.as_ref()),
            merged: self.merged_at.is_some(),
        }
    }
}

#[derive(Deserialize)]
pub struct PermissionRow {
    pub permission: String,
    /// The finer word, or the name of a role that the organisation made.
    pub role_name: Option<String>,
    pub user: Option<AccountPart>,
}

/// The account, when there is one.
pub fn user(account: Option<&AccountPart>) -> Option<ForgeUser> {
    account.and_then(AccountPart::user)
}
