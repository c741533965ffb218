//! A real git repository on this machine, taken over into the simulated GitHub: its history from one commit to
//! another, with authors, trees and contents. Only read, with limits; nothing that it configures runs.

mod content;
mod fill;
mod history;
mod names;
mod open;
mod tree;

use std::path::{Path, PathBuf};

pub use fill::{deployments, fill};

use crate::sim::github::CommitData;

/// Commits taken over at most, on both sides of where the histories part.
pub const MAX_COMMITS: usize = 500;
/// Files of one commit.
pub const MAX_FILES: usize = 20_000;
/// Files whose content is read are at most this large; of larger ones, size and identity are known.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// What was read.
#[derive(Debug, Clone)]
pub struct LocalRepository {
    /// The folder's name, as a repository of GitHub could be called.
    pub name: String,
    /// Full ids.
    pub base: String,
    pub head: String,
    /// In no particular order.
    pub commits: Vec<CommitData>,
    /// What was left out, in sentences.
    pub notes: Vec<String>,
}

/// Why a repository cannot be shown. All are things to correct in what was typed.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    #[error("`{}` is not a git repository that can be read: {why}", path.display())]
    NotARepository { path: PathBuf, why: String },
    #[error("`{revision}` names no commit of this repository: give a commit, branch or tag that `git log` knows there")]
    NoSuchRevision { revision: String },
    #[error("there are more than {MAX_COMMITS} commits between `{base}` and `{head}`: choose a nearer --base")]
    TooManyCommits { base: String, head: String },
    #[error(
        "commit {commit} has more than {MAX_FILES} files (or folders too many or too deep): this is more than the demo reads"
    )]
    TooManyFiles { commit: String },
    #[error("cannot read {what} of the repository: {why}")]
    Unreadable { what: String, why: String },
}

impl LocalError {
    fn unreadable(what: &str, why: &impl std::fmt::Display) -> Self {
        Self::Unreadable { what: what.to_owned(), why: why.to_string() }
    }
}

/// Reads everything between two revisions.
///
/// # Errors
/// When the path is no repository, a revision is unknown, or there is more than the limits allow.
pub fn read(path: &Path, base: &str, head: &str) -> Result<LocalRepository, LocalError> {
    let repository = open::repository(path)?;
    let (from, to) = (open::commit(&repository, base)?, open::commit(&repository, head)?);
    let ids = history::between(&repository, from, to, (base, head))?;
    let (commits, notes) = history::commits(&repository, &ids, (from, to))?;
    let name = names::of_repository(path);
    Ok(LocalRepository { name, base: from.to_string(), head: to.to_string(), commits, notes })
}
