//! Which files are looked into, and where their contents are.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::artifact::lfs::{LfsReading, read_pointer};
use crate::checks::words::size;
use crate::engine::gather::models::{Place, Weight, may_be_pointer};
use crate::engine::gather::reader::{Content, Contents};
use crate::ports::{LargeFile, TreeEntry};

/// Largest file that is read from the repository itself, in bytes. What is larger belongs into large-file storage.
pub(in crate::engine::gather) const IN_GIT_BYTES: u64 = 8 * 1024 * 1024;

/// A file to look into.
#[derive(Debug, Clone)]
pub(in crate::engine::gather) struct Target<'t> {
    pub(super) path: &'t str,
    /// Its id in git: of the pointer, where the content is elsewhere.
    pub(super) blob: &'t str,
    pub(super) content: Stored,
    /// Imports that the policy allows in its model's pickles.
    pub(super) allowed: Arc<[String]>,
}

/// Where a content is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stored {
    Large(LargeFile),
    InGit {
        blob: String,
    },
    /// It is not to be had.
    Nowhere {
        why: String,
    },
}

impl Stored {
    /// What tells one content from another.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Large(file) => format!("sha256 {} {}", file.oid, file.size),
            Self::InGit { blob } => format!("git {blob}"),
            Self::Nowhere { .. } => String::new(),
        }
    }

    fn of(entry: &TreeEntry, pointers: &Contents) -> Option<Self> {
        if !entry.kind.is_content() {
            return Some(Self::Nowhere { why: format!("it is {}, which is not followed", entry.kind.words()) });
        }
        if entry.size > IN_GIT_BYTES {
            let why = format!("it is larger than {} and not in large-file storage", size(IN_GIT_BYTES));
            return Some(Self::Nowhere { why });
        }
        let in_git = Self::InGit { blob: entry.blob.clone() };
        if !may_be_pointer(entry) {
            return Some(in_git);
        }
        match pointers.get(&entry.blob) {
            Some(Content::Bytes(bytes)) => match read_pointer(bytes) {
                LfsReading::Pointer(pointer) if !bytes.is_empty() => {
                    Some(Self::Large(LargeFile { oid: pointer.oid, size: pointer.size }))
                }
                LfsReading::Pointer(_) | LfsReading::NotAPointer => Some(in_git),
                // Which file it stands for cannot be said: a finding of its own.
                LfsReading::Invalid { .. } => None,
            },
            // A gap of its own.
            Some(Content::Unread { .. }) | None => None,
        }
    }
}

/// The proposed weights that are not live already, and then what they replace: headers are compared. `allowed` are the
/// imports allowed in each place.
pub(in crate::engine::gather) fn of_places<'t>(
    places: &'t [Place<'t>],
    allowed: &[Arc<[String]>],
    pointers: &Contents,
) -> Vec<Target<'t>> {
    let live: BTreeSet<&str> = places
        .iter()
        .flat_map(|place| &place.weights)
        .filter_map(|weight| weight.live)
        .map(|e| e.blob.as_str())
        .collect();
    let is_new = |weight: &&Weight<'t>| {
        let moved = weight.live.is_none() && weight.proposed.is_some_and(|entry| live.contains(entry.blob.as_str()));
        weight.proposed.is_some() && weight.is_changed() && !moved
    };
    let mut targets = Vec::new();
    let mut replaced = Vec::new();
    for (place, allowed) in places.iter().zip(allowed) {
        for weight in place.weights.iter().chain(&place.others).filter(is_new) {
            let target = |entry: &'t TreeEntry| {
                let content = Stored::of(entry, pointers)?;
                Some(Target { path: weight.path, blob: &entry.blob, content, allowed: Arc::clone(allowed) })
            };
            targets.extend(weight.proposed.and_then(target));
            if weight.is_named {
                replaced.extend(weight.live.and_then(target));
            }
        }
    }
    targets.append(&mut replaced);
    targets
}
