//! The commits between two revisions, and what each holds.

use std::collections::BTreeSet;

use gix::{ObjectId, Repository};

use crate::domain::Timestamp;
use crate::local::LocalError;
use crate::local::tree::{self, File};
use crate::sim::github::{CommitData, Signature};

use super::content::Contents;
use super::{MAX_COMMITS, MAX_FILES};

/// Files of all commits together that are kept; beyond it, commits in between carry the head's files.
const MAX_FILES_IN_ALL: usize = 400_000;

/// The commits on either side of where the histories of `base` and `head` part, that place, and both ends.
pub(super) fn between(
    repository: &Repository,
    base: ObjectId,
    head: ObjectId,
) -> Result<BTreeSet<ObjectId>, LocalError> {
    let mut ids = BTreeSet::from([base, head]);
    for (tip, hidden) in [(head, base), (base, head)] {
        let walk = repository.rev_walk([tip]).with_hidden([hidden]).all();
        for commit in walk.map_err(|error| LocalError::unreadable("the history", &error))? {
            ids.insert(commit.map_err(|error| LocalError::unreadable("the history", &error))?.id);
            if ids.len() > MAX_COMMITS {
                return Err(LocalError::TooManyCommits { limit: MAX_COMMITS });
            }
        }
    }
    let parting = repository.merge_base(base, head).map_err(|error| LocalError::unreadable("the history", &error))?;
    ids.extend(parting.map(gix::Id::detach));
    Ok(ids)
}

/// Reads the commits with their files; also says what was left out.
pub(super) fn commits(
    repository: &Repository,
    ids: &BTreeSet<ObjectId>,
    (base, head): (ObjectId, ObjectId),
) -> Result<(Vec<CommitData>, Vec<String>), LocalError> {
    let ends = [files(repository, head)?, files(repository, base)?];
    let mut contents = Contents::of(repository, &ends);
    let mut kept = ends[0].len() + ends[1].len();
    let mut without_files = 0_usize;
    let mut commits = Vec::with_capacity(ids.len());
    for id in ids {
        let own = if *id == head {
            ends[0].clone()
        } else if *id == base {
            ends[1].clone()
        } else {
            files(repository, *id)?
        };
        let is_end = *id == head || *id == base;
        let fits = is_end || kept + own.len() <= MAX_FILES_IN_ALL;
        let files = if fits { own } else { ends[0].clone() };
        without_files += usize::from(!fits);
        kept += if is_end { 0 } else { files.len() };
        commits.push(data(repository, *id, &files, &mut contents)?);
    }
    let mut notes = contents.notes();
    if without_files > 0 {
        notes.push(format!("{without_files} commits in between are shown with the files of the head"));
    }
    Ok((commits, notes))
}

/// The files of a commit; submodules are left out, because their content is elsewhere.
fn files(repository: &Repository, commit: ObjectId) -> Result<Vec<File>, LocalError> {
    let mut listing = tree::files(repository, commit, MAX_FILES)?;
    if listing.is_cut {
        return Err(LocalError::TooManyFiles { commit: commit.to_string(), limit: MAX_FILES });
    }
    listing.files.retain(|file| file.kind != crate::domain::EntryKind::Submodule);
    Ok(listing.files)
}

fn data(
    repository: &Repository,
    id: ObjectId,
    files: &[File],
    contents: &mut Contents<'_>,
) -> Result<CommitData, LocalError> {
    let unreadable = |error: gix::Error| LocalError::unreadable(&format!("commit {id}"), &error);
    let commit = repository.find_commit(id).map_err(unreadable)?;
    let author = signature(&commit.author().map_err(unreadable)?);
    let committer = signature(&commit.committer().map_err(unreadable)?);
    let mut read = Vec::with_capacity(files.len());
    for file in files {
        read.push((file.path.clone(), contents.blob(file.id)?));
    }
    Ok(CommitData {
        sha: id.to_string(),
        parents: commit.parent_ids().map(|parent| parent.to_string()).collect(),
        author,
        committer,
        message: String::from_utf8_lossy(commit.message_raw_sloppy()).into_owned(),
        files: read,
    })
}

fn signature(signature: &gix::actor::SignatureRef<'_>) -> Signature {
    Signature {
        name: String::from_utf8_lossy(signature.name).into_owned(),
        email: String::from_utf8_lossy(signature.email).into_owned(),
        at: Timestamp::from_seconds(signature.seconds()),
    }
}
