//! Messages and modals as plain text, for tests and for stories on a terminal; and what a notification and a screen
//! reader get instead.

mod rich_text;

use serde_json::Value;

use super::elements::{self, plain_choice, text_of};
use super::mrkdwn::{self, Span};
use super::reader::{Reader, emoji};
use super::state::{Ephemeral, Message, View};

/// A message as it looks in its channel.
pub fn message(reader: &Reader<'_>, message: &Message) -> String {
    if message.deleted {
        return "This message was deleted.".to_owned();
    }
    content(reader, &message.text, &message.blocks)
}

/// A message only this person sees.
pub fn ephemeral(reader: &Reader<'_>, message: &Ephemeral) -> String {
    format!("(only visible to you)\n{}", content(reader, &message.text, &message.blocks))
}

/// A root message and its replies, each reply set in.
pub fn thread(reader: &Reader<'_>, root: &Message, replies: &[Message]) -> String {
    let mut shown = message(reader, root);
    for reply in replies {
        let text = message(reader, reply).replace('\n', "\n    ");
        shown.push_str(&format!("\n  ↳ {text}"));
    }
    shown
}

/// A modal: title, blocks with what was typed and the errors under them, and its buttons.
pub fn view(reader: &Reader<'_>, view: &View) -> String {
    let mut lines = vec![format!("┌ {}", view.title())];
    lines.push(blocks_with_values(reader, view.blocks(), Some(view)));
    let close = view.label("close").unwrap_or("Cancel");
    let submit = view.label("submit").map(|submit| format!(" [{submit}]")).unwrap_or_default();
    lines.push(format!("└ [{close}]{submit}"));
    lines.join("\n")
}

/// Blocks, top to bottom; in a message Slack moves tables to the end.
pub fn blocks(reader: &Reader<'_>, blocks: &[Value]) -> String {
    let (tables, others): (Vec<Value>, Vec<Value>) =
        blocks.iter().cloned().partition(|block| text_of(block, "type") == "table");
    blocks_with_values(reader, &[others, tables].concat(), None)
}

/// What the phone's lock screen shows: `text`, or the first text of the blocks.
pub fn notification(reader: &Reader<'_>, text: &str, blocks: &[Value]) -> String {
    let shown = mrkdwn_line(reader, text, false);
    if shown.trim().is_empty() { first_text(reader, blocks).unwrap_or_default() } else { shown }
}

/// What a screen reader speaks: `text` instead of the blocks (all of them without it), then the controls by their
/// accessible names.
pub fn screen_reader(reader: &Reader<'_>, text: &str, blocks: &[Value]) -> String {
    let shown = mrkdwn_line(reader, text, false);
    let mut lines = vec![if shown.trim().is_empty() { self::blocks(reader, blocks) } else { shown }];
    lines.extend(elements::interactive(blocks).iter().map(|placed| match placed.kind() {
        "button" => format!("{}, button", accessible_name(placed.element)),
        kind => format!("{}, {kind}", accessible_name(placed.element)),
    }));
    lines.join("\n")
}

/// What a message is about, in a line: its header, or its first text.
pub fn title(reader: &Reader<'_>, message: &Message) -> String {
    first_text(reader, &message.blocks).unwrap_or_else(|| mrkdwn_line(reader, &message.text, false))
}

/// Spans as plain text, mentions by name.
pub fn spans(reader: &Reader<'_>, spans: &[Span]) -> String {
    spans.iter().map(|span| one_span(reader, span)).collect()
}

fn content(reader: &Reader<'_>, text: &str, shown: &[Value]) -> String {
    if shown.is_empty() { mrkdwn_line(reader, text, false) } else { blocks(reader, shown) }
}

fn one_span(reader: &Reader<'_>, span: &Span) -> String {
    match span {
        Span::Text(text) | Span::Code(text) => text.clone(),
        Span::Preformatted(text) => format!("\n    {}\n", text.replace('\n', "\n    ")),
        Span::Bold(inner) | Span::Italic(inner) | Span::Strike(inner) => spans(reader, inner),
        Span::Quote(inner) => format!("\n> {}\n", spans(reader, inner)),
        Span::Link { url, label } if url == label => url.clone(),
        Span::Link { url, label } => format!("{label} ({url})"),
        Span::User(id) => reader.user(id),
        Span::UserGroup(id) => reader.user_group(id),
        Span::Channel(id) => reader.channel(id),
        Span::ChannelNamed(name) => format!("#{name}"),
        Span::Broadcast(word) => format!("@{word}"),
        Span::Date { unix_seconds, pattern, fallback, .. } => {
            reader.date(*unix_seconds, pattern).unwrap_or_else(|| fallback.clone())
        }
        Span::Emoji(name) => emoji(name).map_or_else(|| format!(":{name}:"), str::to_owned),
    }
}

fn mrkdwn_line(reader: &Reader<'_>, text: &str, auto: bool) -> String {
    spans(reader, &mrkdwn::parse(text, auto)).trim().to_owned()
}

/// A text object of either kind.
fn text_object(reader: &Reader<'_>, object: &Value) -> String {
    let text = text_of(object, "text");
    if text_of(object, "type") == "mrkdwn" {
        let verbatim = object.get("verbatim").and_then(Value::as_bool).unwrap_or_default();
        return mrkdwn_line(reader, text, !verbatim);
    }
    let with_emoji = object.get("emoji").and_then(Value::as_bool).unwrap_or(true);
    spans(reader, &mrkdwn::parse_plain(text, with_emoji))
}

