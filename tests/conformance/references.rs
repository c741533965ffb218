//! Where the vendors' material is, and how it is read.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder that `COUNTERSIGN_TEST_REFERENCES` names, with `github`, `slack` and `badinput` in it.
pub fn folder() -> PathBuf {
    let named = std::env::var_os("COUNTERSIGN_TEST_REFERENCES")
        .expect("COUNTERSIGN_TEST_REFERENCES names the folder of references");
    let folder = PathBuf::from(named);
    assert!(folder.join("github/webhooks").is_dir(), "{} holds no references", folder.display());
    folder
}

pub fn json(path: &str) -> Value {
    json_at(&folder().join(path))
}

pub fn json_at(path: &Path) -> Value {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn bytes(path: &str) -> Vec<u8> {
    fs::read(folder().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of a folder with that ending, by name; never none.
pub fn files(path: &str, ending: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(folder().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut found: Vec<PathBuf> = all.map(|entry| entry.unwrap().path()).collect();
    found.retain(|file| file.extension().is_some_and(|extension| extension == ending));
    found.sort();
    assert!(!found.is_empty(), "{path} has no .{ending} files");
    found
}

pub fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
