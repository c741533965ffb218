//! Artifacts of workflow runs: the list, and a download that leads to storage on another host.

use serde_json::{Value, json};

use super::page::linked;
use super::{Answer, Ctx, number};
use crate::sim::github::answers::{node_id, wire_time};
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::outside::Artifact;

/// Below `actions`.
pub(super) fn answer(ctx: &Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("GET", ["runs", run, "artifacts"]) => of_run(ctx, repository, run),
        ("GET", ["artifacts", id]) => Ok(Reply::ok(&object(ctx, repository, find(ctx, repository, id)?))),
        ("GET", ["artifacts", id, "zip"]) => zip(ctx, repository, id),
        _ => Err(Reply::no_route()),
    }
}

/// Newest first.
fn of_run(ctx: &Ctx<'_>, repository: u64, run: &str) -> Answer {
    ctx.need("actions", Level::Read)?;
    let run = ctx.state.runs.get(&number(run)?).filter(|run| run.repository == repository);
    let run = run.ok_or_else(Reply::not_found)?.id;
    let name = ctx.ask.parameter("name");
    let is_wanted = |one: &&Artifact| one.run == run && name.as_ref().is_none_or(|name| *name == one.name);
    let found: Vec<&Artifact> = ctx.state.artifacts.iter().rev().filter(is_wanted).collect();
    let total = found.len();
    let page = ctx.page(found);
    let objects: Vec<Value> = page.items.iter().map(|one| object(ctx, repository, one)).collect();
    Ok(linked(Reply::ok(&json!({ "total_count": total, "artifacts": objects })), &page.link))
}

fn find<'a>(ctx: &'a Ctx<'_>, repository: u64, id: &str) -> Result<&'a Artifact, Reply> {
    ctx.need("actions", Level::Read)?;
    let id = number(id)?;
    let of_repository = |run: u64| ctx.state.runs.get(&run).is_some_and(|run| run.repository == repository);
    let found = ctx.state.artifacts.iter().find(|one| one.id == id && of_repository(one.run));
    found.ok_or_else(Reply::not_found)
}

fn zip(ctx: &Ctx<'_>, repository: u64, id: &str) -> Answer {
    let found = find(ctx, repository, id)?;
    if found.expired {
        return Err(Reply::error(410, "Artifact has expired"));
    }
    let location = format!("{}/artifacts/{}?sig=one-minute", ctx.state.urls.storage, found.id);
    Ok(Reply::empty(302).with_header("location", &location))
}

/// Storage needs no credential; whoever sends one here has leaked it, which the book notes.
pub(super) fn storage(ctx: &Ctx<'_>, id: &str) -> Answer {
    if ctx.ask.header("authorization").is_some() {
        return Err(Reply { unexpected: true, ..Reply::error(400, "Only one auth mechanism allowed") });
    }
    let id = number(id)?;
    let found = ctx.state.artifacts.iter().find(|one| one.id == id).ok_or_else(Reply::not_found)?;
    let is_signed = ctx.ask.parameter("sig").is_some_and(|signature| signature == "one-minute");
    if !is_signed || found.storage_fails {
        return Err(Reply::error(403, "Server failed to authenticate the request"));
    }
    Ok(Reply::raw("application/zip", found.zip.clone()))
}

fn object(ctx: &Ctx<'_>, repository: u64, artifact: &Artifact) -> Value {
    let api = ctx.state.repository_url(repository);
    let url = format!("{api}/actions/artifacts/{}", artifact.id);
    let run = ctx.state.runs.get(&artifact.run);
    json!({
        "id": artifact.id,
        "node_id": node_id("MDg6QXJ0aWZhY3Q", artifact.id),
        "name": artifact.name,
        "size_in_bytes": artifact.zip.len(),
        "url": url,
        "archive_download_url": format!("{url}/zip"),
        "expired": artifact.expired,
        "created_at": wire_time(artifact.at),
        "updated_at": wire_time(artifact.at),
        "expires_at": wire_time(artifact.at.plus_millis(90 * crate::domain::time::DAY_MS)),
        "digest": artifact.digest(),
        "workflow_run": {
            "id": artifact.run, "repository_id": repository, "head_repository_id": repository,
            "head_branch": run.map(|run| &run.reference), "head_sha": run.map(|run| &run.sha),
        },
    })
}
