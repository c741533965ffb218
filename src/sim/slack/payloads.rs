//! The JSON Slack sends: interactions, commands and events, as far as they can be known.

use serde_json::{Map, Value, json};

use super::elements::{self, Placed};
use super::routes::wire;
use super::state::{State, Team, View};

/// The deprecated verification token every payload still carries.
const VERIFICATION_TOKEN: &str = "simulated-verification-token";

/// A view as Slack answers and sends it.
pub(super) fn view(state: &State, view: &View) -> Value {
    let sent = |name: &str, default: Value| view.view.get(name).cloned().unwrap_or(default);
    json!({
        "id": view.id, "team_id": state.team.id, "type": sent("type", json!("modal")),
        "title": sent("title", Value::Null), "close": sent("close", Value::Null),
        "submit": sent("submit", Value::Null), "blocks": view.blocks(),
        "private_metadata": view.private_metadata(), "callback_id": view.callback_id(),
        "external_id": view.external_id(), "state": elements::state_values(view.blocks(), &view.values),
        "hash": view.hash, "clear_on_close": sent("clear_on_close", json!(false)),
        "notify_on_close": view.notify_on_close(), "root_view_id": view.root_view_id,
        "previous_view_id": view.previous_view_id, "app_id": state.install.app_id,
        "app_installed_team_id": state.team.id, "bot_id": state.install.bot_id,
    })
}

