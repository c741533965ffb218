//! Webhooks: when state changes, the App is told. Each delivery is made once; GitHub never repeats one by itself.

use serde_json::{Value, json};

use super::answers::{extend, node_id};
use super::state::State;
use super::state::checks::{CheckApp, CheckRun};
use super::state::deliveries::{Delivery, OnTheWay, QueuedDelivery};
use super::state::people::AccountKind;
use super::state::runs::{Attempt, Job, WorkflowRun};

/// Events every App receives, subscribed or not.
const ALWAYS: [&str; 2] = ["installation", "installation_repositories"];

impl State {
    /// `deployment_protection_rule.requested`: our rule holds that job.
    pub(super) fn tell_protection_rule(&mut self, run: u64, job: u64) {
        let Some((run, _, job)) = self.whole(run, job) else { return };
        let payload = self.protection_rule_payload(run, job);
        let actor = run.latest().map_or(run.actor, |attempt| attempt.actor);
        self.tell(run.repository, "deployment_protection_rule", "requested", payload, actor);
    }

    /// `workflow_job` with that action.
    pub(super) fn tell_job(&mut self, run: u64, job: u64, action: &str) {
        let Some((run, attempt, job)) = self.whole(run, job) else { return };
        let mut payload = json!({ "workflow_job": self.job_object(run, attempt, job) });
        if let Some(deployment) = job.deployment.and_then(|id| self.deployment(run.repository, id)) {
            extend(&mut payload, json!({ "deployment": self.deployment_object(run.repository, deployment) }));
        }
        let (repository, actor) = (run.repository, attempt.actor);
        self.tell(repository, "workflow_job", action, payload, actor);
    }

    /// `workflow_run` with that action.
    pub(super) fn tell_run(&mut self, run: u64, action: &str) {
        let Some((run, attempt)) = self.runs.get(&run).and_then(|run| Some((run, run.latest()?))) else { return };
        let mut object = self.run_object(run, attempt);
        if action == "requested" {
            extend(&mut object, json!({ "status": "queued" }));
        }
        let payload = json!({ "workflow_run": object, "workflow": self.workflow_object(run) });
        let (repository, actor) = (run.repository, attempt.actor);
        self.tell(repository, "workflow_run", action, payload, actor);
    }

    /// `deployment.created`.
    pub(super) fn tell_deployment(&mut self, run: u64, deployment: u64) {
        let Some((run, attempt)) = self.runs.get(&run).and_then(|run| Some((run, run.latest()?))) else { return };
        let Some(found) = self.deployment(run.repository, deployment) else { return };
        let payload = json!({
            "deployment": self.deployment_object(run.repository, found),
            "workflow": self.workflow_object(run),
            "workflow_run": self.run_object(run, attempt),
        });
        let (repository, actor) = (run.repository, attempt.actor);
        self.tell(repository, "deployment", "created", payload, actor);
    }

    /// `deployment_status.created`. GitHub sends none for `inactive`.
    pub(super) fn tell_deployment_status(&mut self, run: u64, job: u64, deployment: u64, status: u64) {
        let Some((run, attempt, job)) = self.whole(run, job) else { return };
        let Some(found) = self.deployment(run.repository, deployment) else { return };
        let Some(status) = found.statuses.iter().find(|one| one.id == status) else { return };
        let payload = json!({
            "deployment_status": self.deployment_status(run.repository, found, status),
            "deployment": self.deployment_object(run.repository, found),
            "check_run": self.job_check_run(run, attempt, job),
            "workflow": self.workflow_object(run),
            "workflow_run": self.run_object(run, attempt),
        });
        let (repository, actor) = (run.repository, attempt.actor);
        self.tell(repository, "deployment_status", "created", payload, actor);
    }

    /// `deployment_review`: a person answered GitHub's own reviewers rule.
    pub(super) fn tell_review(&mut self, run: u64, environment: &str, user: u64, approved: bool) {
        let Some((run, attempt)) = self.runs.get(&run).and_then(|run| Some((run, run.latest()?))) else { return };
        let since = super::answers::wire_time(self.now);
        let of_environment = attempt.jobs.iter().filter(|job| job.environment.as_deref() == Some(environment));
        let jobs = of_environment.map(|job| {
            let members = ["id", "name", "status", "conclusion", "html_url", "created_at"];
            let mut run = picked(&self.job_object(run, attempt, job), &members);
            extend(&mut run, json!({ "environment": environment, "updated_at": since }));
            run
        });
        let jobs: Vec<Value> = jobs.collect();
        let reviewers = self.environment(run.repository, environment).map(|found| self.reviewers(found));
        let payload = json!({
            "approver": self.simple_user(user),
            "comment": "",
            "reviewers": reviewers,
            "since": since,
            "workflow_job_runs": jobs,
            "workflow_run": self.run_object(run, attempt),
        });
        let repository = run.repository;
        self.tell(repository, "deployment_review", if approved { "approved" } else { "rejected" }, payload, user);
    }

