//! Finds the policies: the repository's file and its owner's, on their default branches, at the commits of this moment (R9,
//! R10), with the calendars that they name.

use std::collections::BTreeMap;

use futures::future::try_join;
use jiff::civil::Date;

use crate::artifact::icalendar::{self, Between};
use crate::domain::calendar::{Busy, HORIZON_DAYS};
use crate::domain::{CommitSha, Repository, Timestamp};
use crate::policy::place::FileRole;
use crate::policy::{self, Calendars, Effective, OwnerPolicy, PolicyDefaults, PolicyFile};
use crate::ports::{Blob, PortError, Presence};

use super::Proposal;
use super::patience::within;
use super::reader::{Reader, lasting};

/// Days before now that a calendar is read from: windows over midnight began yesterday.
const DAYS_BACK: i64 = 2;

/// What was found, before it is known what it is held against.
pub(super) struct Read {
    pub(super) effective: Effective,
    /// The commit whose files the repository's policy may name: none where the policy was handed in.
    pub(super) commit: Option<CommitSha>,
    /// Holidays of the calendars that the rules name.
    ///
    /// # Errors
    /// Why one of them cannot be followed: then no window is known to be open.
    pub(super) calendars: Result<Calendars, String>,
    /// The owner's file: a policy that was live is laid over it as well.
    pub(super) owners: Owners,
}

pub(super) async fn read(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    defaults: PolicyDefaults,
) -> Result<Read, PortError> {
    let own = async {
        match proposal.policy {
            Some(bytes) => Ok(PolicyFile::Present { commit: proposal.commit.clone(), bytes: bytes.to_vec() }),
            None => timely(reader, file_of(reader)).await,
        }
    };
    let (own, owners) = try_join(own, owners(reader, defaults.owner)).await?;
    let commit = match &own {
        PolicyFile::Present { commit, .. } if proposal.policy.is_none() => Some(commit.clone()),
        PolicyFile::Present { .. } | PolicyFile::Absent | PolicyFile::Unreadable { .. } => None,
    };
    let effective = policy::effective(&own, &owners.file, proposal.environment.as_str(), defaults);
    let calendars = calendars(reader, &effective, &own, &owners, proposal.at).await?;
    Ok(Read { effective, commit, calendars, owners })
}

/// A file that takes too long is not known.
async fn timely(
    reader: Reader<'_>,
    reading: impl Future<Output = Result<PolicyFile, PortError>>,
) -> Result<PolicyFile, PortError> {
    within(reader.desk.patience.list_files, reading).await.unwrap_or_else(|why| Ok(unreadable(&why)))
}

/// The file on the default branch of the reader's repository.
async fn file_of(reader: Reader<'_>) -> Result<PolicyFile, PortError> {
    match lasting(reader.host.default_branch(reader.repository).await)? {
        Ok(commit) => file_at(reader, commit).await,
        Err(why) => Ok(unreadable(&why)),
    }
}

/// The file at one commit. Only a whole list of files proves that one is not there.
pub(super) async fn file_at(reader: Reader<'_>, commit: CommitSha) -> Result<PolicyFile, PortError> {
    Ok(match content_at(reader, &commit, policy::PATH, policy::file::LIMIT_BYTES).await? {
        Found::Bytes(bytes) => PolicyFile::Present { commit, bytes },
        Found::Absent => PolicyFile::Absent,
        Found::Unreadable(why) => unreadable(&why),
    })
}

/// A file that may be there.
enum Found {
    Bytes(Vec<u8>),
    Absent,
    Unreadable(String),
}

async fn content_at(reader: Reader<'_>, commit: &CommitSha, path: &str, max: usize) -> Result<Found, PortError> {
    let files = match lasting(reader.files(commit).await)? {
        Ok(Presence::Found(files)) => files,
        Ok(Presence::Missing) => {
            return Ok(Found::Unreadable(format!("the files of commit {} cannot be listed", commit.short())));
        }
        Err(why) => return Ok(Found::Unreadable(why)),
    };
    let entry = match (files.get(path), files.truncated) {
        (Some(entry), _) if !entry.kind.is_content() => {
            return Ok(Found::Unreadable(format!("it is {}", entry.kind.words())));
        }
        (Some(entry), _) => entry,
        (None, false) => return Ok(Found::Absent),
        (None, true) => {
            return Ok(Found::Unreadable(format!("the list of files of commit {} is cut", commit.short())));
        }
    };
    Ok(match lasting(reader.host.blob(reader.repository, &entry.blob, max).await)? {
        Ok(Blob::Content(bytes)) => Found::Bytes(bytes),
        Ok(Blob::TooLarge { .. }) => Found::Unreadable("it is too large".to_owned()),
        Ok(Blob::Missing) => Found::Unreadable("its content is not there".to_owned()),
        Err(why) => Found::Unreadable(why),
    })
}

