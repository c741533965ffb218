//! How Slack shows somebody to people. Everybody chooses their own names, so nothing is concluded from them.
//!
//! Slack: [users.info](https://docs.slack.dev/reference/methods/users.info)

use serde::Deserialize;

use crate::domain::{ChatName, ChatUser};
use crate::ports::PortError;

use super::client::{AuthTest, Client};

/// Longest name kept, in characters. Slack's own limit is 80.
const MAX_NAME_CHARS: usize = 80;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct User {
    name: String,
    profile: Profile,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Profile {
    real_name: String,
    display_name: String,
}

pub(super) async fn of(client: &Client, us: &AuthTest, user: &ChatUser) -> Result<ChatName, PortError> {
    let doing = "look up a Slack user's name";
    let answer = client.get("users.info", &[("user", &user.user)], doing).await?;
    let found = answer.get("user").and_then(|found| User::deserialize(found).ok());
    let found = found.ok_or_else(|| PortError::retry(doing, "the answer describes no user"))?;
    let Profile { real_name, display_name } = found.profile;
    let first = |names: [&String; 3]| names.into_iter().find(|name| !name.trim().is_empty()).cloned();
    let name = first([&real_name, &display_name, &found.name]);
    let handle = first([&display_name, &found.name, &real_name]);
    let workspace = if user.workspace == us.team_id { us.team.as_str() } else { "another workspace" };
    Ok(ChatName {
        name: bounded(name.as_deref().unwrap_or(&user.user)),
        handle: bounded(handle.as_deref().unwrap_or_default()),
        workspace: bounded(workspace),
    })
}

fn bounded(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(MAX_NAME_CHARS).collect()
}
