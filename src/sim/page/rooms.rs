//! The places of the simulated Slack that can be looked at: the channel, the app's Home tab, its direct messages.

use maud::{Markup, html};
use serde::Deserialize;

use crate::sim::slack::reader::Reader;
use crate::sim::slack::{Message, render_html};

use super::channel;
use super::people::Look;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Room {
    #[default]
    Channel,
    Home,
    Messages,
}

impl Room {
    const ALL: [Self; 3] = [Self::Channel, Self::Home, Self::Messages];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Home => "home",
            Self::Messages => "messages",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Channel => "# model-releases",
            Self::Home => "Countersign: Home",
            Self::Messages => "Countersign: Messages",
        }
    }
}

/// What stands in the place that is looked at.
pub(super) fn shown(reader: &Reader<'_>, room: Room) -> Markup {
    match room {
        Room::Channel => channel::messages(reader),
        Room::Home => render_html::home(reader).unwrap_or_else(|| {
            html! { p.empty { "Nothing here yet. Open this tab to have Countersign fill it." } }
        }),
        Room::Messages => channel::direct(reader),
    }
}

/// The switch between them.
pub(super) fn switch(look: &Look) -> Markup {
    html! {
        nav #rooms aria-label="In Slack" {
            @for room in Room::ALL {
                a href=(look.at(room)) data-room=(room.word()) aria-current=[(room == look.room()).then_some("true")] {
                    (room.label())
                }
            }
        }
    }
}

/// Where a slash command is typed.
pub(super) fn command() -> Markup {
    html! {
        form #command data-command="countersign" {
            label for="command-text" { "/countersign" }
            input #command-text name="text" autocomplete="off" placeholder="pending, show ID, approve ID, freeze production …";
            button type="submit" { "Send" }
            span #shortcuts {
                button type="button" data-shortcut="pending_approvals" title="A shortcut of the app, as Slack offers it everywhere" {
                    "Pending approvals"
                }
            }
        }
    }
}

/// Shortcuts on a message, as Slack has them behind its three dots.
pub(super) fn on_message(message: &Message) -> Markup {
    html! {
        details.menu.sk-more {
            summary { "More message shortcuts" }
            div {
                @for (shortcut, label) in [("show_evidence", "Show the changes"), ("why", "Why does it wait?")] {
                    button type="button" data-shortcut=(shortcut) data-channel=(message.channel) data-ts=(message.ts) { (label) }
                }
            }
        }
    }
}