fn unreadable(why: &str) -> PolicyFile {
    let path = policy::PATH;
    PolicyFile::Unreadable { why: format!("{why} (reading {path} needs permission to read the repository's contents)") }
}

/// The owner's repository of what holds for all of them, and its file.
pub(super) struct Owners {
    repository: Option<Repository>,
    pub(super) file: PolicyFile,
}

impl Owners {
    /// Where the file was read, and where everything lies that it names.
    pub(super) fn place(&self) -> Option<(&Repository, &CommitSha)> {
        match &self.file {
            PolicyFile::Present { commit, .. } => Some((self.repository.as_ref()?, commit)),
            PolicyFile::Absent | PolicyFile::Unreadable { .. } => None,
        }
    }
}

/// What an operator requires and nobody can see is never taken for nothing.
async fn owners(reader: Reader<'_>, wanted: OwnerPolicy) -> Result<Owners, PortError> {
    let none = |file| Ok(Owners { repository: None, file });
    if wanted == OwnerPolicy::Off {
        return none(PolicyFile::Absent);
    }
    match lasting(reader.host.owners_repository(reader.repository).await)? {
        Ok(Presence::Found(repository)) if repository.id == reader.repository.id => none(PolicyFile::Absent),
        Ok(Presence::Found(repository)) => {
            let file = timely(reader, file_of(Reader { repository: &repository, ..reader })).await?;
            Ok(Owners { repository: Some(repository), file })
        }
        Ok(Presence::Missing) if wanted == OwnerPolicy::Required => none(PolicyFile::Unreadable {
            why: "the owner's repository of policies is not there, or the app is not installed on it (setting policy.owner)"
                .to_owned(),
        }),
        Ok(Presence::Missing) => none(PolicyFile::Absent),
        Err(why) => none(PolicyFile::Unreadable { why }),
    }
}

/// Each calendar from the repository and commit of the file that names it: nobody else's word opens a window.
async fn calendars(
    reader: Reader<'_>,
    effective: &Effective,
    own: &PolicyFile,
    owners: &Owners,
    at: Timestamp,
) -> Result<Result<Calendars, String>, PortError> {
    let mut calendars = BTreeMap::new();
    for (role, path) in effective.calendars() {
        let place = match (role, own) {
            (FileRole::Repository, PolicyFile::Present { commit, .. }) => Some((reader.repository, commit)),
            (FileRole::Repository, PolicyFile::Absent | PolicyFile::Unreadable { .. }) => None,
            (FileRole::Owner, _) => owners.place(),
        };
        let Some((repository, commit)) = place else {
            return Ok(Err(format!("the calendar `{path}` has no place to be read from")));
        };
        match calendar(Reader { repository, ..reader }, commit, path, at).await? {
            Ok(busy) => calendars.insert((role, path.to_owned()), busy),
            Err(why) => return Ok(Err(format!("the calendar `{path}` cannot be followed: {why}"))),
        };
    }
    Ok(Ok(calendars))
}

async fn calendar(
    reader: Reader<'_>,
    commit: &CommitSha,
    path: &str,
    at: Timestamp,
) -> Result<Result<Busy, String>, PortError> {
    Ok(match content_at(reader, commit, path, icalendar::MAX_BYTES).await? {
        Found::Bytes(bytes) => {
            icalendar::read(&bytes, around(at)).map_err(|fault| format!("line {}: {}", fault.line, fault.reason))
        }
        Found::Absent => Err("it is not there".to_owned()),
        Found::Unreadable(why) => Err(why),
    })
}

/// The days that matter: from just before now to as far as windows are looked for.
fn around(at: Timestamp) -> Between {
    let day = |days: i64| {
        let at = jiff::Timestamp::from_millisecond(at.plus_millis(days * crate::domain::time::DAY_MS).as_millis());
        at.map_or(Date::MAX, |at| at.to_zoned(jiff::tz::TimeZone::UTC).date())
    };
    Between { first: day(-DAYS_BACK), last: day(i64::from(HORIZON_DAYS)) }
}
