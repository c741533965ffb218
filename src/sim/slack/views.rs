//! Modals on people's screens: opening, replacing and closing them.

use serde_json::{Value, json};

use crate::domain::Timestamp;

use super::elements;
use super::state::{State, View};

/// Views a person can have open on top of each other.
pub(super) const STACK_MAX: usize = 3;

/// Puts a view on that person's screen, on top of `from` or as the first one. Gives its id.
pub(super) fn open(state: &mut State, user: &str, from: Option<&str>, view: &Value, now: Timestamp) -> String {
    let id = format!("V0{}", state.next_token(9).to_uppercase());
    let root_view_id =
        from.and_then(|from| state.view(from)).map_or_else(|| id.clone(), |from| from.root_view_id.clone());
    let view = View {
        id: id.clone(),
        user: user.to_owned(),
        hash: next_hash(state, now),
        root_view_id,
        previous_view_id: from.map(str::to_owned),
        view: completed(state, view),
        ..View::default()
    };
    state.views.push(view);
    id
}

/// Replaces the content of an open view. What was typed stays where block id and action id stay the same.
pub(super) fn replace(state: &mut State, id: &str, view: &Value, now: Timestamp) {
    let (completed, hash) = (completed(state, view), next_hash(state, now));
    let Some(open) = state.view_mut(id) else { return };
    open.view = completed;
    open.hash = hash;
    open.errors.clear();
    let kept: Vec<(String, String)> = elements::interactive(open.blocks())
        .iter()
        .map(|placed| (placed.block_id.to_owned(), placed.action_id.to_owned()))
        .collect();
    for (block_id, actions) in &mut open.values {
        actions.retain(|action_id, _| kept.iter().any(|(block, action)| block == block_id && action == action_id));
    }
}

/// Puts a view on somebody's Home tab. Slack keeps its id from one version to the next.
pub(super) fn publish(state: &mut State, user: &str, view: &Value, now: Timestamp) -> View {
    let id = match state.homes.get(user) {
        Some(home) => home.id.clone(),
        None => format!("V0{}", state.next_token(9).to_uppercase()),
    };
    let (hash, view) = (next_hash(state, now), completed(state, view));
    let versions = state.homes.get(user).map_or(0, |home| home.versions) + 1;
    let home =
        View { id: id.clone(), user: user.to_owned(), hash, root_view_id: id, view, versions, ..View::default() };
    state.homes.insert(user.to_owned(), home.clone());
    home
}

/// Takes one view off its stack; the one below is on top again.
pub(super) fn close(state: &mut State, id: &str) {
    state.views.retain(|view| view.id != id);
}

fn completed(state: &mut State, view: &Value) -> Value {
    let blocks = view.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut view = view.clone();
    if let Some(members) = view.as_object_mut() {
        members.insert("blocks".into(), json!(elements::completed(state, &blocks)));
    }
    view
}

fn next_hash(state: &mut State, now: Timestamp) -> String {
    format!("{}.{}", now.as_seconds(), state.next_token(8))
}
