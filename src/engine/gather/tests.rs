//! Evidence gathered from a small forge in memory.

mod evidence;
mod forge;
mod people;

use std::collections::BTreeMap;

use crate::domain::{
    CommitSha, DeploymentId, Digest, EnvironmentName, Evidence, FileChange, Flag, InstallationId, JobState, Patch,
    Phase, PolicyFound, Repository, RepositoryId, Request, RequestId, RequestKey, Run, RunId, Timestamp,
};
use crate::policy::{PolicyDefaults, WhenMissing};
use crate::ports::PortError;

use super::{Gathered, gather};
use forge::{MemoryForge, sha, user};

const DEFAULTS: PolicyDefaults = PolicyDefaults { when_missing: WhenMissing::Starter, expires_after_ms: 1 };

fn request(commit: &CommitSha) -> Request {
    let id = RepositoryId::new(5);
    Request {
        id: RequestId::from_uuid(uuid::Uuid::from_u128(7)),
        key: RequestKey {
            host: "forge.example".into(),
            repository: id,
            run: RunId::new(9),
            attempt: 1,
            environment: "production".into(),
        },
        revision: 1,
        repository: Repository {
            id,
            owner: "acme".into(),
            name: "sentiment".into(),
            installation: InstallationId::new(3),
        },
        environment: EnvironmentName::parse("production").unwrap(),
        run: Run {
            title: "Deploy".into(),
            number: 482,
            attempt: 1,
            url: "https://forge.example/run/9".into(),
            trigger: "push".into(),
            reference: "main".into(),
            workflow: "deploy.yml".into(),
            actors: vec![user(2, "octocat")],
        },
        commit: commit.clone(),
        opened_at: Timestamp::from_seconds(1),
        expires_at: Timestamp::from_seconds(2),
        jobs: BTreeMap::from([(DeploymentId::new(90), JobState::Waiting)]),
        evidence: None,
        policy: None,
        votes: Vec::new(),
        phase: Phase::Gathering,
        message: None,
        message_is_copy: false,
        message_trouble: None,
        watch: 0,
    }
}

fn try_gather(forge: &MemoryForge, commit: &CommitSha) -> Result<Gathered, PortError> {
    let request = request(commit);
    let gathering = gather(forge, &request, DEFAULTS);
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(must_be_send(gathering))
}

/// The engine's loops run on several threads.
fn must_be_send<F: Future + Send>(future: F) -> F {
    future
}

fn gathered(forge: &MemoryForge, commit: &CommitSha) -> Evidence {
    try_gather(forge, commit).unwrap().evidence
}

fn policy(forge: &MemoryForge, commit: &CommitSha) -> PolicyFound {
    try_gather(forge, commit).unwrap().policy
}

fn digest(evidence: &Evidence) -> Digest {
    Digest::of_json(&evidence.identity())
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
