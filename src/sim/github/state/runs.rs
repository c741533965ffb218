//! Workflow runs: attempts, jobs and the gates that hold them.

use std::collections::BTreeMap;

use crate::domain::Timestamp;

use super::State;

/// A job as the workflow file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPlan {
    pub name: String,
    pub environment: Option<String>,
    /// 1: an ordinary job; more: that many jobs of one matrix.
    pub matrix: usize,
    /// Names of plans that must succeed first.
    pub needs: Vec<String>,
    /// The job fails when it runs.
    pub fails: bool,
    /// `environment: { deployment: false }`: no deployment is made, and a custom rule makes the job fail at once.
    pub deployment: bool,
}

impl JobPlan {
    /// A job without an environment.
    pub fn new(name: &str) -> Self {
        let name = name.to_owned();
        Self { name, environment: None, matrix: 1, needs: Vec::new(), fails: false, deployment: true }
    }

    /// A job that deploys to that environment.
    pub fn deploying(name: &str, environment: &str) -> Self {
        Self { environment: Some(environment.to_owned()), ..Self::new(name) }
    }

    #[must_use]
    pub fn times(mut self, matrix: usize) -> Self {
        self.matrix = matrix;
        self
    }

    #[must_use]
    pub fn after(mut self, name: &str) -> Self {
        self.needs.push(name.to_owned());
        self
    }

    #[must_use]
    pub fn failing(mut self) -> Self {
        self.fails = true;
        self
    }
}

/// A workflow run to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    pub repository: u64,
    /// Short name of a branch or tag.
    pub reference: String,
    /// `None`: the tip of the branch.
    pub sha: Option<String>,
    /// A login.
    pub actor: String,
    /// `push`, `workflow_dispatch`, `pull_request`, ...
    pub event: String,
    /// `None`: the first line of the commit's message.
    pub title: Option<String>,
    pub workflow: String,
    pub jobs: Vec<JobPlan>,
    /// `concurrency:` of the workflow: one run of the group at a time, one more waits, and a newer one takes its place.
    pub concurrency: Option<String>,
}

impl Dispatch {
    /// A `workflow_dispatch` of the workflow `Deploy` by that login on the tip of that branch; one job deploys to `environment`.
    pub fn new(repository: u64, reference: &str, actor: &str, environment: &str) -> Self {
        Self {
            repository,
            reference: reference.to_owned(),
            sha: None,
            actor: actor.to_owned(),
            event: "workflow_dispatch".to_owned(),
            title: None,
            workflow: "Deploy".to_owned(),
            jobs: vec![JobPlan::deploying("deploy", environment)],
            concurrency: None,
        }
    }

    #[must_use]
    pub fn in_group(mut self, group: &str) -> Self {
        self.concurrency = Some(group.to_owned());
        self
    }

    #[must_use]
    pub fn of_commit(mut self, sha: &str) -> Self {
        self.sha = Some(sha.to_owned());
        self
    }

    #[must_use]
    pub fn triggered_by(mut self, event: &str) -> Self {
        event.clone_into(&mut self.event);
        self
    }

    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        self.title = Some(title.to_owned());
        self
    }

    #[must_use]
    pub fn with_jobs(mut self, jobs: Vec<JobPlan>) -> Self {
        self.jobs = jobs;
        self
    }
}

/// What one rule says of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Pending,
    Approved,
    Rejected,
}

/// What holds one waiting job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    pub opened_at: Timestamp,
    /// Our App's rule; `None`: not ticked when the job arrived.
    pub ours: Option<Verdict>,
    /// Rules of other Apps, by slug.
    pub others: BTreeMap<String, Verdict>,
    /// GitHub's own required reviewers.
    pub reviewers: Option<Verdict>,
    pub wait_until: Option<Timestamp>,
    pub status_reports: usize,
    /// When the gate stopped holding its job, whatever the reason.
    pub closed_at: Option<Timestamp>,
}

impl Gate {
    /// All rules together: one rejection rejects, all must approve.
    pub fn verdict(&self, now: Timestamp) -> Verdict {
        let rules = self.ours.iter().chain(self.others.values()).chain(self.reviewers.iter());
        let rules: Vec<Verdict> = rules.copied().collect();
        let waits = self.wait_until.is_some_and(|until| until > now);
        if rules.contains(&Verdict::Rejected) {
            Verdict::Rejected
        } else if waits || rules.contains(&Verdict::Pending) {
            Verdict::Pending
        } else {
            Verdict::Approved
        }
    }

