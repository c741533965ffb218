//! Opening somebody's repository without trusting it.

use std::path::Path;

use gix::{ObjectId, Repository};

use super::LocalError;

/// Commits are looked up more than once.
const OBJECT_CACHE_BYTES: usize = 16 * 1024 * 1024;

/// What the repository does not get to decide. Replaced objects are read as they are, and the history from the commits
/// themselves: an index beside them could leave some out.
const OVERRIDES: [&str; 3] = ["core.useReplaceRefs=false", "gitoxide.objects.noReplace=true", "core.commitGraph=false"];

/// Opens exactly that folder (or its `.git`): no search in the folders above, no configuration but the repository's own,
/// and that one as of a stranger.
///
/// # Errors
/// When there is no repository that can be read.
pub fn repository(path: &Path) -> Result<Repository, LocalError> {
    let refused = |why: String| LocalError::NotARepository { path: path.to_owned(), why };
    let options = gix::open::Options::isolated().with(gix::sec::Trust::Reduced).config_overrides(OVERRIDES);
    let opened = gix::ThreadSafeRepository::open_opts(path, options).map_err(|error| refused(error.to_string()))?;
    let mut repository = opened.to_thread_local();
    if repository.object_hash() != gix::hash::Kind::Sha1 {
        return Err(refused("its objects have other ids than SHA-1".to_owned()));
    }
    repository.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
    Ok(repository)
}

/// The commit that a revision names, through tags.
///
/// # Errors
/// When it names none.
pub fn commit(repository: &Repository, revision: &str) -> Result<ObjectId, LocalError> {
    let found =
        repository.rev_parse_single(revision).and_then(|id| id.object()?.peel_to_kind(gix::object::Kind::Commit));
    found.map(|commit| commit.id).map_err(|_| {
        let revision = revision.to_owned();
        match repository.is_shallow() {
            Ok(true) => LocalError::NotInShallowClone { revision },
            _ => LocalError::NoSuchRevision { revision },
        }
    })
}
