//! Workflow runs: reading them, their jobs, gates and reviews; deciding, cancelling, running again.

use serde_json::{Value, json};

use super::page::linked;
use super::{Answer, Ctx, number};
use crate::sim::github::answers::wire_time_or_null;
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::runs::{Attempt, Job, Verdict, WorkflowRun};

pub(super) fn answer(ctx: &mut Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("GET", ["runs"]) => list(ctx, repository),
        ("GET", ["jobs", job]) => job_by_id(ctx, repository, job),
        ("GET", ["runs", run]) => show(ctx, repository, run, None),
        ("GET", ["runs", run, "attempts", attempt]) => show(ctx, repository, run, Some(attempt)),
        ("GET", ["runs", run, "jobs"]) => jobs(ctx, repository, run, None),
        ("GET", ["runs", run, "attempts", attempt, "jobs"]) => jobs(ctx, repository, run, Some(attempt)),
        ("GET", ["runs", run, "approvals"]) => approvals(ctx, repository, run),
        ("GET", ["runs", run, "pending_deployments"]) => pending(ctx, repository, run),
        ("POST", ["runs", run, "deployment_protection_rule"]) => decide(ctx, repository, run),
        ("POST", ["runs", run, "cancel"]) => cancel(ctx, repository, run),
        ("POST", ["runs", run, "rerun"]) => rerun(ctx, repository, run),
        _ => Err(Reply::no_route()),
    }
}

fn find<'a>(ctx: &'a Ctx<'_>, repository: u64, run: &str) -> Result<&'a WorkflowRun, Reply> {
    ctx.need("actions", Level::Read)?;
    let run = ctx.state.runs.get(&number(run)?).filter(|run| run.repository == repository);
    run.ok_or_else(Reply::not_found)
}

fn find_attempt<'a>(run: &'a WorkflowRun, attempt: Option<&str>) -> Result<&'a Attempt, Reply> {
    let found = match attempt {
        Some(text) => run.attempt(text.parse().map_err(|_| Reply::not_found())?),
        None => run.latest(),
    };
    found.ok_or_else(Reply::not_found)
}

fn list(ctx: &Ctx<'_>, repository: u64) -> Answer {
    ctx.need("actions", Level::Read)?;
    let wanted = |name: &str, value: &str| ctx.ask.parameter(name).is_none_or(|wanted| wanted == value);
    let status = ctx.ask.parameter("status");
    let of_repository = ctx.state.runs.values().rev().filter(|run| run.repository == repository);
    let matching = of_repository.filter(|run| {
        let stands = status.as_deref().is_none_or(|status| status == run.status() || Some(status) == run.conclusion());
        stands && wanted("branch", &run.reference) && wanted("event", &run.event) && wanted("head_sha", &run.sha)
    });
    let matching: Vec<&WorkflowRun> = matching.collect();
    let total = matching.len();
    let page = ctx.page(matching);
    let objects = page.items.iter().filter_map(|run| Some(ctx.state.run_object(run, run.latest()?)));
    let body = json!({ "total_count": total, "workflow_runs": objects.collect::<Vec<_>>() });
    Ok(linked(Reply::ok(&body), &page.link))
}

fn show(ctx: &Ctx<'_>, repository: u64, run: &str, attempt: Option<&str>) -> Answer {
    let run = find(ctx, repository, run)?;
    Ok(Reply::ok(&ctx.state.run_object(run, find_attempt(run, attempt)?)))
}

fn jobs(ctx: &Ctx<'_>, repository: u64, run: &str, attempt: Option<&str>) -> Answer {
    let run = find(ctx, repository, run)?;
    let all = attempt.is_none() && ctx.ask.parameter("filter").as_deref() == Some("all");
    let jobs: Vec<(&Attempt, &Job)> = if all {
        run.attempts.iter().flat_map(|attempt| attempt.jobs.iter().map(move |job| (attempt, job))).collect()
    } else {
        let attempt = find_attempt(run, attempt)?;
        attempt.jobs.iter().map(|job| (attempt, job)).collect()
    };
    let total = jobs.len();
    let page = ctx.page(jobs);
    let objects = page.items.iter().map(|(attempt, job)| ctx.state.job_object(run, attempt, job));
    let body = json!({ "total_count": total, "jobs": objects.collect::<Vec<_>>() });
    Ok(linked(Reply::ok(&body), &page.link))
}

