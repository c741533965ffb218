//! Code scanning: analyses, and one of them as SARIF. The permission for it is not among those the App asks for.

use serde_json::{Value, json};

use super::page::linked;
use super::{Answer, Ctx, number};
use crate::sim::github::answers::wire_time;
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::outside::Analysis;

/// Below `code-scanning`.
pub(super) fn answer(ctx: &Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("GET", ["analyses"]) => list(ctx, repository),
        ("GET", ["analyses", id]) => show(ctx, repository, id),
        _ => Err(Reply::no_route()),
    }
}

/// Newest first. A repository without any analysis has none of this.
fn list(ctx: &Ctx<'_>, repository: u64) -> Answer {
    ctx.need("security_events", Level::Read)?;
    let of_repository = || ctx.state.analyses.iter().filter(|one| one.repository == repository);
    if of_repository().next().is_none() {
        return Err(Reply::error(404, "no analysis found"));
    }
    let tool = ctx.ask.parameter("tool_name");
    let found = of_repository().filter(|one| tool.as_ref().is_none_or(|tool| *tool == one.tool));
    let page = ctx.page(found.rev().collect::<Vec<_>>());
    let objects = page.items.iter().map(|one| object(ctx, one)).collect();
    Ok(linked(Reply::ok(&Value::Array(objects)), &page.link))
}

fn show(ctx: &Ctx<'_>, repository: u64, id: &str) -> Answer {
    ctx.need("security_events", Level::Read)?;
    let id = number(id)?;
    let found = ctx.state.analyses.iter().find(|one| one.id == id && one.repository == repository);
    let found = found.ok_or_else(Reply::not_found)?;
    if ctx.ask.accepts("application/sarif+json") {
        return Ok(Reply::raw("application/sarif+json; charset=utf-8", found.sarif.clone().into_bytes()));
    }
    Ok(Reply::ok(&object(ctx, found)))
}

fn object(ctx: &Ctx<'_>, analysis: &Analysis) -> Value {
    let api = ctx.state.repository_url(analysis.repository);
    json!({
        "id": analysis.id,
        "ref": "refs/heads/main",
        "commit_sha": analysis.commit,
        "analysis_key": analysis.category,
        "environment": "{}",
        "category": analysis.category,
        "error": analysis.error,
        "warning": "",
        "created_at": wire_time(analysis.at),
        "results_count": 1,
        "rules_count": 1,
        "url": format!("{api}/code-scanning/analyses/{}", analysis.id),
        "sarif_id": format!("{:08x}-6ea5-11e9-9bdc-1c1b0d9a9a2f", analysis.id),
        "tool": { "name": analysis.tool, "guid": null, "version": "2.0.0" },
        "deletable": true,
    })
}
