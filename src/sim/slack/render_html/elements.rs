//! What can be pressed, chosen or typed into.

use base64::Engine as _;
use maud::{Markup, html};
use serde_json::Value;

use super::super::elements::{options, text_of};
use super::super::reader::Reader;
use super::blocks::present_choice;
use super::{Place, inline};

/// Where an element stands, and the id of the error under it.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub place: Place<'a>,
    pub block_id: &'a str,
    pub error: Option<&'a str>,
}

impl Spot<'_> {
    fn view_id(&self) -> Option<&str> {
        self.place.view().map(|view| view.id.as_str())
    }
}

/// An id for labels and dialogs, unique on a page.
pub(super) fn control_id(place: Place<'_>, block_id: &str, action_id: &str) -> String {
    let whole = match place {
        Place::Message { channel, ts } => format!("sk-{channel}-{ts}-{block_id}-{action_id}"),
        Place::View(view) => format!("sk-{}-{block_id}-{action_id}", view.id),
    };
    whole.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

pub(super) fn control(reader: &Reader<'_>, spot: Spot<'_>, element: &Value) -> Markup {
    match text_of(element, "type") {
        "button" | "workflow_button" => button(reader, spot, element),
        "overflow" => overflow(reader, spot, element),
        "image" => image(reader, element),
        "static_select" | "external_select" => select(reader, spot, element, false),
        "multi_static_select" | "multi_external_select" => select(reader, spot, element, true),
        "radio_buttons" => choices(reader, spot, element, "radio"),
        "checkboxes" => choices(reader, spot, element, "checkbox"),
        "users_select" | "multi_users_select" => people(reader, spot, element),
        kind => text_input(spot, element, kind),
    }
}

pub(super) fn image(reader: &Reader<'_>, element: &Value) -> Markup {
    let (url, alt) = (text_of(element, "image_url"), text_of(element, "alt_text"));
    let source = held(reader, element).unwrap_or_else(|| inline::safe(url).to_owned());
    html! { img.sk-image src=(source) alt=(alt) loading="lazy" referrerpolicy="no-referrer"; }
}

/// A picture that the workspace holds, as an address that needs no server.
fn held(reader: &Reader<'_>, element: &Value) -> Option<String> {
    let id = text_of(element.get("slack_file")?, "id");
    let file = reader.state.files.values().find(|file| file.id == id && file.is_complete)?;
    Some(format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(&file.bytes)))
}

fn button(reader: &Reader<'_>, spot: Spot<'_>, element: &Value) -> Markup {
    let label = inline::member(reader, element, "text");
    let Some(confirm) = element.get("confirm") else {
        return pressable(spot, element, text_of(element, "style"), label);
    };
    let id = format!("{}-confirm", control_id(spot.place, spot.block_id, text_of(element, "action_id")));
    let (class, name) = (style_class(text_of(element, "style")), accessible_name(element));
    html! {
        button class=(class) type="button" popovertarget=(id) aria-label=[name] { (label) }
        div.sk-confirm id=(id) popover role="alertdialog" {
            h4 { (inline::member(reader, confirm, "title")) }
            div { (inline::member(reader, confirm, "text")) }
            div.sk-modal-foot {
                button.sk-button type="button" popovertarget=(id) popovertargetaction="hide" {
                    (inline::member(reader, confirm, "deny"))
                }
                (pressable(spot, element, confirm_style(confirm), inline::member(reader, confirm, "confirm")))
            }
        }
    }
}

/// The button that acts.
fn pressable(spot: Spot<'_>, element: &Value, style: &str, label: Markup) -> Markup {
    let (class, name) = (style_class(style), accessible_name(element));
    let url = Some(text_of(element, "url")).filter(|url| !url.is_empty()).map(inline::safe);
    let (action, value) = (text_of(element, "action_id"), text_of(element, "value"));
    html! {
        @if let Some(url) = url {
            // Opens its address, and tells the app all the same.
            a class=(class) href=(url) target="_blank" rel="noreferrer noopener" aria-label=[name]
                data-action-id=(action) data-block-id=(spot.block_id) data-value=(value)
                data-channel=[spot.place.channel()] data-ts=[spot.place.ts()] data-view=[spot.view_id()] { (label) }
        } @else {
            button class=(class) type="button" aria-label=[name]
                data-action-id=(action) data-block-id=(spot.block_id) data-value=(value)
                data-channel=[spot.place.channel()] data-ts=[spot.place.ts()] data-view=[spot.view_id()] { (label) }
        }
    }
}

fn overflow(reader: &Reader<'_>, spot: Spot<'_>, element: &Value) -> Markup {
    html! {
        details.sk-overflow {
            summary.sk-button aria-label="More actions" { "⋯" }
            div.sk-menu { @for option in options(element) {
                button type="button" data-action-id=(text_of(element, "action_id")) data-block-id=(spot.block_id)
                    data-option=(text_of(option, "value")) data-channel=[spot.place.channel()] data-ts=[spot.place.ts()]
                    data-view=[spot.view_id()] { (inline::member(reader, option, "text")) }
            } }
        }
    }
}

