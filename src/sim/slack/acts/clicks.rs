//! Pressing buttons and choosing from menus, in messages and in modals.

use serde_json::{Map, Value, json};

use super::super::SlackSim;
use super::super::elements::{self, Placed};
use super::super::payloads::{self, Place};
use super::super::server::Simulator;
use super::super::state::{ResponseSource, State};
use super::{Clicked, issue_response_url, issue_trigger};

/// A click that is ready to be sent.
pub(super) struct Ready {
    payload: Map<String, Value>,
    trigger_id: String,
    response_url: Option<String>,
}

impl SlackSim {
    /// Presses a button of a message, as it looks now, and confirms its dialog if it has one. Also finds buttons of
    /// messages only this person sees.
    pub async fn click(&self, user: &str, channel: &str, ts: &str, action_id: &str) -> Clicked {
        self.press(user, |simulator, state| in_message(simulator, state, user, channel, ts, action_id, None)).await
    }

    /// Chooses an option of a menu or select in a message; for buttons that share an action id, the one of that value.
    pub async fn click_option(&self, user: &str, channel: &str, ts: &str, action_id: &str, value: &str) -> Clicked {
        self.press(user, |simulator, state| in_message(simulator, state, user, channel, ts, action_id, Some(value)))
            .await
    }

    /// Presses a button a client still shows although the message has changed, or the person has lost their place.
    pub async fn click_as_seen(&self, user: &str, channel: &str, ts: &str, action_id: &str, value: &str) -> Clicked {
        self.press(user, |simulator, state| as_seen(simulator, state, user, channel, ts, action_id, value)).await
    }

    /// Presses a button of an open modal.
    pub async fn click_in_view(&self, user: &str, view_id: &str, action_id: &str) -> Clicked {
        self.press(user, |simulator, state| in_view(simulator, state, user, view_id, action_id, None)).await
    }

    /// Chooses an option of a menu or select in an open modal.
    pub async fn choose_in_view(&self, user: &str, view_id: &str, action_id: &str, value: &str) -> Clicked {
        self.press(user, |simulator, state| in_view(simulator, state, user, view_id, action_id, Some(value))).await
    }

    pub(super) async fn press(
        &self,
        user: &str,
        prepare: impl FnOnce(&Simulator, &mut State) -> Result<Ready, String>,
    ) -> Clicked {
        let ready = match prepare(&self.simulator, &mut self.simulator.state()) {
            Ok(ready) => ready,
            Err(why) => return Clicked::impossible(&why),
        };
        let (delivery, body) = self.simulator.interact(ready.payload).await;
        let body = String::from_utf8_lossy(&body).into_owned();
        let mut state = self.simulator.state();
        if !delivery.is_acknowledged() {
            state.notify(user, "This app did not respond. Please try again.", self.simulator.clock.now());
        } else if !body.trim().is_empty() {
            self.simulator.complain(&mut state, "block_actions answer", json!(body), "must be empty");
        }
        Clicked { delivery, body, trigger_id: Some(ready.trigger_id), response_url: ready.response_url }
    }
}

fn in_message(
    simulator: &Simulator,
    state: &mut State,
    user: &str,
    channel: &str,
    ts: &str,
    action_id: &str,
    value: Option<&str>,
) -> Result<Ready, String> {
    check_present(state, user, channel)?;
    if let Some(ephemeral) = state.ephemerals.iter().find(|seen| seen.user == user && seen.ts == ts && !seen.deleted) {
        let (blocks, thread_ts) = (ephemeral.blocks.clone(), ephemeral.thread_ts.clone());
        let placed = find(&blocks, action_id, value)?;
        let place = Place::Ephemeral { channel, ts, thread_ts: thread_ts.as_deref() };
        let source = ResponseSource::Ephemeral { ts: ts.to_owned() };
        return Ok(ready(simulator, state, user, &place, &blocks, &placed, value, Some((channel, source))));
    }
    let message = state.message(channel, ts).filter(|message| !message.deleted);
    let blocks = message.ok_or("the message is not there (any more)")?.blocks.clone();
    let placed = find(&blocks, action_id, value)?;
    let source = ResponseSource::Message { ts: ts.to_owned() };
    let place = Place::Message { channel, ts };
    Ok(ready(simulator, state, user, &place, &blocks, &placed, value, Some((channel, source))))
}

