//! Where the code is: commits, their files, and what is known about them. Evidence is gathered from here alone, so that the
//! desk, the pull request and the gate see the same. A forge, or a git repository on this machine.

use std::fmt;

use crate::domain::{
    ChangeKind, CiRun, CommitSha, DeploymentId, Digest, EntryKind, EnvironmentName, ForgeUser, PullRequest, Relation,
    Repository, RunId, Timestamp,
};

use super::PortResult;

/// Reads repositories. Every call is bounded in time and in bytes; every failure has its class.
pub trait CodeHost: Send + Sync + 'static {
    /// The newest successful deployment to `environment` other than `except`: what is live.
    fn live<'a>(
        &'a self,
        repository: &'a Repository,
        environment: &'a EnvironmentName,
        except: &'a [DeploymentId],
    ) -> PortResult<'a, Option<LiveDeployment>>;

    /// Compares two commits: relation, commits between (bounded), changed files with patches as far as the forge gives them.
    fn compare<'a>(
        &'a self,
        repository: &'a Repository,
        base: &'a CommitSha,
        head: &'a CommitSha,
    ) -> PortResult<'a, Presence<Comparison>>;

    /// One commit with its people; `Missing` when the repository does not have it.
    fn commit<'a>(&'a self, repository: &'a Repository, sha: &'a CommitSha) -> PortResult<'a, Presence<RawCommit>>;

    /// All files of a commit, by path.
    fn tree<'a>(&'a self, repository: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Presence<Tree>>;

    /// A file's content by its blob id, at most `max_bytes` of it.
    fn blob<'a>(&'a self, repository: &'a Repository, blob: &'a str, max_bytes: usize) -> PortResult<'a, Blob>;

    /// The pull requests that brought a commit.
    fn pull_requests<'a>(
        &'a self,
        repository: &'a Repository,
        commit: &'a CommitSha,
    ) -> PortResult<'a, Vec<PullRequest>>;

    /// The commit of the default branch right now: where the policy is read (R9).
    fn default_branch<'a>(&'a self, repository: &'a Repository) -> PortResult<'a, CommitSha>;

    /// The repository in which the owner of `repository` keeps what holds for all of them; `Missing` where there is none,
    /// or it is not ours to see.
    fn owners_repository<'a>(&'a self, repository: &'a Repository) -> PortResult<'a, Presence<Repository>>;

    /// The labels of a pull request as they are now.
    fn labels<'a>(&'a self, repository: &'a Repository, number: u64) -> PortResult<'a, Vec<String>>;

    /// Where contents of large-file storage can be had, in the order asked for.
    fn large_files<'a>(&'a self, repository: &'a Repository, wanted: &'a [LargeFile]) -> PortResult<'a, Vec<Located>>;

    /// Bytes `offset .. offset + length` of such a content, less at its end. `Gone`: the address works no longer; asking
    /// for another one may help.
    fn large_file_part<'a>(
        &'a self,
        address: &'a LargeFileAddress,
        offset: u64,
        length: u64,
    ) -> PortResult<'a, Vec<u8>>;

    /// What other tools said about a commit: check runs and commit statuses, the latest of each name.
    fn ci<'a>(&'a self, repository: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Vec<CiRun>>;

    /// The zip archive that a run left under `name`: the newest, of at most `max_bytes`.
    fn artifact<'a>(
        &'a self,
        repository: &'a Repository,
        run: RunId,
        name: &'a str,
        max_bytes: usize,
    ) -> PortResult<'a, Presence<Vec<u8>>>;

    /// Findings that the forge's own code scanning holds for a commit, as SARIF: one document per analysis, at most the
    /// adapter's bound.
    fn analyses<'a>(
        &'a self,
        repository: &'a Repository,
        commit: &'a CommitSha,
        tool: Option<&'a str>,
    ) -> PortResult<'a, Vec<Vec<u8>>>;

    /// The page that compares two commits, for people.
    fn compare_url(&self, repository: &Repository, base: &CommitSha, head: &CommitSha) -> String;
    /// The page of a pull request, a commit or a file, for people.
    fn commit_url(&self, repository: &Repository, commit: &CommitSha) -> String;
}

/// A content in large-file storage, by what its pointer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LargeFile {
    /// SHA-256 of the content.
    pub oid: Digest,
    /// Bytes.
    pub size: u64,
}

/// What the forge says of such a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    At(LargeFileAddress),
    /// The storage does not have it.
    Missing,
    /// It is not handed out; why, in the forge's words.
    Refused {
        why: String,
    },
}

/// Where such a content is read from, for a short while. Address and headers are capabilities: never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct LargeFileAddress {
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// Bytes, as the pointer says: storage that says otherwise is not believed.
    pub size: u64,
}

impl fmt::Debug for LargeFileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LargeFileAddress")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveDeployment {
    pub deployment: DeploymentId,
    pub commit: CommitSha,
    pub since: Option<Timestamp>,
}

/// Something asked for by name that may not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence<T> {
    Found(T),
    Missing,
}

/// Two commits compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub relation: Relation,
    /// Commits that head has and base has not, oldest first, at most the adapter's bound.
    pub commits: Vec<RawCommit>,
    pub commits_total: u64,
    pub files: Vec<RawFile>,
    /// The forge's list stops at its limit: files are missing (R7).
    pub files_cut: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawCommit {
    pub sha: CommitSha,
    /// The whole message: co-authors stand in it.
    pub message: String,
    pub author: Person,
    pub committer: Person,
    /// Co-authors the forge or the trailers name.
    pub co_authors: Vec<Person>,
}

/// Somebody named in a commit: the account, when the forge knows one for the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user: Option<ForgeUser>,
    pub name: String,
    /// Made the commit through the forge's own web pages; stands for nobody.
    pub is_forge: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFile {
    pub path: String,
    pub previous_path: Option<String>,
    pub kind: ChangeKind,
    pub additions: u64,
    pub deletions: u64,
    /// Unified diff without file header; absent for binary and too large files.
    pub patch: Option<String>,
}

/// All files of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    pub entries: Vec<TreeEntry>,
    /// The forge cut the list (R7).
    pub truncated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    pub path: String,
    pub blob: String,
    /// Bytes; of the pointer, where the content is in large-file storage.
    pub size: u64,
    pub kind: EntryKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blob {
    Content(Vec<u8>),
    TooLarge { size: Option<u64> },
    Missing,
}
