//! The channel as one person sees it: messages with their threads beneath, and what only they can see.

use maud::{Markup, html};

use crate::sim::slack::reader::Reader;
use crate::sim::slack::{Ephemeral, Message, render_html, sample};

use super::rooms;

/// The messages of `#model-releases`, oldest first.
pub(super) fn messages(reader: &Reader<'_>) -> Markup {
    let in_channel =
        reader.state.messages.iter().filter(|message| message.channel == sample::RELEASES && message.is_in_channel());
    let mut shown: Vec<(&str, Markup)> = in_channel.map(|root| (root.ts.as_str(), with_thread(reader, root))).collect();
    shown
        .extend(reader.state.direct_messages(reader.viewer).map(|direct| (direct.ts.as_str(), to_you(reader, direct))));
    shown.extend(own(reader, None).map(|seen| (seen.ts.as_str(), only_you(reader, seen))));
    shown.sort_by(|one, other| one.0.cmp(other.0));
    let notice = reader.state.notices.iter().rev().find(|notice| notice.user == reader.viewer);
    let notice = notice.filter(|notice| reader.now.millis_since(notice.at) < 10_000);
    html! {
        @if shown.is_empty() { p.empty { "Nothing here yet. Countersign posts as soon as a job waits." } }
        ul.messages { @for (_, item) in &shown { (item) } }
        @if let Some(notice) = notice { p.notice role="status" { (notice.text) } }
    }
}

/// What the app wrote to this person alone.
pub(super) fn direct(reader: &Reader<'_>) -> Markup {
    let is_theirs = |message: &&Message| {
        let room = reader.state.channels.get(&message.channel);
        room.is_some_and(|room| room.is_im && room.members.iter().any(|member| member == reader.viewer))
    };
    let roots: Vec<&Message> =
        reader.state.messages.iter().filter(is_theirs).filter(|message| message.is_root()).collect();
    html! {
        @if roots.is_empty() { p.empty { "No direct messages yet. Choose them under Home, “How I am told”." } }
        ul.messages { @for root in roots { (with_thread(reader, root)) } }
    }
}

/// The newest message in one line, for screen readers.
pub(super) fn news(reader: &Reader<'_>) -> Markup {
    let root = reader.state.messages.iter().rfind(|message| message.channel == sample::RELEASES && message.is_root());
    let private = reader.state.ephemerals.iter().rfind(|seen| seen.user == reader.viewer && !seen.deleted);
    html! {
        @if let Some(root) = root { p { (crate::sim::script::headline(root)) } }
        @if let Some(private) = private { p { "Only visible to you: " (crate::sim::script::cast::with_names(&private.text)) } }
    }
}

fn to_you(reader: &Reader<'_>, direct: &Message) -> Markup {
    html! { li.private id=(id(&direct.ts)) data-root=(direct.ts) { (render_html::direct(reader, direct)) } }
}

fn with_thread(reader: &Reader<'_>, root: &Message) -> Markup {
    if !root.is_root() {
        return html! { li id=(format!("{}-in-channel", id(&root.ts))) { (render_html::in_channel(reader, root)) } };
    }
    let in_thread = |reply: &&Message| reply.thread_ts.as_deref() == Some(&root.ts) && reply.channel == root.channel;
    let replies: Vec<&Message> =
        reader.state.messages.iter().filter(in_thread).filter(|reply| !reply.deleted).collect();
    let own: Vec<&Ephemeral> = own(reader, Some(&root.ts)).collect();
    html! {
        li id=(id(&root.ts)) data-root=(root.ts) {
            (render_html::message(reader, root))
            (rooms::on_message(root))
            @if !replies.is_empty() || !own.is_empty() {
                details.thread open id=(format!("thread-{}", root.ts)) {
                    summary { "Thread: " (replies.len()) @if replies.len() == 1 { " reply" } @else { " replies" } }
                    ul {
                        @for reply in replies { li id=(id(&reply.ts)) { (render_html::message(reader, reply)) } }
                        @for seen in own { (only_you(reader, seen)) }
                    }
                }
            }
        }
    }
}

fn only_you(reader: &Reader<'_>, seen: &Ephemeral) -> Markup {
    html! { li.private id=(id(&seen.ts)) data-root=(seen.ts) { (render_html::ephemeral(reader, seen)) } }
}

fn own<'a>(reader: &Reader<'a>, thread: Option<&'a str>) -> impl Iterator<Item = &'a Ephemeral> {
    let viewer = reader.viewer;
    let all = reader.state.ephemerals.iter().filter(move |seen| seen.user == viewer && !seen.deleted);
    all.filter(move |seen| seen.channel == sample::RELEASES && seen.thread_ts.as_deref() == thread)
}

fn id(ts: &str) -> String {
    format!("message-{ts}")
}
