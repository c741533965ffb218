//! Finds the policy: the file on the default branch, at the commit of this moment (R9, R10).

use crate::domain::CommitSha;
use crate::policy::{self, PolicyDefaults, PolicyFile, Rules};
use crate::ports::{Blob, PortError, Presence};

use super::Proposal;
use super::patience::within;
use super::reader::{Reader, lasting};

/// The rules, and the commit whose files they may name: none where the policy was handed in.
pub(super) struct Ruled {
    pub(super) rules: Rules,
    pub(super) at: Option<CommitSha>,
}

pub(super) async fn read(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    defaults: PolicyDefaults,
) -> Result<Ruled, PortError> {
    let file = match proposal.policy {
        Some(bytes) => PolicyFile::Present { commit: proposal.commit.clone(), bytes: bytes.to_vec() },
        None => match within(reader.desk.patience.list_files, on_default_branch(reader)).await {
            Ok(file) => file?,
            Err(why) => unreadable(&why),
        },
    };
    let at = match &file {
        PolicyFile::Present { commit, .. } if proposal.policy.is_none() => Some(commit.clone()),
        PolicyFile::Present { .. } | PolicyFile::Absent | PolicyFile::Unreadable { .. } => None,
    };
    Ok(Ruled { rules: policy::read(&file, proposal.environment.as_str(), defaults), at })
}

async fn on_default_branch(reader: Reader<'_>) -> Result<PolicyFile, PortError> {
    match lasting(reader.host.default_branch(reader.repository).await)? {
        Ok(commit) => look_up(reader, commit).await,
        Err(why) => Ok(unreadable(&why)),
    }
}

/// Only a whole list of files proves that one is not there.
async fn look_up(reader: Reader<'_>, commit: CommitSha) -> Result<PolicyFile, PortError> {
    let files = match lasting(reader.files(&commit).await)? {
        Ok(Presence::Found(files)) => files,
        Ok(Presence::Missing) => {
            return Ok(unreadable(&format!("the files of commit {} cannot be listed", commit.short())));
        }
        Err(why) => return Ok(unreadable(&why)),
    };
    match (files.get(policy::PATH), files.truncated) {
        (Some(entry), _) if !entry.kind.is_content() => Ok(unreadable(&format!("it is {}", entry.kind.words()))),
        (Some(entry), _) => content(reader, commit, &entry.blob).await,
        (None, false) => Ok(PolicyFile::Absent),
        (None, true) => Ok(unreadable(&format!("the list of files of commit {} is cut", commit.short()))),
    }
}

async fn content(reader: Reader<'_>, commit: CommitSha, blob: &str) -> Result<PolicyFile, PortError> {
    Ok(match lasting(reader.host.blob(reader.repository, blob, policy::file::LIMIT_BYTES).await)? {
        Ok(Blob::Content(bytes)) => PolicyFile::Present { commit, bytes },
        Ok(Blob::TooLarge { .. }) => unreadable("it is too large for a policy"),
        Ok(Blob::Missing) => unreadable("its content is not there"),
        Err(why) => unreadable(&why),
    })
}

fn unreadable(why: &str) -> PolicyFile {
    let path = policy::PATH;
    PolicyFile::Unreadable { why: format!("{why} (reading {path} needs permission to read the repository's contents)") }
}
