//! Shortcuts: called from anywhere, or on a message.
//!
//! Slack: [Shortcuts interaction payload](https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload)

use serde_json::{Map, Value, json};

use super::super::SlackSim;
use super::super::payloads;
use super::super::routes::wire;
use super::super::server::Simulator;
use super::super::state::{ResponseSource, State};
use super::{Clicked, issue_response_url, issue_trigger};

impl SlackSim {
    /// Calls a shortcut of the app from anywhere.
    pub async fn shortcut(&self, user: &str, callback_id: &str) -> Clicked {
        let (payload, trigger) = {
            let mut state = self.simulator.state();
            if let Err(why) = check(&state, user, &state.install.global_shortcuts, callback_id) {
                return Clicked::impossible(why);
            }
            called(&self.simulator, &mut state, "shortcut", user, callback_id)
        };
        self.call_shortcut(user, payload, trigger, None).await
    }

    /// Calls a shortcut of the app on a message, whoever wrote it.
    pub async fn message_shortcut(&self, user: &str, channel: &str, ts: &str, callback_id: &str) -> Clicked {
        let (payload, trigger, response_url) = {
            let mut state = self.simulator.state();
            if let Err(why) = check(&state, user, &state.install.message_shortcuts, callback_id) {
                return Clicked::impossible(why);
            }
            let Some(message) = state.message(channel, ts).filter(|message| !message.deleted).cloned() else {
                return Clicked::impossible("the message is not there (any more)");
            };
            if !state.can_see(channel, user) {
                return Clicked::impossible("the user cannot see the channel");
            }
            let (mut payload, trigger) = called(&self.simulator, &mut state, "message_action", user, callback_id);
            let source = ResponseSource::Message { ts: ts.to_owned() };
            let url = issue_response_url(&self.simulator, &mut state, "actions", user, channel, source);
            let name = state.channels.get(channel).map(|room| room.name.clone()).unwrap_or_default();
            payload.insert("channel".into(), json!({ "id": channel, "name": name }));
            payload.insert("message_ts".into(), json!(ts));
            payload.insert("message".into(), wire(&state, &message));
            payload.insert("response_url".into(), json!(url));
            (payload, trigger, url)
        };
        self.call_shortcut(user, payload, trigger, Some(response_url)).await
    }

    async fn call_shortcut(
        &self,
        user: &str,
        payload: Map<String, Value>,
        trigger: String,
        response_url: Option<String>,
    ) -> Clicked {
        let (delivery, body) = self.simulator.interact(payload).await;
        let body = String::from_utf8_lossy(&body).into_owned();
        let mut state = self.simulator.state();
        if !delivery.is_acknowledged() {
            state.notify(user, "This app did not respond. Please try again.", self.simulator.clock.now());
        } else if !body.trim().is_empty() {
            self.simulator.complain(&mut state, "shortcut answer", json!(body), "must be empty");
        }
        Clicked { delivery, body, trigger_id: Some(trigger), response_url }
    }
}

/// Shortcuts are for people of the workspace; nobody else is offered them.
fn check(state: &State, user: &str, offered: &[String], callback_id: &str) -> Result<(), &'static str> {
    let person = state.users.get(user).ok_or("there is no such user")?;
    if person.deleted || person.is_bot || !state.team.has(&person.team_id) {
        return Err("this person cannot use shortcuts here");
    }
    if offered.iter().any(|one| one == callback_id) { Ok(()) } else { Err("the app has no such shortcut") }
}

/// A shortcut's payload names no app.
fn called(
    simulator: &Simulator,
    state: &mut State,
    kind: &str,
    user: &str,
    callback_id: &str,
) -> (Map<String, Value>, String) {
    let trigger = issue_trigger(simulator, state, user, None);
    let mut payload = payloads::interaction(state, kind, user);
    payload.remove("api_app_id");
    payload.insert("callback_id".into(), json!(callback_id));
    payload.insert("trigger_id".into(), json!(trigger));
    payload.insert("action_ts".into(), json!(state.next_ts(simulator.clock.now())));
    (payload, trigger)
}
