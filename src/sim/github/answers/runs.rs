//! Workflow runs and jobs as JSON.

use serde_json::{Value, json};

use super::{node_id, wire_time, wire_time_or_null};
use crate::sim::github::state::State;
use crate::sim::github::state::runs::{Attempt, Job, WorkflowRun};

impl State {
    /// `workflow-run` as that attempt shows it.
    pub(in crate::sim::github) fn run_object(&self, run: &WorkflowRun, attempt: &Attempt) -> Value {
        let (api, page) = (self.repository_url(run.repository), self.repository_page(run.repository));
        let url = format!("{api}/actions/runs/{}", run.id);
        let earlier = attempt.number.checked_sub(1).filter(|number| *number > 0);
        json!({
            "id": run.id,
            "name": run.workflow,
            "node_id": node_id("WFR", run.id),
            "head_branch": run.reference,
            "head_sha": run.sha,
            "path": ".github/workflows/deploy.yml",
            "display_title": run.title,
            "run_number": run.number,
            "event": run.event,
            "status": attempt.status(),
            "conclusion": attempt.conclusion,
            "workflow_id": run.workflow_id,
            "check_suite_id": run.check_suite,
            "check_suite_node_id": node_id("CS", run.check_suite),
            "url": url,
            "html_url": format!("{page}/actions/runs/{}", run.id),
            "pull_requests": self.run_pulls(run),
            "created_at": wire_time(run.created_at),
            "updated_at": wire_time(attempt.updated_at),
            "actor": self.simple_user(run.actor),
            "triggering_actor": self.simple_user(attempt.actor),
            "run_attempt": attempt.number,
            "referenced_workflows": [],
            "run_started_at": wire_time(attempt.started_at),
            "jobs_url": format!("{url}/jobs"),
            "logs_url": format!("{url}/logs"),
            "check_suite_url": format!("{api}/check-suites/{}", run.check_suite),
            "artifacts_url": format!("{url}/artifacts"),
            "cancel_url": format!("{url}/cancel"),
            "rerun_url": format!("{url}/rerun"),
            "previous_attempt_url": earlier.map(|number| format!("{url}/attempts/{number}")),
            "workflow_url": format!("{api}/actions/workflows/{}", run.workflow_id),
            "head_commit": self.simple_commit(run.repository, &run.sha),
            "repository": self.minimal_repository(run.repository),
            "head_repository": self.minimal_repository(run.repository),
        })
    }

    /// `job`.
    pub(in crate::sim::github) fn job_object(&self, run: &WorkflowRun, attempt: &Attempt, job: &Job) -> Value {
        let (api, page) = (self.repository_url(run.repository), self.repository_page(run.repository));
        let ran = job.started_at.is_some();
        json!({
            "id": job.id,
            "run_id": run.id,
            "workflow_name": run.workflow,
            "head_branch": run.reference,
            "run_url": format!("{api}/actions/runs/{}", run.id),
            "run_attempt": attempt.number,
            "node_id": node_id("CR", job.id),
            "head_sha": run.sha,
            "url": format!("{api}/actions/jobs/{}", job.id),
            "html_url": format!("{page}/actions/runs/{}/job/{}", run.id, job.id),
            "status": job.status,
            "conclusion": job.conclusion,
            "created_at": wire_time(job.created_at),
            "started_at": wire_time(job.started_at.unwrap_or(job.created_at)),
            "completed_at": wire_time_or_null(job.completed_at),
            "name": job.name,
            "steps": [],
            "check_run_url": format!("{api}/check-runs/{}", job.id),
            "labels": ["ubuntu-latest"],
            "runner_id": ran.then_some(1),
            "runner_name": ran.then_some("GitHub Actions 1"),
            "runner_group_id": ran.then_some(1),
            "runner_group_name": ran.then_some("GitHub Actions"),
        })
    }

    /// The `workflow` member of webhooks.
    pub(in crate::sim::github) fn workflow_object(&self, run: &WorkflowRun) -> Value {
        let (api, page) = (self.repository_url(run.repository), self.repository_page(run.repository));
        let created = wire_time(self.repository(run.repository).created_at);
        json!({
            "id": run.workflow_id,
            "node_id": node_id("W", run.workflow_id),
            "name": run.workflow,
            "path": ".github/workflows/deploy.yml",
            "state": "active",
            "created_at": created,
            "updated_at": created,
            "url": format!("{api}/actions/workflows/{}", run.workflow_id),
            "html_url": format!("{page}/blob/main/.github/workflows/deploy.yml"),
            "badge_url": format!("{page}/workflows/{}/badge.svg", crate::sim::github::reply::percent_encoded(&run.workflow)),
        })
    }

    fn run_pulls(&self, run: &WorkflowRun) -> Vec<Value> {
        let repository = self.repository(run.repository);
        let pulls = run.pulls.iter().filter_map(|number| repository.pulls.get(number));
        pulls.map(|pull| self.pull_minimal(run.repository, pull)).collect()
    }
}
