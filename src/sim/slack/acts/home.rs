//! The app's Home tab: opening it, and pressing what is on it.
//!
//! Slack: [app_home_opened](https://docs.slack.dev/reference/events/app_home_opened)

use serde_json::json;

use super::super::SlackSim;
use super::super::payloads::{self, Place};
use super::super::state::View;
use super::Clicked;
use super::clicks::{find, ready};

impl SlackSim {
    /// Opens the app and its Home tab; the app is told, with what the tab shows until it answers.
    pub async fn open_home(&self, user: &str) -> Clicked {
        let event = {
            let mut state = self.simulator.state();
            let ours = state.users.get(user).is_some_and(|person| state.team.has(&person.team_id) && !person.deleted);
            if !ours || !state.install.home_tab {
                return Clicked::impossible("there is no Home tab for this person");
            }
            let channel = state.direct_channel(user);
            let event_ts = state.next_ts(self.simulator.clock.now());
            let mut event = json!({
                "type": "app_home_opened", "user": user, "channel": channel, "tab": "home", "event_ts": event_ts,
            });
            if let (Some(home), Some(members)) = (state.homes.get(user), event.as_object_mut()) {
                members.insert("view".into(), payloads::view(&state, home));
            }
            event
        };
        self.send_event(event).await
    }

    /// What that person's Home tab shows.
    pub fn home(&self, user: &str) -> Option<View> {
        self.read(|state| state.homes.get(user).cloned())
    }

    /// Presses a button of the Home tab; of several with one action id, the one of that value.
    pub async fn click_at_home(&self, user: &str, action_id: &str, value: Option<&str>) -> Clicked {
        self.press(user, |simulator, state| {
            let home = state.homes.get(user).cloned().ok_or("this person's Home tab is empty")?;
            let placed = find(home.blocks(), action_id, value)?;
            Ok(ready(simulator, state, user, &Place::View(&home), home.blocks(), &placed, value, None))
        })
        .await
    }
}
