//! Git LFS: the batch endpoint on the web host, the media on a host of its own.

use serde_json::{Value, json};

use super::{Answer, Ctx};
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::State;
use crate::sim::github::state::large_files::LfsObject;

const MEDIA_TYPE: &str = "application/vnd.git-lfs+json";

/// The web host knows the batch endpoint only.
pub(super) fn web(ctx: &mut Ctx<'_>, segments: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), segments) {
        ("POST", [owner, name, "info", "lfs", "objects", "batch"]) if name.ends_with(".git") => {
            batch(ctx, owner, name.trim_end_matches(".git"))
        }
        _ => Err(Reply::no_route()),
    }
}

fn batch(ctx: &mut Ctx<'_>, owner: &str, name: &str) -> Answer {
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
    if wanted.len() > ctx.state.options.storage.batch_objects {
        return Err(Reply::error(413, "Too many objects in one batch"));
    }
    let objects: Option<Vec<Value>> = wanted.iter().map(|one| object(ctx.state, one)).collect();
    let objects = objects.ok_or_else(|| Reply::error(422, "Every object needs an oid and a size"))?;
    let mut reply = Reply::ok(&json!({ "transfer": "basic", "objects": objects, "hash_algo": "sha256" }));
    reply.headers = vec![("content-type".to_owned(), format!("{MEDIA_TYPE}; charset=utf-8"))];
    Ok(reply)
}

/// An object's own error rides inside the 200.
fn object(state: &mut State, wanted: &Value) -> Option<Value> {
    let (oid, size) = (wanted.get("oid")?.as_str()?, wanted.get("size")?.as_u64()?);
    let error =
        |code: u16, message: &str| json!({ "oid": oid, "size": size, "error": { "code": code, "message": message } });
    let answer = match state.lfs.objects.get(oid) {
        None => error(404, "Object does not exist on the server"),
        Some(LfsObject { refusal: Some((code, message)), .. }) => error(*code, message),
        Some(_) => {
            let grant = state.grant_large_file(oid);
            let download = download(state, oid, &grant);
            json!({ "oid": oid, "size": size, "authenticated": true, "actions": { "download": download } })
        }
    };
    Some(answer)
}

fn download(state: &State, oid: &str, grant: &str) -> Value {
    let (href, lasts) = (format!("{}/lfs/{oid}", state.urls.storage), state.options.storage.address_lasts_ms / 1_000);
    if state.options.storage.wants_header {
        let header = json!({ "Authorization": format!("RemoteAuth {grant}") });
        return json!({ "href": href, "header": header, "expires_in": lasts });
    }
    json!({ "href": format!("{href}?signature={grant}"), "expires_in": lasts })
}

/// Media is for whoever has the right that was handed out for it. Whoever sends another credential here has leaked it,
/// which the book notes.
pub(super) fn storage(ctx: &Ctx<'_>, segments: &[&str]) -> Answer {
    let leaked = || Reply { unexpected: true, ..Reply::error(400, "Only one auth mechanism allowed") };
    let header = ctx.ask.header("authorization").map(|value| value.strip_prefix("RemoteAuth ").ok_or_else(leaked));
    let ("GET", ["lfs", oid]) = (ctx.ask.method.as_str(), segments) else { return Err(Reply::no_route()) };
    let (grant, by_header) = match header.transpose()? {
        Some(grant) => (Some(grant.to_owned()), true),
        None => (ctx.ask.parameter("signature"), false),
    };
    let expired = || Reply { status: 403, ..Reply::raw("application/xml", b"<Error>AccessDenied</Error>".to_vec()) };
    match ctx.state.granted_large_file(grant.as_deref().ok_or_else(expired)?, oid) {
        Ok(object) => Ok(ranged(ctx, object)),
        Err(false) if by_header => Err(leaked()),
        Err(_) => Err(expired()),
    }
}

fn ranged(ctx: &Ctx<'_>, object: &LfsObject) -> Reply {
    let content = &object.content;
    let wanted = ctx.ask.header("range").filter(|_| ctx.state.options.storage.gives_parts).and_then(byte_range);
    let Some((from, to)) = wanted else {
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
