//! The views: a reason for a denial, the evidence page by page, a notice.

mod changes;
mod checks;
mod deny;
mod page;
mod weights;

use slack_morphism::prelude::{SlackBlock, SlackCallbackId, SlackModalView, SlackSectionBlock, SlackView};

use crate::ports::chat::View;

use super::blocks::{MAX_TEXT, MAX_TITLE, plain};
use super::{home, preferences};

/// Where a denial's reason is typed.
pub(super) const DENY_CALLBACK: &str = "deny";
pub(super) const REASON_BLOCK: &str = "reason";
pub(super) const REASON_ACTION: &str = "text";
const CHANGES_CALLBACK: &str = "changes";
const NOTICE_CALLBACK: &str = "notice";

/// Draws a view.
pub(super) fn draw(view: &View<'_>) -> SlackView {
    match view {
        View::Deny { board } => deny::view(board),
        View::Changes { board, page } => changes::view(board, *page),
        View::Why { why, .. } => super::why::view(why),
        View::Pending(pending) => home::pending(pending),
        View::Preferences(form) => preferences::view(form),
        View::Notice { title, text } => notice(title, text),
    }
}

/// The value of a page button: the request's button value and the page it leads to.
fn page_value(value: &str, page: usize) -> String {
    format!("{value}|{page}")
}

/// Takes a page button's value apart.
pub(super) fn read_page_value(value: &str) -> Option<(&str, usize)> {
    let (value, page) = value.rsplit_once('|')?;
    let is_number = !page.is_empty() && page.bytes().all(|byte| byte.is_ascii_digit());
    Some((value, page.parse().ok().filter(|_| is_number)?))
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
