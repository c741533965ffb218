//! Files: contents by path, and git's own objects.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Answer, Ctx};
use crate::sim::github::answers::commits::encoded_path;
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::git::{Blob, Commit, FileEntry, TreeEntry};

const BLOB_BYTES_MAX: u64 = 100 * 1024 * 1024;

pub(super) fn answer(ctx: &Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    if ctx.ask.method != "GET" {
        return Err(Reply::no_route());
    }
    ctx.need("contents", Level::Read)?;
    match rest {
        ["contents", path @ ..] => contents(ctx, repository, path.join("/").trim_end_matches('/')),
        ["git", "trees", name @ ..] => tree(ctx, repository, &name.join("/")),
        ["git", "blobs", sha] => blob(ctx, repository, sha),
        ["git", "commits", sha] => {
            let commit = ctx.state.repository(repository).commits.get(*sha).ok_or_else(Reply::not_found)?;
            Ok(Reply::ok(&ctx.state.git_commit(repository, commit)))
        }
        ["git", "ref", name @ ..] => reference(ctx, repository, &name.join("/")),
        _ => Err(Reply::no_route()),
    }
}

fn contents(ctx: &Ctx<'_>, repository: u64, path: &str) -> Answer {
    let found = ctx.state.repository(repository);
    let reference = ctx.ask.parameter("ref").unwrap_or_else(|| found.default_branch.clone());
    let no_commit = || Reply::error(404, &format!("No commit found for the ref {reference}"));
    let commit = found.resolve(&reference).ok_or_else(no_commit)?;
    if let Some(entry) = commit.files.get(path) {
        let blob = found.blobs.get(&entry.sha).ok_or_else(Reply::not_found)?;
        return file(ctx, repository, &reference, path, entry, blob);
    }
    let folder = folder(commit, path);
    if folder.is_empty() && !path.is_empty() {
        return Err(Reply::not_found());
    }
    let items = folder.iter().take(ctx.state.options.limits.directory_entries);
    let items = items.map(|(path, entry)| {
        let size = entry.and_then(|entry| found.blobs.get(&entry.sha)).map_or(0, |blob| blob.size);
        let sha = entry.map(|entry| entry.sha.clone()).unwrap_or_else(|| tree_at(ctx, repository, commit, path));
        let kind = if entry.is_some() { "file" } else { "dir" };
        entry_object(ctx, repository, &reference, path, &sha, (kind, size))
    });
    Ok(Reply::ok(&Value::Array(items.collect())))
}

/// Up to 1 MB whole, to 100 MB only raw, beyond that refused.
fn file(ctx: &Ctx<'_>, repository: u64, reference: &str, path: &str, entry: &FileEntry, blob: &Blob) -> Answer {
    let limits = &ctx.state.options.limits;
    if blob.size > limits.contents_raw_bytes {
        return Err(too_large(
            "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API.",
        ));
    }
    if ctx.ask.accepts("raw") {
        return Ok(Reply::raw("application/vnd.github.raw; charset=utf-8", blob.content()));
    }
    let whole = blob.size <= limits.contents_full_bytes;
    if !whole && !ctx.ask.accepts("object") {
        return Err(too_large(
            "This API returns blobs up to 1 MB in size. The requested blob is too large to fetch via the API, but you can use the raw or object media type.",
        ));
    }
    let mut object = entry_object(ctx, repository, reference, path, &entry.sha, ("file", blob.size));
    let (content, encoding) = if whole { (base64_lines(&blob.content()), "base64") } else { (String::new(), "none") };
    crate::sim::github::answers::extend(&mut object, json!({ "content": content, "encoding": encoding }));
    Ok(Reply::ok(&object))
}

fn too_large(message: &str) -> Reply {
    let errors = json!([{ "resource": "Blob", "field": "data", "code": "too_large" }]);
    let body = json!({ "message": message, "errors": errors, "documentation_url": "https://docs.github.com/rest", "status": "403" });
    Reply::json(403, &body)
}

/// What lies directly in a folder: files with their entry, folders without one.
fn folder<'a>(commit: &'a Commit, path: &str) -> std::collections::BTreeMap<String, Option<&'a FileEntry>> {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
    let inside = commit.files.iter().filter_map(|(path, entry)| Some((path.strip_prefix(&prefix)?, entry)));
    let children = inside.map(|(rest, entry)| match rest.split_once('/') {
        Some((folder, _)) => (format!("{prefix}{folder}"), None),
        None => (format!("{prefix}{rest}"), Some(entry)),
    });
    children.collect()
}

/// The id of the tree at that path of a commit.
fn tree_at(ctx: &Ctx<'_>, repository: u64, commit: &Commit, path: &str) -> String {
    let trees = &ctx.state.repository(repository).trees;
    let mut sha = commit.tree.clone();
    for name in path.split('/') {
        let entry = trees.get(&sha).and_then(|tree| tree.iter().find(|entry| entry.name == name));
        sha = entry.map(|entry| entry.sha.clone()).unwrap_or_default();
    }
    sha
}

