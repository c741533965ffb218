//! Deployments with their statuses; environments with their rules.

use serde_json::{Value, json};

use super::page::linked;
use super::{Answer, Ctx, number};
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::deployments::Deployment;
use crate::sim::github::state::environments::Environment;

pub(super) fn answer(ctx: &Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("GET", ["deployments"]) => list(ctx, repository),
        ("GET", ["deployments", id]) => {
            let found = find(ctx, repository, id)?;
            Ok(Reply::ok(&ctx.state.deployment_object(repository, found)))
        }
        ("GET", ["deployments", id, "statuses"]) => statuses(ctx, repository, id),
        ("GET", ["environments"]) => environments(ctx, repository),
        ("GET", ["environments", name]) => {
            let found = environment(ctx, repository, name)?;
            Ok(Reply::ok(&ctx.state.environment_object(repository, found)))
        }
        ("GET", ["environments", name, "deployment_protection_rules"]) => rules(ctx, repository, name),
        _ => Err(Reply::no_route()),
    }
}

fn find<'a>(ctx: &'a Ctx<'_>, repository: u64, id: &str) -> Result<&'a Deployment, Reply> {
    ctx.need("deployments", Level::Read)?;
    ctx.state.deployment(repository, number(id)?).ok_or_else(Reply::not_found)
}

/// Newest first.
fn list(ctx: &Ctx<'_>, repository: u64) -> Answer {
    ctx.need("deployments", Level::Read)?;
    let wanted = |name: &str, value: &str| ctx.ask.parameter(name).is_none_or(|wanted| wanted == value);
    let environment = ctx.ask.parameter("environment").map(|name| name.to_lowercase());
    let matching = ctx.state.repository(repository).deployments.iter().rev().filter(|one| {
        let here = environment.as_ref().is_none_or(|name| *name == one.environment.to_lowercase());
        here && wanted("sha", &one.sha) && wanted("ref", &one.reference) && wanted("task", "deploy")
    });
    let page = ctx.page(matching.collect::<Vec<_>>());
    let objects = page.items.iter().map(|one| ctx.state.deployment_object(repository, one));
    Ok(linked(Reply::ok(&Value::Array(objects.collect())), &page.link))
}

fn statuses(ctx: &Ctx<'_>, repository: u64, id: &str) -> Answer {
    let found = find(ctx, repository, id)?;
    let page = ctx.page(found.statuses.iter().rev().collect());
    let pending = ctx.state.options.payload.rest_waiting_as_pending;
    let objects = page.items.iter().map(|status| {
        let mut object = ctx.state.deployment_status(repository, found, status);
        if pending && status.state == "waiting" {
            crate::sim::github::answers::extend(&mut object, json!({ "state": "pending" }));
        }
        object
    });
    Ok(linked(Reply::ok(&Value::Array(objects.collect())), &page.link))
}

fn environment<'a>(ctx: &'a Ctx<'_>, repository: u64, name: &str) -> Result<&'a Environment, Reply> {
    ctx.need("actions", Level::Read)?;
    ctx.state.environment(repository, name).ok_or_else(Reply::not_found)
}

fn environments(ctx: &Ctx<'_>, repository: u64) -> Answer {
    ctx.need("actions", Level::Read)?;
    let all: Vec<&Environment> = ctx.state.repository(repository).environments.iter().collect();
    let total = all.len();
    let page = ctx.page(all);
    let objects: Vec<Value> = page.items.iter().map(|one| ctx.state.environment_object(repository, one)).collect();
    Ok(linked(Reply::ok(&json!({ "total_count": total, "environments": objects })), &page.link))
}

fn rules(ctx: &Ctx<'_>, repository: u64, name: &str) -> Answer {
    let rules = ctx.state.custom_rules(environment(ctx, repository, name)?);
    Ok(Reply::ok(&json!({ "total_count": rules.len(), "custom_deployment_protection_rules": rules })))
}
