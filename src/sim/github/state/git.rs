//! Git's objects and their ids, computed as git computes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::digest;

use crate::domain::Timestamp;

/// Ids in this world are those of git: forty hex digits.
pub fn object_id(kind: &str, content: &[u8]) -> String {
    let mut hasher = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    hasher.update(format!("{kind} {}\0", content.len()).as_bytes());
    hasher.update(content);
    hex::encode(hasher.finish())
}

/// The content of a file. A large one may be declared by size alone; its bytes are then zeros.
#[derive(Debug, Clone)]
pub struct Blob {
    pub bytes: Arc<[u8]>,
    pub size: u64,
}

impl Blob {
    /// A binary file of that many zero bytes which takes no memory here.
    pub fn of_size(size: u64) -> Self {
        Self { bytes: Arc::from([0_u8; 8].as_slice()), size }
    }

    /// A file known by its id elsewhere and its size: its bytes are not here. Two of them are equal when their ids are.
    pub fn unread(id: &str, size: u64) -> Self {
        Self { bytes: Arc::from(format!("\0{id}").into_bytes()), size }
    }

    pub fn id(&self) -> String {
        let declared = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX) != self.size;
        if declared {
            object_id("blob", &[format!("declared {} ", self.size).as_bytes(), &*self.bytes].concat())
        } else {
            object_id("blob", &self.bytes)
        }
    }

    /// Git's rule: a NUL byte near the beginning.
    pub fn is_binary(&self) -> bool {
        self.bytes.iter().take(8_000).any(|byte| *byte == 0)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The bytes from `from` up to and including `last`; `None` when they begin beyond the end.
    pub fn part(&self, from: u64, last: u64) -> Option<Vec<u8>> {
        let last = last.min(self.size.checked_sub(1)?);
        let length = usize::try_from(last.checked_sub(from)? + 1).ok()?;
        let from = usize::try_from(from).ok()?;
        let mut part: Vec<u8> = self.bytes.iter().skip(from).take(length).copied().collect();
        part.resize(length, 0);
        Some(part)
    }

    /// The whole content, zeros included.
    pub fn content(&self) -> Vec<u8> {
        let mut content = self.bytes.to_vec();
        content.resize(usize::try_from(self.size).unwrap_or(content.len()), 0);
        content
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Self {
        Self { size: u64::try_from(bytes.len()).unwrap_or(u64::MAX), bytes: Arc::from(bytes) }
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<&str> for Blob {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Blob {
    fn from(text: String) -> Self {
        Self::from(text.as_bytes())
    }
}

/// A file in a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// `100644`, `100755`, `120000` (symbolic link) or `160000` (submodule).
    pub mode: String,
    pub sha: String,
}

/// All files of a commit by path.
pub type Files = BTreeMap<String, FileEntry>;

/// Who wrote or committed, and when, as the commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub email: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct Commit {
    pub sha: String,
    pub tree: String,
    pub parents: Vec<String>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
    pub files: Arc<Files>,
}

/// One line of a tree object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    pub name: String,
    pub mode: String,
    pub sha: String,
}

impl TreeEntry {
    pub fn is_tree(&self) -> bool {
        self.mode == TREE_MODE
    }
}

const TREE_MODE: &str = "040000";

/// Builds all trees of `files`: (id of the root, every tree by id).
pub fn trees_of(files: &Files) -> (String, Vec<(String, Vec<TreeEntry>)>) {
    let mut root = Folder::default();
    for (path, entry) in files {
        root.put(path, entry);
    }
    let mut trees = Vec::new();
    let id = root.write(&mut trees);
    (id, trees)
}

#[derive(Default)]
struct Folder<'a> {
    files: BTreeMap<&'a str, &'a FileEntry>,
    folders: BTreeMap<&'a str, Folder<'a>>,
}

impl<'a> Folder<'a> {
    fn put(&mut self, path: &'a str, entry: &'a FileEntry) {
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder).or_default().put(rest, entry),
            None => {
                self.files.insert(path, entry);
            }
        }
    }

    fn write(&self, trees: &mut Vec<(String, Vec<TreeEntry>)>) -> String {
        let mut entries: Vec<TreeEntry> = self.files.iter().map(|(name, entry)| file_line(name, entry)).collect();
        for (name, folder) in &self.folders {
            let sha = folder.write(trees);
            entries.push(TreeEntry { name: (*name).to_owned(), mode: TREE_MODE.to_owned(), sha });
        }
        entries.sort_by_key(sort_name);
        let sha = object_id("tree", &tree_bytes(&entries));
        trees.push((sha.clone(), entries));
        sha
    }
}

fn file_line(name: &str, entry: &FileEntry) -> TreeEntry {
    TreeEntry { name: name.to_owned(), mode: entry.mode.clone(), sha: entry.sha.clone() }
}

/// Git sorts folders as if their names ended in a slash.
fn sort_name(entry: &TreeEntry) -> String {
    if entry.is_tree() { format!("{}/", entry.name) } else { entry.name.clone() }
}

fn tree_bytes(entries: &[TreeEntry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend_from_slice(format!("{} {}\0", entry.mode.trim_start_matches('0'), entry.name).as_bytes());
        bytes.extend_from_slice(&hex::decode(&entry.sha).unwrap_or_default());
    }
    bytes
}

/// The id git gives a commit with these parts.
pub fn commit_id(tree: &str, parents: &[String], author: &Signature, committer: &Signature, message: &str) -> String {
    let mut text = format!("tree {tree}\n");
    for parent in parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    for (role, who) in [("author", author), ("committer", committer)] {
        text.push_str(&format!("{role} {} <{}> {} +0000\n", who.name, who.email, who.at.as_seconds()));
    }
    text.push_str(&format!("\n{message}"));
    object_id("commit", text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_and_tree_ids_are_those_of_git() {
        let blob = Blob::from("hello\n");
        assert_eq!(blob.id(), "ce013625030ba8dba906f756967f9e9ca394464a");
        let entry = FileEntry { mode: "100644".to_owned(), sha: blob.id() };
        let files = Files::from([("a.txt".to_owned(), entry)]);
        assert_eq!(trees_of(&files).0, "2e81171448eb9f2ee3821e3d447aa6b2fe3ddba1");
        assert_eq!(trees_of(&Files::new()).0, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }

    #[test]
    fn a_declared_size_keeps_the_content_out_of_memory() {
        let blob = Blob::of_size(5 * 1024 * 1024 * 1024);
        assert_eq!((blob.bytes.len(), blob.is_binary()), (8, true));
        assert_ne!(blob.id(), Blob::of_size(1024).id());
    }
}
