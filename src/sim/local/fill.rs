//! Puts what was read into the simulated GitHub, with people who may decide.

use crate::domain::time::DAY_MS;
use crate::local::names;
use crate::sim::github::sample::{ANA, BO, MONA, OCTOCAT, Sample};
use crate::sim::github::state::people::AccountKind;
use crate::sim::github::{Access, Dispatch, State};

use super::LocalRepository;

/// Fills an empty state: the base is live in production, the head is the tip of `main`.
pub fn fill(local: &LocalRepository, state: &mut State) -> Sample {
    let owner = state.add_owner("acme");
    let cast = [
        ("mona", MONA, Access::Write),
        ("octocat", OCTOCAT, Access::Write),
        ("ana", ANA, Access::Admin),
        ("bo", BO, Access::Read),
    ];
    let repository = state.add_repository(owner, &local.name);
    for (login, id, access) in cast {
        state.add_user(login, id);
        state.add_collaborator(repository, id, access);
    }
    for commit in &local.commits {
        for signature in [&commit.author, &commit.committer] {
            add_author(state, repository, &signature.name, &signature.email);
        }
        state.add_commit(repository, commit.clone());
    }
    state.set_branch(repository, "main", &local.head);
    state.add_environment(repository, "production", true);
    let installation = state.install(owner, &[repository]);
    let now = state.now;
    state.now = now.plus_millis(-DAY_MS);
    state.set_live(repository, "production", &local.base);
    state.now = now;
    let (base, head) = (local.base.clone(), local.head.clone());
    Sample { owner, repository, installation, first: base.clone(), live: base, good: head.clone(), risky: head }
}

/// The author of the head deploys it; and somebody deploys the base again.
pub fn deployments(local: &LocalRepository, state: &State, sample: &Sample) -> (Dispatch, Dispatch) {
    let author = local.commits.iter().find(|commit| commit.sha == local.head).map(|commit| &commit.author.email);
    let login = author.and_then(|email| state.account_by_email(email)).map_or("mona", |account| account.login.as_str());
    let of = |sha: &str| Dispatch::new(sample.repository, "main", login, "production").of_commit(sha);
    (of(&local.head).triggered_by("push"), of(&local.base))
}

fn add_author(state: &mut State, repository: u64, name: &str, email: &str) {
    if email.is_empty() || state.account_by_email(email).is_some() {
        return;
    }
    let login = free(&names::login(email), |login| state.account_by_login(login).is_some());
    let id = state.fresh_id();
    let is_bot = login.ends_with("[bot]");
    let account = if is_bot { state.add_bot(&login, id) } else { state.add_user(&login, id) };
    if let Some(account) = state.accounts.get_mut(&account) {
        debug_assert_eq!(account.kind == AccountKind::Bot, is_bot);
        account.name = Some(name.to_owned());
        account.emails.push(email.to_owned());
    }
    if !is_bot {
        state.add_collaborator(repository, id, Access::Write);
    }
}

/// The login, or the first numbered one that is free.
fn free(login: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let (stem, end) = login.strip_suffix("[bot]").map_or((login, ""), |stem| (stem, "[bot]"));
    let numbered = (2_u32..).map(|number| format!("{stem}-{number}{end}"));
    std::iter::once(login.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_that_is_taken_gets_a_number() {
        assert_eq!(free("ana", |name| name == "ana" || name == "ana-2"), "ana-3");
        assert_eq!(free("ci[bot]", |name| name == "ci[bot]"), "ci-2[bot]");
        assert_eq!(free("bo", |_| false), "bo");
    }
}
