//! The whole page, before anything changes by itself.

use std::sync::Arc;

use axum::extract::{Query, State};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::live::Parts;
use super::people::{self, Look};
use super::{Offer, Show, laws, rooms};

/// `GET /`
pub(super) async fn page(State(show): State<Arc<Show>>, Query(look): Query<Look>) -> Markup {
    let parts = Parts::draw(&show, &look);
    let repository = show.world.github.read(|state| state.full_name(show.world.sample.repository));
    let part = |id: &str| PreEscaped(parts.html(id).to_owned());
    let main = html! {
        main data-pane="channel" {
            section #slack.pane aria-label="Slack" {
                header.pane-head { h2 .quiet { "Slack" } (rooms::switch(&look)) (people::switch(&look)) }
                div #channel.scroll tabindex="0" aria-label="Messages" { (part("channel")) }
                (rooms::command())
            }
            section #github.pane aria-label="GitHub" {
                header.pane-head { h2 { (repository) } (offers(&show.offers)) (laws::choice(&show)) }
                div.scroll tabindex="0" aria-label="Workflow run" {
                    div #run { (part("run")) }
                    div #runs { (part("runs")) }
                }
            }
        }
        div #screen { (part("screen")) }
        div #news .quiet role="log" aria-live="polite" { (part("news")) }
        p #toast role="alert" hidden {}
        (footer())
    };
    let top = html! {
        nav.tabs aria-label="Panes" {
            button type="button" data-show="channel" aria-pressed="true" { "Slack" }
            button type="button" data-show="github" aria-pressed="false" { "GitHub " span #standing { (part("standing")) } }
        }
    };
    frame("Countersign demo", &parts.digest(), html! { (top) (main) })
}

/// A page of the demo: head, name, content.
pub(super) fn frame(title: &str, seen: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/page.css";
                script src="/page.js" defer {}
            }
            body data-seen=(seen) {
                header.top {
                    a.brand href="/" { img src="/icon.svg" alt="" width="24" height="24"; strong { "Countersign" } }
                    span.tag { "Demo" }
                    p.hint { "Press Approve or Deny on the left, as one of five people; the run on the right follows." }
                    p #connection role="status" hidden { "Not connected. The demo may have been stopped." }
                }
                noscript { p.notice { "This page needs JavaScript: it draws what changes, and sends what you press." } }
                (content)
            }
        }
    }
}

fn offers(offers: &[Offer]) -> Markup {
    let starts = html! {
        @for offer in offers {
            button type="button" data-start=(offer.name) title=(offer.hint) { (offer.label) }
        }
    };
    buttons("offers-label", "Start a deployment", &starts)
}

/// Buttons that belong together, with what they are for.
pub(super) fn buttons(id: &str, label: &str, buttons: &Markup) -> Markup {
    html! {
        div.offers role="group" aria-labelledby=(id) {
            span.label id=(id) { (label) }
            div { (buttons) }
        }
    }
}

fn footer() -> Markup {
    html! {
        footer {
            p {
                "GitHub and Slack are simulated" span.more { ": their state, limits, webhooks and clicks. Countersign is real, and decides" } ". "
                "Nothing leaves this machine" span.more { ", and nothing is kept when the demo ends" } "."
            }
            p { a href="/record" { "Audit trail" } }
        }
    }
}
