//! Admins change people and user groups; Slack tells the app.
//!
//! Slack: [user_change](https://docs.slack.dev/reference/events/user_change),
//! [subteam_members_changed](https://docs.slack.dev/reference/events/subteam_members_changed),
//! [subteam_updated](https://docs.slack.dev/reference/events/subteam_updated)

use serde_json::{Value, json};

use super::super::SlackSim;
use super::super::routes::{group_object, user_object};
use super::super::state::{User, UserGroup};
use super::Clicked;

impl SlackSim {
    /// Changes a person: deactivates them, makes them a guest.
    pub async fn change_user(&self, user: &str, change: impl FnOnce(&mut User)) -> Clicked {
        let now = self.simulator.clock.now().as_seconds();
        let event = self.edit(|state| {
            let person = state.users.get_mut(user)?;
            change(person);
            let object = user_object(state, state.users.get(user)?);
            Some(json!({ "type": "user_change", "user": object, "cache_ts": now, "event_ts": format!("{now}.000100") }))
        });
        self.send(event).await
    }

    /// Puts these people into a user group, in place of those in it.
    pub async fn set_group_members(&self, group: &str, users: &[&str]) -> Clicked {
        let now = self.simulator.clock.now().as_seconds();
        let event = self.edit(|state| {
            let team = state.team.id.clone();
            let found = state.user_groups.get_mut(group)?;
            let after: Vec<String> = users.iter().map(|user| (*user).to_owned()).collect();
            let before = std::mem::replace(&mut found.users, after.clone());
            let lacking = |these: &[String], those: &[String]| -> Vec<String> {
                these.iter().filter(|one| !those.contains(one)).cloned().collect()
            };
            let (added, removed) = (lacking(&after, &before), lacking(&before, &after));
            Some(json!({
                "type": "subteam_members_changed", "subteam_id": group, "team_id": team, "date_previous_update": now - 60,
                "date_update": now, "added_users": added, "added_users_count": added.len(),
                "removed_users": removed, "removed_users_count": removed.len(), "event_ts": format!("{now}.000100"),
            }))
        });
        self.send(event).await
    }

    /// Changes a user group: its handle, or disables it.
    pub async fn change_group(&self, group: &str, change: impl FnOnce(&mut UserGroup)) -> Clicked {
        let now = self.simulator.clock.now().as_seconds();
        let event = self.edit(|state| {
            change(state.user_groups.get_mut(group)?);
            let object = group_object(state, state.user_groups.get(group)?);
            Some(json!({ "type": "subteam_updated", "subteam": object, "event_ts": format!("{now}.000100") }))
        });
        self.send(event).await
    }

    async fn send(&self, event: Option<Value>) -> Clicked {
        match event {
            Some(event) => self.send_event(event).await,
            None => Clicked::impossible("there is no such user or user group"),
        }
    }
}
