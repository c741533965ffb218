//! The workspace, its people of every kind, channels and user groups, and the app's installation in it.

use std::collections::{BTreeMap, BTreeSet};

/// A Slack workspace ("team" on the wire).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Team {
    pub id: String,
    pub name: String,
    /// The part before `.slack.com`.
    pub domain: String,
    /// The Enterprise org it belongs to, if any.
    pub enterprise: Option<Enterprise>,
    /// True when the app is installed on the whole org: interactions then carry `team: null`.
    pub is_enterprise_install: bool,
    /// The other workspaces of its org.
    pub sisters: BTreeSet<String>,
    /// Workspaces of other companies, by id: their `domain`.
    pub others: BTreeMap<String, String>,
}

impl Team {
    /// Whether somebody of that workspace is at home here: in the same one, or in another one of the same org.
    pub fn has(&self, team_id: &str) -> bool {
        team_id == self.id || self.sisters.contains(team_id)
    }
}

/// A Slack Enterprise organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enterprise {
    pub id: String,
    pub name: String,
}

/// The app as installed: who it is and what it may do.
#[derive(Debug, Clone, Default)]
pub struct Install {
    pub app_id: String,
    pub bot_user_id: String,
    pub bot_id: String,
    pub bot_token: String,
    /// Slack's word for refusing the bot token: `token_revoked`, `account_inactive`.
    pub token_refused_with: Option<String>,
    pub signing_secret: String,
    /// Bot scopes granted, such as `chat:write`.
    pub scopes: Vec<String>,
    /// Whether the app's Home tab is turned on.
    pub home_tab: bool,
    /// Callback ids of the app's shortcuts: those called from anywhere, and those of messages.
    pub global_shortcuts: Vec<String>,
    pub message_shortcuts: Vec<String>,
}

/// A user as Slack tells members, guests, bots, strangers and deactivated people apart.
/// Slack: [users.info](https://docs.slack.dev/reference/methods/users.info)
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    pub id: String,
    /// The home workspace; differs from ours for people who come in through Slack Connect.
    pub team_id: String,
    /// The handle, without `@`.
    pub name: String,
    pub real_name: String,
    pub email: Option<String>,
    pub deleted: bool,
    /// Multi-channel guest (set for single-channel guests as well).
    pub is_restricted: bool,
    /// Single-channel guest.
    pub is_ultra_restricted: bool,
    pub is_bot: bool,
    pub is_app_user: bool,
    pub is_stranger: bool,
    pub is_admin: bool,
    /// Seconds east of UTC; dates are drawn in it.
    pub tz_offset_seconds: i32,
    /// Custom profile fields, by `Xf...` id.
    pub profile_fields: BTreeMap<String, String>,
}

/// A channel, or a direct message with the app (`is_im`).
/// Slack: [conversation object](https://docs.slack.dev/reference/objects/conversation-object)
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channel {
    pub id: String,
    /// Without `#`.
    pub name: String,
    pub is_private: bool,
    pub is_archived: bool,
    /// Shared with another company (Slack Connect).
    pub is_ext_shared: bool,
    /// An invitation to another company is out.
    pub is_pending_ext_shared: bool,
    pub is_im: bool,
    /// A workspace setting that keeps the app from posting: `restricted_action` and its kin.
    pub posting_refused_with: Option<String>,
    pub members: Vec<String>,
}

/// A user group ("subteam"): ids only, and possibly of people who are gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserGroup {
    pub id: String,
    pub name: String,
    /// Without `@`.
    pub handle: String,
    pub users: Vec<String>,
    /// A disabled group has a `date_delete`.
    pub is_disabled: bool,
}
