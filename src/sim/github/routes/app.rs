//! The App about itself: installations, tokens, its webhook deliveries; limits and addresses of GitHub.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::page::linked;
use super::{Answer, Ctx, number};
use crate::domain::time::HOUR_MS;
use crate::sim::github::answers::wire_time;
use crate::sim::github::caller::Caller;
use crate::sim::github::limits::Allowance;
use crate::sim::github::options::{Flavour, Level, Permissions, TokenFormat};
use crate::sim::github::reply::Reply;
use crate::sim::github::state::installations::{Installation, TokenGrant};

const TOKEN_REPOSITORIES_MAX: usize = 500;

pub(super) fn show(ctx: &Ctx<'_>) -> Answer {
    ctx.need_app()?;
    Ok(Reply::ok(&ctx.state.our_app()))
}

pub(super) fn meta(ctx: &Ctx<'_>) -> Answer {
    let enterprise = ctx.state.options.flavour == Flavour::Ghes;
    let mut body = json!({ "verifiable_password_authentication": false, "hooks": ["127.0.0.1/32"] });
    if enterprise && let Value::Object(body) = &mut body {
        body.insert("installed_version".to_owned(), json!("3.19.1"));
    }
    Ok(Reply::ok(&body))
}

pub(super) fn rate_limit(ctx: &Ctx<'_>) -> Answer {
    let Some(core) = ctx.state.allowance(ctx.caller.bucket()) else {
        return Err(Reply::error(404, "Rate limiting is not enabled."));
    };
    let object = |one: Allowance| json!({ "limit": one.limit, "used": one.used, "remaining": one.remaining(), "reset": one.reset });
    let search = Allowance { limit: 30, used: 0, reset: ctx.state.now.as_seconds() + 60 };
    let body = json!({ "resources": { "core": object(core), "search": object(search) }, "rate": object(core) });
    Ok(Reply::ok(&body))
}

pub(super) fn deliveries(ctx: &Ctx<'_>) -> Answer {
    ctx.need_app()?;
    let per_page = ctx.ask.number("per_page").unwrap_or(30).clamp(1, 100);
    let before = match ctx.ask.parameter("cursor") {
        Some(cursor) => {
            let id = cursor.strip_prefix("v1_").and_then(|id| id.parse::<u64>().ok());
            Some(id.ok_or_else(|| Reply::error(400, "Invalid cursor"))?)
        }
        None => None,
    };
    let status = ctx.ask.parameter("status");
    let wanted = |code: u16| match status.as_deref() {
        Some("success") => (200..400).contains(&code),
        Some("failure") => (400..600).contains(&code),
        _ => true,
    };
    let kept = ctx.state.kept_deliveries().into_iter();
    let kept = kept.filter(|one| before.is_none_or(|before| one.id < before) && wanted(one.status_code));
    let kept: Vec<_> = kept.collect();
    let page: Vec<_> = kept.iter().take(per_page).collect();
    let items: Vec<Value> = page.iter().map(|one| ctx.state.delivery_item(one)).collect();
    let next = page.last().filter(|_| kept.len() > per_page).map(|last| format!("v1_{}", last.id));
    let link = next.map(|cursor| format!("<{}>; rel=\"next\"", ctx.address_with("cursor", &cursor)));
    Ok(linked(Reply::ok(&Value::Array(items)), &link.unwrap_or_default()))
}

pub(super) fn delivery(ctx: &Ctx<'_>, id: &str) -> Answer {
    ctx.need_app()?;
    let id = number(id)?;
    let found = ctx.state.kept_deliveries().into_iter().find(|one| one.id == id);
    let found = found.ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&ctx.state.delivery_detail(found)))
}

pub(super) fn redeliver(ctx: &mut Ctx<'_>, id: &str) -> Answer {
    ctx.need_app()?;
    let id = number(id)?;
    let guid = ctx.state.kept_deliveries().into_iter().find(|one| one.id == id).map(|one| one.guid.clone());
    let guid = guid.ok_or_else(Reply::not_found)?;
    ctx.state.redeliver(&guid);
    Ok(Reply::json(202, &json!({})))
}

pub(super) fn installations(ctx: &Ctx<'_>) -> Answer {
    ctx.need_app()?;
    let page = ctx.page(ctx.state.installations.values().collect());
    let items: Vec<Value> = page.items.iter().map(|one| ctx.state.installation_object(one)).collect();
    Ok(linked(Reply::ok(&Value::Array(items)), &page.link))
}

pub(super) fn installation(ctx: &Ctx<'_>, id: &str) -> Answer {
    ctx.need_app()?;
    let found = ctx.state.installations.get(&number(id)?).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&ctx.state.installation_object(found)))
}

pub(super) fn installation_of(ctx: &Ctx<'_>, owner: &str, name: &str) -> Answer {
    ctx.need_app()?;
    let named = ctx.state.repository_named(owner, name);
    let Some(repository) = named else {
        let former = ctx.state.repository_formerly(&format!("{owner}/{name}"));
        return Err(former.map_or_else(Reply::not_found, |id| ctx.moved(id)));
    };
    let found = ctx.state.installation_of(repository).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&ctx.state.installation_object(found)))
}

