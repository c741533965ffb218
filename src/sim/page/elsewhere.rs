//! Pages of GitHub that a message links to, in their simplest form: a run, a pull request, a comparison, a commit.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use crate::sim::github::state::repository::Repository;

use super::Show;
use super::run::short;
use super::shell::frame;

/// Longest patch that is drawn, in characters.
const MAX_PATCH: usize = 20_000;

/// `GET /github/acme/sentiment/...`
pub(super) async fn page(State(show): State<Arc<Show>>, Path(path): Path<String>) -> Response {
    let parts: Vec<&str> = path.splitn(4, '/').collect();
    let [_, _, kind, rest] = parts.as_slice() else { return missing() };
    if *kind == "actions" {
        return run(rest);
    }
    let repository = show.world.sample.repository;
    let drawn = show.world.github.read(|state| {
        let repository = state.repository(repository);
        match *kind {
            "pull" => pull(repository, rest),
            "compare" => rest.split_once("...").and_then(|(base, head)| comparison(repository, base, head)),
            "commit" => repository
                .resolve(rest)
                .and_then(|commit| comparison(repository, commit.parents.first().unwrap_or(&commit.sha), &commit.sha)),
            _ => None,
        }
    });
    drawn.map_or_else(missing, |content| framed(&content).into_response())
}

fn run(rest: &str) -> Response {
    let id = rest.strip_prefix("runs/").and_then(|rest| rest.split('/').next()).and_then(|id| id.parse::<u64>().ok());
    id.map_or_else(missing, |id| Redirect::to(&format!("/?run={id}")).into_response())
}

fn framed(content: &Markup) -> Markup {
    frame("GitHub (simulated)", "", html! { main.record { p { a href="/" { "← Back to the demo" } } (content) } })
}

fn missing() -> Response {
    let content = html! { h1 { "Not here" } p { "The demo draws runs, pull requests, comparisons and commits." } };
    (StatusCode::NOT_FOUND, framed(&content)).into_response()
}

fn pull(repository: &Repository, rest: &str) -> Option<Markup> {
    let number: u64 = rest.split('/').next()?.parse().ok()?;
    let pull = repository.pulls.get(&number)?;
    let content = html! {
        h1 { (pull.title) " #" (pull.number) }
        p { @if pull.merged_at.is_some() { "Merged into " } @else { "Open, into " } code { (pull.base_ref) } " from " code { (pull.head_ref) } }
        @if let Some(body) = &pull.body { p { (body) } }
        (comparison(repository, &pull.base_sha, &pull.head_sha)?)
    };
    Some(content)
}

fn comparison(repository: &Repository, base: &str, head: &str) -> Option<Markup> {
    let (base, head) = (repository.resolve(base)?, repository.resolve(head)?);
    let commits = repository.commits_between(Some(&base.sha), &head.sha);
    let changes = repository.changes(&base.files, &head.files);
    let content = html! {
        h1 { "Comparing " code { (short(&base.sha)) } " with " code { (short(&head.sha)) } }
        h2 { (commits.len()) " commits" }
        ul { @for commit in commits {
            li { code { (short(&commit.sha)) } " " (commit.message.lines().next().unwrap_or_default()) " · " (commit.author.name) }
        } }
        h2 { (changes.len()) " files" }
        @for change in &changes {
            @let lines = repository.line_changes(change, 512 * 1024);
            details.file open {
                summary { code { (change.path) } " " (change.status()) ", +" (lines.additions) " −" (lines.deletions) }
                @if let Some(patch) = lines.patch { pre.patch { (patch.chars().take(MAX_PATCH).collect::<String>()) } }
            }
        }
    };
    Some(content)
}
