//! Comments on pull requests, which GitHub counts as issues here.

use serde_json::Value;

use super::page::linked;
use super::{Answer, Ctx, number};
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;

const COMMENT_MAX: usize = 65_536;

pub(super) fn answer(ctx: &mut Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("GET", [pull, "comments"]) => list(ctx, repository, number(pull)?),
        ("POST", [pull, "comments"]) => create(ctx, repository, number(pull)?),
        ("PATCH", ["comments", id]) => update(ctx, repository, number(id)?),
        _ => Err(Reply::no_route()),
    }
}

/// Either permission will do on a pull request.
fn need(ctx: &Ctx<'_>, level: Level) -> Result<(), Reply> {
    ctx.need("pull_requests", level).or_else(|refused| ctx.need("issues", level).map_err(|_| refused))
}

fn list(ctx: &Ctx<'_>, repository: u64, pull: u64) -> Answer {
    need(ctx, Level::Read)?;
    is_there(ctx, repository, pull)?;
    let page = ctx.page(ctx.state.comments_on(repository, pull));
    let objects = page.items.iter().map(|comment| ctx.state.comment_object(repository, comment));
    Ok(linked(Reply::ok(&Value::Array(objects.collect())), &page.link))
}

fn create(ctx: &mut Ctx<'_>, repository: u64, pull: u64) -> Answer {
    need(ctx, Level::Write)?;
    is_there(ctx, repository, pull)?;
    let (body, bot) = (body(ctx)?, ctx.state.app_bot());
    let id = ctx.state.add_comment(repository, pull, bot, &body, true);
    shown(ctx, repository, id, 201)
}

fn update(ctx: &mut Ctx<'_>, repository: u64, id: u64) -> Answer {
    need(ctx, Level::Write)?;
    let (body, now) = (body(ctx)?, ctx.state.now);
    let comment = ctx.state.repository_mut(repository).comments.iter_mut().find(|comment| comment.id == id);
    let comment = comment.ok_or_else(Reply::not_found)?;
    comment.body = body;
    comment.updated_at = now;
    shown(ctx, repository, id, 200)
}

fn shown(ctx: &Ctx<'_>, repository: u64, id: u64, status: u16) -> Answer {
    let comment = ctx.state.repository(repository).comments.iter().find(|comment| comment.id == id);
    let comment = comment.ok_or_else(Reply::not_found)?;
    Ok(Reply::json(status, &ctx.state.comment_object(repository, comment)))
}

fn is_there(ctx: &Ctx<'_>, repository: u64, pull: u64) -> Result<(), Reply> {
    ctx.state.repository(repository).pulls.get(&pull).map(drop).ok_or_else(Reply::not_found)
}

fn body(ctx: &Ctx<'_>) -> Result<String, Reply> {
    let members = ctx.ask.json_object()?;
    let body = members.get("body").and_then(Value::as_str).filter(|body| !body.is_empty());
    let body = body.ok_or_else(|| Reply::invalid("\"body\" wasn't supplied."))?;
    if body.chars().count() > COMMENT_MAX {
        return Err(Reply::error(422, "Validation Failed"));
    }
    Ok(body.to_owned())
}
