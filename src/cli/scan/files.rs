//! Which files are scanned: those named, and all below a folder. Links are not followed, so that no walk leaves its folder or
//! goes round in circles.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;

/// Folders inside folders that are walked.
const MAX_DEPTH: usize = 64;
/// Files that are scanned at once.
const MAX_FILES: usize = 100_000;

/// What a walk came by.
#[derive(Debug, Default)]
pub struct Found {
    /// In order of their names within each folder.
    pub files: Vec<PathBuf>,
    /// Symbolic links, which were not followed.
    pub links: usize,
    /// Git's own folders, which hold packed copies of everything and no file that anything loads.
    pub git_folders: usize,
    /// Pipes, sockets and devices.
    pub others: usize,
    /// Folders that could not be listed, and why.
    pub unlisted: Vec<(PathBuf, String)>,
    /// Why there is more than was walked.
    pub cut: Option<&'static str>,
}

impl Found {
    /// Nothing was left out that had to be scanned.
    pub const fn is_whole(&self) -> bool {
        self.unlisted.is_empty() && self.cut.is_none()
    }
}

/// All files to scan. A link that was named is followed: whoever typed it meant what it leads to.
pub fn find(paths: &[PathBuf]) -> Result<Found, Failure> {
    let mut found = Found::default();
    for path in paths {
        let metadata = fs::metadata(path)
            .map_err(|error| Failure::BadInput(format!("cannot look at `{}`: {error}", path.display())))?;
        if metadata.is_dir() { found.walk(path, 0) } else { found.add(path.clone()) }
    }
    if found.files.is_empty() && found.is_whole() {
        let links = found.links;
        let more =
            if links == 0 { String::new() } else { format!("; symbolic links are not followed, {links} were found") };
        return Err(Failure::BadInput(format!("there is no file to scan{more}")));
    }
    Ok(found)
}

/// Whether git keeps a repository's history here. One that was named is scanned like any other folder.
fn is_gits(folder: &Path) -> bool {
    folder.ends_with(".git") && folder.join("HEAD").is_file() && folder.join("objects").is_dir()
}

impl Found {
    fn walk(&mut self, folder: &Path, depth: usize) {
        if depth > MAX_DEPTH {
            self.cut = Some("folders are in one another more than 64 deep");
            return;
        }
        let listed =
            fs::read_dir(folder).and_then(|entries| entries.take(MAX_FILES + 1).collect::<Result<Vec<_>, _>>());
        let mut entries = match listed {
            Ok(entries) => entries,
            Err(error) => return self.unlisted.push((folder.to_owned(), error.to_string())),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            if self.files.len() >= MAX_FILES {
                self.cut = Some("there are more than 100000 files");
                return;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.links += 1,
                Ok(kind) if kind.is_dir() && is_gits(&entry.path()) => self.git_folders += 1,
                Ok(kind) if kind.is_dir() => self.walk(&entry.path(), depth + 1),
                Ok(kind) if kind.is_file() => self.add(entry.path()),
                Ok(_) => self.others += 1,
                Err(error) => self.unlisted.push((entry.path(), error.to_string())),
            }
        }
    }

    fn add(&mut self, path: PathBuf) {
        self.files.push(path);
    }
}
