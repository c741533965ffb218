//! All files of a commit, without being led into trees that never end.

use gix::{ObjectId, Repository};

use super::{LocalError, MAX_FILES};

/// Folders of one commit: a few small trees that hold each other can name billions of paths.
const MAX_FOLDERS: usize = 20_000;
const MAX_DEPTH: usize = 100;

/// A file of a commit. Submodules are left out: their content is elsewhere.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub path: String,
    pub id: ObjectId,
}

pub(super) fn files(repository: &Repository, commit: ObjectId) -> Result<Vec<File>, LocalError> {
    let unreadable = |error: gix::Error| LocalError::unreadable(&format!("the files of commit {commit}"), &error);
    let root = repository.find_commit(commit).and_then(|commit| Ok(commit.tree_id()?.detach())).map_err(unreadable)?;
    let mut files = Vec::new();
    let mut folders = vec![(String::new(), root, 0_usize)];
    let mut seen = 0_usize;
    while let Some((prefix, id, depth)) = folders.pop() {
        seen += 1;
        let tree = repository.find_tree(id).map_err(unreadable)?;
        for entry in tree.iter() {
            let entry = entry.map_err(unreadable)?;
            let path = format!("{prefix}{}", String::from_utf8_lossy(entry.filename()));
            if entry.mode().is_tree() {
                folders.push((format!("{path}/"), entry.object_id(), depth + 1));
            } else if !entry.mode().is_commit() {
                files.push(File { path, id: entry.object_id() });
            }
        }
        if files.len() > MAX_FILES || seen + folders.len() > MAX_FOLDERS || depth > MAX_DEPTH {
            return Err(LocalError::TooManyFiles { commit: commit.to_string() });
        }
    }
    Ok(files)
}
