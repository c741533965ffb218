//! Pull requests.

use serde_json::Value;

use super::page::linked;
use super::{Answer, Ctx, number};
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::pulls::PullRequest;

/// The commits endpoint of a pull request never shows more.
const PULL_COMMITS_MAX: usize = 250;

pub(super) fn answer(ctx: &Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("GET", [pull]) => {
            let pull = find(ctx, repository, pull)?;
            Ok(Reply::ok(&ctx.state.pull_full(repository, pull)))
        }
        ("GET", [pull, "files"]) => files(ctx, repository, pull),
        ("GET", [pull, "commits"]) => commits(ctx, repository, pull),
        ("GET", [pull, "reviews"]) => reviews(ctx, repository, pull),
        _ => Err(Reply::no_route()),
    }
}

fn find<'a>(ctx: &'a Ctx<'_>, repository: u64, pull: &str) -> Result<&'a PullRequest, Reply> {
    ctx.need("pull_requests", Level::Read)?;
    ctx.state.repository(repository).pulls.get(&number(pull)?).ok_or_else(Reply::not_found)
}

fn files(ctx: &Ctx<'_>, repository: u64, pull: &str) -> Answer {
    let pull = find(ctx, repository, pull)?;
    let found = ctx.state.repository(repository);
    let mut changes = ctx.state.pull_changes(repository, pull);
    changes.truncate(ctx.state.options.limits.pull_files);
    let page = ctx.page(changes);
    let objects = page.items.iter().map(|change| ctx.state.diff_entry(found, &pull.head_sha, change));
    Ok(linked(Reply::ok(&Value::Array(objects.collect())), &page.link))
}

fn commits(ctx: &Ctx<'_>, repository: u64, pull: &str) -> Answer {
    let pull = find(ctx, repository, pull)?;
    let known = &ctx.state.repository(repository).commits;
    let commits = pull.commits.iter().take(PULL_COMMITS_MAX).filter_map(|sha| known.get(sha));
    let page = ctx.page(commits.collect::<Vec<_>>());
    let objects = page.items.iter().map(|commit| ctx.state.commit_object(repository, commit));
    Ok(linked(Reply::ok(&Value::Array(objects.collect())), &page.link))
}

fn reviews(ctx: &Ctx<'_>, repository: u64, pull: &str) -> Answer {
    let pull = find(ctx, repository, pull)?;
    let page = ctx.page(pull.reviews.iter().collect::<Vec<_>>());
    let objects = page.items.iter().map(|review| ctx.state.pull_review(repository, pull, review));
    Ok(linked(Reply::ok(&Value::Array(objects.collect())), &page.link))
}
