//! Evidence gathered from a small forge in memory.

mod evidence;
mod forge;
mod patience;
mod people;
mod signatures;
mod touch;

use crate::domain::{
    CommitSha, DeploymentId, Digest, EnvironmentName, Evidence, FileChange, Flag, InstallationId, Patch, PolicyFound,
    Repository, RepositoryId, RunId, Timestamp,
};
use crate::policy::{OwnerPolicy, PolicyDefaults, WhenMissing};
use crate::ports::PortError;

use super::external::Outside;
use super::patience::Patience;
use super::reader::{Desk, Reader};
use super::scans::Bounds;
use super::{Gathered, Known, News, Proposal, gather_from};
use forge::{MemoryForge, sha, user};

const DEFAULTS: PolicyDefaults =
    PolicyDefaults { when_missing: WhenMissing::Starter, owner: OwnerPolicy::WhenPresent, expires_after_ms: 1 };

fn repository() -> Repository {
    let id = RepositoryId::new(5);
    let installation = InstallationId::new(3);
    Repository { id, owner: "acme".into(), name: "sentiment".into(), installation }
}

fn try_gather(forge: &MemoryForge, commit: &CommitSha) -> Result<Gathered, PortError> {
    try_gather_within(forge, commit, &Known::default(), Patience::default())
}

fn try_gather_within(
    forge: &MemoryForge,
    commit: &CommitSha,
    known: &Known,
    patience: Patience,
) -> Result<Gathered, PortError> {
    let repository = repository();
    let proposal = Proposal {
        repository: &repository,
        environment: &EnvironmentName::parse("production").unwrap(),
        commit,
        own: &[DeploymentId::new(90)],
        actors: &[user(2, "octocat")],
        run: Some(RunId::new(9)),
        asked: None,
        held: &[],
        policy: None,
        at: Timestamp::from_seconds(1_800_000_000),
    };
    let (desk, news) = (Desk::new(patience, Bounds::default()), News::default());
    let reader = Reader { host: forge, repository: &repository, known, news: &news, desk: &desk };
    let gathering = gather_from(reader, &proposal, DEFAULTS, Outside::Nobody);
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(must_be_send(gathering))
}

/// The engine's loops run on several threads.
fn must_be_send<F: Future + Send>(future: F) -> F {
    future
}

fn gathered(forge: &MemoryForge, commit: &CommitSha) -> Evidence {
    try_gather(forge, commit).unwrap().evidence
}

fn policy(forge: &MemoryForge, commit: &CommitSha) -> PolicyFound {
    try_gather(forge, commit).unwrap().policies.now
}

fn digest(evidence: &Evidence) -> Digest {
    evidence.digest()
}

fn codes(evidence: &Evidence) -> Vec<&str> {
    evidence.flags.iter().map(|flag| flag.code.as_str()).collect()
}

fn flag<'e>(evidence: &'e Evidence, code: &str) -> &'e Flag {
    evidence.flags.iter().find(|flag| flag.code == code).unwrap_or_else(|| panic!("no {code} in {:?}", codes(evidence)))
}

fn file<'e>(evidence: &'e Evidence, path: &str) -> &'e FileChange {
    evidence.files.iter().find(|file| file.path == path).unwrap()
}

fn patch<'e>(evidence: &'e Evidence, path: &str) -> &'e str {
    match &file(evidence, path).patch {
        Patch::Text { text, .. } => text,
        other => panic!("{other:?}"),
    }
}
