//! Making commits: small ones by hand, or ready-made ones from a real repository.

use std::sync::Arc;

use crate::domain::Timestamp;

use super::State;
use super::git::{Blob, Commit, FileEntry, Files, Signature, commit_id, trees_of};

/// Git's modes of an ordinary file and of a symbolic link.
const FILE_MODE: &str = "100644";
const LINK_MODE: &str = "120000";

/// A commit from elsewhere, with its id and all of its files.
#[derive(Debug, Clone)]
pub struct CommitData {
    pub sha: String,
    pub parents: Vec<String>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
    /// Every file of the commit, not only the changed ones.
    pub files: Vec<(String, Blob)>,
}

/// A commit to be made: what it changes against its first parent.
#[derive(Debug, Clone)]
pub struct NewCommit {
    author: u64,
    committer: Option<u64>,
    message: String,
    parents: Vec<String>,
    /// By path: git's mode and the content; nothing where it is deleted.
    changes: Vec<(String, Option<(&'static str, Blob)>)>,
    at: Option<Timestamp>,
}

impl NewCommit {
    /// By that account, with that message (co-authors as trailers in it).
    pub fn new(author: u64, message: &str) -> Self {
        let message = message.to_owned();
        Self { author, committer: None, message, parents: Vec::new(), changes: Vec::new(), at: None }
    }

    /// Adds a parent; the first one gives the files to start from.
    #[must_use]
    pub fn on(mut self, parent: &str) -> Self {
        self.parents.push(parent.to_owned());
        self
    }

    #[must_use]
    pub fn write(mut self, path: &str, content: impl Into<Blob>) -> Self {
        self.changes.push((path.to_owned(), Some((FILE_MODE, content.into()))));
        self
    }

    /// A symbolic link to that path.
    #[must_use]
    pub fn link(mut self, path: &str, target: &str) -> Self {
        self.changes.push((path.to_owned(), Some((LINK_MODE, target.into()))));
        self
    }

    #[must_use]
    pub fn delete(mut self, path: &str) -> Self {
        self.changes.push((path.to_owned(), None));
        self
    }

    #[must_use]
    pub fn committed_by(mut self, account: u64) -> Self {
        self.committer = Some(account);
        self
    }

    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }
}

impl State {
    /// Makes a commit; no branch moves. The answer is its id.
    pub fn commit(&mut self, repository: u64, new: NewCommit) -> String {
        let at = new.at.unwrap_or(self.now);
        let author = self.signature(new.author, at);
        let committer = self.signature(new.committer.unwrap_or(new.author), at);
        let mut files = self.files_of(repository, new.parents.first().map(String::as_str));
        for (path, change) in new.changes {
            match change {
                Some((mode, blob)) => {
                    files.insert(path, FileEntry { mode: mode.to_owned(), ..self.add_blob(repository, blob) })
                }
                None => files.remove(&path),
            };
        }
        let (tree, _) = trees_of(&files);
        let sha = commit_id(&tree, &new.parents, &author, &committer, &new.message);
        let message = new.message;
        self.store_commit(repository, sha.clone(), new.parents, (author, committer), message, files);
        sha
    }

    /// Makes a commit and moves the branch to it.
    pub fn commit_to(&mut self, repository: u64, branch: &str, new: NewCommit) -> String {
        let tip = self.repository(repository).branches.get(branch).cloned();
        let new = match tip {
            Some(tip) if new.parents.is_empty() => new.on(&tip),
            _ => new,
        };
        let sha = self.commit(repository, new);
        self.set_branch(repository, branch, &sha);
        sha
    }

    /// Takes over a commit of a real repository, with its own id.
    pub fn add_commit(&mut self, repository: u64, data: CommitData) {
        let mut files = Files::new();
        for (path, blob) in data.files {
            let entry = self.add_blob(repository, blob);
            files.insert(path, entry);
        }
        self.store_commit(repository, data.sha, data.parents, (data.author, data.committer), data.message, files);
    }

    pub fn set_branch(&mut self, repository: u64, branch: &str, sha: &str) {
        self.repository_mut(repository).branches.insert(branch.to_owned(), sha.to_owned());
        self.synchronize_pulls(repository, branch, sha);
    }

    /// How that account signs its commits.
    pub fn signature(&self, account: u64, at: Timestamp) -> Signature {
        let found = self.accounts.get(&account);
        let login = found.map(|account| account.login.clone()).unwrap_or_default();
        let name = found.and_then(|account| account.name.clone()).unwrap_or(login);
        let email = found.and_then(|account| account.emails.last().cloned()).unwrap_or_default();
        Signature { name, email, at }
    }

    fn files_of(&self, repository: u64, sha: Option<&str>) -> Files {
        let commit = sha.and_then(|sha| self.repository(repository).commits.get(sha));
        commit.map(|commit| Files::clone(&commit.files)).unwrap_or_default()
    }

    pub(super) fn add_blob(&mut self, repository: u64, blob: Blob) -> FileEntry {
        let sha = blob.id();
        self.repository_mut(repository).blobs.entry(sha.clone()).or_insert(blob);
        FileEntry { mode: FILE_MODE.to_owned(), sha }
    }

    pub(super) fn store_commit(
        &mut self,
        repository: u64,
        sha: String,
        parents: Vec<String>,
        (author, committer): (Signature, Signature),
        message: String,
        files: Files,
    ) {
        let (tree, trees) = trees_of(&files);
        let repository = self.repository_mut(repository);
        repository.trees.extend(trees);
        let files = Arc::new(files);
        let commit = Commit { sha: sha.clone(), tree, parents, author, committer, message, files };
        repository.commits.insert(sha, commit);
    }
}
