//! A real git repository on this machine, taken over into the simulated GitHub: its history from one commit to
//! another, with authors, trees and contents. Only read, with limits; nothing that it configures runs.

mod content;
mod fill;
mod history;

use std::path::Path;

pub use fill::{deployments, fill};

use crate::local::{names, open};
use crate::sim::github::CommitData;

pub use crate::local::LocalError;

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

/// Reads everything between two revisions.
///
/// # Errors
/// When the path is no repository, a revision is unknown, or there is more than the limits allow.
pub fn read(path: &Path, base: &str, head: &str) -> Result<LocalRepository, LocalError> {
    let repository = open::repository(path)?;
    let (from, to) = (open::commit(&repository, base)?, open::commit(&repository, head)?);
    let ids = history::between(&repository, from, to)?;
    let (commits, notes) = history::commits(&repository, &ids, (from, to))?;
    let name = names::of_repository(path);
    Ok(LocalRepository { name, base: from.to_string(), head: to.to_string(), commits, notes })
}
