//! Reading history: refs, ancestry and what changed between two commits.

use std::collections::HashSet;

use similar::TextDiff;

use super::git::{Commit, FileEntry, Files};
use super::repository::Repository;

/// A file that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    pub path: String,
    /// Where the same content lay before; set for renames only.
    pub previous_path: Option<String>,
    pub before: Option<FileEntry>,
    pub after: Option<FileEntry>,
}

impl FileChange {
    /// GitHub's word for it.
    pub fn status(&self) -> &'static str {
        match (&self.previous_path, &self.before, &self.after) {
            (Some(_), ..) => "renamed",
            (None, None, _) => "added",
            (None, _, None) => "removed",
            (None, Some(before), Some(after)) if before.sha == after.sha => "changed",
            _ => "modified",
        }
    }
}

/// The lines of a change. No patch: binary, too large, or nothing but a rename.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineChanges {
    pub additions: usize,
    pub deletions: usize,
    pub patch: Option<String>,
}

impl Repository {
    /// Finds a commit by branch, tag, full ref, `HEAD` or (at least 7 digits of) its id.
    pub fn resolve(&self, reference: &str) -> Option<&Commit> {
        let short = reference.trim_start_matches("refs/");
        let branch = short.trim_start_matches("heads/");
        let tag = short.trim_start_matches("tags/");
        let branch = if reference == "HEAD" { self.default_branch.as_str() } else { branch };
        let named = self.branches.get(branch).or_else(|| self.tags.get(tag));
        if let Some(commit) = named.and_then(|sha| self.commits.get(sha)) {
            return Some(commit);
        }
        self.commits.get(reference).or_else(|| self.abbreviated(reference))
    }

    fn abbreviated(&self, prefix: &str) -> Option<&Commit> {
        if prefix.len() < 7 || !prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut matching = self.commits.values().filter(|commit| commit.sha.starts_with(prefix));
        matching.next().filter(|_| matching.next().is_none())
    }

    /// That commit and everything before it.
    pub fn ancestors(&self, sha: &str) -> HashSet<String> {
        let mut seen = HashSet::new();
        let mut open = vec![sha.to_owned()];
        while let Some(next) = open.pop() {
            let Some(commit) = self.commits.get(&next) else { continue };
            if seen.insert(next) {
                open.extend(commit.parents.iter().cloned());
            }
        }
        seen
    }

    /// Ancestors of `head` that are not ancestors of `base`, parents before children.
    pub fn commits_between(&self, base: Option<&str>, head: &str) -> Vec<&Commit> {
        let mut seen = base.map(|base| self.ancestors(base)).unwrap_or_default();
        let mut ordered = Vec::new();
        let mut open = vec![(head.to_owned(), false)];
        while let Some((sha, parents_done)) = open.pop() {
            let Some(commit) = self.commits.get(&sha) else { continue };
            if parents_done {
                ordered.push(commit);
            } else if seen.insert(sha.clone()) {
                open.push((sha, true));
                open.extend(commit.parents.iter().rev().map(|parent| (parent.clone(), false)));
            }
        }
        ordered
    }

    /// The newest commit both have.
    pub fn merge_base(&self, one: &str, other: &str) -> Option<&Commit> {
        let reachable = self.ancestors(one);
        let common = self.commits_between(None, other).into_iter().filter(|commit| reachable.contains(&commit.sha));
        let common: Vec<&Commit> = common.collect();
        let is_parent = |sha: &str| common.iter().any(|commit| commit.parents.iter().any(|parent| parent == sha));
        common.iter().rev().find(|commit| !is_parent(&commit.sha)).copied()
    }

    /// What changed from `before` to `after`, by path; a file moved without a change is one rename.
    pub fn changes(&self, before: &Files, after: &Files) -> Vec<FileChange> {
        let mut changes: Vec<FileChange> = Vec::new();
        for (path, entry) in after {
            let old = before.get(path);
            if old != Some(entry) {
                changes.push(change(path, old, Some(entry)));
            }
        }
        let gone = before.iter().filter(|(path, _)| !after.contains_key(*path));
        changes.extend(gone.map(|(path, entry)| change(path, Some(entry), None)));
        join_renames(&mut changes);
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        changes
    }

    /// The unified diff of one change, without file headers, as GitHub's `patch` member has it.
    pub fn line_changes(&self, change: &FileChange, patch_bytes: u64) -> LineChanges {
        let blob = |entry: &Option<FileEntry>| entry.as_ref().and_then(|entry| self.blobs.get(&entry.sha));
        let (before, after) = (blob(&change.before), blob(&change.after));
        let sides = || before.iter().chain(after.iter());
        if sides().any(|blob| blob.is_binary() || blob.size > patch_bytes) {
            return LineChanges::default();
        }
        let text = |blob: Option<&super::git::Blob>| blob.map(super::git::Blob::text).unwrap_or_default();
        diff(&text(before), &text(after))
    }
}

fn diff(before: &str, after: &str) -> LineChanges {
    let diff = TextDiff::from_lines(before, after);
    let count = |tag| diff.iter_all_changes().filter(|line| line.tag() == tag).count();
    let patch = diff.unified_diff().context_radius(3).missing_newline_hint(true).to_string();
    let patch = patch.strip_suffix('\n').unwrap_or(&patch).to_owned();
    LineChanges {
        additions: count(similar::ChangeTag::Insert),
        deletions: count(similar::ChangeTag::Delete),
        patch: (!patch.is_empty()).then_some(patch),
    }
}

fn change(path: &str, before: Option<&FileEntry>, after: Option<&FileEntry>) -> FileChange {
    FileChange { path: path.to_owned(), previous_path: None, before: before.cloned(), after: after.cloned() }
}

fn join_renames(changes: &mut Vec<FileChange>) {
    let mut gone: Vec<FileChange> = changes.iter().filter(|one| one.after.is_none()).cloned().collect();
    for added in changes.iter_mut().filter(|one| one.before.is_none()) {
        let content = added.after.as_ref().map(|entry| entry.sha.clone());
        let same = |old: &FileChange| old.before.as_ref().map(|entry| entry.sha.clone()) == content;
        let Some(at) = gone.iter().position(same) else { continue };
        let old = gone.swap_remove(at);
        added.previous_path = Some(old.path);
        added.before = old.before;
    }
    let moved: HashSet<String> = changes.iter().filter_map(|one| one.previous_path.clone()).collect();
    changes.retain(|one| one.after.is_some() || !moved.contains(&one.path));
}
