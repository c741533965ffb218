//! Repositories and who may do what in them.

use std::collections::{BTreeMap, HashMap};

use crate::domain::Timestamp;

use super::State;
use super::checks::CheckRun;
use super::comments::Comment;
use super::deployments::Deployment;
use super::environments::Environment;
use super::git::{Blob, Commit, TreeEntry};
use super::pulls::PullRequest;

/// A collaborator's access, least first. `Maintain` counts as write and `Triage` as read in the older `permission` field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

impl Access {
    /// The `role_name` of the API.
    pub fn role(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }

    /// The four-valued `permission` of the API.
    pub fn permission(self) -> &'static str {
        match self {
            Self::Read | Self::Triage => "read",
            Self::Write | Self::Maintain => "write",
            Self::Admin => "admin",
        }
    }
}

/// A commit status of the older kind.
#[derive(Debug, Clone)]
pub struct CommitStatus {
    pub id: u64,
    pub sha: String,
    pub context: String,
    pub state: String,
    pub description: Option<String>,
    pub at: Timestamp,
}

#[derive(Debug)]
pub struct Repository {
    pub id: u64,
    pub owner: u64,
    pub name: String,
    pub private: bool,
    pub description: Option<String>,
    pub default_branch: String,
    pub created_at: Timestamp,
    pub branches: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    pub commits: HashMap<String, Commit>,
    pub trees: HashMap<String, Vec<TreeEntry>>,
    pub blobs: HashMap<String, Blob>,
    pub pulls: BTreeMap<u64, PullRequest>,
    pub collaborators: BTreeMap<u64, Access>,
    pub environments: Vec<Environment>,
    /// Oldest first.
    pub deployments: Vec<Deployment>,
    pub check_runs: Vec<CheckRun>,
    pub comments: Vec<Comment>,
    pub commit_statuses: Vec<CommitStatus>,
    /// Full names it had; requests for them are answered with a redirect.
    pub former_names: Vec<String>,
}

impl State {
    /// Adds a private repository with the default branch `main`.
    pub fn add_repository(&mut self, owner: u64, name: &str) -> u64 {
        let id = self.fresh_id();
        let repository = Repository {
            id,
            owner,
            name: name.to_owned(),
            private: true,
            description: None,
            default_branch: "main".to_owned(),
            created_at: self.now,
            branches: BTreeMap::new(),
            tags: BTreeMap::new(),
            commits: HashMap::new(),
            trees: HashMap::new(),
            blobs: HashMap::new(),
            pulls: BTreeMap::new(),
            collaborators: BTreeMap::new(),
            environments: Vec::new(),
            deployments: Vec::new(),
            check_runs: Vec::new(),
            comments: Vec::new(),
            commit_statuses: Vec::new(),
            former_names: Vec::new(),
        };
        self.repositories.insert(id, repository);
        id
    }

    /// The repository with that id.
    ///
    /// # Panics
    /// When there is none: ids come from this state, a wrong one is a mistake of the caller.
    #[track_caller]
    #[expect(clippy::expect_used, reason = "a wrong id is a mistake in the script that drives the simulation")]
    pub fn repository(&self, id: u64) -> &Repository {
        self.repositories.get(&id).expect("a repository of this state")
    }

    /// The repository with that id, to change it.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    #[expect(clippy::expect_used, reason = "a wrong id is a mistake in the script that drives the simulation")]
    pub fn repository_mut(&mut self, id: u64) -> &mut Repository {
        self.repositories.get_mut(&id).expect("a repository of this state")
    }

    /// Finds by today's owner and name, any case.
    pub fn repository_named(&self, owner: &str, name: &str) -> Option<u64> {
        let owner = self.account_by_login(owner)?.id;
        let mut all = self.repositories.values();
        all.find(|one| one.owner == owner && one.name.eq_ignore_ascii_case(name)).map(|one| one.id)
    }

    /// Finds by a name it had before it was renamed.
    pub(in crate::sim::github) fn repository_formerly(&self, full_name: &str) -> Option<u64> {
        let had = |one: &&Repository| one.former_names.iter().any(|name| name.eq_ignore_ascii_case(full_name));
        self.repositories.values().find(had).map(|one| one.id)
    }

    /// `owner/name`, as it is now.
    pub fn full_name(&self, repository: u64) -> String {
        let Some(repository) = self.repositories.get(&repository) else { return String::new() };
        let owner = self.accounts.get(&repository.owner).map(|owner| owner.login.as_str()).unwrap_or_default();
        format!("{owner}/{}", repository.name)
    }

    pub fn rename_repository(&mut self, repository: u64, name: &str) {
        let former = self.full_name(repository);
        let repository = self.repository_mut(repository);
        repository.former_names.push(former);
        name.clone_into(&mut repository.name);
    }

    pub fn add_collaborator(&mut self, repository: u64, account: u64, access: Access) {
        self.repository_mut(repository).collaborators.insert(account, access);
    }

    /// Sets a commit status, e.g. (`ci/lint`, `success`).
    pub fn add_commit_status(&mut self, repository: u64, sha: &str, context: &str, state: &str) -> u64 {
        let (id, at) = (self.fresh_id(), self.now);
        let status = CommitStatus {
            id,
            sha: sha.to_owned(),
            context: context.to_owned(),
            state: state.to_owned(),
            description: None,
            at,
        };
        self.repository_mut(repository).commit_statuses.push(status);
        id
    }
}
