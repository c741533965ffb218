//! `views.*`: opening, stacking and changing modals.

use serde_json::{Value, json};

use crate::domain::time::SECOND_MS;

use super::super::blocks;
use super::super::payloads;
use super::super::refusal::Refusal;
use super::super::state::{State, View};
use super::super::views::{self as screen, STACK_MAX};
use super::{Answer, Call};

/// How long a trigger id lives.
const TRIGGER_LIFE_MS: i64 = 3 * SECOND_MS;

/// Slack: [views.open](https://docs.slack.dev/reference/methods/views.open)
pub(super) fn open(call: &mut Call<'_>) -> Answer {
    let view = modal(call)?;
    let (user, _) = exchange_trigger(call)?;
    check_external_id(call.state, &view, None)?;
    call.state.close_all_views(&user);
    Ok(opened(call, &user, None, &view))
}

/// Slack: [views.push](https://docs.slack.dev/reference/methods/views.push)
pub(super) fn push(call: &mut Call<'_>) -> Answer {
    let view = modal(call)?;
    let (user, from_view) = exchange_trigger(call)?;
    let from = from_view.filter(|id| call.state.view(id).is_some_and(|open| open.user == user));
    let from = from.ok_or_else(|| Refusal::new("not_found"))?;
    if call.state.stack(&user).len() >= STACK_MAX {
        return Err(Refusal::new("push_limit_reached"));
    }
    check_external_id(call.state, &view, None)?;
    Ok(opened(call, &user, Some(&from), &view))
}

/// Slack: [views.update](https://docs.slack.dev/reference/methods/views.update)
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let view = modal(call)?;
    let (id, external_id) = (call.text("view_id"), call.text("external_id"));
    if id.is_empty() == external_id.is_empty() {
        return Err(invalid("[ERROR] either `view_id` or `external_id` is required"));
    }
    let wanted = |open: &&View| if id.is_empty() { open.external_id() == external_id } else { open.id == id };
    let present = call.state.views.iter().find(wanted).ok_or_else(|| Refusal::new("not_found"))?;
    let (id, hash) = (present.id.clone(), call.text("hash"));
    if !hash.is_empty() && hash != present.hash {
        return Err(Refusal::new("hash_conflict"));
    }
    check_external_id(call.state, &view, Some(&id))?;
    screen::replace(call.state, &id, &view, call.now);
    Ok(answer(call.state, &id))
}

/// Slack: [views.publish](https://docs.slack.dev/reference/methods/views.publish)
pub(super) fn publish(call: &mut Call<'_>) -> Answer {
    let view = view_of(call, "home")?;
    if !call.state.install.home_tab {
        return Err(Refusal::new("not_enabled"));
    }
    let user = call.text("user_id").to_owned();
    let is_ours = |state: &State| state.users.get(&user).is_some_and(|user| state.team.has(&user.team_id));
    if !is_ours(call.state) {
        return Err(invalid("[ERROR] invalid user id [json-pointer:/user_id]"));
    }
    let hash = call.text("hash").to_owned();
    let present = call.state.homes.get(&user).map(|home| home.hash.clone());
    if !hash.is_empty() && present.as_deref() != Some(hash.as_str()) {
        return Err(Refusal::new("hash_conflict"));
    }
    let home = screen::publish(call.state, &user, &view, call.now);
    Ok(json!({ "ok": true, "view": payloads::view(call.state, &home) }))
}

fn modal(call: &Call<'_>) -> Result<Value, Refusal> {
    view_of(call, "modal")
}

fn view_of(call: &Call<'_>, kind: &str) -> Result<Value, Refusal> {
    let view = call.arguments.get("view").cloned().unwrap_or_default();
    blocks::check_view(&view).map_err(Refusal::of_view)?;
    let given = view.get("type").and_then(Value::as_str).unwrap_or_default();
    if given != kind {
        return Err(invalid(&format!("[ERROR] unsupported type: {given} [json-pointer:/view/type]")));
    }
    Ok(view)
}

fn opened(call: &mut Call<'_>, user: &str, from: Option<&str>, view: &Value) -> Value {
    let id = screen::open(call.state, user, from, view, call.now);
    answer(call.state, &id)
}

fn answer(state: &State, id: &str) -> Value {
    let view = state.view(id).map(|view| payloads::view(state, view));
    json!({ "ok": true, "view": view })
}

/// Takes the trigger: it works once, within three seconds. Gives the person and the view they acted in.
fn exchange_trigger(call: &mut Call<'_>) -> Result<(String, Option<String>), Refusal> {
    let id = call.text("trigger_id").to_owned();
    if id.is_empty() {
        return Err(invalid("[ERROR] missing required field: trigger_id"));
    }
    let now = call.now;
    let trigger = call.state.triggers.get_mut(&id).ok_or_else(|| Refusal::new("invalid_trigger_id"))?;
    if trigger.used {
        return Err(Refusal::new("exchanged_trigger_id"));
    }
    if now.millis_since(trigger.issued) > TRIGGER_LIFE_MS {
        return Err(Refusal::new("expired_trigger_id"));
    }
    trigger.used = true;
    Ok((trigger.user.clone(), trigger.from_view.clone()))
}

fn check_external_id(state: &State, view: &Value, except: Option<&str>) -> Result<(), Refusal> {
    let external_id = view.get("external_id").and_then(Value::as_str).unwrap_or_default();
    let taken = |open: &View| open.external_id() == external_id && except != Some(open.id.as_str());
    if !external_id.is_empty() && state.views.iter().any(taken) {
        return Err(Refusal::new("duplicate_external_id"));
    }
    Ok(())
}

fn invalid(message: &str) -> Refusal {
    Refusal { messages: vec![message.to_owned()], ..Refusal::new("invalid_arguments") }
}
