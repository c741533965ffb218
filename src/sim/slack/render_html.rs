//! Messages, threads and modals as Slack draws them, in HTML of our own.
//!
//! Whatever can be pressed carries `data-action-id`, `data-block-id`, `data-value` and either `data-channel` with
//! `data-ts` or `data-view`; a script posts these to the demo's server. A modal is a form with `data-view`; its inputs
//! are named by their block id.

mod blocks;
mod elements;
mod inline;
mod rich_text;

use maud::{Markup, html};
use serde_json::Value;

use super::reader::Reader;
use super::render_text;
use super::state::{Ephemeral, Message, View};

/// The style sheet of everything drawn here.
pub const STYLE: &str = include_str!("slack.css");

/// Where a control stands: becomes its `data-` attributes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Message { channel: &'a str, ts: &'a str },
    View(&'a View),
}

impl<'a> Place<'a> {
    fn channel(self) -> Option<&'a str> {
        if let Self::Message { channel, .. } = self { Some(channel) } else { None }
    }

    fn ts(self) -> Option<&'a str> {
        if let Self::Message { ts, .. } = self { Some(ts) } else { None }
    }

    fn view(self) -> Option<&'a View> {
        if let Self::View(view) = self { Some(view) } else { None }
    }
}

/// A channel: its name and its messages with their reply counts, and what only the viewer sees, in order of time.
pub fn channel(reader: &Reader<'_>, channel: &str) -> Markup {
    let roots = reader.state.messages.iter().filter(|message| message.channel == channel && message.is_in_channel());
    let own = reader.state.ephemerals.iter().filter(|seen| seen.channel == channel && seen.user == reader.viewer);
    let own = own.filter(|seen| seen.thread_ts.is_none() && !seen.deleted);
    let mut shown: Vec<(&str, Markup)> = roots.map(|root| (root.ts.as_str(), in_channel(reader, root))).collect();
    shown.extend(own.map(|seen| (seen.ts.as_str(), ephemeral(reader, seen))));
    shown.sort_by(|one, other| one.0.cmp(other.0));
    html! {
        section.sk-channel data-channel=(channel) aria-label=(reader.channel(channel)) {
            h2.sk-channel-name { (reader.channel(channel)) }
            @for (_, message) in &shown { (message) }
        }
    }
}

/// A message, with a line that tells how many replies its thread has.
pub fn message(reader: &Reader<'_>, message: &Message) -> Markup {
    let replies = reader.state.messages.iter().filter(|reply| {
        reply.channel == message.channel && reply.thread_ts.as_deref() == Some(&message.ts) && !reply.deleted
    });
    let replies = replies.count();
    if message.deleted {
        return html! { @if replies > 0 { p.sk-message.sk-deleted { "This message was deleted." } } };
    }
    let place = Place::Message { channel: &message.channel, ts: &message.ts };
    let thread = html! {
        @if replies > 0 {
            button.sk-replies type="button" data-open-thread=(message.ts) data-channel=(message.channel) {
                (replies) @if replies == 1 { " reply" } @else { " replies" }
            }
        }
    };
    let content = content(reader, place, &message.text, &message.blocks);
    frame(reader, &message.user, &message.ts, false, html! { (content) (thread) })
}

/// A message as the channel's readers see it: a reply that was sent there as well says what it replies to.
pub fn in_channel(reader: &Reader<'_>, shown: &Message) -> Markup {
    let root = shown.thread_ts.as_deref().and_then(|root| reader.state.message(&shown.channel, root));
    let Some(root) = root else { return message(reader, shown) };
    let title = render_text::title(reader, root);
    html! {
        div.sk-broadcast-reply {
            p.sk-broadcast-note {
                "replied to a thread: "
                button.sk-replies type="button" data-open-thread=(root.ts) data-channel=(root.channel) { (title) }
            }
            (message(reader, shown))
        }
    }
}

/// What the app wrote to the viewer directly.
pub fn direct(reader: &Reader<'_>, shown: &Message) -> Markup {
    html! { div.sk-direct { p.sk-broadcast-note { "Direct message" } (message(reader, shown)) } }
}

/// A message only the viewer sees, marked as such.
pub fn ephemeral(reader: &Reader<'_>, message: &Ephemeral) -> Markup {
    let place = Place::Message { channel: &message.channel, ts: &message.ts };
    let content = content(reader, place, &message.text, &message.blocks);
    frame(reader, &reader.state.install.bot_user_id, &message.ts, true, content)
}

