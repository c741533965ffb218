//! All files of the live and of the proposed commit.

use std::sync::Arc;

use crate::checks::Gap;
use crate::domain::{CommitSha, Relation};
use crate::ports::{PortError, Presence, Tree, TreeEntry};

use super::ground::Ground;
use super::patience::within;
use super::reader::{Reader, lasting};

/// Both sides' files. Without a baseline the live side is empty, and whole.
pub(super) struct Trees {
    pub(super) live: Listing,
    pub(super) proposed: Listing,
    pub(super) gaps: Vec<Gap>,
}

/// Files of a commit, as far as they are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Listing {
    files: Arc<Files>,
    /// Only then a path that is not here does not exist.
    pub(super) is_whole: bool,
}

/// Files in the order of their paths, each path once. A repository may have a hundred thousand: one copy serves all.
#[derive(Debug, Default)]
pub(super) struct Files {
    entries: Vec<TreeEntry>,
    pub(super) truncated: bool,
}

impl Files {
    pub(super) fn of(tree: Tree) -> Self {
        let Tree { mut entries, truncated } = tree;
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        entries.dedup_by(|later, first| later.path == first.path);
        entries.shrink_to_fit();
        Self { entries, truncated }
    }

    pub(super) fn get(&self, path: &str) -> Option<&TreeEntry> {
        let index = self.entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok()?;
        self.entries.get(index)
    }
}

impl Listing {
    pub(super) fn get(&self, path: &str) -> Option<&TreeEntry> {
        self.files.get(path)
    }

    /// In the order of their paths.
    pub(super) fn entries(&self) -> &[TreeEntry] {
        &self.files.entries
    }

    /// Those from `path` on.
    pub(super) fn from(&self, path: &str) -> &[TreeEntry] {
        let start = self.entries().partition_point(|entry| entry.path.as_str() < path);
        self.entries().get(start..).unwrap_or_default()
    }

    fn nothing() -> Self {
        Self { files: Arc::default(), is_whole: true }
    }
}

impl Trees {
    /// Puts both sides together, now that it is known how they stand to each other.
    pub(super) fn of(ground: &Ground, live: Listed, proposed: Listed) -> Self {
        let (live, live_gap) = match ground.relation {
            Relation::Same => (proposed.listing.clone(), None),
            _ if ground.baseline.commit().is_none() => (Listing::nothing(), None),
            _ => (live.listing, live.gap),
        };
        Self { live, proposed: proposed.listing, gaps: proposed.gap.into_iter().chain(live_gap).collect() }
    }

    pub(super) fn are_whole(&self) -> bool {
        self.live.is_whole && self.proposed.is_whole
    }
}

/// A listing, and what is missing in it.
pub(super) struct Listed {
    listing: Listing,
    gap: Option<Gap>,
}

/// The files of one commit; of none, there are none.
pub(super) async fn list(reader: Reader<'_>, commit: Option<&CommitSha>, side: &str) -> Result<Listed, PortError> {
    let Some(commit) = commit else { return Ok(Listed { listing: Listing::nothing(), gap: None }) };
    let answer = match within(reader.desk.patience.list_files, reader.files(commit)).await {
        Ok(answer) => lasting(answer)?,
        Err(why) => Err(why),
    };
    let (files, trouble) = match answer {
        Ok(Presence::Found(files)) if files.truncated => (files, Some("the forge cut it".to_owned())),
        Ok(Presence::Found(files)) => (files, None),
        Ok(Presence::Missing) => (Arc::default(), Some("the forge does not have it".to_owned())),
        Err(why) => (Arc::default(), Some(why)),
    };
    let listing = Listing { is_whole: trouble.is_none(), files };
    let gap = trouble.map(|why| Gap {
        subject: format!("files of the {side} commit"),
        value: Some(commit.to_string()),
        message: format!("The list of all files of the {side} commit {} is not complete: {why}.", commit.short()),
    });
    Ok(Listed { listing, gap })
}