fn select(reader: &Reader<'_>, spot: Spot<'_>, element: &Value, multiple: bool) -> Markup {
    let chosen = present_choice(spot.place, spot.block_id, element);
    let is_chosen = |option: &Value| chosen.split(',').any(|value| value == text_of(option, "value"));
    let action_id = text_of(element, "action_id");
    html! {
        select.sk-select id=(control_id(spot.place, spot.block_id, action_id)) name=(spot.block_id) multiple[multiple]
            aria-describedby=[spot.error] data-action-id=(action_id) data-block-id=(spot.block_id)
            data-channel=[spot.place.channel()] data-ts=[spot.place.ts()] data-view=[spot.view_id()] {
            @if !multiple { option value="" { (inline::member(reader, element, "placeholder")) } }
            @for option in options(element) {
                option value=(text_of(option, "value")) selected[is_chosen(option)] { (inline::member(reader, option, "text")) }
            }
        }
    }
}

fn choices(reader: &Reader<'_>, spot: Spot<'_>, element: &Value, kind: &str) -> Markup {
    let chosen = present_choice(spot.place, spot.block_id, element);
    let is_chosen = |option: &Value| chosen.split(',').any(|value| value == text_of(option, "value"));
    html! {
        div.sk-choices id=(control_id(spot.place, spot.block_id, text_of(element, "action_id"))) {
            @for option in options(element) {
                label.sk-choice {
                    input type=(kind) name=(spot.block_id) value=(text_of(option, "value")) checked[is_chosen(option)]
                        data-action-id=(text_of(element, "action_id")) data-block-id=(spot.block_id)
                        data-channel=[spot.place.channel()] data-ts=[spot.place.ts()] data-view=[spot.view_id()];
                    span {
                        (inline::member(reader, option, "text"))
                        @if option.get("description").is_some() {
                            span.sk-hint { (inline::member(reader, option, "description")) }
                        }
                    }
                }
            }
        }
    }
}

fn people(reader: &Reader<'_>, spot: Spot<'_>, element: &Value) -> Markup {
    let chosen = present_choice(spot.place, spot.block_id, element);
    let action_id = text_of(element, "action_id");
    html! {
        select.sk-select id=(control_id(spot.place, spot.block_id, action_id)) name=(spot.block_id)
            data-action-id=(action_id) data-block-id=(spot.block_id) data-view=[spot.view_id()] {
            option value="" { (inline::member(reader, element, "placeholder")) }
            @for user in reader.state.users.values().filter(|user| !user.deleted) {
                option value=(user.id) selected[chosen.split(',').any(|id| id == user.id)] { "@" (user.name) }
            }
        }
    }
}

fn text_input(spot: Spot<'_>, element: &Value, kind: &str) -> Markup {
    let action_id = text_of(element, "action_id");
    let id = control_id(spot.place, spot.block_id, action_id);
    let value = present_choice(spot.place, spot.block_id, element);
    let placeholder = element.get("placeholder").map(|placeholder| text_of(placeholder, "text"));
    let bound = |name: &str| element.get(name).and_then(Value::as_u64);
    let focus = element.get("focus_on_load") == Some(&Value::Bool(true));
    let input_type = match kind {
        "email_text_input" => "email",
        "url_text_input" => "url",
        "number_input" => "number",
        "datepicker" => "date",
        "timepicker" => "time",
        _ => "text",
    };
    html! {
        @if element.get("multiline") == Some(&Value::Bool(true)) {
            textarea.sk-text id=(id) name=(spot.block_id) rows="4" placeholder=[placeholder] autofocus[focus]
                minlength=[bound("min_length")] maxlength=[bound("max_length")] aria-describedby=[spot.error]
                data-action-id=(action_id) data-block-id=(spot.block_id) { (value) }
        } @else {
            input.sk-text id=(id) name=(spot.block_id) type=(input_type) value=(value) placeholder=[placeholder]
                autofocus[focus] minlength=[bound("min_length")] maxlength=[bound("max_length")]
                aria-describedby=[spot.error] data-action-id=(action_id) data-block-id=(spot.block_id);
        }
    }
}

fn accessible_name(element: &Value) -> Option<&str> {
    Some(text_of(element, "accessibility_label")).filter(|name| !name.is_empty())
}

/// A confirm dialog's button is green unless it says danger.
fn confirm_style(confirm: &Value) -> &str {
    Some(text_of(confirm, "style")).filter(|style| !style.is_empty()).unwrap_or("primary")
}

fn style_class(style: &str) -> &'static str {
    match style {
        "primary" => "sk-button sk-primary",
        "danger" => "sk-button sk-danger",
        _ => "sk-button",
    }
}
