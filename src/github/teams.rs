//! Teams with their people.
//!
//! GitHub: "Get a team by name", "List team members" (organisation permission `members: read`).

use crate::domain::{ForgeUser, Repository, TeamId};
use crate::ports::PortError;
use crate::ports::code::Presence;

use super::api::Errand;
use super::ci::needing;
use super::client::GithubForge;
use super::path::{encoded, is_plain_name};
use super::payload::AccountPart;
use super::permissions::Purpose;
use super::wire::TeamRow;

const PER_PAGE: usize = 100;
/// Most people of one team, those of the teams below it included.
const MAX_MEMBERS: usize = 1_000;

impl GithubForge {
    pub(super) async fn team_of_slug(
        &self,
        repository: &Repository,
        organisation: &str,
        slug: &str,
    ) -> Result<Presence<TeamId>, PortError> {
        let errand = Errand::new(repository, Purpose::Teams, "read a team");
        let Some(path) = path_of_team(errand, organisation, slug)? else { return Ok(Presence::Missing) };
        let row: Option<TeamRow> = self.read_elsewhere(errand, &path).await.map_err(named)?;
        Ok(row.map_or(Presence::Missing, |row| Presence::Found(TeamId::new(row.id))))
    }

    /// Child teams included: GitHub counts their people among those of the team.
    pub(super) async fn people_of_team(
        &self,
        repository: &Repository,
        organisation: &str,
        slug: &str,
    ) -> Result<Presence<Vec<ForgeUser>>, PortError> {
        let errand = Errand::new(repository, Purpose::Teams, "read the people of a team");
        let Some(path) = path_of_team(errand, organisation, slug)? else { return Ok(Presence::Missing) };
        let mut people: Vec<ForgeUser> = Vec::new();
        for page in 1..=MAX_MEMBERS / PER_PAGE {
            let path = format!("{path}/members?per_page={PER_PAGE}&page={page}");
            let rows: Option<Vec<AccountPart>> = self.read_elsewhere(errand, &path).await.map_err(named)?;
            let Some(rows) = rows else { return Ok(Presence::Missing) };
            people.extend(rows.iter().filter_map(AccountPart::user));
            if rows.len() < PER_PAGE {
                return Ok(Presence::Found(people));
            }
        }
        Err(PortError::permanent(errand.doing, format!("it has {MAX_MEMBERS} people or more")))
    }
}

/// `None` for what cannot be a team's name. Teams of others than the repository's owner cannot be seen from here.
fn path_of_team(errand: Errand<'_>, organisation: &str, slug: &str) -> Result<Option<String>, PortError> {
    let owner = &errand.repository.owner;
    if !organisation.eq_ignore_ascii_case(owner) {
        let why = format!("teams of `{organisation}` cannot be seen from a repository of `{owner}`");
        return Err(PortError::permanent(errand.doing, why));
    }
    let usable = is_plain_name(organisation) && is_plain_name(slug);
    Ok(usable.then(|| format!("/orgs/{}/teams/{}", encoded(organisation), encoded(slug))))
}

/// A lasting refusal names the permission that GitHub wants to see granted.
fn named(error: PortError) -> PortError {
    needing(Purpose::Teams, error)
}
