//! Text within a line: markup, mentions, links, emoji.

use maud::{Markup, html};
use serde_json::Value;

use super::super::elements::text_of;
use super::super::mrkdwn::{self, Span};
use super::super::reader::{Reader, emoji};

/// A text object of either kind.
pub(super) fn text_object(reader: &Reader<'_>, object: &Value) -> Markup {
    let text = text_of(object, "text");
    if text_of(object, "type") == "mrkdwn" {
        let verbatim = object.get("verbatim").and_then(Value::as_bool).unwrap_or_default();
        return mrkdwn(reader, text, !verbatim);
    }
    let with_emoji = object.get("emoji").and_then(Value::as_bool).unwrap_or(true);
    spans(reader, &mrkdwn::parse_plain(text, with_emoji))
}

/// The text object in that member, or nothing.
pub(super) fn member(reader: &Reader<'_>, value: &Value, name: &str) -> Markup {
    html! { @if let Some(object) = value.get(name) { (text_object(reader, object)) } }
}

pub(super) fn mrkdwn(reader: &Reader<'_>, text: &str, auto: bool) -> Markup {
    spans(reader, &mrkdwn::parse(text, auto))
}

fn spans(reader: &Reader<'_>, spans: &[Span]) -> Markup {
    html! { @for span in spans { (one(reader, span)) } }
}

fn one(reader: &Reader<'_>, span: &Span) -> Markup {
    match span {
        Span::Text(text) => lines(text),
        Span::Bold(inner) => html! { strong { (spans(reader, inner)) } },
        Span::Italic(inner) => html! { em { (spans(reader, inner)) } },
        Span::Strike(inner) => html! { s { (spans(reader, inner)) } },
        Span::Code(text) => html! { code { (text) } },
        Span::Preformatted(text) => html! { pre.sk-pre { (text) } },
        Span::Quote(inner) => html! { blockquote.sk-quote { (spans(reader, inner)) } },
        Span::Link { url, label } => link(url, label),
        Span::User(id) => user(reader, id),
        Span::UserGroup(id) => html! { span.sk-mention { (reader.user_group(id)) } },
        Span::Channel(id) => html! { span.sk-mention { (reader.channel(id)) } },
        Span::ChannelNamed(name) => html! {
            @if reader.channel_named(name).is_some() { span.sk-mention { "#" (name) } } @else { "#" (name) }
        },
        Span::Broadcast(word) => html! { span.sk-mention.sk-broadcast { "@" (word) } },
        Span::Date { unix_seconds, pattern, url, fallback } => {
            let shown = date(reader, *unix_seconds, pattern, fallback);
            html! { @if let Some(url) = url { a href=(safe(url)) rel="noopener noreferrer" target="_blank" { (shown) } } @else { (shown) } }
        }
        Span::Emoji(name) => emoji_named(name),
    }
}

/// A moment in the reader's zone.
pub(super) fn date(reader: &Reader<'_>, unix_seconds: i64, pattern: &str, fallback: &str) -> Markup {
    let shown = reader.date(unix_seconds, pattern).unwrap_or_else(|| fallback.to_owned());
    html! { time data-unix=(unix_seconds) title=(fallback) { (shown) } }
}

pub(super) fn user(reader: &Reader<'_>, id: &str) -> Markup {
    html! { span.sk-mention.sk-me[id == reader.viewer] data-user=(id) { (reader.user(id)) } }
}

pub(super) fn link(url: &str, label: &str) -> Markup {
    html! { a href=(safe(url)) rel="noopener noreferrer" target="_blank" { (label) } }
}

pub(super) fn emoji_named(name: &str) -> Markup {
    let code = format!(":{name}:");
    html! { @if let Some(picture) = emoji(name) { span.sk-emoji role="img" aria-label=(name) { (picture) } } @else { (code) } }
}

/// Text whose line breaks count.
pub(super) fn lines(text: &str) -> Markup {
    html! { @for (index, line) in text.split('\n').enumerate() { @if index > 0 { br; } (line) } }
}

/// An address that may stand in `href`: the web and mail, nothing that runs.
pub(super) fn safe(url: &str) -> &str {
    let known = ["http://", "https://", "mailto:"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme));
    if known { url } else { "#" }
}
