//! Commits, comparisons, and what others report on a commit.

use serde_json::{Value, json};

use super::page::linked;
use super::{Answer, Ctx};
use crate::sim::github::answers::extend;
use crate::sim::github::answers::wire_time;
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::git::{Commit, Files};
use crate::sim::github::state::pulls::PullRequest;
use crate::sim::github::state::repository::CommitStatus;

pub(super) fn answer(ctx: &Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("GET", ["commits"]) => list(ctx, repository),
        ("GET", ["compare", base_head @ ..]) => compare(ctx, repository, &base_head.join("/")),
        ("GET", ["commits", reference @ .., "pulls"]) => pulls(ctx, repository, &reference.join("/")),
        ("GET", ["commits", reference @ .., "check-runs"]) => check_runs(ctx, repository, &reference.join("/")),
        ("GET", ["commits", reference @ .., "status"]) => status(ctx, repository, &reference.join("/")),
        ("GET", ["commits", reference @ ..]) => show(ctx, repository, &reference.join("/")),
        _ => Err(Reply::no_route()),
    }
}

fn resolve<'a>(ctx: &'a Ctx<'_>, repository: u64, reference: &str) -> Result<&'a Commit, Reply> {
    let found = ctx.state.repository(repository).resolve(reference);
    found.ok_or_else(|| Reply::error(422, &format!("No commit found for SHA: {reference}")))
}

fn list(ctx: &Ctx<'_>, repository: u64) -> Answer {
    ctx.need("contents", Level::Read)?;
    let found = ctx.state.repository(repository);
    let start = ctx.ask.parameter("sha").unwrap_or_else(|| found.default_branch.clone());
    let start = found.resolve(&start).ok_or_else(Reply::not_found)?;
    let path = ctx.ask.parameter("path");
    let touches = |commit: &Commit, path: &str| {
        let beneath =
            |changed: &str| changed == path || changed.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        ctx.state.changes_of(found, commit).iter().any(|change| beneath(&change.path))
    };
    let mut commits = found.commits_between(None, &start.sha);
    commits.reverse();
    commits.retain(|commit| path.as_deref().is_none_or(|path| touches(commit, path)));
    let page = ctx.page(commits);
    let objects = page.items.iter().map(|commit| ctx.state.commit_object(repository, commit));
    Ok(linked(Reply::ok(&Value::Array(objects.collect())), &page.link))
}

fn show(ctx: &Ctx<'_>, repository: u64, reference: &str) -> Answer {
    ctx.need("contents", Level::Read)?;
    let commit = resolve(ctx, repository, reference)?;
    let found = ctx.state.repository(repository);
    let mut changes = ctx.state.changes_of(found, commit);
    changes.truncate(ctx.state.options.limits.commit_files);
    let lines = changes.iter().map(|change| found.line_changes(change, ctx.state.options.limits.patch_bytes));
    let (additions, deletions) = lines.fold((0, 0), |sum, one| (sum.0 + one.additions, sum.1 + one.deletions));
    let page = ctx.page_of(changes, ctx.state.options.limits.compare_files);
    let files: Vec<Value> = page.items.iter().map(|change| ctx.state.diff_entry(found, &commit.sha, change)).collect();
    let mut object = ctx.state.commit_object(repository, commit);
    let stats = json!({ "additions": additions, "deletions": deletions, "total": additions + deletions });
    extend(&mut object, json!({ "stats": stats, "files": files }));
    Ok(linked(Reply::ok(&object), &page.link))
}

