//! Deployments and their statuses.

use crate::domain::Timestamp;

use super::State;
use super::people::ACTIONS_BOT;

#[derive(Debug, Clone)]
pub struct DeploymentStatus {
    pub id: u64,
    pub state: String,
    pub description: String,
    pub creator: u64,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct Deployment {
    pub id: u64,
    pub sha: String,
    /// Short name of the branch or tag.
    pub reference: String,
    pub environment: String,
    pub creator: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Oldest first.
    pub statuses: Vec<DeploymentStatus>,
    /// The run and job it belongs to; `None` when made otherwise.
    pub job: Option<(u64, u64)>,
}

impl Deployment {
    /// The newest status.
    pub fn state(&self) -> Option<&str> {
        self.statuses.last().map(|status| status.state.as_str())
    }
}

impl State {
    /// Makes a finished, successful deployment of `sha`, as if it had been deployed before this world began.
    pub fn set_live(&mut self, repository: u64, environment: &str, sha: &str) -> u64 {
        let reference = self.repository(repository).default_branch.clone();
        let id = self.add_deployment(repository, environment, sha, &reference, ACTIONS_BOT);
        self.add_deployment_status(repository, id, "success");
        id
    }

    pub(in crate::sim::github) fn add_deployment(
        &mut self,
        repository: u64,
        environment: &str,
        sha: &str,
        reference: &str,
        creator: u64,
    ) -> u64 {
        let (id, now) = (self.fresh_id(), self.now);
        let deployment = Deployment {
            id,
            sha: sha.to_owned(),
            reference: reference.to_owned(),
            environment: environment.to_owned(),
            creator,
            created_at: now,
            updated_at: now,
            statuses: Vec::new(),
            job: None,
        };
        self.repository_mut(repository).deployments.push(deployment);
        id
    }

    /// Adds a status; `success` makes the older live ones of the environment `inactive`. No webhook is sent from here.
    pub(in crate::sim::github) fn add_deployment_status(
        &mut self,
        repository: u64,
        deployment: u64,
        state: &str,
    ) -> u64 {
        if state == "success" {
            self.retire_older(repository, deployment);
        }
        self.push_status(repository, deployment, state)
    }

    /// The deployment with that id.
    pub fn deployment(&self, repository: u64, id: u64) -> Option<&Deployment> {
        self.repositories.get(&repository)?.deployments.iter().find(|one| one.id == id)
    }

    fn push_status(&mut self, repository: u64, deployment: u64, state: &str) -> u64 {
        let (id, at) = (self.fresh_id(), self.now);
        let mut all = self.repository_mut(repository).deployments.iter_mut();
        if let Some(deployment) = all.find(|one| one.id == deployment) {
            let (state, description) = (state.to_owned(), String::new());
            deployment.updated_at = at;
            deployment.statuses.push(DeploymentStatus { id, state, description, creator: deployment.creator, at });
        }
        id
    }

    fn retire_older(&mut self, repository: u64, newest: u64) {
        let Some(environment) = self.deployment(repository, newest).map(|one| one.environment.clone()) else { return };
        let live = self.repository(repository).deployments.iter();
        let live = live.filter(|one| one.id != newest && one.state() == Some("success"));
        let live = live.filter(|one| one.environment.eq_ignore_ascii_case(&environment));
        let live: Vec<u64> = live.map(|one| one.id).collect();
        for id in live {
            self.push_status(repository, id, "inactive");
        }
    }
}
