//! Accounts as their profiles show them to everybody: for links that a rule of the operator's makes.
//!
//! GitHub: "Get a user" (`email` is the publicly visible address, which GitHub has verified), "Search users" (`in:email`).

use serde::Deserialize;

use crate::domain::Repository;
use crate::ports::PortError;
use crate::ports::code::Presence;
use crate::ports::forge::Profile;

use super::api::Errand;
use super::client::GithubForge;
use super::path::encoded;
use super::payload::AccountPart;
use super::people::is_login;
use super::permissions::Purpose;
use super::sign_in::PERSON;

/// Most accounts looked at for one address: it belongs to one, and the search finds similar ones.
const MAX_FOUND: usize = 3;

#[derive(Deserialize)]
struct ProfileRow {
    #[serde(flatten)]
    account: AccountPart,
    email: Option<String>,
}

#[derive(Deserialize)]
struct SearchAnswer {
    items: Vec<AccountPart>,
}

impl GithubForge {
    pub(super) async fn profile_of(
        &self,
        repository: &Repository,
        login: &str,
    ) -> Result<Presence<Profile>, PortError> {
        if !is_login(login) {
            return Ok(Presence::Missing);
        }
        let errand = Errand::new(repository, Purpose::Study, "read somebody's profile");
        let row: Option<ProfileRow> = self.read_elsewhere(errand, &format!("/users/{}", encoded(login))).await?;
        let Some(row) = row else { return Ok(Presence::Missing) };
        let is_person = row.account.kind.as_deref() == Some(PERSON);
        let Some(user) = row.account.user() else { return Ok(Presence::Missing) };
        Ok(Presence::Found(Profile { is_person: is_person && !user.is_bot, user, email: row.email }))
    }

    pub(super) async fn logins_of_email(&self, repository: &Repository, email: &str) -> Result<Vec<String>, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "search for an e-mail address");
        let query = encoded(&format!("{email} in:email type:user"));
        let path = format!("/search/users?q={query}&per_page={MAX_FOUND}");
        let found: Option<SearchAnswer> = self.read_elsewhere(Errand { is_search: true, ..errand }, &path).await?;
        let logins = found.into_iter().flat_map(|found| found.items).filter_map(|account| account.login);
        Ok(logins.take(MAX_FOUND).collect())
    }
}