pub(super) fn repositories(ctx: &Ctx<'_>) -> Answer {
    ctx.need("metadata", Level::Read)?;
    let Caller::Installation(grant) = &ctx.caller else { return Err(Reply::bad_credentials()) };
    let reached = ctx.state.repositories.keys().copied().filter(|id| ctx.state.reaches(grant, *id));
    let reached: Vec<u64> = reached.collect();
    let total = reached.len();
    let page = ctx.page(reached);
    let items: Vec<Value> = page.items.iter().map(|id| ctx.state.hook_repository(*id)).collect();
    let body = json!({ "total_count": total, "repository_selection": "selected", "repositories": items });
    Ok(linked(Reply::ok(&body), &page.link))
}

pub(super) fn access_token(ctx: &mut Ctx<'_>, id: &str) -> Answer {
    ctx.need_app()?;
    let body = ctx.ask.json_object()?;
    let found = ctx.state.installations.get(&number(id)?).ok_or_else(Reply::not_found)?;
    if found.suspended_at.is_some() {
        return Err(Reply::error(403, "This installation has been suspended"));
    }
    if let Some(unknown) =
        body.keys().find(|key| !["repositories", "repository_ids", "permissions"].contains(&key.as_str()))
    {
        return Err(Reply::invalid(&format!("\"{unknown}\" is not a permitted key.")));
    }
    let repositories = wanted_repositories(ctx, found, &body)?;
    let permissions = wanted_permissions(found, &body)?;
    let grant = TokenGrant {
        installation: found.id,
        repositories: repositories.clone(),
        permissions: permissions.clone(),
        expires_at: ctx.state.now.plus_millis(HOUR_MS),
    };
    let token = fresh_token(ctx);
    let mut answer = json!({
        "token": token,
        "expires_at": wire_time(grant.expires_at),
        "permissions": permissions,
        "repository_selection": "selected",
    });
    if let (Value::Object(answer), Some(ids)) = (&mut answer, &repositories) {
        let list = ids.iter().map(|id| ctx.state.hook_repository(*id)).collect();
        answer.insert("repositories".to_owned(), list);
    }
    ctx.state.tokens.insert(token, grant);
    Ok(Reply::json(201, &answer))
}

fn wanted_repositories(
    ctx: &Ctx<'_>,
    installation: &Installation,
    body: &Map<String, Value>,
) -> Result<Option<BTreeSet<u64>>, Reply> {
    let list = |name: &str| body.get(name).map(|list| list.as_array().cloned().unwrap_or_default());
    let (ids, names) = (list("repository_ids"), list("repositories"));
    if ids.is_none() && names.is_none() {
        return Ok(None);
    }
    let (ids, names) = (ids.unwrap_or_default(), names.unwrap_or_default());
    if ids.len() + names.len() > TOKEN_REPOSITORIES_MAX {
        return Err(Reply::error(422, "Too many repositories: a token can be narrowed to at most 500"));
    }
    let by_name = |name: &str| {
        let mut own = installation.repositories.iter().copied();
        own.find(|id| ctx.state.repository(*id).name.eq_ignore_ascii_case(name))
    };
    let named = names.iter().map(|name| name.as_str().and_then(by_name));
    let all = ids.iter().map(Value::as_u64).chain(named);
    let inside = |id: &u64| installation.repositories.contains(id);
    let found: Option<BTreeSet<u64>> = all.map(|id| id.filter(inside)).collect();
    let text = "There is at least one repository that does not exist or is not accessible to the parent installation.";
    found.map(Some).ok_or_else(|| Reply::error(422, text))
}

fn wanted_permissions(installation: &Installation, body: &Map<String, Value>) -> Result<Permissions, Reply> {
    let Some(wanted) = body.get("permissions") else { return Ok(installation.permissions.clone()) };
    let wanted: Permissions = serde_json::from_value(wanted.clone())
        .map_err(|_| Reply::invalid("For 'properties/permissions', it is not an object of permissions."))?;
    let has = |(name, level): (&String, &Level)| installation.permissions.get(name).is_some_and(|own| own >= level);
    if !wanted.iter().all(has) {
        return Err(Reply::error(422, "The permissions requested are not granted to this installation."));
    }
    let mut wanted = wanted;
    wanted.entry("metadata".to_owned()).or_insert(Level::Read);
    Ok(wanted)
}

/// Opaque and never the same twice; the header of the call can force a form.
fn fresh_token(ctx: &Ctx<'_>) -> String {
    let forced = match ctx.ask.header("x-github-stateless-s2s-token") {
        Some("enabled") => Some(TokenFormat::Stateless),
        Some("disabled") => Some(TokenFormat::Short),
        _ => None,
    };
    let format = forced.unwrap_or(ctx.state.options.token_format);
    if format == TokenFormat::Short || ctx.state.options.flavour == Flavour::Ghes {
        return format!("ghs_{}", random_text(36));
    }
    let (head, claims, signature) = (random_text(36), random_text(114), random_text(342));
    format!("ghs_{}_eyJ{head}.eyJ{claims}-{}_.{signature}", ctx.state.options.app_id, random_text(5))
}

fn random_text(length: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        text.push_str(&uuid::Uuid::new_v4().simple().to_string());
    }
    text.truncate(length);
    text
}
