//! The complete list of changed files, from both commits' lists of all files: the forge's own comparison stops early (R7).

use std::collections::BTreeMap;

use crate::checks::words::plain;
use crate::domain::{ChangeKind, Digest, FileChange, Patch, Relation};
use crate::policy;
use crate::ports::{RawFile, TreeEntry};

use super::ground::Ground;
use super::notes::Notes;
use super::trees::Trees;

/// Longest path shown, in characters.
pub(super) const MAX_PATH_CHARS: usize = 500;
/// Room for the list of files in the evidence, in bytes, without patches.
const MAX_LIST_BYTES: usize = 500_000;
/// What one file takes besides its paths, in bytes.
const FILE_BYTES: usize = 260;

/// Every changed file, by path, without patches yet.
pub(super) fn list(trees: &Trees, ground: &Ground, notes: &mut Notes) -> Vec<FileChange> {
    let told = ground.comparison.as_ref().filter(|_| !trees.are_whole());
    let Some(comparison) = told else {
        return between(trees, &renames(ground));
    };
    if comparison.files_cut || !matches!(ground.relation, Relation::Ahead { .. }) {
        let value = ground.baseline.commit().map(ToString::to_string);
        notes.gap(
            "file list",
            value,
            "The list of changed files is the forge's own, and it is not complete.".to_owned(),
        );
    }
    let mut files: Vec<FileChange> = comparison.files.iter().map(|file| told_change(trees, file)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Renames as the forge sees them, with changed content too: new path to old path. Its comparison starts at the live
/// commit only when the proposed one is ahead.
fn renames(ground: &Ground) -> BTreeMap<&str, &str> {
    let is_ahead = matches!(ground.relation, Relation::Ahead { .. });
    let files = ground.comparison.iter().filter(|_| is_ahead).flat_map(|comparison| &comparison.files);
    files
        .filter(|file| file.kind == ChangeKind::Renamed)
        .filter_map(|file| Some((file.path.as_str(), file.previous_path.as_deref()?)))
        .collect()
}

/// What differs between the two lists. An added file is a renamed one where a removed file has its content, or where the
/// forge says so.
fn between(trees: &Trees, renames: &BTreeMap<&str, &str>) -> Vec<FileChange> {
    let (live, proposed) = (&trees.live, &trees.proposed);
    let mut removed: BTreeMap<&str, &TreeEntry> = live
        .entries()
        .iter()
        .filter(|old| proposed.get(&old.path).is_none())
        .map(|old| (old.path.as_str(), old))
        .collect();
    let mut by_content: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, old) in removed.iter().rev().filter(|(_, old)| old.size > 0) {
        by_content.entry(&old.blob).or_default().push(path);
    }
    let mut changes = Vec::new();
    for new in proposed.entries() {
        let old = match live.get(&new.path) {
            Some(old) if is_same(old, new) => continue,
            Some(old) => Some(old),
            None => {
                let same = by_content.get_mut(new.blob.as_str()).and_then(|paths| pop_left(paths, &removed));
                let from = same.or_else(|| renames.get(new.path.as_str()).copied());
                from.and_then(|from| removed.remove(from))
            }
        };
        changes.push(change(old, Some(new)));
    }
    changes.extend(removed.into_values().map(|old| change(Some(old), None)));
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

/// Content and kind: a file that becomes a link to its own text is a change.
pub(super) fn is_same(old: &TreeEntry, new: &TreeEntry) -> bool {
    old.blob == new.blob && old.kind == new.kind
}

/// The first of these paths that no rename has taken yet.
fn pop_left<'a>(paths: &mut Vec<&'a str>, removed: &BTreeMap<&str, &TreeEntry>) -> Option<&'a str> {
    while let Some(path) = paths.pop() {
        if removed.contains_key(path) {
            return Some(path);
        }
    }
    None
}