/// A thread: the root, how many replies, the replies, and the viewer's own ephemerals in it.
pub fn thread(reader: &Reader<'_>, channel: &str, ts: &str) -> Markup {
    let in_thread = |message: &&Message| message.channel == channel && message.thread_ts.as_deref() == Some(ts);
    let replies: Vec<&Message> =
        reader.state.messages.iter().filter(in_thread).filter(|reply| !reply.deleted).collect();
    let own = reader.state.ephemerals.iter().filter(|seen| seen.user == reader.viewer && !seen.deleted);
    let own = own.filter(|seen| seen.channel == channel && seen.thread_ts.as_deref() == Some(ts));
    let root = reader.state.message(channel, ts).filter(|root| !root.deleted);
    html! {
        section.sk-thread data-channel=(channel) data-ts=(ts) aria-label="Thread" {
            @if let Some(root) = root {
                @let place = Place::Message { channel, ts };
                (frame(reader, &root.user, ts, false, content(reader, place, &root.text, &root.blocks)))
            }
            p.sk-thread-count { (replies.len()) @if replies.len() == 1 { " reply" } @else { " replies" } }
            @for reply in replies { (message(reader, reply)) }
            @for seen in own { (ephemeral(reader, seen)) }
        }
    }
}

/// The app's Home tab of the viewer, if it shows anything.
pub fn home(reader: &Reader<'_>) -> Option<Markup> {
    let home = reader.state.homes.get(reader.viewer)?;
    Some(html! {
        section.sk-home data-view=(home.id) aria-label="Home" {
            (blocks::all(reader, Place::View(home), home.blocks()))
        }
    })
}

/// The top modal of the viewer's stack, if one is open.
pub fn open_view(reader: &Reader<'_>) -> Option<Markup> {
    reader.state.stack(reader.viewer).last().map(|top| modal(reader, top))
}

/// A modal: title, blocks, errors under their inputs, buttons at the foot.
pub fn modal(reader: &Reader<'_>, view: &View) -> Markup {
    let close = view.label("close").unwrap_or(if view.previous_view_id.is_some() { "Back" } else { "Cancel" });
    let title_id = format!("sk-title-{}", view.id);
    html! {
        div.sk-overlay {
            form.sk-modal role="dialog" aria-modal="true" aria-labelledby=(title_id) data-view=(view.id) data-submit="view" novalidate {
                div.sk-modal-head {
                    h2 id=(title_id) { (view.title()) }
                    button.sk-x type="button" data-dismiss=(view.id) aria-label="Close" { "×" }
                }
                div.sk-modal-body { (blocks::all(reader, Place::View(view), view.blocks())) }
                div.sk-modal-foot {
                    button.sk-button type="button" data-close=(view.id) { (close) }
                    @if let Some(submit) = view.label("submit") {
                        button.sk-button.sk-primary type="submit" { (submit) }
                    }
                }
            }
        }
    }
}

fn content(reader: &Reader<'_>, place: Place<'_>, text: &str, shown: &[Value]) -> Markup {
    if shown.is_empty() {
        return html! { div.sk-section { (inline::mrkdwn(reader, text, false)) } };
    }
    // Slack moves tables to the end of a message.
    let (tables, others): (Vec<Value>, Vec<Value>) =
        shown.iter().cloned().partition(|block| block.get("type").and_then(Value::as_str) == Some("table"));
    blocks::all(reader, place, &[others, tables].concat())
}

fn frame(reader: &Reader<'_>, user: &str, ts: &str, only_you: bool, content: Markup) -> Markup {
    let person = reader.state.users.get(user);
    let name = person.map_or(user, |person| person.real_name.as_str());
    let is_bot = person.is_some_and(|person| person.is_bot);
    let initial: String = name.chars().take(1).collect();
    let (time, machine_time) = reader.clock_of(ts);
    html! {
        article.sk-message.sk-only-you[only_you] data-ts=(ts) {
            div.sk-avatar aria-hidden="true" { (initial) }
            div.sk-message-body {
                @if only_you { p.sk-only-you-note { "Only visible to you" } }
                p.sk-meta {
                    strong.sk-name { (name) }
                    @if is_bot { span.sk-app { "APP" } }
                    time datetime=(machine_time) { (time) }
                }
                (content)
            }
        }
    }
}

#[cfg(test)]
mod tests;
