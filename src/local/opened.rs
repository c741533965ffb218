//! An opened repository, and its files.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gix::{ObjectId, Repository};

use crate::domain::{CommitSha, EntryKind};
use crate::ports::code::{Blob, Presence, Tree, TreeEntry};

use super::{LocalError, compare, open, tree};

/// Most files of one commit: where GitHub stops, too.
const MAX_FILES: usize = 100_000;

/// The repository, in the thread that reads it.
pub(super) struct Opened {
    pub(super) here: Repository,
    /// Sizes of contents, which two commits have mostly in common.
    sizes: RefCell<HashMap<ObjectId, u64>>,
    read: Arc<AtomicU64>,
}

impl Opened {
    pub(super) fn at(path: &Path) -> Result<Self, LocalError> {
        Ok(Self { here: open::repository(path)?, sizes: RefCell::default(), read: Arc::default() })
    }

    /// How many files and folders were read; goes on counting.
    pub(super) fn read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    pub(super) fn count(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
    }

    /// The commits that two revisions name, after a look whether what lies between them is here.
    pub(super) fn ends(&self, base: Option<&str>, head: &str) -> Result<(Option<CommitSha>, CommitSha), LocalError> {
        let base = base.map(|base| open::commit(&self.here, base)).transpose()?;
        let head = open::commit(&self.here, head)?;
        if let Some(base) = base {
            compare::between(&self.here, base, head)?;
        }
        Ok((base.map(sha).transpose()?, sha(head)?))
    }

    /// The commit's id, if the repository has that commit.
    pub(super) fn known(&self, commit: &CommitSha) -> Result<Option<ObjectId>, LocalError> {
        let Ok(id) = ObjectId::from_hex(commit.as_str().as_bytes()) else { return Ok(None) };
        let header = self.here.try_find_header(id);
        let header = header.map_err(|error| LocalError::unreadable(&format!("commit {commit}"), &error))?;
        Ok(header.filter(|header| header.kind() == gix::object::Kind::Commit).map(|_| id))
    }

    /// All files of a commit, with their sizes.
    pub(super) fn whole_tree(&self, commit: &CommitSha) -> Result<Presence<Tree>, LocalError> {
        let Some(commit) = self.known(commit)? else { return Ok(Presence::Missing) };
        let listing = tree::files(&self.here, commit, MAX_FILES)?;
        let entry = |file: tree::File| {
            let size = if file.kind == EntryKind::Submodule { 0 } else { self.size(file.id)? };
            Ok(TreeEntry { path: file.path, blob: file.id.to_string(), size, kind: file.kind })
        };
        let entries = listing.files.into_iter().map(entry).collect::<Result<_, _>>()?;
        Ok(Presence::Found(Tree { entries, truncated: listing.is_cut }))
    }

    /// Bytes of a content. One that a partial clone lacks has none here: it is asked for later, in vain, and that is told.
    fn size(&self, id: ObjectId) -> Result<u64, LocalError> {
        if let Some(size) = self.sizes.borrow().get(&id) {
            return Ok(*size);
        }
        self.count();
        let header = self.here.try_find_header(id);
        let header = header.map_err(|error| LocalError::unreadable(&format!("file {id}"), &error))?;
        let size = header.map(|header| header.size()).unwrap_or_default();
        self.sizes.borrow_mut().insert(id, size);
        Ok(size)
    }

    /// A file's content, up to a size; anything that is no file is not there.
    pub(super) fn content(&self, id: ObjectId, max_bytes: usize) -> Result<Blob, LocalError> {
        self.count();
        let unreadable = |error: gix::Error| LocalError::unreadable(&format!("file {id}"), &error);
        let Some(header) = self.here.try_find_header(id).map_err(unreadable)? else { return Ok(Blob::Missing) };
        if header.kind() != gix::object::Kind::Blob {
            return Ok(Blob::Missing);
        }
        if usize::try_from(header.size()).map_or(true, |size| size > max_bytes) {
            return Ok(Blob::TooLarge { size: Some(header.size()) });
        }
        Ok(Blob::Content(self.here.find_object(id).map_err(unreadable)?.detach().data))
    }
}

pub(super) fn sha(id: ObjectId) -> Result<CommitSha, LocalError> {
    let text = id.to_string();
    CommitSha::parse(&text).ok_or_else(|| LocalError::unreadable("a commit", &format!("`{text}` is no commit id")))
}
