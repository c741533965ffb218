//! Looks files through from beginning to end: what the gate, a preview and the command line all go by.

use super::document::Date;
use super::effective::Files;
use super::file::File;
use super::finding::{Finding, arranged};
use super::lint;
use crate::domain::Timestamp;
use crate::domain::rules::DEFAULT_EXPIRY_MS;

/// The owner's file, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub enum OwnerFile<'a> {
    /// There is none.
    Absent,
    Present(&'a File),
    /// Nobody looked: a repository's file is looked at alone.
    NotGiven,
}

impl<'a> OwnerFile<'a> {
    pub(super) const fn beside(self, repository: Option<&'a File>) -> Files<'a> {
        match self {
            Self::Absent => Files { repository, owner: None, owner_is_known: true },
            Self::Present(owner) => Files { repository, owner: Some(owner), owner_is_known: true },
            Self::NotGiven => Files { repository, owner: None, owner_is_known: false },
        }
    }
}

/// Everything that keeps files from being followed, each by itself and both together. It is the same on every day.
pub fn errors(repository: Option<&File>, owner: OwnerFile<'_>) -> Vec<Finding> {
    let files = owner.beside(repository);
    let mut findings = found(files);
    findings.retain(Finding::is_error);
    arranged(findings)
}

/// Everything there is to say about files on a day. A repository that asks for less than its owner's floor is told so, although
/// its file is followed.
pub fn findings(repository: Option<&File>, owner: OwnerFile<'_>, now: Timestamp) -> Vec<Finding> {
    let files = owner.beside(repository);
    let mut findings = found(files);
    findings.extend(lint::weakened(files, DEFAULT_EXPIRY_MS));
    if let Some(today) = day(now) {
        findings.extend(files.all().flat_map(|file| lint::dates(file, today)));
    }
    arranged(findings)
}

fn found(files: Files<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = files.all().flat_map(|file| file.findings.iter().cloned()).collect();
    let merged = lint::merged(files).into_iter();
    findings.extend(merged.filter(|finding| !files.all().any(|file| file.is_stood_in(finding))));
    findings
}

/// The day in UTC.
fn day(now: Timestamp) -> Option<Date> {
    let now = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
    Some(Date(now.to_zoned(jiff::tz::TimeZone::UTC).date()))
}
