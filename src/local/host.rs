//! A local repository with the two commits that are compared.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::domain::{CommitSha, InstallationId, Repository, RepositoryId};

use super::opened::Opened;
use super::reader::Reader;
use super::{LocalError, names};

/// Owner of a repository that nobody hosts.
const OWNER: &str = "local";

/// A local repository as a code host: `base` is what is live, `head` what is proposed.
pub struct LocalHost {
    pub(super) reader: Reader,
    name: String,
    base: Option<CommitSha>,
    head: CommitSha,
    read: Arc<AtomicU64>,
}

impl LocalHost {
    /// Opens a repository and finds both revisions; without a base nothing is live.
    ///
    /// # Errors
    /// When there is no repository, a revision names no commit, or the history between the two is not all here.
    pub fn open(path: &Path, base: Option<&str>, head: &str) -> Result<Self, LocalError> {
        let reader = Reader::start(path)?;
        let (base, head) = (base.map(str::to_owned), head.to_owned());
        let (base, head, read) = reader.ask_now(move |opened: &Opened| {
            let (base, head) = opened.ends(base.as_deref(), &head)?;
            Ok((base, head, opened.read()))
        })?;
        Ok(Self { reader, name: names::of_repository(path), base, head, read })
    }

    pub const fn base(&self) -> Option<&CommitSha> {
        self.base.as_ref()
    }

    pub const fn head(&self) -> &CommitSha {
        &self.head
    }

    /// The repository by its folder's name; its ids mean nothing.
    pub fn repository(&self) -> Repository {
        Repository {
            id: RepositoryId::new(0),
            owner: OWNER.to_owned(),
            name: self.name.clone(),
            installation: InstallationId::new(0),
        }
    }

    /// How many files and folders were read so far; goes on counting while work is under way.
    pub fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }
}
