//! Finding the interactive elements of blocks, the ids Slack gives them, and their state on the wire.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::state::State;

/// An interactive element and the block it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    pub block_id: &'a str,
    pub action_id: &'a str,
    pub element: &'a Value,
    /// In an `input` block: must be filled unless `optional`.
    pub is_input: bool,
    pub is_optional: bool,
}

impl Placed<'_> {
    pub fn kind(&self) -> &str {
        self.element.get("type").and_then(Value::as_str).unwrap_or_default()
    }
}

/// Values typed or chosen so far: block id, action id, state.
pub type Values = BTreeMap<String, BTreeMap<String, Value>>;

/// Every interactive element of the blocks, top to bottom.
pub fn interactive(blocks: &[Value]) -> Vec<Placed<'_>> {
    let mut placed = Vec::new();
    for block in blocks {
        let block_id = text_of(block, "block_id");
        let is_input = text_of(block, "type") == "input";
        let is_optional = block.get("optional").and_then(Value::as_bool).unwrap_or_default();
        let several = block.get("elements").and_then(Value::as_array).into_iter().flatten();
        for element in several.chain(block.get("element")).chain(block.get("accessory")) {
            let action_id = text_of(element, "action_id");
            if !action_id.is_empty() {
                placed.push(Placed { block_id, action_id, element, is_input, is_optional });
            }
        }
        if let Some(children) = block.get("child_blocks").and_then(Value::as_array) {
            placed.extend(interactive(children));
        }
    }
    placed
}

/// Puts in what Slack puts in: block ids, action ids, `emoji` and `verbatim`.
pub(super) fn completed(state: &mut State, blocks: &[Value]) -> Vec<Value> {
    let mut blocks = blocks.to_vec();
    for block in &mut blocks {
        complete_block(state, block);
        complete_text(block);
    }
    blocks
}

fn complete_block(state: &mut State, block: &mut Value) {
    give_id(state, block, "block_id");
    for part in ["element", "accessory"] {
        if let Some(element) = block.get_mut(part).filter(|element| is_interactive(element)) {
            give_id(state, element, "action_id");
        }
    }
    let acts = matches!(text_of(block, "type"), "actions" | "context_actions");
    if let Some(elements) = block.get_mut("elements").and_then(Value::as_array_mut).filter(|_| acts) {
        elements.iter_mut().for_each(|element| give_id(state, element, "action_id"));
    }
    if let Some(children) = block.get_mut("child_blocks").and_then(Value::as_array_mut) {
        children.iter_mut().for_each(|child| complete_block(state, child));
    }
}

fn is_interactive(element: &Value) -> bool {
    text_of(element, "type") != "image"
}

fn give_id(state: &mut State, value: &mut Value, name: &str) {
    if let Some(object) = value.as_object_mut()
        && !object.contains_key(name)
    {
        object.insert(name.to_owned(), json!(state.next_token(5)));
    }
}

fn complete_text(value: &mut Value) {
    match value {
        Value::Object(object) => {
            match object.get("type").and_then(Value::as_str) {
                Some("plain_text") => object.entry("emoji").or_insert(json!(true)),
                Some("mrkdwn") => object.entry("verbatim").or_insert(json!(false)),
                _ => &mut Value::Null,
            };
            object.values_mut().for_each(complete_text);
        }
        Value::Array(items) => items.iter_mut().for_each(complete_text),
        _ => {}
    }
}

/// `state.values` of a message or view: every stateful element, touched or not.
pub(super) fn state_values(blocks: &[Value], values: &Values) -> Value {
    let mut all: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for placed in interactive(blocks) {
        let touched = values.get(placed.block_id).and_then(|block| block.get(placed.action_id)).cloned();
        if let Some(present) = touched.or_else(|| chosen_state(placed.element, None)) {
            all.entry(placed.block_id).or_default().insert(placed.action_id, present);
        }
    }
    json!({ "values": all })
}

/// The state of an element after `choice` (or as it was first drawn); `None` for buttons and menus, which keep none.
pub(super) fn chosen_state(element: &Value, choice: Option<&str>) -> Option<Value> {
    let kind = text_of(element, "type");
    let (member, value) = match kind {
        "plain_text_input" | "email_text_input" | "url_text_input" | "number_input" => {
            ("value", text_or_initial(element, choice, "initial_value"))
        }
        "static_select" | "radio_buttons" | "external_select" => ("selected_option", one_option(element, choice)),
        "checkboxes" | "multi_static_select" | "multi_external_select" => {
            ("selected_options", several_options(element, choice))
        }
        "users_select" => ("selected_user", text_or_initial(element, choice, "initial_user")),
        "conversations_select" => ("selected_conversation", text_or_initial(element, choice, "initial_conversation")),
        "channels_select" => ("selected_channel", text_or_initial(element, choice, "initial_channel")),
        "datepicker" => ("selected_date", text_or_initial(element, choice, "initial_date")),
        "timepicker" => ("selected_time", text_or_initial(element, choice, "initial_time")),
        "multi_users_select" => ("selected_users", several_ids(element, choice, "initial_users")),
        _ => return None,
    };
    Some(json!({ "type": kind, member: value }))
}

/// What stands in an element's state: the typed text, the chosen option's value, or all of them joined by commas.
pub fn plain_choice(state: &Value) -> Option<String> {
    let option = |option: &Value| option.get("value").and_then(Value::as_str).map(str::to_owned);
    let members = state.as_object()?.iter().filter(|(name, _)| *name != "type");
    members.map(|(_, value)| value).find_map(|value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(_) => option(value),
        Value::Array(items) if !items.is_empty() => {
            let chosen = items.iter().filter_map(|item| option(item).or_else(|| item.as_str().map(str::to_owned)));
            Some(chosen.collect::<Vec<_>>().join(","))
        }
        _ => None,
    })
}

/// The options of a menu, select or radio group, grouped ones included.
pub fn options(element: &Value) -> Vec<&Value> {
    let plain = element.get("options").and_then(Value::as_array).into_iter().flatten();
    let groups = element.get("option_groups").and_then(Value::as_array).into_iter().flatten();
    let grouped = groups.filter_map(|group| group.get("options")?.as_array()).flatten();
    plain.chain(grouped).collect()
}

pub(super) fn option_of_value<'a>(element: &'a Value, value: &str) -> Option<&'a Value> {
    options(element).into_iter().find(|option| text_of(option, "value") == value)
}

fn text_or_initial(element: &Value, choice: Option<&str>, initial: &str) -> Value {
    match choice {
        // An input left empty is null on the wire.
        Some("") => Value::Null,
        Some(text) => json!(text),
        None => element.get(initial).cloned().unwrap_or_default(),
    }
}

fn one_option(element: &Value, choice: Option<&str>) -> Value {
    match choice {
        Some(value) => option_of_value(element, value).cloned().unwrap_or_default(),
        None => element.get("initial_option").cloned().unwrap_or_default(),
    }
}

fn several_options(element: &Value, choice: Option<&str>) -> Value {
    match choice {
        Some(values) => values.split(',').filter_map(|value| option_of_value(element, value)).cloned().collect(),
        None => element.get("initial_options").cloned().unwrap_or_else(|| json!([])),
    }
}

fn several_ids(element: &Value, choice: Option<&str>, initial: &str) -> Value {
    match choice {
        Some(ids) => ids.split(',').filter(|id| !id.is_empty()).map(|id| json!(id)).collect(),
        None => element.get(initial).cloned().unwrap_or_else(|| json!([])),
    }
}

pub(super) fn text_of<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