fn as_seen(
    simulator: &Simulator,
    state: &mut State,
    user: &str,
    channel: &str,
    ts: &str,
    action_id: &str,
    value: &str,
) -> Result<Ready, String> {
    let message = state.message(channel, ts).ok_or("there never was such a message")?;
    let versions = message.versions.iter().rev().map(|version| &version.blocks);
    let seen = versions.clone().find(|blocks| find(blocks, action_id, Some(value)).is_ok()).cloned();
    let button = json!({
        "type": "button", "action_id": action_id, "value": value, "text": { "type": "plain_text", "text": action_id },
    });
    // No version had this button: a client may claim anything.
    let blocks = seen.unwrap_or_else(|| vec![json!({ "type": "actions", "block_id": "seen", "elements": [button] })]);
    let placed = find(&blocks, action_id, Some(value))?;
    let source = ResponseSource::Message { ts: ts.to_owned() };
    let place = Place::Message { channel, ts };
    Ok(ready(simulator, state, user, &place, &blocks, &placed, Some(value), Some((channel, source))))
}

fn in_view(
    simulator: &Simulator,
    state: &mut State,
    user: &str,
    view_id: &str,
    action_id: &str,
    value: Option<&str>,
) -> Result<Ready, String> {
    let top = state.stack(user).last().map(|top| top.id.clone());
    if top.as_deref() != Some(view_id) {
        return Err("the view is not on top of this person's screen".into());
    }
    let blocks = state.view(view_id).map(|view| view.blocks().to_vec()).unwrap_or_default();
    let placed = find(&blocks, action_id, value)?;
    if let (Some(chosen), Some(view)) = (elements::chosen_state(placed.element, value), state.view_mut(view_id)) {
        view.values.entry(placed.block_id.into()).or_default().insert(placed.action_id.into(), chosen);
    }
    let view = state.view(view_id).cloned().unwrap_or_default();
    Ok(ready(simulator, state, user, &Place::View(&view), &blocks, &placed, value, None))
}

fn check_present(state: &State, user: &str, channel: &str) -> Result<(), String> {
    let person = state.users.get(user).ok_or("there is no such user")?;
    if person.deleted {
        return Err("the user is deactivated".into());
    }
    if person.is_bot {
        return Err("bots do not press buttons".into());
    }
    if state.can_see(channel, user) { Ok(()) } else { Err("the user cannot see the channel".into()) }
}

/// The element of that action id; with a value, the one that has it or offers it.
pub(super) fn find<'a>(blocks: &'a [Value], action_id: &str, value: Option<&str>) -> Result<Placed<'a>, String> {
    let mut same_id = elements::interactive(blocks).into_iter().filter(|placed| placed.action_id == action_id);
    let fits = |placed: &Placed<'_>| match value {
        None => true,
        Some(value) if placed.kind() == "button" => placed.element.get("value").and_then(Value::as_str) == Some(value),
        Some(value) if elements::options(placed.element).is_empty() => !value.is_empty(),
        Some(value) => value.split(',').all(|value| elements::option_of_value(placed.element, value).is_some()),
    };
    same_id.find(fits).ok_or_else(|| format!("no `{action_id}` is shown"))
}

#[expect(clippy::too_many_arguments, reason = "the parts of one payload, put together in one place")]
pub(super) fn ready(
    simulator: &Simulator,
    state: &mut State,
    user: &str,
    place: &Place<'_>,
    blocks: &[Value],
    placed: &Placed<'_>,
    choice: Option<&str>,
    respond_to: Option<(&str, ResponseSource)>,
) -> Ready {
    let from_view = if let Place::View(view) = place { Some(view.id.clone()) } else { None };
    let trigger_id = issue_trigger(simulator, state, user, from_view.as_deref());
    let response_url =
        respond_to.map(|(channel, source)| issue_response_url(simulator, state, "actions", user, channel, source));
    let action_ts = state.next_ts(simulator.clock.now());
    let mut payload = payloads::interaction(state, "block_actions", user);
    payload.extend(payloads::place(state, place));
    payload.insert("trigger_id".into(), json!(trigger_id));
    payload.insert("actions".into(), json!([payloads::action(placed, choice, &action_ts)]));
    if let Some(url) = &response_url {
        payload.insert("response_url".into(), json!(url));
        payload.insert("state".into(), elements::state_values(blocks, &elements::Values::new()));
    }
    Ready { payload, trigger_id, response_url }
}
