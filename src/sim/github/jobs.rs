//! The life of a job: arrives, waits at its gate, is queued, runs, is over; and what its deployment says meanwhile.

use super::state::State;
use super::state::environments::Environment;
use super::state::runs::{Attempt, Gate, Job, JobPlan, NextStep, Verdict, WorkflowRun};
use crate::domain::time::MINUTE_MS;

impl State {
    /// Starts every plan whose needs have succeeded; drops those whose needs failed.
    pub(super) fn start_ready_plans(&mut self, run: u64) {
        loop {
            let Some(attempt) = self.attempt_mut(run).filter(|attempt| !attempt.held) else { return };
            if let Some(hopeless) = attempt.planned.iter().position(|plan| needs_failed(attempt, plan)) {
                attempt.planned.remove(hopeless);
                continue;
            }
            let Some(ready) = attempt.planned.iter().position(|plan| needs_done(attempt, plan)) else { return };
            let plan = attempt.planned.remove(ready);
            self.start_plan(run, &plan);
        }
    }

    /// Creates the jobs of one plan.
    pub(super) fn start_plan(&mut self, run: u64, plan: &JobPlan) {
        for index in 0..plan.matrix {
            let name = if plan.matrix > 1 { format!("{} ({})", plan.name, index + 1) } else { plan.name.clone() };
            self.start_job(run, plan, name);
        }
    }

    fn start_job(&mut self, run: u64, plan: &JobPlan, name: String) {
        let (id, now) = (self.fresh_id(), self.now);
        let environment = plan.environment.as_deref().and_then(|name| self.environment_for_job(run, name));
        let deployment = environment.as_ref().filter(|_| plan.deployment);
        let deployment = deployment.and_then(|environment| self.open_deployment(run, id, &environment.name));
        let Some(attempt) = self.attempt_mut(run) else { return };
        attempt.jobs.push(Job {
            id,
            name,
            plan: plan.name.clone(),
            environment: environment.as_ref().map(|environment| environment.name.clone()),
            deployment,
            status: "queued".to_owned(),
            conclusion: None,
            gate: None,
            created_at: now,
            started_at: None,
            completed_at: None,
            next: None,
            fails: plan.fails,
        });
        match environment {
            Some(environment) if custom_rule_without_deployment(&environment, plan) => {
                self.finish_job(run, id, "failure")
            }
            Some(environment) if environment.has_rules() => self.open_gate(run, id, &environment),
            _ => self.queue_job(run, id),
        }
    }

    /// A workflow that names an unknown environment creates it, without rules.
    fn environment_for_job(&mut self, run: u64, name: &str) -> Option<Environment> {
        let repository = self.runs.get(&run)?.repository;
        if self.environment(repository, name).is_none() {
            self.add_environment(repository, name, false);
        }
        self.environment(repository, name).cloned()
    }

    fn open_deployment(&mut self, run: u64, job: u64, environment: &str) -> Option<u64> {
        let found = self.runs.get(&run)?;
        let (repository, sha, reference) = (found.repository, found.sha.clone(), found.reference.clone());
        let creator = found.latest().map_or(found.actor, |attempt| attempt.actor);
        let id = self.add_deployment(repository, environment, &sha, &reference, creator);
        let deployments = &mut self.repository_mut(repository).deployments;
        deployments.iter_mut().filter(|one| one.id == id).for_each(|one| one.job = Some((run, job)));
        self.tell_deployment(run, id);
        Some(id)
    }

    fn open_gate(&mut self, run: u64, job: u64, environment: &Environment) {
        let now = self.now;
        if self.options.payload.queued_before_waiting {
            self.tell_job(run, job, "queued");
        }
        let timer = environment.wait_timer_minutes;
        let gate = Gate {
            opened_at: now,
            ours: environment.our_rule.map(|_| Verdict::Pending),
            others: environment.other_rules.iter().map(|rule| (rule.app_slug.clone(), Verdict::Pending)).collect(),
            reviewers: (!environment.reviewers.is_empty()).then_some(Verdict::Pending),
            wait_until: (timer > 0).then(|| now.plus_millis(timer * MINUTE_MS)),
            status_reports: 0,
            closed_at: None,
        };
        if let Some(job) = self.job_mut(run, job) {
            job.gate = Some(gate);
            "waiting".clone_into(&mut job.status);
        }
        self.deployment_says(run, job, "waiting");
        self.tell_job(run, job, "waiting");
        if environment.our_rule.is_some() {
            self.tell_protection_rule(run, job);
        }
    }

