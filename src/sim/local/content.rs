//! The contents of files, each read once, up to a size and up to a sum.

use std::collections::{HashMap, HashSet};

use gix::{ObjectId, Repository};

use crate::local::LocalError;
use crate::local::tree::File;
use crate::sim::github::Blob;

use super::MAX_FILE_BYTES;

/// Bytes of all contents together.
const MAX_BYTES_IN_ALL: u64 = 128 * 1024 * 1024;

/// Contents read so far.
pub(super) struct Contents<'repo> {
    repository: &'repo Repository,
    known: HashMap<ObjectId, Blob>,
    /// Differ between the two ends: these are what is looked at, and may use the whole sum.
    changed: HashSet<ObjectId>,
    bytes: u64,
    unread: usize,
}

impl<'repo> Contents<'repo> {
    pub(super) fn of(repository: &'repo Repository, ends: &[Vec<File>; 2]) -> Self {
        let ids = |end: &[File]| end.iter().map(|file| file.id).collect::<HashSet<ObjectId>>();
        let changed = ids(&ends[0]).symmetric_difference(&ids(&ends[1])).copied().collect();
        Self { repository, known: HashMap::new(), changed, bytes: 0, unread: 0 }
    }

    pub(super) fn blob(&mut self, id: ObjectId) -> Result<Blob, LocalError> {
        if let Some(blob) = self.known.get(&id) {
            return Ok(blob.clone());
        }
        let unreadable = |error: gix::Error| LocalError::unreadable(&format!("file {id}"), &error);
        let size = self.repository.find_header(id).map_err(unreadable)?.size();
        let room = if self.changed.contains(&id) { MAX_BYTES_IN_ALL } else { MAX_BYTES_IN_ALL / 2 };
        let blob = if size > MAX_FILE_BYTES || self.bytes + size > room {
            self.unread += 1;
            Blob::unread(&id.to_string(), size)
        } else {
            self.bytes += size;
            Blob::from(self.repository.find_object(id).map_err(unreadable)?.data.as_slice())
        };
        self.known.insert(id, blob.clone());
        Ok(blob)
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let note = || format!("{} large files are known by their size and identity only", self.unread);
        (self.unread > 0).then(note).into_iter().collect()
    }
}