/// What every interaction begins with: who did it, in which workspace, for which app.
pub(super) fn interaction(state: &State, kind: &str, user: &str) -> Map<String, Value> {
    let person = state.users.get(user);
    let name = person.map(|person| person.name.clone()).unwrap_or_default();
    let home = person.map_or_else(|| state.team.id.clone(), |person| person.team_id.clone());
    let enterprise = state.team.enterprise.as_ref().filter(|_| state.team.is_enterprise_install);
    let fields = [
        ("type", json!(kind)),
        ("team", team(&state.team, &home)),
        ("user", json!({ "id": user, "username": name, "name": name, "team_id": home })),
        ("api_app_id", json!(state.install.app_id)),
        ("token", json!(VERIFICATION_TOKEN)),
        ("enterprise", enterprise.map_or(Value::Null, |org| json!({ "id": org.id, "name": org.name }))),
        ("is_enterprise_install", json!(state.team.is_enterprise_install)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The clicker's workspace; null when the app is installed on a whole org.
fn team(team: &Team, home: &str) -> Value {
    if team.is_enterprise_install {
        return Value::Null;
    }
    if home != team.id {
        return json!({ "id": home, "domain": team.others.get(home).cloned().unwrap_or_default() });
    }
    match &team.enterprise {
        None => json!({ "id": team.id, "domain": team.domain }),
        Some(org) => json!({
            "id": team.id, "domain": team.domain, "enterprise_id": org.id, "enterprise_name": org.name,
        }),
    }
}

/// Where an action happened: the members of a `block_actions` payload that depend on it.
pub(super) enum Place<'a> {
    Message { channel: &'a str, ts: &'a str },
    Ephemeral { channel: &'a str, ts: &'a str, thread_ts: Option<&'a str> },
    View(&'a View),
}

/// `container`, `channel`, `message` and `view` of a `block_actions` payload.
pub(super) fn place(state: &State, place: &Place<'_>) -> Map<String, Value> {
    let mut members = Map::new();
    let (channel, ts, thread_ts, is_ephemeral) = match place {
        Place::View(shown) => {
            members.insert("container".into(), json!({ "type": "view", "view_id": shown.id }));
            members.insert("view".into(), view(state, shown));
            return members;
        }
        Place::Message { channel, ts } => {
            let message = state.message(channel, ts);
            if let Some(message) = message.filter(|message| !message.deleted) {
                members.insert("message".into(), without_metadata(wire(state, message)));
            }
            (*channel, *ts, message.and_then(|message| message.thread_ts.clone()), false)
        }
        // The message itself is not sent along when only one person saw it.
        Place::Ephemeral { channel, ts, thread_ts } => (*channel, *ts, thread_ts.map(str::to_owned), true),
    };
    let mut container = json!({
        "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": is_ephemeral,
    });
    if let (Some(root), Some(container)) = (thread_ts, container.as_object_mut()) {
        container.insert("thread_ts".into(), json!(root));
    }
    members.insert("container".into(), container);
    members.insert("channel".into(), json!({ "id": channel, "name": channel_name(state, channel) }));
    members
}

/// No sample of a real click carries the message's metadata: nobody may count on it.
fn without_metadata(mut message: Value) -> Value {
    if let Some(members) = message.as_object_mut() {
        members.remove("metadata");
    }
    message
}

/// Private channels and direct messages are not called by their name.
fn channel_name(state: &State, channel: &str) -> String {
    match state.channels.get(channel) {
        Some(room) if room.is_im => "directmessage".to_owned(),
        Some(room) if room.is_private => "privategroup".to_owned(),
        Some(room) => room.name.clone(),
        None => String::new(),
    }
}

/// The one entry of `actions`: the element that was used, and what was chosen in it.
pub(super) fn action(placed: &Placed<'_>, choice: Option<&str>, action_ts: &str) -> Value {
    let copied = ["text", "value", "style", "confirm", "url"];
    let kind = placed.kind();
    let of_element = copied.iter().filter_map(|name| Some(((*name).to_owned(), placed.element.get(*name)?.clone())));
    let mut members: Map<String, Value> = of_element.filter(|_| kind == "button").collect();
    members.insert("type".into(), json!(kind));
    members.insert("action_id".into(), json!(placed.action_id));
    members.insert("block_id".into(), json!(placed.block_id));
    members.insert("action_ts".into(), json!(action_ts));
    if kind == "overflow" {
        let option = choice.and_then(|value| elements::option_of_value(placed.element, value));
        members.insert("selected_option".into(), option.cloned().unwrap_or_default());
    } else if let Some(Value::Object(state)) = elements::chosen_state(placed.element, choice) {
        members.extend(state);
    }
    Value::Object(members)
}

/// The form fields of a slash command.
/// Slack: [Slash commands](https://docs.slack.dev/interactivity/implementing-slash-commands)
pub(super) fn command(
    state: &State,
    user: &str,
    channel: &str,
    command: &str,
    text: &str,
) -> Vec<(&'static str, String)> {
    let name = state.users.get(user).map(|person| person.name.clone()).unwrap_or_default();
    let mut fields = vec![
        ("token", VERIFICATION_TOKEN.to_owned()),
        ("team_id", state.team.id.clone()),
        ("team_domain", state.team.domain.clone()),
        ("channel_id", channel.to_owned()),
        ("channel_name", channel_name(state, channel)),
        ("user_id", user.to_owned()),
        ("user_name", name),
        ("command", command.to_owned()),
        ("text", text.to_owned()),
        ("api_app_id", state.install.app_id.clone()),
        ("is_enterprise_install", state.team.is_enterprise_install.to_string()),
    ];
    if let Some(org) = &state.team.enterprise {
        fields.push(("enterprise_id", org.id.clone()));
        fields.push(("enterprise_name", org.name.clone()));
    }
    fields
}

/// The envelope of an event.
/// Slack: [Events API](https://docs.slack.dev/apis/events-api)
pub(super) fn event(state: &State, event: Value, event_id: &str, event_time: i64) -> Value {
    let org = state.team.enterprise.as_ref().map(|org| org.id.clone());
    let team_id = (!state.team.is_enterprise_install).then(|| state.team.id.clone());
    json!({
        "token": VERIFICATION_TOKEN, "team_id": state.team.id, "api_app_id": state.install.app_id,
        "event": event, "type": "event_callback", "event_id": event_id, "event_time": event_time,
        "authorizations": [{
            "enterprise_id": org, "team_id": team_id, "user_id": state.install.bot_user_id, "is_bot": true,
            "is_enterprise_install": state.team.is_enterprise_install,
        }],
        "is_ext_shared_channel": false,
    })
}