fn entry_object(
    ctx: &Ctx<'_>,
    repository: u64,
    reference: &str,
    path: &str,
    sha: &str,
    (kind, size): (&str, u64),
) -> Value {
    let (api, page) = (ctx.state.repository_url(repository), ctx.state.repository_page(repository));
    let encoded = encoded_path(path);
    let at = encoded_path(reference);
    let url = format!("{api}/contents/{encoded}?ref={at}");
    let (git, web) = if kind == "file" { ("blobs", "blob") } else { ("trees", "tree") };
    let (git, html) = (format!("{api}/git/{git}/{sha}"), format!("{page}/{web}/{at}/{encoded}"));
    let download = (kind == "file").then(|| format!("{page}/raw/{at}/{encoded}"));
    json!({
        "name": path.rsplit('/').next(),
        "path": path,
        "sha": sha,
        "size": size,
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": download,
        "type": kind,
        "_links": { "self": url, "git": git, "html": html },
    })
}

/// Base64 as GitHub sends it: lines of sixty characters.
fn base64_lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(60).map(|line| format!("{}\n", String::from_utf8_lossy(line)));
    lines.collect()
}

fn blob(ctx: &Ctx<'_>, repository: u64, sha: &str) -> Answer {
    let blob = ctx.state.repository(repository).blobs.get(sha).ok_or_else(Reply::not_found)?;
    if blob.size > BLOB_BYTES_MAX {
        return Err(too_large(
            "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API.",
        ));
    }
    if ctx.ask.accepts("raw") {
        return Ok(Reply::raw("application/vnd.github.raw; charset=utf-8", blob.content()));
    }
    let body = json!({
        "sha": sha,
        "node_id": format!("B_{sha}"),
        "size": blob.size,
        "url": format!("{}/git/blobs/{sha}", ctx.state.repository_url(repository)),
        "content": base64_lines(&blob.content()),
        "encoding": "base64",
    });
    Ok(Reply::ok(&body))
}

/// A tree by its own id, or of a branch or commit. Recursive ones are cut at the vendor's limits and say so.
fn tree(ctx: &Ctx<'_>, repository: u64, name: &str) -> Answer {
    let found = ctx.state.repository(repository);
    let root = found.resolve(name).map_or(name, |commit| commit.tree.as_str());
    if !found.trees.contains_key(root) && !name.is_empty() {
        return Err(Reply::not_found());
    }
    let recursive = ctx.ask.parameter("recursive").is_some();
    let mut lines = Vec::new();
    collect(ctx, repository, root, "", recursive, &mut lines);
    let limits = &ctx.state.options.limits;
    let mut bytes = 0;
    let fits = |line: &Value| {
        bytes += line.to_string().len();
        bytes <= limits.tree_bytes
    };
    let total = lines.len();
    let shown: Vec<Value> = lines.into_iter().take(limits.tree_entries).take_while(fits).collect();
    let body = json!({
        "sha": root,
        "url": format!("{}/git/trees/{root}", ctx.state.repository_url(repository)),
        "truncated": shown.len() < total,
        "tree": shown,
    });
    Ok(Reply::ok(&body))
}

fn collect(ctx: &Ctx<'_>, repository: u64, tree: &str, prefix: &str, recursive: bool, lines: &mut Vec<Value>) {
    let found = ctx.state.repository(repository);
    for entry in found.trees.get(tree).map(Vec::as_slice).unwrap_or_default() {
        let path = format!("{prefix}{}", entry.name);
        lines.push(tree_line(ctx, repository, &path, entry));
        if recursive && entry.is_tree() {
            collect(ctx, repository, &entry.sha, &format!("{path}/"), recursive, lines);
        }
    }
}

fn tree_line(ctx: &Ctx<'_>, repository: u64, path: &str, entry: &TreeEntry) -> Value {
    let api = ctx.state.repository_url(repository);
    let (path, mode, sha) = (path.to_owned(), &entry.mode, &entry.sha);
    if entry.is_tree() {
        return json!({ "path": path, "mode": mode, "type": "tree", "sha": sha, "url": format!("{api}/git/trees/{sha}") });
    }
    if entry.mode == "160000" {
        return json!({ "path": path, "mode": mode, "type": "commit", "sha": sha });
    }
    let size = ctx.state.repository(repository).blobs.get(sha).map_or(0, |blob| blob.size);
    let url = format!("{api}/git/blobs/{sha}");
    json!({ "path": path, "mode": mode, "type": "blob", "sha": sha, "size": size, "url": url })
}

fn reference(ctx: &Ctx<'_>, repository: u64, name: &str) -> Answer {
    let found = ctx.state.repository(repository);
    let sha = match name.split_once('/') {
        Some(("heads", branch)) => found.branches.get(branch),
        Some(("tags", tag)) => found.tags.get(tag),
        _ => None,
    };
    let sha = sha.ok_or_else(Reply::not_found)?;
    let api = ctx.state.repository_url(repository);
    let body = json!({
        "ref": format!("refs/{name}"),
        "node_id": format!("REF_{sha}"),
        "url": format!("{api}/git/refs/{}", encoded_path(name)),
        "object": { "type": "commit", "sha": sha, "url": format!("{api}/git/commits/{sha}") },
    });
    Ok(Reply::ok(&body))
}
