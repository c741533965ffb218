//! Groups of people.

use schemars::JsonSchema;
use serde::Deserialize;

use super::people::{ChatGroup, ChatUserId, Login, Team};
use crate::policy::place::Placed;

/// A group: whoever belongs to it in at least one of these ways. Who that is is read when it matters, not when the file is
/// written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GroupDocument {
    /// Members of these teams, and of the teams below them.
    #[schemars(length(max = 500))]
    pub github_teams: Vec<Placed<Team>>,
    /// These accounts.
    #[schemars(length(max = 500))]
    pub github_users: Vec<Placed<Login>>,
    /// Members of these user groups in Slack.
    #[schemars(length(max = 500))]
    pub slack_usergroups: Vec<Placed<ChatGroup>>,
    /// These accounts in Slack.
    #[schemars(length(max = 500))]
    pub slack_users: Vec<Placed<ChatUserId>>,
    /// Everybody with at least this role in the repository.
    pub permission: Option<Placed<Permission>>,
    /// Whether people who have linked no GitHub account count as well. Only Slack can tell who they are then, and whether they
    /// had a hand in the change cannot be known. Default: false.
    pub slack_only: Option<Placed<bool>>,
}

/// A role in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    Write,
    Maintain,
    Admin,
}
