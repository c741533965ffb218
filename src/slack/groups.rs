//! User groups, and who is in them.
//!
//! Slack: [usergroups.list](https://docs.slack.dev/reference/methods/usergroups.list),
//! [usergroups.users.list](https://docs.slack.dev/reference/methods/usergroups.users.list): twenty calls a minute each.

use serde::Deserialize;
use serde_json::Value;

use crate::ports::chat::UserGroup;
use crate::ports::{PortError, Presence};

use super::client::Client;
use super::interpret::is_id;

/// Most people of one group.
const MAX_MEMBERS: usize = 1_000;

/// A group as Slack lists it: a disabled one has the time of its end.
#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    #[serde(default)]
    handle: String,
    #[serde(default)]
    date_delete: Value,
    #[serde(default)]
    is_external: bool,
}

impl Row {
    fn is_disabled(&self) -> bool {
        match &self.date_delete {
            Value::Null => false,
            Value::Number(at) => at.as_i64() != Some(0),
            Value::String(at) => at != "0",
            _ => true,
        }
    }
}

/// Every group of our workspace, disabled ones too; none that another company brought in.
pub(super) async fn all(client: &Client, workspace: Option<&str>) -> Result<Vec<UserGroup>, PortError> {
    let doing = "list the user groups";
    let mut arguments = vec![("include_disabled", "true")];
    arguments.extend(workspace.map(|workspace| ("team_id", workspace)));
    let answer = client.get("usergroups.list", &arguments, doing).await.map_err(named)?;
    let rows = answer.get("usergroups").map(Vec::<Row>::deserialize);
    let rows = rows.and_then(Result::ok).ok_or_else(|| PortError::retry(doing, "the answer lists no groups"))?;
    let ours = rows.into_iter().filter(|row| !row.is_external && is_id(&row.id));
    Ok(ours.map(|row| UserGroup { is_disabled: row.is_disabled(), id: row.id, handle: row.handle }).collect())
}

/// The ids of a group's people, some of whom may be gone.
pub(super) async fn members(
    client: &Client,
    workspace: Option<&str>,
    group: &str,
) -> Result<Presence<Vec<String>>, PortError> {
    let doing = "read the people of a user group";
    let mut arguments = vec![("usergroup", group)];
    arguments.extend(workspace.map(|workspace| ("team_id", workspace)));
    let answer = match client.get("usergroups.users.list", &arguments, doing).await {
        Err(error) if code(&error) == "no_such_subteam" => return Ok(Presence::Missing),
        answer => answer.map_err(named)?,
    };
    let users = answer.get("users").map(Vec::<String>::deserialize);
    let users = users.and_then(Result::ok).ok_or_else(|| PortError::retry(doing, "the answer lists no people"))?;
    if users.len() > MAX_MEMBERS {
        return Err(PortError::permanent(doing, format!("it has more than {MAX_MEMBERS} people")));
    }
    Ok(Presence::Found(users.into_iter().filter(|user| is_id(user)).collect()))
}

/// A refusal for want of a scope or a plan says so in words.
fn named(error: PortError) -> PortError {
    let why = match code(&error) {
        "missing_scope" => format!("{} (needs the scope `usergroups:read`)", error.why),
        "plan_upgrade_required" => format!("{} (this workspace's plan has no user groups)", error.why),
        _ => return error,
    };
    PortError { why, ..error }
}

fn code(error: &PortError) -> &str {
    error.why.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_disabled(date_delete: Value) -> bool {
        let row: Row =
            serde_json::from_value(json!({ "id": "S0A", "handle": "a", "date_delete": date_delete })).unwrap();
        row.is_disabled()
    }

    #[test]
    fn a_group_with_an_end_is_disabled_however_that_is_written() {
        for on in [json!(0), json!("0"), json!(null)] {
            assert!(!is_disabled(on.clone()), "{on}");
        }
        for off in [json!(1_710_000_000), json!("1710000000"), json!(true), json!({})] {
            assert!(is_disabled(off.clone()), "{off}");
        }
    }
}
