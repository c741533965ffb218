//! What somebody's profile says: the account's e-mail address, and a field they fill in themselves.
//!
//! Slack: [users.info](https://docs.slack.dev/reference/methods/users.info) (`email` with the scope `users:read.email`),
//! [users.profile.get](https://docs.slack.dev/reference/methods/users.profile.get) (`users.profile:read`).

use serde_json::Value;

use crate::domain::ChatUser;
use crate::ports::PortError;
use crate::ports::chat::Claims;

use super::client::Client;

/// Longest value looked at, in characters.
const MAX_VALUE_CHARS: usize = 320;

pub(super) async fn of(client: &Client, user: &ChatUser, field: Option<&str>) -> Result<Claims, PortError> {
    let arguments = [("user", user.user.as_str())];
    let info = client.get("users.info", &arguments, "read a Slack user's address").await?;
    let email = text(info.pointer("/user/profile/email"));
    let Some(field) = field else { return Ok(Claims { email, field: None }) };
    let profile = client.get("users.profile.get", &arguments, "read a Slack user's profile").await?;
    // Without any field filled in, `fields` may be null or an empty list.
    let value = profile.pointer("/profile/fields").and_then(|fields| fields.get(field));
    Ok(Claims { email, field: text(value.and_then(|value| value.get("value"))) })
}

fn text(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?.trim();
    (!text.is_empty() && text.chars().count() <= MAX_VALUE_CHARS).then(|| text.to_owned())
}