    /// `pull_request` with that action and what it brings besides.
    pub(super) fn tell_pull(&mut self, repository: u64, number: u64, action: &str, more: Value, sender: u64) {
        let Some(pull) = self.repository(repository).pulls.get(&number) else { return };
        let mut payload = json!({ "number": number, "pull_request": self.pull_full(repository, pull) });
        extend(&mut payload, more);
        self.tell(repository, "pull_request", action, payload, sender);
    }

    /// `check_run`: somebody pressed *Re-run*, or a button of its App.
    pub(super) fn tell_check_run(
        &mut self,
        repository: u64,
        id: u64,
        action: &str,
        pressed: Option<&str>,
        sender: u64,
    ) {
        let Some(run) = self.repository(repository).check_runs.iter().find(|run| run.id == id) else { return };
        let mut object = self.check_run(repository, run);
        let suite = self.check_suite_object(repository, &run.head_sha, run.suite);
        extend(&mut object, json!({ "check_suite": suite }));
        let mut payload = json!({ "check_run": object });
        if let Some(identifier) = pressed {
            extend(&mut payload, json!({ "requested_action": { "identifier": identifier } }));
        }
        self.tell(repository, "check_run", action, payload, sender);
    }

    /// `check_suite`: somebody pressed *Re-run all checks*.
    pub(super) fn tell_check_suite(&mut self, repository: u64, sha: &str, action: &str, sender: u64) {
        let ours = |run: &&CheckRun| run.head_sha == sha && run.app == CheckApp::Ours;
        let Some(suite) = self.repository(repository).check_runs.iter().find(ours).map(|run| run.suite) else { return };
        let payload = json!({ "check_suite": self.check_suite_object(repository, sha, suite) });
        self.tell(repository, "check_suite", action, payload, sender);
    }

    /// `installation` with that action, sent whatever the state of the installation.
    pub(super) fn tell_installation(&mut self, installation: u64, action: &str) {
        let Some(found) = self.installations.get(&installation) else { return };
        let repositories: Vec<Value> = found.repositories.iter().map(|id| self.repository_brief(*id)).collect();
        let payload = json!({
            "action": action,
            "installation": self.installation_object(found),
            "repositories": repositories,
            "requester": null,
            "sender": self.simple_user(found.account),
        });
        self.queue("installation", action, Some(installation), None, &payload);
    }

    /// `installation_repositories`, added or removed.
    pub(super) fn tell_installation_repositories(&mut self, installation: u64, added: &[u64], removed: &[u64]) {
        let Some(found) = self.installations.get(&installation) else { return };
        let action = if added.is_empty() { "removed" } else { "added" };
        let brief = |ids: &[u64]| ids.iter().map(|id| self.repository_brief(*id)).collect::<Vec<_>>();
        let payload = json!({
            "action": action,
            "installation": self.installation_object(found),
            "repository_selection": "selected",
            "repositories_added": brief(added),
            "repositories_removed": brief(removed),
            "requester": null,
            "sender": self.simple_user(found.account),
        });
        self.queue("installation_repositories", action, Some(installation), None, &payload);
    }

    fn protection_rule_payload(&self, run: &WorkflowRun, job: &Job) -> Value {
        let shape = &self.options.payload;
        let deployment = job.deployment.and_then(|id| self.deployment(run.repository, id));
        let deployment = deployment.filter(|_| !shape.deployment_null);
        let pulls = run.pulls.iter().filter(|_| !shape.no_pull_requests);
        let pulls = pulls.filter_map(|number| self.repository(run.repository).pulls.get(number));
        let host = if shape.foreign_callback { "https://api.github.evil.example" } else { self.urls.api.as_str() };
        let name = self.full_name(run.repository);
        let mut payload = json!({
            "environment": job.environment,
            "event": run.event,
            "deployment_callback_url": format!("{host}/repos/{name}/actions/runs/{}/deployment_protection_rule", run.id),
            "deployment": deployment.map(|deployment| self.deployment_object(run.repository, deployment)),
            "pull_requests": pulls.map(|pull| self.pull_simple(run.repository, pull)).collect::<Vec<_>>(),
        });
        if !shape.without_sha_and_ref {
            extend(&mut payload, json!({ "sha": run.sha, "ref": run.reference }));
        }
        payload
    }

