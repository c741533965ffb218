//! All files of a commit, without being led into trees that never end.

use gix::{ObjectId, Repository};

use super::LocalError;
use crate::domain::EntryKind;

/// Folders of one commit: a few small trees that hold each other can name billions of paths.
const MAX_FOLDERS: usize = 20_000;
const MAX_DEPTH: usize = 100;
/// Largest folder read, in bytes.
const MAX_FOLDER_BYTES: u64 = 32 * 1024 * 1024;
/// All paths of one commit together, in bytes.
const MAX_PATH_BYTES: usize = 32 * 1024 * 1024;

/// A file, link or submodule of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Bytes that are no text are written as `\xff`.
    pub path: String,
    pub id: ObjectId,
    /// The content of a submodule is elsewhere: its id is a commit's.
    pub kind: EntryKind,
}

/// The files of a commit by path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    pub files: Vec<File>,
    /// There is more than the limits allow, or it cannot be told apart.
    pub is_cut: bool,
}

const fn kind(mode: gix::objs::tree::EntryKind) -> EntryKind {
    use gix::objs::tree::EntryKind as Mode;
    match mode {
        Mode::Commit => EntryKind::Submodule,
        Mode::Link => EntryKind::Symlink,
        Mode::BlobExecutable => EntryKind::Executable,
        Mode::Blob | Mode::Tree => EntryKind::File,
    }
}

/// Lists at most `max_files` files.
///
/// # Errors
/// When the commit or one of its folders cannot be read.
pub fn files(repository: &Repository, commit: ObjectId, max_files: usize) -> Result<Listing, LocalError> {
    let unreadable = |error: gix::Error| LocalError::unreadable(&format!("the files of commit {commit}"), &error);
    let root = repository.find_commit(commit).and_then(|commit| Ok(commit.tree_id()?.detach())).map_err(unreadable)?;
    let mut listing = Listing::default();
    let mut folders = vec![(String::new(), root, 0_usize)];
    let (mut seen, mut bytes) = (0_usize, 0_usize);
    while let Some((prefix, id, depth)) = folders.pop() {
        seen += 1;
        if repository.find_header(id).map_err(unreadable)?.size() > MAX_FOLDER_BYTES {
            listing.is_cut = true;
            continue;
        }
        let tree = repository.find_tree(id).map_err(unreadable)?;
        for entry in tree.iter() {
            let entry = entry.map_err(unreadable)?;
            let path = format!("{prefix}{}", text(entry.filename()));
            bytes = bytes.saturating_add(path.len());
            if entry.mode().is_tree() {
                folders.push((format!("{path}/"), entry.object_id(), depth + 1));
            } else {
                let kind = kind(entry.mode().kind());
                listing.files.push(File { path, id: entry.object_id(), kind });
            }
            let is_over = bytes > MAX_PATH_BYTES || folders.len() > MAX_FOLDERS;
            if is_over || listing.files.len() > max_files {
                break;
            }
        }
        let is_over = bytes > MAX_PATH_BYTES || seen + folders.len() > MAX_FOLDERS || depth > MAX_DEPTH;
        if is_over || listing.files.len() > max_files {
            listing.is_cut = true;
            listing.files.truncate(max_files);
            break;
        }
    }
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    // Git forbids it; a tree made by hand may hold one name twice, and only one of the two would be looked at.
    listing.is_cut |= !listing.files.is_sorted_by(|a, b| a.path < b.path);
    Ok(listing)
}

/// A name as text; the bytes that are none are written out, so that two names never become one.
fn text(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_text_stay_apart() {
        assert_eq!(text(b"caf\xc3\xa9.md"), "café.md");
        assert_eq!((text(b"a\xff.pkl"), text(b"a\xfe.pkl")), ("a\\xff.pkl".to_owned(), "a\\xfe.pkl".to_owned()));
    }
}
