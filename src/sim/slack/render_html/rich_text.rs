//! Rich text: sections, lists, quotes, preformatted runs. Nothing in the runs is parsed.

use maud::{Markup, html};
use serde_json::Value;

use super::super::elements::text_of;
use super::super::reader::Reader;
use super::inline;

pub(super) fn block(reader: &Reader<'_>, block: &Value) -> Markup {
    html! { div.sk-rich { @for part in list(block, "elements") { (element(reader, part)) } } }
}

fn element(reader: &Reader<'_>, part: &Value) -> Markup {
    let number = |name: &str| part.get(name).and_then(Value::as_u64).unwrap_or_default();
    let bordered = number("border") == 1;
    match text_of(part, "type") {
        "rich_text_list" => {
            let indent = format!("sk-indent-{}", number("indent").min(8));
            let items = html! { @for item in list(part, "elements") { li { (runs(reader, item)) } } };
            if text_of(part, "style") == "ordered" {
                return html! { ol class=(indent) start=(number("offset").saturating_add(1)) { (items) } };
            }
            html! { ul class=(indent) { (items) } }
        }
        "rich_text_quote" => html! { blockquote.sk-quote { (runs(reader, part)) } },
        "rich_text_preformatted" => html! { pre.sk-pre.sk-bordered[bordered] { (preformatted(part)) } },
        _ => html! { p.sk-rich-section { (runs(reader, part)) } },
    }
}

fn runs(reader: &Reader<'_>, part: &Value) -> Markup {
    html! { @for run in list(part, "elements") { (styled(reader, run)) } }
}

/// Line breaks stay what they are in a `pre`.
fn preformatted(part: &Value) -> Markup {
    html! {
        @for run in list(part, "elements") {
            @if text_of(run, "type") == "link" { (link(run)) } @else { (text_of(run, "text")) }
        }
    }
}

fn styled(reader: &Reader<'_>, run: &Value) -> Markup {
    let has = |style: &str| run.get("style").and_then(|styles| styles.get(style)) == Some(&Value::Bool(true));
    let mut shown = one(reader, run);
    if has("code") {
        shown = html! { code { (shown) } };
    }
    if has("strike") {
        shown = html! { s { (shown) } };
    }
    if has("underline") {
        shown = html! { u { (shown) } };
    }
    if has("italic") {
        shown = html! { em { (shown) } };
    }
    if has("bold") {
        shown = html! { strong { (shown) } };
    }
    shown
}

fn one(reader: &Reader<'_>, run: &Value) -> Markup {
    match text_of(run, "type") {
        "text" => inline::lines(text_of(run, "text")),
        "link" => link(run),
        "user" => inline::user(reader, text_of(run, "user_id")),
        "usergroup" => html! { span.sk-mention { (reader.user_group(text_of(run, "usergroup_id"))) } },
        "channel" => html! { span.sk-mention { (reader.channel(text_of(run, "channel_id"))) } },
        "broadcast" => html! { span.sk-mention.sk-broadcast { "@" (text_of(run, "range")) } },
        "emoji" => inline::emoji_named(text_of(run, "name")),
        "date" => {
            let at = run.get("timestamp").and_then(Value::as_i64).unwrap_or_default();
            inline::date(reader, at, text_of(run, "format"), text_of(run, "fallback"))
        }
        "color" => html! { code { (text_of(run, "value")) } },
        _ => html! {},
    }
}

fn link(run: &Value) -> Markup {
    let (url, label) = (text_of(run, "url"), text_of(run, "text"));
    inline::link(url, if label.is_empty() { url } else { label })
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