    fn job_check_run(&self, run: &WorkflowRun, attempt: &Attempt, job: &Job) -> Value {
        let members = ["id", "name", "html_url", "status", "conclusion", "started_at", "completed_at"];
        let mut check_run = picked(&self.job_object(run, attempt, job), &members);
        let api = self.repository_url(run.repository);
        let page = self.repository_page(run.repository);
        let more = json!({
            "node_id": node_id("CR", job.id),
            "head_sha": run.sha,
            "external_id": format!("job-{}", job.id),
            "url": format!("{api}/check-runs/{}", job.id),
            "details_url": format!("{page}/actions/runs/{}/job/{}", run.id, job.id),
        });
        extend(&mut check_run, more);
        check_run
    }

    fn repository_brief(&self, id: u64) -> Value {
        let private = self.repositories.get(&id).is_some_and(|repository| repository.private);
        let name = self.repositories.get(&id).map(|repository| repository.name.clone());
        json!({
            "id": id, "node_id": node_id("R", id), "name": name,
            "full_name": self.full_name(id), "private": private,
        })
    }

    /// Adds what every event of a repository carries, and queues it if the App may see it.
    fn tell(&mut self, repository: u64, event: &str, action: &str, payload: Value, sender: u64) {
        let Some(installation) = self.installation_of(repository).filter(|one| one.suspended_at.is_none()) else {
            return;
        };
        let installation = installation.id;
        let mut whole = json!({ "action": action });
        extend(&mut whole, payload);
        let owner = self.repositories.get(&repository).and_then(|repository| self.accounts.get(&repository.owner));
        let organization = owner.filter(|owner| owner.kind == AccountKind::Organization);
        let common = json!({
            "repository": self.hook_repository(repository),
            "sender": self.simple_user(sender),
            "installation": { "id": installation, "node_id": node_id("I", installation) },
        });
        extend(&mut whole, common);
        if let Some(organization) = organization {
            extend(&mut whole, json!({ "organization": self.organization(organization) }));
        }
        self.queue(event, action, Some(installation), Some(repository), &whole);
    }

    fn queue(
        &mut self,
        event: &str,
        action: &str,
        installation: Option<u64>,
        repository: Option<u64>,
        payload: &Value,
    ) {
        let subscribed = ALWAYS.contains(&event) || self.options.events.iter().any(|one| one == event);
        if self.webhook_target.is_none() || !subscribed {
            return;
        }
        let fate = self.fate_of(event, Some(action));
        let copies = match fate {
            Some(OnTheWay::Lost) => 0,
            Some(OnTheWay::Twice) => 2,
            Some(OnTheWay::Late(_)) | None => 1,
        };
        let late_ms = if let Some(OnTheWay::Late(ms)) = fate { ms } else { 0 };
        let body = payload.to_string().into_bytes();
        for _ in 0..copies {
            let delivery = self.new_delivery(event, action, installation, repository, body.clone());
            self.queued.push_back(QueuedDelivery { due: self.now.plus_millis(late_ms), delivery });
        }
    }

    fn new_delivery(
        &mut self,
        event: &str,
        action: &str,
        installation: Option<u64>,
        repository: Option<u64>,
        body: Vec<u8>,
    ) -> Delivery {
        Delivery {
            id: self.fresh_id(),
            guid: uuid::Uuid::new_v4().to_string(),
            event: event.to_owned(),
            action: Some(action.to_owned()),
            installation,
            repository,
            redelivery: false,
            body,
            request_headers: Vec::new(),
            delivered_at: self.now,
            duration: std::time::Duration::ZERO,
            status_code: 0,
            status: String::new(),
            response_headers: Vec::new(),
            response_body: String::new(),
        }
    }

    fn whole(&self, run: u64, job: u64) -> Option<(&WorkflowRun, &Attempt, &Job)> {
        let run = self.runs.get(&run)?;
        let attempt = run.attempts.iter().find(|attempt| attempt.jobs.iter().any(|one| one.id == job))?;
        let job = attempt.jobs.iter().find(|one| one.id == job)?;
        Some((run, attempt, job))
    }
}

/// Some members of an object.
fn picked(object: &Value, members: &[&str]) -> Value {
    let kept = members.iter().filter_map(|name| Some(((*name).to_owned(), object.get(*name)?.clone())));
    Value::Object(kept.collect())
}
