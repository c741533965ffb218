//! Git LFS storage: contents by their SHA-256, and the addresses handed out for them.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::domain::Timestamp;

use super::State;
use super::git::Blob;

/// What the storage knows.
#[derive(Debug, Default)]
pub struct LargeFiles {
    /// By SHA-256 in hex.
    pub objects: HashMap<String, LfsObject>,
    /// By what the storage was told to accept.
    grants: HashMap<String, Grant>,
}

/// A file in Git LFS storage. `refusal`: the per-object error the batch endpoint answers instead of an address.
#[derive(Debug, Clone)]
pub struct LfsObject {
    pub content: Blob,
    pub refusal: Option<(u16, String)>,
}

/// The right to read one content for a while.
#[derive(Debug, Clone)]
struct Grant {
    oid: String,
    until: Timestamp,
}

/// A Git LFS pointer for that content.
pub fn lfs_pointer(sha256: &str, size: u64) -> String {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n")
}

impl State {
    /// Puts a content into storage. The answer is its pointer.
    pub fn add_large_file(&mut self, content: impl Into<Blob>) -> String {
        let content = content.into();
        let mut hasher = Sha256::new();
        hasher.update(&content.bytes);
        if u64::try_from(content.bytes.len()).ok() != Some(content.size) {
            // Declared by its size alone: as good an id as any.
            hasher.update(content.size.to_le_bytes());
        }
        let oid = hex::encode(hasher.finalize());
        let pointer = lfs_pointer(&oid, content.size);
        self.lfs.objects.insert(oid, LfsObject { content, refusal: None });
        pointer
    }

    /// A new right to read that content.
    pub(in crate::sim::github) fn grant_large_file(&mut self, oid: &str) -> String {
        let grant = format!("grant-{}", self.fresh_id());
        let until = self.now.plus_millis(self.options.storage.address_lasts_ms);
        self.lfs.grants.insert(grant.clone(), Grant { oid: oid.to_owned(), until });
        grant
    }

    /// The content, if that right is one we gave for it and still holds; `Err(false)`: it is none of ours.
    pub(in crate::sim::github) fn granted_large_file(&self, grant: &str, oid: &str) -> Result<&LfsObject, bool> {
        let known = self.lfs.grants.get(grant).ok_or(false)?;
        let object = self.lfs.objects.get(oid).filter(|_| known.oid == oid && known.until > self.now);
        object.ok_or(true)
    }
}
