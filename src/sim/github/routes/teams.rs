//! Teams, for an installation of their organisation with `members: read`.

use serde_json::{Value, json};

use super::page::linked;
use super::{Answer, Ctx, number};
use crate::sim::github::caller::Caller;
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::teams::Team;

/// `/orgs/{org}/teams/{team_slug}` and what lies below it.
pub(super) fn by_slug(ctx: &Ctx<'_>, organization: &str, slug: &str, rest: &[&str]) -> Answer {
    let named = ctx.state.account_by_login(organization).map(|one| one.id);
    let own = reach(ctx, named)?;
    let mut teams = ctx.state.teams.iter();
    let team = teams.find(|team| team.organization == own && team.slug.eq_ignore_ascii_case(slug));
    answer(ctx, team.ok_or_else(Reply::not_found)?, rest)
}

/// The same by numbers: `/organizations/{org_id}/team/{team_id}`.
pub(super) fn by_id(ctx: &Ctx<'_>, organization: &str, id: &str, rest: &[&str]) -> Answer {
    let own = reach(ctx, Some(number(organization)?))?;
    let team = ctx.state.team(number(id)?).filter(|team| team.organization == own);
    answer(ctx, team.ok_or_else(Reply::not_found)?, rest)
}

/// Teams of other organisations do not exist for the caller.
fn reach(ctx: &Ctx<'_>, organization: Option<u64>) -> Result<u64, Reply> {
    ctx.need("members", Level::Read)?;
    let Caller::Installation(grant) = &ctx.caller else { return Err(Reply::bad_credentials()) };
    let account = ctx.state.installations.get(&grant.installation).map(|one| one.account);
    organization.filter(|named| Some(*named) == account).ok_or_else(Reply::not_found)
}

fn answer(ctx: &Ctx<'_>, team: &Team, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::ok(&ctx.state.team_full(team))),
        ("GET", ["members"]) => members(ctx, team),
        ("GET", ["memberships", login]) => membership(ctx, team, login),
        _ => Err(Reply::no_route()),
    }
}

fn members(ctx: &Ctx<'_>, team: &Team) -> Answer {
    let role = ctx.ask.parameter("role").unwrap_or_else(|| "all".to_owned());
    let wanted = |is_maintainer: bool| match role.as_str() {
        "maintainer" => is_maintainer,
        "member" => !is_maintainer,
        _ => true,
    };
    let people = ctx.state.people_of_team(team.id).into_iter().filter(|(_, role)| wanted(role.is_maintainer));
    let page = ctx.page(people.collect());
    let items: Vec<Value> = page.items.iter().map(|(id, role)| ctx.state.team_member(*id, *role)).collect();
    Ok(linked(Reply::ok(&Value::Array(items)), &page.link))
}

fn membership(ctx: &Ctx<'_>, team: &Team, login: &str) -> Answer {
    let account = ctx.state.account_by_login(login).ok_or_else(Reply::not_found)?;
    let people = ctx.state.people_of_team(team.id);
    let role = people.get(&account.id).ok_or_else(Reply::not_found)?;
    let word = if role.is_maintainer { "maintainer" } else { "member" };
    let url = format!("{}/memberships/{}", ctx.state.team_url(team), account.login);
    Ok(Reply::ok(&json!({ "url": url, "role": word, "state": "active" })))
}
