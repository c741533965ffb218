//! The code host during one look: what was read once is not asked for again, and where nothing is live, the commit that
//! the pull request starts from takes its place.

use std::sync::Arc;

use crate::domain::{CiRun, CommitSha, DeploymentId, EnvironmentName, PullRequest, Repository, RunId};
use crate::ports::code::{
    Blob, CodeHost, Comparison, LargeFile, LargeFileAddress, LiveDeployment, Located, Presence, RawCommit, Tree,
};
use crate::ports::kept::Kept;
use crate::ports::{Forge, PortResult};

/// Room for lists of files and for files, in bytes.
const MAX_TREE_BYTES: usize = 64 * 1024 * 1024;
const MAX_BLOB_BYTES: usize = 16 * 1024 * 1024;
/// What an entry of a list takes besides its path.
const ENTRY_BYTES: usize = 120;

/// What one look has read. Commits and blobs never change.
pub(super) struct Memory {
    trees: Kept<CommitSha, Presence<Tree>>,
    blobs: Kept<(String, usize), Blob>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self { trees: Kept::new(MAX_TREE_BYTES), blobs: Kept::new(MAX_BLOB_BYTES) }
    }
}

/// The forge with a memory, and with what counts as live.
pub(super) struct Bench {
    pub(super) forge: Arc<dyn Forge>,
    pub(super) memory: Arc<Memory>,
    /// Told instead of asking.
    pub(super) live: Option<LiveDeployment>,
}

/// A commit in the place of a live one: no deployment has this id.
pub(super) fn stand_in(commit: CommitSha) -> LiveDeployment {
    LiveDeployment { deployment: DeploymentId::new(0), commit, since: None }
}

fn tree_bytes(tree: &Presence<Tree>) -> usize {
    match tree {
        Presence::Found(tree) => tree.entries.iter().map(|entry| entry.path.len() + ENTRY_BYTES).sum(),
        Presence::Missing => ENTRY_BYTES,
    }
}

fn blob_bytes(blob: &Blob) -> usize {
    match blob {
        Blob::Content(bytes) => bytes.len() + ENTRY_BYTES,
        Blob::TooLarge { .. } | Blob::Missing => ENTRY_BYTES,
    }
}

impl CodeHost for Bench {
    fn live<'a>(
        &'a self,
        _repository: &'a Repository,
        _environment: &'a EnvironmentName,
        _except: &'a [DeploymentId],
    ) -> PortResult<'a, Option<LiveDeployment>> {
        Box::pin(async { Ok(self.live.clone()) })
    }

    fn compare<'a>(
        &'a self,
        repository: &'a Repository,
        base: &'a CommitSha,
        head: &'a CommitSha,
    ) -> PortResult<'a, Presence<Comparison>> {
        self.forge.compare(repository, base, head)
    }

    fn commit<'a>(&'a self, repository: &'a Repository, sha: &'a CommitSha) -> PortResult<'a, Presence<RawCommit>> {
        self.forge.commit(repository, sha)
    }

    fn tree<'a>(&'a self, repository: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Presence<Tree>> {
        Box::pin(async move {
            if let Some(tree) = self.memory.trees.get(commit) {
                return Ok(tree);
            }
            let tree = self.forge.tree(repository, commit).await?;
            self.memory.trees.put(commit.clone(), tree.clone(), tree_bytes(&tree));
            Ok(tree)
        })
    }

    fn blob<'a>(&'a self, repository: &'a Repository, blob: &'a str, max_bytes: usize) -> PortResult<'a, Blob> {
        Box::pin(async move {
            let key = (blob.to_owned(), max_bytes);
            if let Some(content) = self.memory.blobs.get(&key) {
                return Ok(content);
            }
            let content = self.forge.blob(repository, blob, max_bytes).await?;
            self.memory.blobs.put(key, content.clone(), blob_bytes(&content));
            Ok(content)
        })
    }

    fn pull_requests<'a>(
        &'a self,
        repository: &'a Repository,
        commit: &'a CommitSha,
    ) -> PortResult<'a, Vec<PullRequest>> {
        self.forge.pull_requests(repository, commit)
    }

    fn default_branch<'a>(&'a self, repository: &'a Repository) -> PortResult<'a, CommitSha> {
        self.forge.default_branch(repository)
    }

    fn owners_repository<'a>(&'a self, repository: &'a Repository) -> PortResult<'a, Presence<Repository>> {
        self.forge.owners_repository(repository)
    }

    fn labels<'a>(&'a self, repository: &'a Repository, number: u64) -> PortResult<'a, Vec<String>> {
        self.forge.labels(repository, number)
    }

    fn large_files<'a>(&'a self, repository: &'a Repository, wanted: &'a [LargeFile]) -> PortResult<'a, Vec<Located>> {
        self.forge.large_files(repository, wanted)
    }

    fn large_file_part<'a>(
        &'a self,
        address: &'a LargeFileAddress,
        offset: u64,
        length: u64,
    ) -> PortResult<'a, Vec<u8>> {
        self.forge.large_file_part(address, offset, length)
    }

    fn ci<'a>(&'a self, repository: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Vec<CiRun>> {
        self.forge.ci(repository, commit)
    }

    fn artifact<'a>(
        &'a self,
        repository: &'a Repository,
        run: RunId,
        name: &'a str,
        max_bytes: usize,
    ) -> PortResult<'a, Presence<Vec<u8>>> {
        self.forge.artifact(repository, run, name, max_bytes)
    }

    fn analyses<'a>(
        &'a self,
        repository: &'a Repository,
        commit: &'a CommitSha,
        tool: Option<&'a str>,
    ) -> PortResult<'a, Vec<Vec<u8>>> {
        self.forge.analyses(repository, commit, tool)
    }

    fn compare_url(&self, repository: &Repository, base: &CommitSha, head: &CommitSha) -> String {
        self.forge.compare_url(repository, base, head)
    }

    fn commit_url(&self, repository: &Repository, commit: &CommitSha) -> String {
        self.forge.commit_url(repository, commit)
    }
}
