//! The blocks of a message or modal.

use maud::{Markup, html};
use serde_json::Value;

use super::super::elements::{self as found, text_of};
use super::super::reader::Reader;
use super::elements::{self, Spot};
use super::{Place, inline, rich_text};

pub(super) fn all(reader: &Reader<'_>, place: Place<'_>, blocks: &[Value]) -> Markup {
    html! { @for block in blocks { (one(reader, place, block)) } }
}

fn one(reader: &Reader<'_>, place: Place<'_>, block: &Value) -> Markup {
    match text_of(block, "type") {
        "header" => html! { h3.sk-header { (inline::member(reader, block, "text")) } },
        "divider" => html! { hr.sk-divider; },
        "section" => section(reader, place, block),
        "context" => html! {
            div.sk-context { @for part in list(block, "elements") { span { (small(reader, part)) } } }
        },
        "actions" | "context_actions" => html! {
            div.sk-actions { @for element in list(block, "elements") { (control(reader, place, block, element)) } }
        },
        "input" => input(reader, place, block),
        "image" => figure(reader, block),
        "rich_text" => rich_text::block(reader, block),
        "table" => table(reader, block),
        "markdown" => html! { div.sk-markdown { (text_of(block, "text")) } },
        "container" => html! {
            div.sk-container {
                p.sk-container-title { (inline::member(reader, block, "title")) }
                (all(reader, place, list(block, "child_blocks")))
            }
        },
        _ => html! { div.sk-section { (every_text(reader, block)) } },
    }
}

fn section(reader: &Reader<'_>, place: Place<'_>, block: &Value) -> Markup {
    html! {
        div.sk-section.sk-with-accessory[block.get("accessory").is_some()] {
            div.sk-section-text {
                @if block.get("text").is_some() { div { (inline::member(reader, block, "text")) } }
                @if !list(block, "fields").is_empty() {
                    div.sk-fields {
                        @for field in list(block, "fields") { div { (inline::text_object(reader, field)) } }
                    }
                }
            }
            @if let Some(accessory) = block.get("accessory") { (control(reader, place, block, accessory)) }
        }
    }
}

fn control(reader: &Reader<'_>, place: Place<'_>, block: &Value, element: &Value) -> Markup {
    let spot = Spot { place, block_id: text_of(block, "block_id"), error: None };
    elements::control(reader, spot, element)
}

fn small(reader: &Reader<'_>, part: &Value) -> Markup {
    if text_of(part, "type") == "image" { elements::image(reader, part) } else { inline::text_object(reader, part) }
}

fn figure(reader: &Reader<'_>, block: &Value) -> Markup {
    html! {
        figure.sk-figure {
            @if block.get("title").is_some() { figcaption { (inline::member(reader, block, "title")) } }
            (elements::image(reader, block))
        }
    }
}

fn input(reader: &Reader<'_>, place: Place<'_>, block: &Value) -> Markup {
    let block_id = text_of(block, "block_id");
    let element = block.get("element").cloned().unwrap_or_default();
    let id = elements::control_id(place, block_id, text_of(&element, "action_id"));
    let error = place.view().and_then(|view| view.errors.get(block_id));
    let error_id = error.map(|_| format!("{id}-error"));
    let optional = block.get("optional") == Some(&Value::Bool(true));
    html! {
        div.sk-input.sk-wrong[error.is_some()] {
            label for=(id) {
                (inline::member(reader, block, "label"))
                @if optional { span.sk-optional { " (optional)" } }
            }
            (elements::control(reader, Spot { place, block_id, error: error_id.as_deref() }, &element))
            @if let (Some(error), Some(error_id)) = (error, &error_id) { p.sk-error id=(error_id) role="alert" { (error) } }
            @if block.get("hint").is_some() { p.sk-hint { (inline::member(reader, block, "hint")) } }
        }
    }
}

fn table(reader: &Reader<'_>, block: &Value) -> Markup {
    let rows = list(block, "rows");
    let settings = list(block, "column_settings");
    let align = |column: usize| settings.get(column).map(|setting| text_of(setting, "align")).unwrap_or_default();
    html! {
        div.sk-table-frame { table.sk-table { @for (index, row) in rows.iter().enumerate() { tr {
            @for (column, cell) in row.as_array().into_iter().flatten().enumerate() {
                @let class = format!("sk-align-{}", align(column));
                @if index == 0 { th scope="col" class=(class) { (self::cell(reader, cell)) } }
                @else { td class=(class) { (self::cell(reader, cell)) } }
            }
        } } } }
    }
}

fn cell(reader: &Reader<'_>, cell: &Value) -> Markup {
    if text_of(cell, "type") == "rich_text" {
        rich_text::block(reader, cell)
    } else {
        html! { (text_of(cell, "text")) }
    }
}

/// The texts of a block this file has no picture of, so that nothing is hidden.
fn every_text(reader: &Reader<'_>, value: &Value) -> Markup {
    match value {
        Value::Object(_) if matches!(text_of(value, "type"), "plain_text" | "mrkdwn") => {
            html! { div { (inline::text_object(reader, value)) } }
        }
        Value::Object(members) => html! { @for member in members.values() { (every_text(reader, member)) } },
        Value::Array(items) => html! { @for item in items { (every_text(reader, item)) } },
        _ => html! {},
    }
}

/// What was typed or chosen so far, or the initial value.
pub(super) fn present_choice(place: Place<'_>, block_id: &str, element: &Value) -> String {
    let action_id = text_of(element, "action_id");
    let typed = place.view().and_then(|view| view.values.get(block_id)?.get(action_id).cloned());
    let state = typed.or_else(|| found::chosen_state(element, None));
    state.and_then(|state| found::plain_choice(&state)).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
