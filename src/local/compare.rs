//! Two commits compared: how they stand to each other, what lies between them, and which files differ.

use std::collections::BTreeMap;

use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;
use gix::{ObjectId, Repository};

use crate::domain::{CommitSha, Relation};
use crate::ports::code::{Comparison, Presence};

use super::opened::Opened;
use super::tree::{self, File};
use super::{LocalError, patches, people};

/// Most commits between the two that are walked.
const MAX_WALKED: usize = 100_000;
/// Most commits read with their people: the newest ones.
const MAX_COMMITS: usize = 5_000;
/// Most files of a commit that are compared.
const MAX_FILES: usize = 100_000;

impl Opened {
    pub(super) fn comparison(&self, base: &CommitSha, head: &CommitSha) -> Result<Presence<Comparison>, LocalError> {
        let (Some(base), Some(head)) = (self.known(base)?, self.known(head)?) else { return Ok(Presence::Missing) };
        let here = &self.here;
        let (ahead, behind) = between(here, base, head)?;
        if !ahead.is_empty() && !behind.is_empty() && !share_history(here, base, head)? {
            return Ok(Presence::Missing);
        }
        let (ahead_by, behind_by) = (number(ahead.len()), number(behind.len()));
        let relation = match (ahead_by, behind_by) {
            (0, 0) => Relation::Same,
            (by, 0) => Relation::Ahead { by },
            (0, by) => Relation::Behind { by },
            (ahead, behind) => Relation::Diverged { ahead, behind },
        };
        // Where the histories parted, a forge's files are those since then: nobody asks for them.
        let files = match relation {
            Relation::Ahead { .. } => patches::between(self, &changed(here, base, head)?)?,
            _ => Vec::new(),
        };
        let newest = ahead.iter().take(MAX_COMMITS).rev();
        let commits = newest.map(|id| people::commit(here, *id)).collect::<Result<Vec<_>, _>>()?;
        Ok(Presence::Found(Comparison { relation, commits, commits_total: ahead_by, files, files_cut: true }))
    }
}

/// What the head has and the base has not, and the other way round; newest first.
///
/// # Errors
/// When the history is not all here, or too long.
pub(super) fn between(
    here: &Repository,
    base: ObjectId,
    head: ObjectId,
) -> Result<(Vec<ObjectId>, Vec<ObjectId>), LocalError> {
    Ok((reachable(here, head, base)?, reachable(here, base, head)?))
}

/// What `tip` has and `hidden` has not, newest first.
fn reachable(here: &Repository, tip: ObjectId, hidden: ObjectId) -> Result<Vec<ObjectId>, LocalError> {
    let unreadable = |error: gix::Error| LocalError::unreadable("the history", &error);
    let cut = here.shallow_commits().map_err(unreadable)?;
    let sorting = Sorting::ByCommitTime(CommitTimeOrder::NewestFirst);
    let walk = here.rev_walk([tip]).with_hidden([hidden]).sorting(sorting).all().map_err(unreadable)?;
    let mut found = Vec::new();
    for commit in walk {
        let id = commit.map_err(unreadable)?.id;
        // Behind the edge of a shallow clone there may be more, and the way to the other commit.
        if cut.as_ref().is_some_and(|cut| cut.binary_search(&id).is_ok()) {
            return Err(LocalError::HistoryCut);
        }
        if found.len() == MAX_WALKED {
            return Err(LocalError::TooManyCommits { limit: MAX_WALKED });
        }
        found.push(id);
    }
    Ok(found)
}

fn share_history(here: &Repository, base: ObjectId, head: ObjectId) -> Result<bool, LocalError> {
    let bases = here.merge_bases_many(base, &[head]);
    Ok(!bases.map_err(|error| LocalError::unreadable("the history", &error))?.is_empty())
}

/// A file before and after.
pub(super) struct Pair {
    pub(super) path: String,
    pub(super) before: Option<ObjectId>,
    pub(super) after: Option<ObjectId>,
}

/// The files that differ, by path.
fn changed(here: &Repository, base: ObjectId, head: ObjectId) -> Result<Vec<Pair>, LocalError> {
    let mut pairs: BTreeMap<String, Pair> = BTreeMap::new();
    for File { path, id, .. } in tree::files(here, base, MAX_FILES)?.files {
        pairs.insert(path.clone(), Pair { path, before: Some(id), after: None });
    }
    for File { path, id, .. } in tree::files(here, head, MAX_FILES)?.files {
        let pair = pairs.entry(path.clone()).or_insert(Pair { path, before: None, after: None });
        pair.after = Some(id);
    }
    Ok(pairs.into_values().filter(|pair| pair.before != pair.after).collect())
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
