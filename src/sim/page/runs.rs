//! The repository around the run: what is live, and the other runs.

use maud::{Markup, html};

use crate::sim::github::state::deployments::Deployment;
use crate::sim::github::state::repository::Repository;
use crate::sim::github::{State, WorkflowRun};

use super::Show;
use super::run::{icon, label, login, short, time, word};

/// Runs that are listed.
const MOST: usize = 30;

pub(super) fn list(show: &Show, shown: Option<&WorkflowRun>) -> Markup {
    let repository = show.world.sample.repository;
    show.world.github.read(|state| {
        html! {
            section.card.live aria-label="What is live" {
                h4 { "Live" }
                @for environment in &state.repository(repository).environments {
                    (live(state.repository(repository), &environment.name))
                }
            }
            section.card.runs aria-label="Workflow runs" {
                h4 { "Workflow runs" span.count { (state.runs.len()) } }
                ul { @for run in state.runs.values().rev().take(MOST) { (row(state, run, shown.map(|run| run.id))) } }
            }
        }
    })
}

fn row(state: &State, run: &WorkflowRun, shown: Option<u64>) -> Markup {
    let Some(attempt) = run.latest() else { return html! {} };
    html! {
        li id=(format!("row-{}", run.id)) {
            a href=(format!("/?run={}", run.id)) data-run-link=(run.id) aria-current=[(shown == Some(run.id)).then_some("true")] {
                (icon(word(attempt)))
                span.title { (run.title) }
                span.meta {
                    (run.workflow) " #" (run.number) @if attempt.number > 1 { ", attempt " (attempt.number) }
                    " · " (login(state, attempt.actor)) " · " (label(word(attempt)))
                }
            }
        }
    }
}

fn live(repository: &Repository, environment: &str) -> Markup {
    let same = |one: &&Deployment| one.environment.eq_ignore_ascii_case(environment) && one.state() == Some("success");
    let found = repository.deployments.iter().rev().find(same);
    let commit = found.and_then(|found| repository.commits.get(&found.sha));
    html! {
        p { strong { (environment) } " "
            @match found {
                Some(found) => {
                    code { (short(&found.sha)) } " "
                    span.title { (commit.and_then(|commit| commit.message.lines().next()).unwrap_or_default()) }
                    " " span.meta { (time(found.updated_at)) }
                },
                None => { span.meta { "nothing yet" } },
            }
        }
    }
}
