//! Who somebody is at the moment of a click (R14), read live.
//!
//! Slack: [users.info](https://docs.slack.dev/reference/methods/users.info)

use serde::Deserialize;
use serde_json::Value;

use crate::domain::{ChatStanding, ChatUser};
use crate::ports::PortError;

use super::client::{AuthTest, Client};

const SLACKBOT: &str = "USLACKBOT";

/// A user as `users.info` shows it, as far as it decides whether a click may count.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct User {
    id: String,
    team_id: Option<String>,
    deleted: bool,
    is_bot: bool,
    is_app_user: bool,
    is_restricted: bool,
    is_ultra_restricted: bool,
    is_stranger: bool,
    enterprise_user: Option<EnterpriseUser>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EnterpriseUser {
    enterprise_id: Option<String>,
    teams: Vec<String>,
}

/// Asks Slack. An error means that Slack could not be asked: the click is then checked again, never counted.
pub(super) async fn of(client: &Client, us: &AuthTest, user: &ChatUser) -> Result<ChatStanding, PortError> {
    let doing = "look up a Slack user";
    if user.user == SLACKBOT {
        return Ok(ChatStanding::Bot);
    }
    match client.get("users.info", &[("user", &user.user)], doing).await {
        Ok(answer) => judged(&answer, us, user).ok_or_else(|| PortError::retry(doing, "the answer describes no user")),
        Err(error) if is_unknown(&error.why) => Ok(ChatStanding::Unknown),
        Err(error) => Err(error),
    }
}

fn is_unknown(code: &str) -> bool {
    matches!(code, "user_not_found" | "user_not_visible" | "users_not_found")
}

/// `None` when the answer is not about this user.
fn judged(answer: &Value, us: &AuthTest, asked: &ChatUser) -> Option<ChatStanding> {
    let user = User::deserialize(answer.get("user")?).ok()?;
    let standing = if user.id != asked.user {
        return None;
    } else if user.deleted {
        ChatStanding::Deactivated
    } else if user.is_bot || user.is_app_user {
        ChatStanding::Bot
    } else if user.is_stranger || !is_one_of_us(&user, us, asked) {
        ChatStanding::Foreign
    } else if user.is_restricted || user.is_ultra_restricted {
        ChatStanding::Guest
    } else {
        ChatStanding::Member
    };
    Some(standing)
}

/// Of our workspace, or of another one of our organisation; the click must have come from there as well.
fn is_one_of_us(user: &User, us: &AuthTest, asked: &ChatUser) -> bool {
    let organisation = us.enterprise_id.as_deref();
    let theirs = user.enterprise_user.as_ref();
    let same_organisation =
        theirs.is_some_and(|theirs| organisation.is_some() && theirs.enterprise_id.as_deref() == organisation);
    let at_home = user.team_id.as_deref() == Some(us.team_id.as_str());
    let clicked_here = asked.workspace == us.team_id;
    let clicked_in_organisation = Some(asked.workspace.as_str()) == organisation
        || theirs.is_some_and(|theirs| theirs.teams.contains(&asked.workspace));
    (at_home && clicked_here) || (same_organisation && (clicked_here || clicked_in_organisation))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn us(enterprise: Option<&str>) -> AuthTest {
        AuthTest {
            team_id: "T0ACME".into(),
            team: "Acme".into(),
            enterprise_id: enterprise.map(Into::into),
            url: None,
            user_id: "U0BOT".into(),
            bot_id: None,
            app_id: None,
            is_enterprise_install: false,
        }
    }

    fn standing(members: Value, workspace: &str, enterprise: Option<&str>) -> Option<ChatStanding> {
        let mut user = json!({ "id": "U0ANA", "team_id": "T0ACME", "deleted": false, "profile": {} });
        user.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let asked = ChatUser { workspace: workspace.into(), user: "U0ANA".into() };
        judged(&json!({ "ok": true, "user": user }), &us(enterprise), &asked)
    }

    #[test]
    fn only_full_members_of_our_workspace_are_members() {
        for (members, expected) in [
            (json!({}), ChatStanding::Member),
            (json!({ "is_restricted": true }), ChatStanding::Guest),
            (json!({ "is_restricted": true, "is_ultra_restricted": true }), ChatStanding::Guest),
            (json!({ "deleted": true }), ChatStanding::Deactivated),
            (json!({ "is_bot": true }), ChatStanding::Bot),
            (json!({ "is_app_user": true }), ChatStanding::Bot),
            (json!({ "team_id": "T0OTHER" }), ChatStanding::Foreign),
            (json!({ "is_stranger": true }), ChatStanding::Foreign),
            (json!({ "team_id": null }), ChatStanding::Foreign),
        ] {
            assert_eq!(standing(members.clone(), "T0ACME", None), Some(expected), "{members}");
        }
    }

    #[test]
    fn our_members_id_from_another_workspaces_payload_is_foreign() {
        assert_eq!(standing(json!({}), "T0OTHER", None), Some(ChatStanding::Foreign));
        assert_eq!(standing(json!({}), "T0OTHER", Some("E0ACME")), Some(ChatStanding::Foreign));
    }

    #[test]
    fn another_workspace_of_our_organisation_is_ours() {
        let ours =
            json!({ "team_id": "T0SISTER", "enterprise_user": { "enterprise_id": "E0ACME", "teams": ["T0SISTER"] } });
        assert_eq!(standing(ours.clone(), "T0SISTER", Some("E0ACME")), Some(ChatStanding::Member));
        assert_eq!(standing(ours.clone(), "E0ACME", Some("E0ACME")), Some(ChatStanding::Member));
        assert_eq!(standing(ours.clone(), "T0SISTER", None), Some(ChatStanding::Foreign));
        assert_eq!(standing(ours, "T0SISTER", Some("E0OTHER")), Some(ChatStanding::Foreign));
    }

    #[test]
    fn an_answer_about_somebody_else_is_no_answer() {
        assert_eq!(standing(json!({ "id": "U0BO" }), "T0ACME", None), None);
    }
}
