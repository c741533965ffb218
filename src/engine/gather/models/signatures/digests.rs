//! SHA-256 of files: from a pointer, or from the content where that is small. Weights are not fetched for it.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};

use crate::artifact::lfs::{LfsReading, POINTER_LIMIT_BYTES, read_pointer};
use crate::artifact::signing::FileDigest;
use crate::domain::Digest;
use crate::engine::gather::reader::{AT_A_TIME, Content, Reader};
use crate::engine::gather::scans::IN_GIT_BYTES;
use crate::ports::{PortError, TreeEntry};

/// Files read for the signatures of one proposal, and their bytes together.
const MAX_FILES: usize = 2_000;
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// What may still be read.
pub(super) struct Allowance {
    files: usize,
    bytes: u64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { files: MAX_FILES, bytes: MAX_BYTES }
    }
}

impl Allowance {
    /// Takes one file of so many bytes. Which file finds nothing left depends on their order alone.
    fn take(&mut self, bytes: u64) -> bool {
        let (files, left) = (self.files.checked_sub(1), self.bytes.checked_sub(bytes));
        match (files, left) {
            (Some(files), Some(left)) => {
                (self.files, self.bytes) = (files, left);
                true
            }
            _ => false,
        }
    }
}

/// Digests by id in git.
pub(super) struct Digests<'a> {
    reader: Reader<'a>,
    read: BTreeMap<String, FileDigest>,
}

impl<'a> Digests<'a> {
    pub(super) const fn new(reader: Reader<'a>) -> Self {
        Self { reader, read: BTreeMap::new() }
    }

    pub(super) fn get(&self, blob: &str) -> Option<FileDigest> {
        self.read.get(blob).copied()
    }

    /// Finds the digests of these files. Says why one of them could not be had, if so; links and large files of the
    /// repository itself are not even asked for.
    pub(super) async fn read(
        &mut self,
        entries: &[&TreeEntry],
        allowance: &mut Allowance,
    ) -> Result<Option<String>, PortError> {
        let mut wanted: BTreeMap<&str, u64> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.kind.is_content() && entry.size <= IN_GIT_BYTES) {
            let is_new = !self.read.contains_key(&entry.blob) && !wanted.contains_key(entry.blob.as_str());
            match self.reader.known.digest(self.reader.repository.id, &entry.blob).filter(|_| is_new) {
                Some(digest) => drop(self.read.insert(entry.blob.clone(), digest)),
                None if is_new && allowance.take(entry.size) => drop(wanted.insert(&entry.blob, entry.size)),
                None => {}
            }
        }
        let questions: Vec<_> =
            wanted.into_iter().map(|(blob, size)| one(self.reader, blob.to_owned(), size)).collect();
        let mut answers = stream::iter(questions).buffer_unordered(AT_A_TIME);
        let mut unread = None;
        while let Some(answer) = answers.next().await {
            match answer? {
                (blob, Ok(digest)) => drop(self.read.insert(blob, digest)),
                (_, Err(why)) => unread = unread.or(Some(why)),
            }
        }
        Ok(unread)
    }
}

async fn one(reader: Reader<'_>, blob: String, size: u64) -> Result<(String, Result<FileDigest, String>), PortError> {
    let _room = reader.known.room().take(size.saturating_mul(2)).await;
    let most = usize::try_from(IN_GIT_BYTES).unwrap_or(usize::MAX);
    Ok(match reader.content(&blob, most).await? {
        Content::Bytes(bytes) => {
            let digest = digest(&bytes);
            reader.known.note_digest(reader.repository.id, &blob, digest);
            (blob, Ok(digest))
        }
        Content::Unread { why } => (blob, Err(why)),
    })
}

/// Of what the bytes stand for.
fn digest(bytes: &[u8]) -> FileDigest {
    match (bytes.len() < POINTER_LIMIT_BYTES).then(|| read_pointer(bytes)) {
        Some(LfsReading::Pointer(pointer)) => FileDigest::Sha256(pointer.oid),
        // Which file it stands for cannot be said: a finding of its own.
        Some(LfsReading::Invalid { .. }) => FileDigest::Unknown,
        Some(LfsReading::NotAPointer) | None => FileDigest::Sha256(Digest::of(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_stands_for_what_it_points_to_and_a_broken_one_for_nothing() {
        let oid = Digest::of(b"weights").to_string();
        let pointer = format!("version http://git-media.io/v/2\noid sha256:{oid}\nsize 7\n");
        assert_eq!(digest(pointer.as_bytes()), FileDigest::Sha256(Digest::of(b"weights")));
        assert_eq!(digest(pointer.replace("size 7", "size x").as_bytes()), FileDigest::Unknown);
        assert_eq!(digest(b"{}"), FileDigest::Sha256(Digest::of(b"{}")));
        assert_eq!(digest(b""), FileDigest::Sha256(Digest::of(b"")));
    }

    #[test]
    fn what_is_used_up_is_used_up_for_large_files_first() {
        let mut allowance = Allowance { files: 2, bytes: 10 };
        assert!(allowance.take(4) && !allowance.take(7) && allowance.take(6) && !allowance.take(0));
    }
}
