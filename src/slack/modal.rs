//! The views: what somebody is asked before something is done, the evidence tab by tab, why it stands as it does, the rest of
//! the menu, and short answers.

pub(super) mod ask;
mod changes;
mod checks;
mod more;
mod page;
mod place;
mod tabs;
mod weights;
mod why;

use slack_morphism::prelude::{SlackBlock, SlackCallbackId, SlackModalView, SlackSectionBlock, SlackView};

use crate::ports::chat::{Question, View, Wanted};

use super::blocks::{MAX_TEXT, MAX_TITLE, Rich, plain};
use super::{home, message, preferences, whisper};

pub(super) use place::read as read_place;

/// What a view is for; a submitted one says it back.
const CHANGES_CALLBACK: &str = "changes";
const MORE_CALLBACK: &str = "more";
const WHY_CALLBACK: &str = "why";
const NOTICE_CALLBACK: &str = "notice";

/// Draws a view. `links`: people can link their accounts themselves.
pub(super) fn draw(view: &View<'_>, links: bool) -> SlackView {
    match view {
        View::Ask { board, question } => ask::view(board, *question),
        View::Changes { board, place } => changes::view(board, *place),
        View::Why { board, why } => why::view(board, why),
        View::More { board } => more::view(board),
        View::Loading { what } => {
            notice(title(what), "One moment: this is being looked up. It appears here by itself.")
        }
        View::Answer { text } => {
            let words = Rich::new().line(whisper::words(text, links)).block();
            modal("Countersign", words.into_iter().collect(), NOTICE_CALLBACK)
        }
        View::Pending(pending) => home::pending(pending),
        View::Preferences(form) => preferences::view(form),
        View::Notice { title, text } => notice(title, text),
    }
}

const fn title(what: &Wanted) -> &'static str {
    match what {
        Wanted::Ask(Question::Approve) => "Approve",
        Wanted::Ask(question) => message::menu::label(*question),
        Wanted::Changes(_) => changes::TITLE,
        Wanted::Why => why::TITLE,
        Wanted::More => more::TITLE,
    }
}

fn notice(title: &str, text: &str) -> SlackView {
    let block: SlackBlock = SlackSectionBlock::new().with_text(plain(text, MAX_TEXT).into()).into();
    modal(title, vec![block], NOTICE_CALLBACK)
}

pub(super) fn modal(title: &str, blocks: Vec<SlackBlock>, callback: &str) -> SlackView {
    let view = SlackModalView::new(plain(title, MAX_TITLE).into(), blocks)
        .with_close(plain("Close", MAX_TITLE).into())
        .with_callback_id(SlackCallbackId(callback.to_owned()));
    SlackView::Modal(view)
}

#[cfg(test)]
mod tests;