fn member_text(reader: &Reader<'_>, block: &Value, name: &str) -> String {
    block.get(name).map(|object| text_object(reader, object)).unwrap_or_default()
}

fn blocks_with_values(reader: &Reader<'_>, blocks: &[Value], view: Option<&View>) -> String {
    let shown = blocks.iter().map(|block| one_block(reader, block, view)).filter(|text| !text.is_empty());
    shown.collect::<Vec<_>>().join("\n")
}

fn one_block(reader: &Reader<'_>, block: &Value, view: Option<&View>) -> String {
    match text_of(block, "type") {
        "header" => format!("# {}", member_text(reader, block, "text")),
        "divider" => "────────".to_owned(),
        "section" => section(reader, block),
        "context" => list(block, "elements").iter().map(|part| small(reader, part)).collect::<Vec<_>>().join(" "),
        "actions" | "context_actions" => {
            list(block, "elements").iter().map(|element| control(reader, element)).collect::<Vec<_>>().join(" ")
        }
        "input" => input(reader, block, view),
        "image" => format!("[image: {}]", text_of(block, "alt_text")),
        "rich_text" => rich_text::text(reader, block),
        "table" => table(reader, block),
        "markdown" => text_of(block, "text").to_owned(),
        "container" => {
            let title = member_text(reader, block, "title");
            format!("{title}\n{}", blocks_with_values(reader, list(block, "child_blocks"), view))
        }
        _ => every_text(reader, block).join("\n"),
    }
}

fn section(reader: &Reader<'_>, block: &Value) -> String {
    let mut lines = Vec::new();
    lines.extend(block.get("text").map(|text| text_object(reader, text)));
    let fields = list(block, "fields").iter().map(|field| text_object(reader, field));
    lines.extend(fields.map(|field| format!("  {}", field.replacen('\n', ": ", 1))));
    lines.extend(block.get("accessory").map(|element| control(reader, element)));
    lines.join("\n")
}

fn small(reader: &Reader<'_>, part: &Value) -> String {
    if text_of(part, "type") == "image" {
        format!("[image: {}]", text_of(part, "alt_text"))
    } else {
        text_object(reader, part)
    }
}

fn control(reader: &Reader<'_>, element: &Value) -> String {
    match text_of(element, "type") {
        "button" => format!("[{}]", member_text(reader, element, "text")),
        "image" => format!("[image: {}]", text_of(element, "alt_text")),
        "overflow" => format!("[⋯ {}]", option_labels(reader, element)),
        _ => format!("[{} ▾ {}]", member_text(reader, element, "placeholder"), option_labels(reader, element)),
    }
}

fn option_labels(reader: &Reader<'_>, element: &Value) -> String {
    let labels = elements::options(element).into_iter().map(|option| member_text(reader, option, "text"));
    labels.collect::<Vec<_>>().join(" / ")
}

fn input(reader: &Reader<'_>, block: &Value, view: Option<&View>) -> String {
    let element = block.get("element").cloned().unwrap_or_default();
    let (block_id, action_id) = (text_of(block, "block_id"), text_of(&element, "action_id"));
    let typed = view.and_then(|view| view.values.get(block_id)?.get(action_id).cloned());
    let state = typed.or_else(|| elements::chosen_state(&element, None));
    let value = state.and_then(|state| plain_choice(&state)).unwrap_or_else(|| "________".to_owned());
    let optional = if block.get("optional") == Some(&Value::Bool(true)) { " (optional)" } else { "" };
    let mut lines = vec![format!("{}{optional}: [{value}]", member_text(reader, block, "label"))];
    lines.extend(block.get("hint").map(|hint| format!("  {}", text_object(reader, hint))));
    lines.extend(view.and_then(|view| view.errors.get(block_id)).map(|error| format!("  ! {error}")));
    lines.join("\n")
}

fn table(reader: &Reader<'_>, block: &Value) -> String {
    let row = |row: &Value| -> Vec<String> {
        row.as_array()
            .into_iter()
            .flatten()
            .map(|cell| match text_of(cell, "type") {
                "rich_text" => rich_text::text(reader, cell).replace('\n', " "),
                _ => text_of(cell, "text").to_owned(),
            })
            .collect()
    };
    let rows: Vec<Vec<String>> = list(block, "rows").iter().map(row).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The texts of a block this file has no picture of, so that nothing is hidden.
fn every_text(reader: &Reader<'_>, value: &Value) -> Vec<String> {
    match value {
        Value::Object(_) if matches!(text_of(value, "type"), "plain_text" | "mrkdwn") => {
            vec![text_object(reader, value)]
        }
        Value::Object(members) => members.values().flat_map(|member| every_text(reader, member)).collect(),
        Value::Array(items) => items.iter().flat_map(|item| every_text(reader, item)).collect(),
        _ => Vec::new(),
    }
}

fn first_text(reader: &Reader<'_>, blocks: &[Value]) -> Option<String> {
    let texts = blocks.iter().map(|block| one_block(reader, block, None));
    texts.map(|text| text.trim_start_matches("# ").to_owned()).find(|text| !text.trim().is_empty())
}

/// The accessible name of a control.
fn accessible_name(element: &Value) -> String {
    let label = text_of(element, "accessibility_label");
    let own = [label, element.get("text").map(|text| text_of(text, "text")).unwrap_or_default(), "more"];
    own.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests;