fn job_by_id(ctx: &Ctx<'_>, repository: u64, job: &str) -> Answer {
    ctx.need("actions", Level::Read)?;
    let id = number(job)?;
    let of_repository = ctx.state.runs.values().filter(|run| run.repository == repository);
    let attempts = of_repository.flat_map(|run| run.attempts.iter().map(move |attempt| (run, attempt)));
    let mut jobs = attempts.flat_map(|(run, attempt)| attempt.jobs.iter().map(move |job| (run, attempt, job)));
    let (run, attempt, job) = jobs.find(|(.., job)| job.id == id).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&ctx.state.job_object(run, attempt, job)))
}

fn approvals(ctx: &Ctx<'_>, repository: u64, run: &str) -> Answer {
    let run = find(ctx, repository, run)?;
    let of_run = ctx.state.reviews.iter().filter(|review| review.run == run.id);
    let environments = &ctx.state.repository(repository).environments;
    let objects = of_run.filter_map(|review| {
        let environment = environments.iter().find(|one| one.id == review.environment)?;
        Some(json!({
            "state": review.state,
            "comment": review.comment,
            "environments": [ctx.state.environment_object(repository, environment)],
            "user": ctx.state.simple_user(review.user),
        }))
    });
    Ok(Reply::ok(&Value::Array(objects.collect())))
}

fn pending(ctx: &Ctx<'_>, repository: u64, run: &str) -> Answer {
    let run = find(ctx, repository, run)?;
    let jobs = run.latest().map(|attempt| attempt.jobs.as_slice()).unwrap_or_default();
    let environments = ctx.state.repository(repository).environments.iter();
    let objects = environments.filter_map(|environment| {
        let mut waiting = jobs.iter().filter(|job| job.waits_in(&environment.name)).peekable();
        waiting.peek()?;
        let gates: Vec<_> = waiting.filter_map(|job| job.gate.as_ref()).collect();
        let started = gates.iter().filter(|gate| gate.wait_until.is_some()).map(|gate| gate.opened_at).min();
        Some(json!({
            "environment": ctx.state.environment_brief(repository, environment),
            "wait_timer": environment.wait_timer_minutes,
            "wait_timer_started_at": wire_time_or_null(started),
            "current_user_can_approve": gates.iter().any(|gate| gate.ours == Some(Verdict::Pending)),
            "reviewers": ctx.state.reviewers(environment),
        }))
    });
    Ok(Reply::ok(&Value::Array(objects.collect())))
}

fn decide(ctx: &mut Ctx<'_>, repository: u64, run: &str) -> Answer {
    ctx.need("deployments", Level::Write)?;
    let run = ctx.state.runs.get(&number(run)?).filter(|run| run.repository == repository);
    let run = run.ok_or_else(Reply::not_found)?.id;
    Ok(ctx.state.decide(repository, run, ctx.ask, ctx.overlapped))
}

fn cancel(ctx: &mut Ctx<'_>, repository: u64, run: &str) -> Answer {
    ctx.need("actions", Level::Write)?;
    let run = find(ctx, repository, run)?.id;
    let bot = format!("{}[bot]", ctx.state.options.app_slug);
    if ctx.state.cancel(run, &bot) {
        return Ok(Reply::json(202, &json!({})));
    }
    Err(Reply::error(409, "Cannot cancel a workflow run that is completed."))
}

fn rerun(ctx: &mut Ctx<'_>, repository: u64, run: &str) -> Answer {
    ctx.need("actions", Level::Write)?;
    let run = find(ctx, repository, run)?.id;
    let bot = format!("{}[bot]", ctx.state.options.app_slug);
    if ctx.state.rerun(run, &bot) {
        return Ok(Reply::json(201, &json!({})));
    }
    Err(Reply::error(403, "This workflow run cannot be rerun: it is running, or was created over a month ago"))
}
