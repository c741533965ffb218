//! Teams as JSON.

use serde_json::{Value, json};

use super::people::OPENED;
use super::{extend, node_id, wire_time};
use crate::sim::github::state::State;
use crate::sim::github::state::teams::{Team, TeamRole};

impl State {
    /// `team`, as environments list their reviewers.
    pub(in crate::sim::github) fn team_object(&self, team: &Team) -> Value {
        let mut object = self.team_simple(team);
        extend(&mut object, json!({ "parent": self.parent_of(team) }));
        object
    }

    fn team_simple(&self, team: &Team) -> Value {
        let organization = self.accounts.get(&team.organization);
        let organization = organization.map(|account| account.login.as_str()).unwrap_or_default();
        let api = self.team_url(team);
        json!({
            "id": team.id,
            "node_id": node_id("T", team.id),
            "name": team.name,
            "slug": team.slug,
            "description": null,
            "privacy": "closed",
            "notification_setting": "notifications_enabled",
            "url": api,
            "html_url": format!("{}/orgs/{organization}/teams/{}", self.urls.web, team.slug),
            "members_url": format!("{api}/members{{/member}}"),
            "repositories_url": format!("{api}/repos"),
            "permission": "pull",
            "type": "organization",
            "organization_id": team.organization,
        })
    }

    /// `team-full`, the answer of `GET /orgs/{org}/teams/{team_slug}`.
    pub(in crate::sim::github) fn team_full(&self, team: &Team) -> Value {
        let mut object = self.team_object(team);
        let opened = wire_time(OPENED);
        let mut organization = self.accounts.get(&team.organization).map_or(Value::Null, |one| self.organization(one));
        let login = organization.get("login").and_then(Value::as_str).unwrap_or_default().to_owned();
        let more = json!({
            "html_url": format!("{}/{login}", self.urls.web), "has_organization_projects": true,
            "has_repository_projects": true, "public_repos": 1, "public_gists": 0, "followers": 0, "following": 0,
            "type": "Organization", "created_at": opened, "updated_at": opened, "archived_at": null,
        });
        extend(&mut organization, more);
        let more = json!({
            "members_count": self.people_of_team(team.id).len(), "repos_count": 0, "created_at": opened,
            "updated_at": opened, "organization": organization,
        });
        extend(&mut object, more);
        object
    }

    /// An entry of a team's list of members.
    pub(in crate::sim::github) fn team_member(&self, account: u64, role: TeamRole) -> Value {
        let mut user = self.simple_user(account);
        let word = if role.is_maintainer { "maintainer" } else { "member" };
        extend(&mut user, json!({ "role": word, "inherited": role.is_inherited }));
        user
    }

    /// By numbers: it stays when the organisation or the team is renamed.
    pub(in crate::sim::github) fn team_url(&self, team: &Team) -> String {
        format!("{}/organizations/{}/team/{}", self.urls.api, team.organization, team.id)
    }

    fn parent_of(&self, team: &Team) -> Value {
        team.parent.and_then(|parent| self.team(parent)).map_or(Value::Null, |parent| self.team_simple(parent))
    }
}
