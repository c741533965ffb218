//! A git repository on this machine, as the place where the code is. Only read, within limits; nothing that it configures
//! runs: no hook, filter, external diff, or command of any other kind.

mod code_host;
mod compare;
mod host;
mod large_files;
pub mod names;
pub mod open;
mod opened;
mod patches;
mod people;
mod reader;
pub mod tree;

use std::fmt::Display;
use std::path::PathBuf;

pub use host::LocalHost;

/// Why a repository cannot be read. Most are things to correct in what was typed.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    #[error("`{}` is not a git repository that can be read: {why}", path.display())]
    NotARepository { path: PathBuf, why: String },
    #[error("`{revision}` names no commit of this repository: give a commit, branch or tag that `git log` knows there")]
    NoSuchRevision { revision: String },
    #[error(
        "`{revision}` names no commit of this repository, which is a shallow clone: fetch the whole history first \
         (`git fetch --unshallow`; with actions/checkout, `fetch-depth: 0`)"
    )]
    NotInShallowClone { revision: String },
    #[error(
        "this is a shallow clone, and what lies between the two commits is not in it: fetch the whole history first \
         (`git fetch --unshallow`; with actions/checkout, `fetch-depth: 0`)"
    )]
    HistoryCut,
    #[error("there are more than {limit} commits between the two: choose a nearer base")]
    TooManyCommits { limit: usize },
    #[error("commit {commit} has more than {limit} files, or folders too many or too deep")]
    TooManyFiles { commit: String, limit: usize },
    #[error("cannot read {what} of the repository: {why}")]
    Unreadable { what: String, why: String },
}

impl LocalError {
    pub fn unreadable(what: &str, why: &impl Display) -> Self {
        Self::Unreadable { what: what.to_owned(), why: why.to_string() }
    }
}
