//! Git LFS: the batch endpoint on the web host, the media on a host of its own.

use serde_json::{Value, json};

use super::{Answer, Ctx};
use crate::sim::github::options::Level;
use crate::sim::github::reply::{Ask, Reply};
use crate::sim::github::state::git::LfsObject;

const MEDIA_TYPE: &str = "application/vnd.git-lfs+json";

/// The web host knows the batch endpoint only.
pub(super) fn web(ctx: &Ctx<'_>, segments: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), segments) {
        ("POST", [owner, name, "info", "lfs", "objects", "batch"]) if name.ends_with(".git") => {
            batch(ctx, owner, name.trim_end_matches(".git"))
        }
        _ => Err(Reply::no_route()),
    }
}

fn batch(ctx: &Ctx<'_>, owner: &str, name: &str) -> Answer {
    let challenge = |reply: Reply| reply.with_header("lfs-authenticate", "Basic realm=\"GitHub\"");
    if ctx.ask.header("authorization").is_none() {
        return Err(challenge(Reply::error(401, "Credentials needed")));
    }
    ctx.enter_repository(owner, name)?;
    ctx.need("contents", Level::Read)?;
    let typed = |header: &str| ctx.ask.header(header).is_some_and(|value| value.starts_with(MEDIA_TYPE));
    if !typed("accept") || !typed("content-type") {
        return Err(Reply::error(406, "Accept and Content-Type must be application/vnd.git-lfs+json"));
    }
    let body = ctx.ask.json_object()?;
    if body.get("operation").and_then(Value::as_str) != Some("download") {
        return Err(Reply::error(422, "Only downloads are possible here"));
    }
    let wanted = body.get("objects").and_then(Value::as_array).cloned().unwrap_or_default();
    let objects: Option<Vec<Value>> = wanted.iter().map(|one| object(ctx, one)).collect();
    let objects = objects.ok_or_else(|| Reply::error(422, "Every object needs an oid and a size"))?;
    let mut reply = Reply::ok(&json!({ "transfer": "basic", "objects": objects, "hash_algo": "sha256" }));
    reply.headers = vec![("content-type".to_owned(), format!("{MEDIA_TYPE}; charset=utf-8"))];
    Ok(reply)
}

/// An object's own error rides inside the 200.
fn object(ctx: &Ctx<'_>, wanted: &Value) -> Option<Value> {
    let (oid, size) = (wanted.get("oid")?.as_str()?, wanted.get("size")?.as_u64()?);
    let error =
        |code: u16, message: &str| json!({ "oid": oid, "size": size, "error": { "code": code, "message": message } });
    let answer = match ctx.state.lfs.get(oid) {
        None => error(404, "Object does not exist on the server"),
        Some(LfsObject { refusal: Some((code, message)), .. }) => error(*code, message),
        Some(_) => {
            let href = format!("{}/lfs/{oid}", ctx.state.urls.storage);
            json!({
                "oid": oid, "size": size, "authenticated": true,
                "actions": { "download": { "href": href, "expires_in": 3600 } },
            })
        }
    };
    Some(answer)
}

/// Media needs no credential; whoever sends one here has leaked it, which the book notes.
pub(super) fn storage(ctx: &Ctx<'_>, segments: &[&str]) -> Answer {
    if ctx.ask.header("authorization").is_some() {
        return Err(Reply { unexpected: true, ..Reply::error(400, "Only one auth mechanism allowed") });
    }
    match (ctx.ask.method.as_str(), segments) {
        ("GET", ["lfs", oid]) => {
            let found = ctx.state.lfs.get(*oid).ok_or_else(Reply::not_found)?;
            Ok(ranged(ctx.ask, found))
        }
        _ => Err(Reply::no_route()),
    }
}

fn ranged(ask: &Ask, object: &LfsObject) -> Reply {
    let content = &object.content;
    let Some((from, to)) = ask.header("range").and_then(byte_range) else {
        return Reply::raw("application/octet-stream", content.content());
    };
    let last = to.unwrap_or(u64::MAX).min(content.size.saturating_sub(1));
    let Some(part) = content.part(from, last) else {
        return Reply::empty(416).with_header("content-range", &format!("bytes */{}", content.size));
    };
    let range = format!("bytes {from}-{last}/{}", content.size);
    Reply { status: 206, ..Reply::raw("application/octet-stream", part) }.with_header("content-range", &range)
}

/// `bytes=A-B` or `bytes=A-`.
fn byte_range(header: &str) -> Option<(u64, Option<u64>)> {
    let (from, to) = header.strip_prefix("bytes=")?.split_once('-')?;
    let to = if to.is_empty() { None } else { Some(to.parse().ok()?) };
    Some((from.parse().ok()?, to))
}
