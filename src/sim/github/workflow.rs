//! What people and machines do to workflow runs: start, re-run, cancel, bypass, review.

use crate::domain::time::DAY_MS;

use super::state::State;
use super::state::runs::{Attempt, Dispatch, JobPlan, Verdict, WorkflowRun};

/// Runs can be run again for that long.
const RERUN_DAYS: i64 = 30;

impl State {
    /// Starts a workflow run; the answer is its id. Jobs of gated environments wait, others are queued.
    pub fn dispatch(&mut self, dispatch: Dispatch) -> u64 {
        let id = self.fresh_id();
        let run = self.new_run(id, &dispatch);
        self.runs.insert(id, run);
        let actor = self.account_id(&dispatch.actor);
        self.begin_attempt(id, actor);
        id
    }

    /// Runs the whole workflow again: same run, same commit, next attempt. False while it is not over or after 30 days.
    pub fn rerun(&mut self, run: u64, actor: &str) -> bool {
        let actor = self.account_id(actor);
        let Some(found) = self.runs.get(&run) else { return false };
        let too_old = self.now.millis_since(found.created_at) > RERUN_DAYS * DAY_MS;
        if !found.is_over() || too_old {
            return false;
        }
        self.begin_attempt(run, actor);
        true
    }

    /// Cancels what is not over. False when everything is.
    pub fn cancel(&mut self, run: u64, _actor: &str) -> bool {
        if self.runs.get(&run).is_none_or(WorkflowRun::is_over) {
            return false;
        }
        if let Some(attempt) = self.attempt_mut(run) {
            attempt.cancelled = true;
            attempt.planned.clear();
        }
        for job in self.open_jobs(run) {
            self.finish_job(run, job, "cancelled");
        }
        self.complete_if_done(run);
        true
    }

    /// An admin's "Start all waiting jobs": forces every gate. False where the environment forbids it or nothing waits.
    pub fn bypass(&mut self, run: u64, _actor: &str) -> bool {
        let mut forced = false;
        for job in self.open_jobs(run) {
            if self.may_bypass(run, job) {
                self.close_gate(run, job);
                self.queue_job(run, job);
                forced = true;
            }
        }
        forced
    }

    /// More jobs of the run reach that environment, as matrices do that do not fit at once.
    pub fn later_wave(&mut self, run: u64, environment: &str, jobs: usize) {
        if self.runs.get(&run).is_none_or(WorkflowRun::is_over) {
            return;
        }
        let plan = JobPlan::deploying(&format!("{environment} later wave"), environment).times(jobs);
        self.start_plan(run, &plan);
    }

    /// A required reviewer answers GitHub's own rule of that environment.
    pub fn review_as_person(&mut self, run: u64, environment: &str, actor: &str, approve: bool) -> usize {
        let user = self.account_id(actor);
        let verdict = if approve { Verdict::Approved } else { Verdict::Rejected };
        let jobs = self.answer_gates(run, environment, |gate| {
            if gate.reviewers == Some(Verdict::Pending) {
                gate.reviewers = Some(verdict);
            }
        });
        if jobs > 0 {
            self.tell_review(run, environment, user, approve);
        }
        jobs
    }

    /// Another App answers its own rule of that environment.
    pub fn answer_other_rule(&mut self, run: u64, environment: &str, app_slug: &str, approve: bool) -> usize {
        let verdict = if approve { Verdict::Approved } else { Verdict::Rejected };
        self.answer_gates(run, environment, |gate| {
            if let Some(rule) = gate.others.get_mut(app_slug) {
                *rule = verdict;
            }
        })
    }

    /// Deletes an environment: the jobs waiting in it fail.
    pub fn delete_environment(&mut self, repository: u64, name: &str) {
        self.repository_mut(repository).environments.retain(|one| !one.is_named(name));
        let of_repository = self.runs.values().filter(|run| run.repository == repository);
        let runs: Vec<u64> = of_repository.map(|run| run.id).collect();
        for run in runs {
            for job in self.waiting_jobs(run, name) {
                self.finish_job(run, job, "failure");
            }
            self.complete_if_done(run);
        }
    }

