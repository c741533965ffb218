//! A workflow run as its page shows it: who started what, its jobs, and what the protection rule says.

use maud::{Markup, html};

use crate::domain::Timestamp;
use crate::domain::time::SECOND_MS;
use crate::sim::github::state::runs::{Attempt, Gate, Job, Verdict};
use crate::sim::github::{DecisionPost, State, StatusReport, WorkflowRun};

use super::Show;
use super::comment::comment;

/// A matrix with more jobs than this is drawn as a grid.
const JOBS_AS_ROWS: usize = 6;

pub(super) fn card(show: &Show, run: Option<&WorkflowRun>) -> Markup {
    let Some((run, attempt)) = run.and_then(|run| Some((run, run.latest()?))) else {
        return html! { p.empty { "No run yet. Start a deployment above." } };
    };
    show.world.github.read(|state| {
        html! {
            article.run id=(format!("run-{}", run.id)) data-run=(run.id) data-state=(word(attempt)) {
                (head(state, run, attempt))
                (rule(state, run, attempt))
                (jobs(attempt))
                p.record-link { a href=(format!("/record?run={}&attempt={}", run.id, attempt.number)) { "Audit trail of this request" } }
            }
        }
    })
}

/// The run's state in a word, for the tab of a narrow screen.
pub(super) fn standing(run: Option<&WorkflowRun>) -> Markup {
    html! { @if let Some(attempt) = run.and_then(WorkflowRun::latest) { (icon(word(attempt))) (word(attempt).replace('_', " ")) } }
}

/// `waiting`, `queued`, `in_progress`, `success`, `failure`, `cancelled`
pub(super) fn word(attempt: &Attempt) -> &str {
    attempt.conclusion.as_deref().unwrap_or_else(|| attempt.status())
}

/// What people read for a state.
pub(super) fn label(state: &str) -> &str {
    match state {
        "waiting" => "Waiting for review",
        "queued" => "Queued",
        "in_progress" => "In progress",
        "success" => "Success",
        "failure" => "Failed",
        "cancelled" => "Cancelled",
        other => other,
    }
}

/// A picture beside the word, never instead of it.
pub(super) fn icon(state: &str) -> Markup {
    let class = format!("icon {state}");
    html! {
        svg class=(class) viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" {
            @match state {
                "success" => { circle cx="8" cy="8" r="8" {} path d="M4.5 8.3l2.3 2.3 4.7-4.9" {} },
                "failure" => { circle cx="8" cy="8" r="8" {} path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" {} },
                "cancelled" => { circle cx="8" cy="8" r="8" {} path d="M4.8 8h6.4" {} },
                "in_progress" => { circle.track cx="8" cy="8" r="6.5" {} path.turning d="M8 1.5A6.5 6.5 0 0 1 14.5 8" {} },
                "waiting" => { circle cx="8" cy="8" r="7" {} path d="M8 4.4V8.2l2.5 1.6" {} },
                _ => { circle cx="8" cy="8" r="5.5" {} },
            }
        }
    }
}

fn head(state: &State, run: &WorkflowRun, attempt: &Attempt) -> Markup {
    let name = state.full_name(run.repository);
    html! {
        header.run-head {
            div.run-top {
                p.crumbs { (name) " / " (run.workflow) " #" (run.number) @if attempt.number > 1 { " · attempt " (attempt.number) } }
                (actions(run))
            }
            h3 { (icon(word(attempt))) span { (run.title) } }
            dl.facts {
                div { dt { "Status" } dd.state { (label(word(attempt))) } }
                div { dt { "Triggered by" } dd { strong { (login(state, attempt.actor)) } " · " (run.event) } }
                div { dt { "Commit" } dd { code { (short(&run.sha)) } " on " code { (run.reference) } } }
                div { dt { "Started" } dd { (time(attempt.started_at)) } }
            }
        }
    }
}

fn actions(run: &WorkflowRun) -> Markup {
    let act = |what: &str, label: &str| {
        html! { button type="button" data-run-act=(what) data-run=(run.id) { (label) } }
    };
    html! {
        div.run-actions {
            @if run.is_over() {
                (act("rerun", "Re-run all jobs"))
            } @else {
                details.menu id=(format!("menu-{}", run.id)) {
                    summary { "More" }
                    div {
                        (act("cancel", "Cancel workflow"))
                        (act("bypass", "Start all waiting jobs (administrator)"))
                    }
                }
            }
        }
    }
}