    /// Moves a waiting job on when all its rules have answered.
    pub(super) fn settle(&mut self, run: u64, job: u64) {
        let now = self.now;
        let waiting = self.job(run, job).filter(|job| job.status == "waiting");
        let verdict = waiting.and_then(|job| job.gate.as_ref()).map(|gate| gate.verdict(now));
        match verdict {
            Some(Verdict::Approved) => {
                self.close_gate(run, job);
                self.queue_job(run, job);
            }
            Some(Verdict::Rejected) => {
                self.finish_job(run, job, "failure");
                self.complete_if_done(run);
            }
            Some(Verdict::Pending) | None => {}
        }
    }

    pub(super) fn close_gate(&mut self, run: u64, job: u64) {
        let now = self.now;
        if let Some(gate) = self.job_mut(run, job).and_then(|job| job.gate.as_mut()) {
            gate.closed_at = Some(now);
        }
    }

    pub(super) fn queue_job(&mut self, run: u64, job: u64) {
        let start = self.now.plus_millis(self.options.timing.job_starts_ms);
        if let Some(job) = self.job_mut(run, job) {
            "queued".clone_into(&mut job.status);
            job.next = Some((start, NextStep::Start));
        }
        self.deployment_says(run, job, "queued");
        self.tell_job(run, job, "queued");
    }

    pub(super) fn run_job(&mut self, run: u64, job: u64) {
        let now = self.now;
        let finish = now.plus_millis(self.options.timing.job_runs_ms);
        let first = self.runs.get(&run).is_some_and(|run| run.status() != "in_progress");
        if let Some(job) = self.job_mut(run, job) {
            "in_progress".clone_into(&mut job.status);
            job.started_at = Some(now);
            job.next = Some((finish, NextStep::Finish));
        }
        if first {
            self.tell_run(run, "in_progress");
        }
        self.deployment_says(run, job, "in_progress");
        self.tell_job(run, job, "in_progress");
    }

    /// Ends a job. The run is looked at by `complete_if_done`.
    pub(super) fn finish_job(&mut self, run: u64, job: u64, conclusion: &str) {
        let now = self.now;
        if let Some(job) = self.job_mut(run, job) {
            "completed".clone_into(&mut job.status);
            job.conclusion = Some(conclusion.to_owned());
            job.completed_at = Some(now);
            job.next = None;
        }
        self.close_gate(run, job);
        self.deployment_says(run, job, if conclusion == "success" { "success" } else { "failure" });
        self.tell_job(run, job, "completed");
    }

    /// Starts what became possible, and ends the run when nothing is left.
    pub(super) fn complete_if_done(&mut self, run: u64) {
        if self.attempt_mut(run).is_some_and(|attempt| attempt.held) {
            return;
        }
        self.start_ready_plans(run);
        let now = self.now;
        let Some(attempt) = self.attempt_mut(run) else { return };
        attempt.updated_at = now;
        let open = !attempt.planned.is_empty() || attempt.jobs.iter().any(|job| !job.is_over());
        if open || attempt.conclusion.is_some() {
            return;
        }
        attempt.conclusion = Some(conclusion(attempt).to_owned());
        self.tell_run(run, "completed");
        self.let_next_of_group_start(run);
    }

    fn let_next_of_group_start(&mut self, run: u64) {
        let others = self.others_of_group(run);
        let is_active = |id: &u64| self.runs.get(id).and_then(WorkflowRun::latest).is_some_and(|attempt| !attempt.held);
        if others.iter().any(is_active) {
            return;
        }
        for next in others {
            let Some(attempt) = self.attempt_mut(next).filter(|attempt| attempt.held) else { continue };
            attempt.held = false;
            self.complete_if_done(next);
            return;
        }
    }

    fn deployment_says(&mut self, run: u64, job: u64, state: &str) {
        let deployment = self.job(run, job).and_then(|job| job.deployment);
        let repository = self.runs.get(&run).map(|run| run.repository);
        let Some((repository, deployment)) = repository.zip(deployment) else { return };
        let status = self.add_deployment_status(repository, deployment, state);
        self.tell_deployment_status(run, job, deployment, status);
    }