    fn answer_gates(&mut self, run: u64, environment: &str, answer: impl Fn(&mut super::state::runs::Gate)) -> usize {
        let jobs = self.waiting_jobs(run, environment);
        for job in &jobs {
            if let Some(gate) = self.job_mut(run, *job).and_then(|job| job.gate.as_mut()) {
                answer(gate);
            }
            self.settle(run, *job);
        }
        jobs.len()
    }

    fn may_bypass(&self, run: u64, job: u64) -> bool {
        let Some(found) = self.job(run, job).filter(|job| job.status == "waiting") else { return false };
        let repository = self.runs.get(&run).map(|run| run.repository);
        let environment = repository.zip(found.environment.as_deref());
        let environment = environment.and_then(|(repository, name)| self.environment(repository, name));
        environment.is_some_and(|environment| environment.can_admins_bypass)
    }

    fn open_jobs(&self, run: u64) -> Vec<u64> {
        let attempt = self.runs.get(&run).and_then(WorkflowRun::latest);
        let open = attempt.into_iter().flat_map(|attempt| attempt.jobs.iter()).filter(|job| !job.is_over());
        open.map(|job| job.id).collect()
    }

    fn new_run(&mut self, id: u64, dispatch: &Dispatch) -> WorkflowRun {
        let actor = self.account_id(&dispatch.actor);
        let repository = self.repository(dispatch.repository);
        let tip = repository.resolve(&dispatch.reference).map(|commit| commit.sha.clone());
        let sha = dispatch.sha.clone().or(tip).unwrap_or_default();
        let message = repository.commits.get(&sha).map(|commit| commit.message.clone()).unwrap_or_default();
        let first_line = message.lines().next().unwrap_or_default().to_owned();
        let of_branch = repository.pulls.values().filter(|pull| pull.open && pull.head_ref == dispatch.reference);
        let pulls = of_branch.map(|pull| pull.number).filter(|_| dispatch.event.starts_with("pull_request")).collect();
        let number = self.runs.values().filter(|run| run.repository == dispatch.repository).count();
        let check_suite = self.fresh_id();
        WorkflowRun {
            id,
            repository: dispatch.repository,
            number: u64::try_from(number).unwrap_or_default() + 1,
            workflow: dispatch.workflow.clone(),
            workflow_id: dispatch.repository + 1,
            check_suite,
            event: dispatch.event.clone(),
            title: dispatch.title.clone().unwrap_or(first_line),
            sha,
            reference: dispatch.reference.clone(),
            actor,
            pulls,
            created_at: self.now,
            plans: dispatch.jobs.clone(),
            concurrency: dispatch.concurrency.clone(),
            attempts: Vec::new(),
        }
    }

    /// Waits for the run of its concurrency group that is not over; another one that waits there already is cancelled.
    fn queue_in_group(&mut self, run: u64) {
        let others = self.others_of_group(run);
        let is_held = |run: &WorkflowRun| run.latest().is_some_and(|attempt| attempt.held);
        let waiting: Vec<u64> = others.iter().copied().filter(|id| self.runs.get(id).is_some_and(is_held)).collect();
        if let Some(attempt) = self.attempt_mut(run) {
            attempt.held = !others.is_empty();
        }
        for older in waiting {
            if let Some(attempt) = self.attempt_mut(older) {
                attempt.held = false;
            }
            self.cancel(older, "");
        }
    }

    /// Runs of the same concurrency group that are not over.
    pub(super) fn others_of_group(&self, run: u64) -> Vec<u64> {
        let Some((found, group)) = self.runs.get(&run).and_then(|run| Some((run, run.concurrency.as_ref()?))) else {
            return Vec::new();
        };
        let others = self.runs.values().filter(|one| one.repository == found.repository && one.id != run);
        others.filter(|one| one.concurrency.as_ref() == Some(group) && !one.is_over()).map(|one| one.id).collect()
    }

    fn begin_attempt(&mut self, run: u64, actor: u64) {
        let now = self.now;
        let Some(found) = self.runs.get_mut(&run) else { return };
        let number = found.attempts.last().map_or(1, |last| last.number + 1);
        found.attempts.push(Attempt {
            number,
            actor,
            started_at: now,
            updated_at: now,
            jobs: Vec::new(),
            planned: found.plans.clone(),
            conclusion: None,
            cancelled: false,
            held: false,
        });
        self.tell_run(run, "requested");
        self.queue_in_group(run);
        self.start_ready_plans(run);
        self.complete_if_done(run);
    }
}
