//! All files of the live and of the proposed commit.

use std::collections::BTreeMap;

use futures::future::try_join;

use crate::checks::Gap;
use crate::domain::{CommitSha, Relation};
use crate::ports::{PortError, Presence, TreeEntry};

use super::ground::Ground;
use super::reader::{Reader, lasting};

/// Both sides' files. Without a baseline the live side is empty, and whole.
pub(super) struct Trees {
    pub(super) live: Listing,
    pub(super) proposed: Listing,
    pub(super) gaps: Vec<Gap>,
}

/// Files by path.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    pub(super) files: BTreeMap<String, TreeEntry>,
    /// Only then a path that is not here does not exist.
    pub(super) is_whole: bool,
}

impl Listing {
    pub(super) fn get(&self, path: &str) -> Option<&TreeEntry> {
        self.files.get(path)
    }
}

impl Trees {
    pub(super) fn are_whole(&self) -> bool {
        self.live.is_whole && self.proposed.is_whole
    }
}

pub(super) async fn read(reader: Reader<'_>, ground: &Ground, proposed: &CommitSha) -> Result<Trees, PortError> {
    let live = ground.baseline.commit().filter(|_| ground.relation != Relation::Same);
    let (live, (proposed, gap)) = try_join(read_live(reader, live), listing(reader, proposed, "proposed")).await?;
    let (live, live_gap) = match ground.relation {
        Relation::Same => (proposed.clone(), None),
        _ => live,
    };
    Ok(Trees { live, proposed, gaps: gap.into_iter().chain(live_gap).collect() })
}

async fn read_live(reader: Reader<'_>, commit: Option<&CommitSha>) -> Result<(Listing, Option<Gap>), PortError> {
    match commit {
        Some(commit) => listing(reader, commit, "live").await,
        None => Ok((Listing { files: BTreeMap::new(), is_whole: true }, None)),
    }
}

async fn listing(reader: Reader<'_>, commit: &CommitSha, side: &str) -> Result<(Listing, Option<Gap>), PortError> {
    let (entries, trouble) = match lasting(reader.host.tree(reader.repository, commit).await)? {
        Ok(Presence::Found(tree)) if tree.truncated => (tree.entries, Some("the forge cut it".to_owned())),
        Ok(Presence::Found(tree)) => (tree.entries, None),
        Ok(Presence::Missing) => (Vec::new(), Some("the forge does not have it".to_owned())),
        Err(why) => (Vec::new(), Some(why)),
    };
    let listing = Listing {
        is_whole: trouble.is_none(),
        files: entries.into_iter().map(|entry| (entry.path.clone(), entry)).collect(),
    };
    let gap = trouble.map(|why| Gap {
        subject: format!("files of the {side} commit"),
        value: Some(commit.to_string()),
        message: format!("The list of all files of the {side} commit {} is not complete: {why}.", commit.short()),
    });
    Ok((listing, gap))
}