    /// Does the earliest thing that is due in any run, at its own time. False when nothing is.
    pub(super) fn advance_one(&mut self) -> bool {
        let now = self.now;
        let Some((due, run, job)) = self.next_job_step().filter(|(due, ..)| *due <= now) else { return false };
        self.now = due;
        self.do_step(run, job);
        self.now = now;
        true
    }

    /// The earliest step of any job: (when, run, job).
    pub(super) fn next_job_step(&self) -> Option<(crate::domain::Timestamp, u64, u64)> {
        let open = self.runs.values().filter(|run| !run.is_over());
        let jobs = open.filter_map(|run| Some((run.id, run.latest()?)));
        let jobs = jobs.flat_map(|(run, attempt)| attempt.jobs.iter().map(move |job| (run, job)));
        jobs.filter_map(|(run, job)| Some((self.due(job)?, run, job.id))).min()
    }

    fn due(&self, job: &Job) -> Option<crate::domain::Timestamp> {
        if let Some((at, _)) = job.next {
            return Some(at);
        }
        let gate = job.gate.as_ref().filter(|_| job.status == "waiting")?;
        let expires = gate.opened_at.plus_millis(self.options.timing.gate_expires_ms);
        // A timer that ran out while other rules are pending has nothing more to do.
        let timer = gate.wait_until.filter(|until| gate.verdict(*until) != Verdict::Pending);
        Some(timer.map_or(expires, |until| until.min(expires)))
    }

    fn do_step(&mut self, run: u64, job: u64) {
        let Some(found) = self.job(run, job) else { return };
        let conclusion = if found.fails { "failure" } else { "success" };
        match found.next {
            Some((_, NextStep::Start)) => self.run_job(run, job),
            Some((_, NextStep::Finish)) => {
                self.finish_job(run, job, conclusion);
                self.complete_if_done(run);
            }
            None => self.timer_ran_out(run, job),
        }
    }

    fn timer_ran_out(&mut self, run: u64, job: u64) {
        let now = self.now;
        let gate = self.job(run, job).and_then(|job| job.gate.as_ref());
        if gate.is_some_and(|gate| gate.verdict(now) == Verdict::Pending) {
            self.finish_job(run, job, "failure");
            self.complete_if_done(run);
        } else {
            self.settle(run, job);
        }
    }
}

fn custom_rule_without_deployment(environment: &Environment, plan: &JobPlan) -> bool {
    let custom = environment.our_rule.is_some() || !environment.other_rules.is_empty();
    custom && !plan.deployment
}

fn outcome<'a>(attempt: &'a Attempt, plan: &str) -> impl Iterator<Item = &'a Job> {
    let plan = plan.to_owned();
    attempt.jobs.iter().filter(move |job| job.plan == plan)
}

fn needs_done(attempt: &Attempt, plan: &JobPlan) -> bool {
    let succeeded = |job: &Job| job.conclusion.as_deref() == Some("success");
    plan.needs.iter().all(|need| {
        let mut jobs = outcome(attempt, need).peekable();
        jobs.peek().is_some() && jobs.all(succeeded)
    })
}

fn needs_failed(attempt: &Attempt, plan: &JobPlan) -> bool {
    let failed = |job: &Job| job.conclusion.as_deref().is_some_and(|conclusion| conclusion != "success");
    let dropped = |need: &String| {
        outcome(attempt, need).next().is_none() && !attempt.planned.iter().any(|other| &other.name == need)
    };
    plan.needs.iter().any(|need| outcome(attempt, need).any(failed) || dropped(need))
}

fn conclusion(attempt: &Attempt) -> &'static str {
    let any = |word: &str| attempt.jobs.iter().any(|job| job.conclusion.as_deref() == Some(word));
    match () {
        () if attempt.cancelled => "cancelled",
        () if any("failure") => "failure",
        () if any("cancelled") => "cancelled",
        () => "success",
    }
}

/// The run of a job, for those who only need to look.
pub(super) fn latest_number(run: &WorkflowRun) -> u32 {
    run.latest().map_or(1, |attempt| attempt.number)
}
