//! What is kept from one gathering to the next: contents by their ids, which never change, and what was found in them.

use std::sync::Arc;

use crate::artifact::scan::FileScan;
use crate::artifact::signing::FileDigest;
use crate::domain::RepositoryId;
use crate::ports::kept::Kept;

use super::scans::{self, Room};

/// Room for contents, and for one of them.
const CONTENTS_BYTES: usize = 8 * 1024 * 1024;
const CONTENT_BYTES: usize = 256 * 1024;
/// The same for scans.
const SCANS_BYTES: usize = 8 * 1024 * 1024;
const SCAN_BYTES: usize = 1024 * 1024;
/// The same for digests.
const DIGESTS_BYTES: usize = 1024 * 1024;
const DIGEST_BYTES: usize = 128;

/// A memory that all gatherings share. It is by repository: who may not read one learns nothing of what is in it, not even
/// by naming a content that is there.
#[derive(Debug)]
pub struct Known {
    contents: Kept<(RepositoryId, String), Arc<[u8]>>,
    scans: Kept<scans::Key, Arc<FileScan>>,
    digests: Kept<(RepositoryId, String), FileDigest>,
    room: Room,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            contents: Kept::new(CONTENTS_BYTES),
            scans: Kept::new(SCANS_BYTES),
            digests: Kept::new(DIGESTS_BYTES),
            room: Room::default(),
        }
    }
}

impl Known {
    /// The content of a file by its id in git.
    pub(super) fn content(&self, repository: RepositoryId, blob: &str) -> Option<Arc<[u8]>> {
        self.contents.get(&(repository, blob.to_owned()))
    }

    pub(super) fn note_content(&self, repository: RepositoryId, blob: &str, content: &Arc<[u8]>) {
        if content.len() <= CONTENT_BYTES {
            let bytes = content.len().saturating_add(blob.len());
            self.contents.put((repository, blob.to_owned()), Arc::clone(content), bytes);
        }
    }

    pub(super) fn scan(&self, key: &scans::Key) -> Option<Arc<FileScan>> {
        self.scans.get(key)
    }

    pub(super) fn note_scan(&self, key: scans::Key, scan: &Arc<FileScan>) {
        let bytes = scans::bytes_of(scan);
        if bytes <= SCAN_BYTES {
            self.scans.put(key, Arc::clone(scan), bytes);
        }
    }

    /// SHA-256 of a file by its id in git.
    pub(super) fn digest(&self, repository: RepositoryId, blob: &str) -> Option<FileDigest> {
        self.digests.get(&(repository, blob.to_owned()))
    }

    pub(super) fn note_digest(&self, repository: RepositoryId, blob: &str, digest: FileDigest) {
        self.digests.put((repository, blob.to_owned()), digest, DIGEST_BYTES);
    }

    /// Room in memory for contents that are being looked into.
    pub(super) const fn room(&self) -> &Room {
        &self.room
    }
}
