//! People: accounts, and what somebody may do in a repository.

use serde_json::{Value, json};

use super::{Answer, Ctx};
use crate::sim::github::answers::extend;
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::people::AccountKind;
use crate::sim::github::state::repository::Access;

pub(super) fn user(ctx: &Ctx<'_>, login: &str) -> Answer {
    let account = ctx.state.account_by_login(login).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&ctx.state.public_user(account)))
}

/// Search as far as `in:email` goes: every account whose public address contains one of the words.
pub(super) fn search(ctx: &Ctx<'_>) -> Answer {
    ctx.need("metadata", Level::Read)?;
    let query = ctx.ask.parameter("q").unwrap_or_default();
    let (qualifiers, words): (Vec<&str>, Vec<&str>) =
        query.split_whitespace().partition(|part| part.starts_with("in:") || part.starts_with("type:"));
    if words.is_empty() || !qualifiers.contains(&"in:email") {
        return Err(Reply::error(422, "Validation Failed"));
    }
    let has = |email: &str| words.iter().any(|word| email.to_lowercase().contains(&word.to_lowercase()));
    let found = ctx.state.accounts.values().filter(|account| account.public_email.as_deref().is_some_and(has));
    let found: Vec<u64> = found.filter(|account| account.kind == AccountKind::User).map(|account| account.id).collect();
    let (total, page) = (found.len(), ctx.page(found));
    let items: Vec<Value> = page.items.iter().map(|id| ctx.state.simple_user(*id)).collect();
    Ok(Reply::ok(&json!({ "total_count": total, "incomplete_results": false, "items": items })))
}

/// `none` for somebody who is no collaborator of a private repository; 404 for a login nobody has.
pub(super) fn permission(ctx: &Ctx<'_>, repository: u64, login: &str) -> Answer {
    ctx.need("metadata", Level::Read)?;
    let account = ctx.state.account_by_login(login).filter(|account| account.kind != AccountKind::Organization);
    let not_a_user = || Reply::error(404, &format!("{login} is not a user"));
    let account = account.ok_or_else(not_a_user)?;
    let found = ctx.state.repository(repository);
    let access = found.collaborators.get(&account.id).copied();
    let access = access.or((!found.private).then_some(Access::Read));
    let (permission, role) = access.map_or(("none", "none"), |access| (access.permission(), access.role()));
    let at_least = |least: Access| access.is_some_and(|access| access >= least);
    let mut user = ctx.state.simple_user(account.id);
    let more = json!({
        "role_name": role,
        "permissions": {
            "admin": at_least(Access::Admin),
            "maintain": at_least(Access::Maintain),
            "push": at_least(Access::Write),
            "triage": at_least(Access::Triage),
            "pull": at_least(Access::Read),
        },
    });
    extend(&mut user, more);
    Ok(Reply::ok(&json!({ "permission": permission, "role_name": role, "user": user })))
}