fn change(old: Option<&TreeEntry>, new: Option<&TreeEntry>) -> FileChange {
    let kind = match (old, new) {
        (None, _) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Removed,
        (Some(old), Some(new)) if old.path != new.path => ChangeKind::Renamed,
        (Some(_), Some(_)) => ChangeKind::Modified,
    };
    let previous_path = old.filter(|_| kind == ChangeKind::Renamed).map(|old| old.path.clone());
    FileChange {
        path: new.or(old).map(|entry| entry.path.clone()).unwrap_or_default(),
        previous_path,
        kind,
        before: old.map(|entry| entry.blob.clone()),
        after: new.map(|entry| entry.blob.clone()),
        additions: None,
        deletions: None,
        patch: Patch::Missing,
    }
}

/// A change as the forge tells it, with contents as far as the lists have them.
fn told_change(trees: &Trees, file: &RawFile) -> FileChange {
    let old = file.previous_path.as_deref().unwrap_or(&file.path);
    let blob = |entry: Option<&TreeEntry>| entry.map(|entry| entry.blob.clone());
    FileChange {
        path: file.path.clone(),
        previous_path: file.previous_path.clone(),
        kind: file.kind,
        before: blob(trees.live.get(old).filter(|_| file.kind != ChangeKind::Added)),
        after: blob(trees.proposed.get(&file.path).filter(|_| file.kind != ChangeKind::Removed)),
        additions: Some(file.additions),
        deletions: Some(file.deletions),
        patch: Patch::Missing,
    }
}

/// Where people should look first: what decides about changes, then what describes models, then the rest.
pub(super) fn rank(path: &str) -> u8 {
    let lower = path.to_lowercase();
    let folder = policy::PATH.split_inclusive('/').next().unwrap_or_default();
    match () {
        () if lower.starts_with(folder) => 0,
        () if lower.ends_with("readme.md") || is_code(path) => 1,
        () => 2,
    }
}

/// Endings of files that are read by people or machines and never run or configure anything, lower case.
const PROSE_AND_DATA: [&str; 8] = [".md", ".txt", ".rst", ".csv", ".tsv", ".jsonl", ".svg", "license"];

/// Whether the file may be run, or configures what is run.
pub(super) fn is_code(path: &str) -> bool {
    let lower = path.to_lowercase();
    !PROSE_AND_DATA.iter().any(|ending| lower.ends_with(ending))
}

/// The files as the evidence keeps them: paths clean, the list bounded. The most telling ones stay.
pub(super) fn shown(files: &[FileChange], notes: &mut Notes) -> Vec<FileChange> {
    let mut order: Vec<&FileChange> = files.iter().collect();
    order.sort_by_key(|file| (matches!(file.patch, Patch::Missing), rank(&file.path)));
    let mut room = MAX_LIST_BYTES;
    let mut kept = Vec::new();
    for file in order {
        let needed = FILE_BYTES + file.path.len() + file.previous_path.as_ref().map_or(0, String::len);
        let Some(left) = room.checked_sub(needed) else { break };
        room = left;
        kept.push(clean(file, notes));
    }
    if kept.len() < files.len() {
        tell_cut(files, kept.len(), notes);
    }
    kept.sort_by(|a, b| a.path.cmp(&b.path));
    kept
}

/// The gap carries a digest of the whole list: another file beyond the cut is another finding.
fn tell_cut(files: &[FileChange], kept: usize, notes: &mut Notes) {
    let all: Vec<_> = files.iter().map(|file| (&file.path, &file.before, &file.after)).collect();
    let message = format!("{} files changed, and the list holds {kept} of them.", files.len());
    notes.gap("file list", Some(Digest::of_json(&all).to_string()), message);
}

fn clean(file: &FileChange, notes: &mut Notes) -> FileChange {
    let mut path = |path: &str| {
        let place = format!("the path {}", plain(path, MAX_PATH_CHARS));
        notes.line(&place, path, MAX_PATH_CHARS)
    };
    FileChange { path: path(&file.path), previous_path: file.previous_path.as_deref().map(path), ..file.clone() }
}