    /// Our rule still has to answer.
    pub fn is_ours_to_decide(&self) -> bool {
        self.closed_at.is_none() && self.ours == Some(Verdict::Pending)
    }
}

/// What a job does next by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    Start,
    Finish,
}

#[derive(Debug, Clone)]
pub struct Job {
    pub id: u64,
    pub name: String,
    /// The plan's name, which `needs` refers to.
    pub plan: String,
    pub environment: Option<String>,
    pub deployment: Option<u64>,
    /// `waiting`, `queued`, `in_progress`, `completed`.
    pub status: String,
    pub conclusion: Option<String>,
    pub gate: Option<Gate>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub next: Option<(Timestamp, NextStep)>,
    pub fails: bool,
}

impl Job {
    pub fn is_over(&self) -> bool {
        self.status == "completed"
    }

    pub fn waits_in(&self, environment: &str) -> bool {
        let named = self.environment.as_ref().is_some_and(|own| own.to_lowercase() == environment.to_lowercase());
        named && self.status == "waiting"
    }
}

#[derive(Debug, Clone)]
pub struct Attempt {
    pub number: u32,
    pub actor: u64,
    pub started_at: Timestamp,
    pub updated_at: Timestamp,
    pub jobs: Vec<Job>,
    /// Not started: what they need is not done.
    pub planned: Vec<JobPlan>,
    pub conclusion: Option<String>,
    pub cancelled: bool,
    /// Another run of its concurrency group is not over.
    pub held: bool,
}

impl Attempt {
    /// The run's status as the API says it.
    pub fn status(&self) -> &'static str {
        let any = |status: &str| self.jobs.iter().any(|job| job.status == status);
        match () {
            () if self.conclusion.is_some() => "completed",
            () if self.held => "pending",
            () if any("in_progress") => "in_progress",
            () if any("queued") => "queued",
            () if any("waiting") => "waiting",
            () => "queued",
        }
    }
}

#[derive(Debug, Clone)]
pub struct WorkflowRun {
    pub id: u64,
    pub repository: u64,
    pub number: u64,
    pub workflow: String,
    pub workflow_id: u64,
    pub check_suite: u64,
    pub event: String,
    pub title: String,
    pub sha: String,
    pub reference: String,
    pub actor: u64,
    /// Numbers of the pull requests of the branch; only for runs of pull requests.
    pub pulls: Vec<u64>,
    pub created_at: Timestamp,
    pub plans: Vec<JobPlan>,
    pub concurrency: Option<String>,
    /// First attempt first; never empty.
    pub attempts: Vec<Attempt>,
}

impl WorkflowRun {
    /// The newest attempt.
    pub fn latest(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    pub fn attempt(&self, number: u32) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.number == number)
    }

    /// `waiting`, `queued`, `in_progress` or `completed`, of the newest attempt.
    pub fn status(&self) -> &'static str {
        self.latest().map_or("completed", Attempt::status)
    }

    /// `success`, `failure`, `cancelled`, ... of the newest attempt once it is over.
    pub fn conclusion(&self) -> Option<&str> {
        self.latest()?.conclusion.as_deref()
    }

    pub fn is_over(&self) -> bool {
        self.status() == "completed"
    }

    /// Every job of every attempt.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.attempts.iter().flat_map(|attempt| attempt.jobs.iter())
    }
}

impl State {
    pub(in crate::sim::github) fn attempt_mut(&mut self, run: u64) -> Option<&mut Attempt> {
        self.runs.get_mut(&run)?.attempts.last_mut()
    }

    pub(in crate::sim::github) fn job(&self, run: u64, job: u64) -> Option<&Job> {
        self.runs.get(&run)?.jobs().find(|one| one.id == job)
    }

    pub(in crate::sim::github) fn job_mut(&mut self, run: u64, job: u64) -> Option<&mut Job> {
        self.attempt_mut(run)?.jobs.iter_mut().find(|one| one.id == job)
    }

    /// Ids of the newest attempt's jobs that wait in that environment.
    pub fn waiting_jobs(&self, run: u64, environment: &str) -> Vec<u64> {
        let jobs = self.runs.get(&run).and_then(WorkflowRun::latest).map(|attempt| attempt.jobs.as_slice());
        let waiting = jobs.unwrap_or_default().iter().filter(|job| job.waits_in(environment));
        waiting.map(|job| job.id).collect()
    }
}
