//! The pages, drawn. Names are strangers' text: what hides in them is made visible, and nothing in them is markup.

use maud::{DOCTYPE, Markup, html};

use crate::artifact::text::{cut, visible};
use crate::domain::{ForgeUser, Timestamp};
use crate::engine::linking::{Asked, Page};

use super::words::{self, Notice};

/// Longest name shown, in characters.
const MAX_NAME: usize = 80;

pub(super) fn draw(address: &str, host: &str, page: &Page) -> Markup {
    match page {
        Page::Start { asked, proof } => frame(address, "Link your GitHub account", &start(asked, proof)),
        Page::Onward { address: forge } => onward(address, forge),
        // Sent on to the question: nothing to draw.
        Page::Proven => html! {},
        Page::Confirm { asked, account, proof } => {
            frame(address, "Are both of these you?", &confirm(host, asked, account, proof))
        }
        Page::Linked { asked, account } => frame(address, "Linked", &linked(host, asked, account)),
        Page::Refused { asked, why } => {
            let notice = words::refused(why);
            frame(address, notice.title, &html! { (says(&notice)) (chat_account(asked)) (next(&notice)) })
        }
        Page::Over(over) => self::notice(address, &words::over(over)),
    }
}

pub(super) fn notice(address: &str, notice: &Notice) -> Markup {
    frame(address, notice.title, &html! { (says(notice)) (next(notice)) })
}

fn start(asked: &Asked, proof: &str) -> Markup {
    html! {
        p { "Countersign wants to know which GitHub account belongs to this Slack account:" }
        (chat_account(asked))
        p.warning { strong { "Did you just ask for this yourself, as that Slack account?" }
            " If somebody sent you this address, close the page: going on would let their Slack account approve in your name." }
        form method="post" {
            input type="hidden" name="proof" value=(proof);
            button.primary type="submit" { "Continue to GitHub" }
        }
        p.small { "GitHub asks you to sign in and to choose an account. Countersign learns its name and number, keeps no access to it, and asks once more before anything is linked." }
        p.small { "Asked for at " (clock(asked.at)) ". This page works until " (clock(asked.until)) "." }
    }
}

/// A page that goes on by itself, without a script.
fn onward(address: &str, forge: &str) -> Markup {
    let content = html! {
        p { "Taking you to GitHub." }
        p { a.primary href=(forge) rel="noreferrer" { "Go on if nothing happens" } }
    };
    whole(address, "On to GitHub", Some(forge), &content)
}

fn confirm(host: &str, asked: &Asked, account: &ForgeUser, proof: &str) -> Markup {
    html! {
        p { "You signed in at GitHub as " strong { (shown(&account.login)) } ". If you say yes, whatever this Slack account approves counts as that GitHub account’s word." }
        (chat_account(asked))
        (forge_account(host, account))
        p.warning { strong { "Say yes only if both are yours." }
            " Names in Slack can be copied; the member ID cannot. Yours is in Slack under your picture › Profile › ⋮ › Copy member ID." }
        form.choice method="post" {
            input type="hidden" name="proof" value=(proof);
            button.primary type="submit" name="answer" value="yes" { "Yes, both are mine: link them" }
            button type="submit" name="answer" value="no" { "No, link nothing" }
        }
        p.small { "This page works until " (clock(asked.until)) "." }
    }
}

fn linked(host: &str, asked: &Asked, account: &ForgeUser) -> Markup {
    html! {
        p { "These two accounts are one person now:" }
        (chat_account(asked))
        (forge_account(host, account))
        p { "Go back to Slack and press your button again. You can close this page." }
        p.small { "To undo this, type /countersign unlink in Slack." }
    }
}

fn chat_account(asked: &Asked) -> Markup {
    html! {
        section.account aria-label="Slack account" {
            h2 { "Slack" }
            p.name { (shown(&asked.name.name)) }
            dl {
                dt { "Member ID" } dd { code { (asked.chat.user) } }
                @if asked.name.handle != asked.name.name && !asked.name.handle.is_empty() {
                    dt { "Display name" } dd { (shown(&asked.name.handle)) }
                }
                dt { "Workspace" } dd { (shown(&asked.name.workspace)) " " code { (asked.chat.workspace) } }
            }
        }
    }
}

fn forge_account(host: &str, account: &ForgeUser) -> Markup {
    html! {
        section.account aria-label="GitHub account" {
            h2 { "GitHub" }
            p.name { (shown(&account.login)) }
            dl { dt { "Account number" } dd { code { (account.id) } } dt { "Host" } dd { (host) } }
        }
    }
}

fn says(notice: &Notice) -> Markup {
    html! { p { (shown_long(&notice.text)) } }
}

fn next(notice: &Notice) -> Markup {
    html! { p.small { (notice.next) } }
}

fn frame(address: &str, title: &str, content: &Markup) -> Markup {
    whole(address, title, None, content)
}

fn whole(address: &str, title: &str, goes_to: Option<&str>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                @if let Some(to) = goes_to { meta http-equiv="refresh" content=(format!("0; url={to}")); }
                title { (title) " – Countersign" }
                link rel="stylesheet" href=(format!("{address}/link/style.css"));
            }
            body {
                header { "Countersign" }
                main { h1 { (title) } (content) }
            }
        }
    }
}

/// A stranger's name on one line.
fn shown(text: &str) -> String {
    cut(&visible(text), MAX_NAME).into_owned()
}

/// Our own sentence with a stranger's words in it.
fn shown_long(text: &str) -> String {
    cut(&visible(text), 400).into_owned()
}

/// `12:10 UTC`.
fn clock(at: Timestamp) -> String {
    let known = jiff::Timestamp::from_millisecond(at.as_millis());
    known.map_or_else(|_| at.to_rfc3339(), |at| at.strftime("%H:%M UTC").to_string())
}