fn rule(state: &State, run: &WorkflowRun, attempt: &Attempt) -> Markup {
    let mine = |number: u32, of: u64| of == run.id && number == attempt.number;
    let reports: Vec<&StatusReport> =
        state.status_reports.iter().filter(|report| mine(report.attempt, report.run) && report.status == 204).collect();
    let decisions: Vec<&DecisionPost> =
        state.decisions.iter().filter(|post| mine(post.attempt, post.run) && post.status == 204).collect();
    let gates: Vec<&Job> =
        attempt.jobs.iter().filter(|job| job.gate.as_ref().is_some_and(|gate| gate.ours.is_some())).collect();
    let Some(environment) = gates.first().and_then(|job| job.environment.as_deref()) else { return html! {} };
    let (state_word, words) = verdict(&gates);
    html! {
        section.card.rule aria-label="Deployment protection rules" {
            h4 { "Deployment protection rules" }
            p.verdict { (icon(state_word)) span { strong { "Countersign" } " · " code { (environment) } } span.state { (words) } }
            @for report in reports { (said("status", report.at, &report.comment)) }
            @for post in decisions { (said(&post.state, post.at, post.comment.as_deref().unwrap_or_default())) }
        }
    }
}

fn said(kind: &str, at: Timestamp, text: &str) -> Markup {
    html! {
        div.said data-kind=(kind) {
            p.by { strong { "countersign" } span.bot { "bot" } @if kind != "status" { " " span.state { (kind) } } " " (time(at)) }
            div.comment { (comment(text)) }
        }
    }
}

/// What our rule says of all gated jobs together: a state to draw, and words.
fn verdict(gates: &[&Job]) -> (&'static str, &'static str) {
    let ours = |verdict: Verdict| gates.iter().any(|job| job.gate.as_ref().and_then(|gate| gate.ours) == Some(verdict));
    let let_through = |job: &&Job| job.gate.as_ref().is_some_and(Gate::is_ours_to_decide);
    match () {
        () if ours(Verdict::Rejected) => ("failure", "Rejected"),
        () if gates.iter().any(let_through) => ("waiting", "Waiting"),
        () if ours(Verdict::Pending) && gates.iter().all(|job| job.conclusion.as_deref() == Some("cancelled")) => {
            ("cancelled", "Cancelled before an answer")
        }
        () if ours(Verdict::Pending) => ("cancelled", "Bypassed"),
        () => ("success", "Approved"),
    }
}

fn jobs(attempt: &Attempt) -> Markup {
    html! {
        section.card.jobs aria-label="Jobs" {
            h4 { "Jobs" span.count { (attempt.jobs.len()) } }
            @if attempt.jobs.len() > JOBS_AS_ROWS { (grid(&attempt.jobs)) } @else {
                ul { @for job in &attempt.jobs { (row(job)) } }
            }
        }
    }
}

fn row(job: &Job) -> Markup {
    let state = job_word(job);
    html! {
        li id=(format!("job-{}", job.id)) data-state=(state) {
            (icon(state)) span.name { (job.name) }
            @if let Some(environment) = &job.environment { code { (environment) } }
            span.state { (label(state)) @if let Some(took) = took(job) { " in " (took) } }
        }
    }
}

fn grid(jobs: &[Job]) -> Markup {
    let states = ["waiting", "queued", "in_progress", "success", "failure", "cancelled"];
    let counts = states.map(|state| (state, jobs.iter().filter(|job| job_word(job) == state).count()));
    html! {
        p.counts { @for (state, count) in counts.iter().filter(|(_, count)| *count > 0) {
            span { (icon(state)) (count) " " (label(state).to_lowercase()) }
        } }
        ul.grid { @for job in jobs {
            @let state = job_word(job);
            li id=(format!("job-{}", job.id)) title=(format!("{}: {}", job.name, label(state))) { (icon(state)) span.name { (job.name) } }
        } }
    }
}

fn job_word(job: &Job) -> &str {
    job.conclusion.as_deref().unwrap_or(&job.status)
}

/// `3.0 s`, of a job that ran.
fn took(job: &Job) -> Option<String> {
    let ms = job.completed_at?.millis_since(job.started_at?);
    Some(format!("{}.{} s", ms / SECOND_MS, ms % SECOND_MS / 100))
}

pub(super) fn login(state: &State, account: u64) -> String {
    state.accounts.get(&account).map(|account| account.login.clone()).unwrap_or_default()
}

pub(super) fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}

/// A moment: for machines in full, for people to the second (the page's script puts it into their time zone).
pub(super) fn time(at: Timestamp) -> Markup {
    let full = at.to_rfc3339();
    let shown = full.get(11..19).unwrap_or(&full);
    html! { time datetime=(full) { (shown) " UTC" } }
}
