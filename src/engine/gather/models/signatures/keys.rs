//! The keys and root certificates that a policy names, read in its own repository, at its own commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::artifact::signing::{TRUST_LIMIT_BYTES, Trust};
use crate::checks::PinnedKey;
use crate::checks::words::plain;
use crate::domain::CommitSha;
use crate::engine::gather::models::MAX_PATH_CHARS;
use crate::engine::gather::reader::{Content, Reader, lasting};
use crate::engine::gather::trees::{Files, Listing};
use crate::ports::{PortError, Presence};

/// Why nobody is trusted.
#[derive(Debug, Clone)]
pub(super) enum Untrusted {
    /// What the policy names is not there, or no key.
    Wrong(String),
    /// It could not be read.
    Unread(String),
}

/// Files of keys by path.
pub(super) struct Keys(BTreeMap<String, KeyFile>);

struct KeyFile {
    /// Its id in git; none where it is not there.
    blob: Option<String>,
    trust: Result<Trust, Untrusted>,
}

impl Keys {
    pub(super) async fn read(
        reader: Reader<'_>,
        at: Option<&CommitSha>,
        paths: BTreeSet<String>,
    ) -> Result<Self, PortError> {
        let listed = list(reader, at).await?;
        let mut keys = BTreeMap::new();
        for path in paths {
            let file = one(reader, &listed, &path).await?;
            keys.insert(path, file);
        }
        Ok(Self(keys))
    }

    /// None of these files has a place to be read from.
    pub(super) fn unread(paths: BTreeSet<String>, why: &str) -> Self {
        let unread = |path| (path, KeyFile { blob: None, trust: Err(Untrusted::Unread(why.to_owned())) });
        Self(paths.into_iter().map(unread).collect())
    }

    /// Whoever the files at these paths name.
    pub(super) fn trust(&self, paths: &[String]) -> Result<Trust, Untrusted> {
        let mut all = paths.iter().filter_map(|path| self.0.get(path)).map(|file| file.trust.clone());
        let first = all.next().ok_or_else(|| Untrusted::Wrong("the policy names no key and no certificate".to_owned()));
        all.try_fold(first??, |trust, more| Ok(trust.and(more?)))
    }

    /// What they are beside what was live.
    pub(super) fn pinned(&self, live: &Listing) -> Vec<PinnedKey> {
        let blob = |path: &str| live.get(path).map(|entry| entry.blob.clone());
        let pinned = |(path, file): (&String, &KeyFile)| PinnedKey {
            path: path.clone(),
            live: blob(path),
            used: file.blob.clone(),
        };
        // What could not be read has no id to compare.
        self.0.iter().filter(|(_, file)| !matches!(file.trust, Err(Untrusted::Unread(_)))).map(pinned).collect()
    }
}

/// The commit with its files, or why they are not known.
type Listed = Result<(CommitSha, Arc<Files>), String>;

async fn list(reader: Reader<'_>, at: Option<&CommitSha>) -> Result<Listed, PortError> {
    let commit = match at {
        Some(commit) => commit.clone(),
        None => match lasting(reader.host.default_branch(reader.repository).await)? {
            Ok(commit) => commit,
            Err(why) => return Ok(Err(why)),
        },
    };
    Ok(match lasting(reader.files(&commit).await)? {
        Ok(Presence::Found(files)) => Ok((commit, files)),
        Ok(Presence::Missing) => Err(format!("the files of commit {} cannot be listed", commit.short())),
        Err(why) => Err(why),
    })
}

async fn one(reader: Reader<'_>, listed: &Listed, path: &str) -> Result<KeyFile, PortError> {
    let shown = plain(path, MAX_PATH_CHARS);
    let none = |untrusted| KeyFile { blob: None, trust: Err(untrusted) };
    let (commit, files) = match listed {
        Ok(listed) => listed,
        Err(why) => return Ok(none(Untrusted::Unread(format!("{shown} cannot be read: {why}")))),
    };
    let at = format!("{shown}@{}", commit.short());
    let Some(entry) = files.get(path) else {
        return Ok(none(match files.truncated {
            true => Untrusted::Unread(format!("{at} cannot be looked up: the list of files is cut")),
            false => Untrusted::Wrong(format!("{at}, which the policy names, is not there")),
        }));
    };
    let wrong = |why: String| Err(Untrusted::Wrong(format!("{at} names nobody: {why}")));
    let trust = match entry.kind.is_content() {
        false => wrong(format!("it is {}", entry.kind.words())),
        true if usize::try_from(entry.size).map_or(true, |size| size > TRUST_LIMIT_BYTES) => {
            wrong("it is too large for keys".to_owned())
        }
        true => match reader.content(&entry.blob, TRUST_LIMIT_BYTES).await? {
            Content::Bytes(bytes) => Trust::from_pem(&bytes).or_else(wrong),
            Content::Unread { why } => Err(Untrusted::Unread(format!("{at} cannot be read: {why}"))),
        },
    };
    Ok(KeyFile { blob: Some(entry.blob.clone()), trust })
}
