//! Deployments and their statuses as JSON.

use serde_json::{Value, json};

use super::{node_id, wire_time};
use crate::sim::github::state::State;
use crate::sim::github::state::deployments::{Deployment, DeploymentStatus};

impl State {
    /// `deployment`.
    pub(in crate::sim::github) fn deployment_object(&self, repository: u64, deployment: &Deployment) -> Value {
        let api = self.repository_url(repository);
        let url = format!("{api}/deployments/{}", deployment.id);
        json!({
            "url": url,
            "id": deployment.id,
            "node_id": node_id("DE", deployment.id),
            "task": "deploy",
            "original_environment": deployment.environment,
            "environment": deployment.environment,
            "description": null,
            "created_at": wire_time(deployment.created_at),
            "updated_at": wire_time(deployment.updated_at),
            "statuses_url": format!("{url}/statuses"),
            "repository_url": api,
            "creator": self.simple_user(deployment.creator),
            "sha": deployment.sha,
            "ref": deployment.reference,
            "payload": {},
            "transient_environment": false,
            "production_environment": deployment.environment.eq_ignore_ascii_case("production"),
            "performed_via_github_app": self.actions_app(),
        })
    }

    /// `deployment-status`, with the state as it is.
    pub(in crate::sim::github) fn deployment_status(
        &self,
        repository: u64,
        deployment: &Deployment,
        status: &DeploymentStatus,
    ) -> Value {
        let api = self.repository_url(repository);
        let url = format!("{api}/deployments/{}", deployment.id);
        let page = self.repository_page(repository);
        let log = match deployment.job {
            Some((run, job)) => format!("{page}/actions/runs/{run}/job/{job}"),
            None => format!("{page}/deployments"),
        };
        json!({
            "url": format!("{url}/statuses/{}", status.id),
            "id": status.id,
            "node_id": node_id("DES", status.id),
            "state": status.state,
            "creator": self.simple_user(status.creator),
            "description": status.description,
            "environment": deployment.environment,
            "target_url": log,
            "log_url": log,
            "environment_url": "",
            "created_at": wire_time(status.at),
            "updated_at": wire_time(status.at),
            "deployment_url": url,
            "repository_url": api,
            "performed_via_github_app": self.actions_app(),
        })
    }
}
