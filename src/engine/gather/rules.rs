//! Finds the policy: the file on the default branch, at the commit of this moment (R9, R10).

use crate::domain::{CommitSha, PolicyFound};
use crate::policy::{self, PolicyDefaults, PolicyFile};
use crate::ports::{PortError, Presence};

use super::reader::{Reader, lasting};

pub(super) async fn read(reader: Reader<'_>, defaults: PolicyDefaults) -> Result<PolicyFound, PortError> {
    let file = match lasting(reader.host.default_branch(reader.repository).await)? {
        Ok(commit) => look_up(reader, &commit).await?,
        Err(why) => unreadable(&why),
    };
    Ok(policy::read(&file, defaults))
}

/// Only a whole list of files proves that one is not there.
async fn look_up(reader: Reader<'_>, commit: &CommitSha) -> Result<PolicyFile, PortError> {
    let tree = match lasting(reader.host.tree(reader.repository, commit).await)? {
        Ok(Presence::Found(tree)) => tree,
        Ok(Presence::Missing) => {
            return Ok(unreadable(&format!("the files of commit {} cannot be listed", commit.short())));
        }
        Err(why) => return Ok(unreadable(&why)),
    };
    let is_there = tree.entries.iter().any(|entry| entry.path == policy::PATH);
    Ok(match (is_there, tree.truncated) {
        (true, _) => PolicyFile::Present,
        (false, false) => PolicyFile::Absent,
        (false, true) => unreadable(&format!("the list of files of commit {} is cut", commit.short())),
    })
}

fn unreadable(why: &str) -> PolicyFile {
    let path = policy::PATH;
    PolicyFile::Unreadable { why: format!("{why} (reading {path} needs permission to read the repository's contents)") }
}