/// Without paging: the newest 250 commits. With it: all of them, and files on page 1 only. Never more than 300 files.
fn compare(ctx: &Ctx<'_>, repository: u64, base_head: &str) -> Answer {
    ctx.need("contents", Level::Read)?;
    let found = ctx.state.repository(repository);
    let (base_name, head_name) = base_head.split_once("...").ok_or_else(Reply::not_found)?;
    let base = found.resolve(base_name).ok_or_else(Reply::not_found)?;
    let head = found.resolve(head_name).ok_or_else(Reply::not_found)?;
    let no_common = || Reply::error(404, &format!("No common ancestor between {base_name} and {head_name}."));
    let merge_base = found.merge_base(&base.sha, &head.sha).ok_or_else(no_common)?;
    let mut ahead = found.commits_between(Some(&base.sha), &head.sha);
    let behind = found.commits_between(Some(&head.sha), &base.sha).len();
    let total = ahead.len();
    let paged = ctx.ask.parameter("page").is_some() || ctx.ask.parameter("per_page").is_some();
    let newest = total.saturating_sub(ctx.state.options.limits.compare_commits);
    let (commits, link, first) = if paged {
        let page = ctx.page(ahead);
        (page.items, page.link, page.number == 1)
    } else {
        ahead.drain(..newest);
        (ahead, String::new(), true)
    };
    let api = ctx.state.repository_url(repository);
    let page = ctx.state.repository_page(repository);
    let mut body = json!({
        "url": format!("{api}/compare/{base_head}"),
        "html_url": format!("{page}/compare/{base_head}"),
        "permalink_url": format!("{page}/compare/{}...{}", base.sha, head.sha),
        "diff_url": format!("{page}/compare/{base_head}.diff"),
        "patch_url": format!("{page}/compare/{base_head}.patch"),
        "base_commit": ctx.state.commit_object(repository, base),
        "merge_base_commit": ctx.state.commit_object(repository, merge_base),
        "status": comparison_word(total, behind),
        "ahead_by": total,
        "behind_by": behind,
        "total_commits": total,
        "commits": commits.iter().map(|commit| ctx.state.commit_object(repository, commit)).collect::<Vec<_>>(),
    });
    if first {
        let files = compared_files(ctx, repository, &merge_base.files, head);
        extend(&mut body, json!({ "files": files }));
    }
    Ok(linked(Reply::ok(&body), &link))
}

fn comparison_word(ahead: usize, behind: usize) -> &'static str {
    match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    }
}

fn compared_files(ctx: &Ctx<'_>, repository: u64, before: &Files, head: &Commit) -> Vec<Value> {
    let found = ctx.state.repository(repository);
    let changes = found.changes(before, &head.files);
    let shown = changes.iter().take(ctx.state.options.limits.compare_files);
    shown.map(|change| ctx.state.diff_entry(found, &head.sha, change)).collect()
}

/// The merged pull request that introduced the commit; for a commit not on the default branch also open ones.
fn pulls(ctx: &Ctx<'_>, repository: u64, reference: &str) -> Answer {
    ctx.need("pull_requests", Level::Read)?;
    let sha = resolve(ctx, repository, reference)?.sha.clone();
    let found = ctx.state.repository(repository);
    let main = found.branches.get(&found.default_branch).cloned().unwrap_or_default();
    let on_main = found.ancestors(&main).contains(&sha);
    let introduced = |pull: &PullRequest| pull.commits.contains(&sha) || pull.merge_commit.as_deref() == Some(&sha);
    let shown = |pull: &&PullRequest| introduced(pull) && (pull.merged_at.is_some() || (!on_main && pull.open));
    let page = ctx.page(found.pulls.values().filter(shown).collect::<Vec<_>>());
    let objects = page.items.iter().map(|pull| ctx.state.pull_simple(repository, pull));
    Ok(linked(Reply::ok(&Value::Array(objects.collect())), &page.link))
}

fn check_runs(ctx: &Ctx<'_>, repository: u64, reference: &str) -> Answer {
    let sha = resolve(ctx, repository, reference)?.sha.clone();
    super::checks::of_commit(ctx, repository, &sha)
}

fn status(ctx: &Ctx<'_>, repository: u64, reference: &str) -> Answer {
    ctx.need("statuses", Level::Read)?;
    let sha = resolve(ctx, repository, reference)?.sha.clone();
    let api = ctx.state.repository_url(repository);
    let all = &ctx.state.repository(repository).commit_statuses;
    let newer = |one: &CommitStatus| {
        all.iter().any(|other| other.sha == one.sha && other.context == one.context && other.id > one.id)
    };
    let of_commit: Vec<_> = all.iter().filter(|one| one.sha == sha && !newer(one)).collect();
    let any = |word: &str| of_commit.iter().any(|one| one.state == word);
    let state = match () {
        () if any("failure") || any("error") => "failure",
        () if of_commit.is_empty() || any("pending") => "pending",
        () => "success",
    };
    let total = of_commit.len();
    let page = ctx.page(of_commit);
    let objects = page.items.iter().map(|one| {
        json!({
            "id": one.id, "node_id": crate::sim::github::answers::node_id("SC", one.id), "state": one.state,
            "context": one.context, "description": one.description, "target_url": null, "avatar_url": null,
            "url": format!("{api}/statuses/{sha}"), "created_at": wire_time(one.at), "updated_at": wire_time(one.at),
        })
    });
    let body = json!({
        "state": state,
        "sha": sha,
        "total_count": total,
        "statuses": objects.collect::<Vec<_>>(),
        "repository": ctx.state.minimal_repository(repository),
        "commit_url": format!("{api}/commits/{sha}"),
        "url": format!("{api}/commits/{sha}/status"),
    });
    Ok(linked(Reply::ok(&body), &page.link))
}
