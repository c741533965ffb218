//! Somebody's own page in the app's Home tab: what is theirs to decide, what they started, what came of it, what is frozen.
//! Everything that can be decided in the channel can be decided here, with the same buttons.
//!
//! Slack: [App Home](https://docs.slack.dev/surfaces/app-home)

mod controls;
mod freezes;
mod pending;
mod place;

use slack_morphism::prelude::{SlackBlock, SlackCallbackId, SlackDividerBlock, SlackHomeView, SlackView};

use crate::ports::chat::{Entry, Home, HomeClosed, HomeContent};

use super::blocks::{Line, Rich};
use super::entry;
use super::text::count;

pub(super) use controls::{FILTER, NEXT_PAGE, PREFERENCES, PREVIOUS_PAGE};
pub(super) use freezes::line as freeze_line;
pub(super) use pending::view as pending;
pub(super) use place::{read, read_filter};

const CALLBACK: &str = "home";

pub(super) fn view(home: &Home<'_>) -> SlackView {
    let (blocks, place) = match home {
        Home::Closed(why) => (closed(*why), String::new()),
        Home::Open(content) => (open(content), place::written(&content.place)),
    };
    let view = SlackHomeView::new(blocks)
        .with_callback_id(SlackCallbackId(CALLBACK.to_owned()))
        .opt_private_metadata(Some(place).filter(|place| !place.is_empty()));
    SlackView::Home(view)
}

fn closed(why: HomeClosed) -> Vec<SlackBlock> {
    let words = match why {
        HomeClosed::NotMember => "Requests are shown to full members of this workspace only.",
        HomeClosed::Unread => "Who you are could not be checked just now. Open this page again in a moment.",
    };
    Rich::new().line(Line::new().words(words)).block().into_iter().collect()
}

fn open(home: &HomeContent<'_>) -> Vec<SlackBlock> {
    let mut blocks = vec![entry::heading(&waiting_title(home))];
    blocks.extend(freezes::block(home.freezes, home.now));
    blocks.extend(controls::block(home));
    if home.waiting.is_empty() {
        blocks.extend(Rich::new().line(Line::new().words(nothing(home))).block());
    }
    blocks.extend(entries(&home.waiting, 0));
    blocks.extend(controls::pages(home));
    if !home.asked.is_empty() {
        blocks.push(SlackDividerBlock::new().into());
        blocks.push(entry::heading("You started"));
        blocks.extend(entries(&home.asked, home.waiting.len()));
    }
    if !home.recent.is_empty() {
        blocks.push(SlackDividerBlock::new().into());
        blocks.push(entry::heading("Recently decided"));
        blocks.extend(Rich::new().bullets(home.recent.iter().map(entry::line).collect()).block());
    }
    blocks.extend(controls::own(home));
    blocks
}

fn waiting_title(home: &HomeContent<'_>) -> String {
    match (home.mine, home.all) {
        (0, 0) => "Nothing waits".to_owned(),
        (0, all) => format!("Nothing waits for you, {} for others", count(all, "request", "requests")),
        (mine, all) if mine == all => format!("{} for you", count(mine, "request waits", "requests wait")),
        (mine, all) => format!("{} for you, {} in all", count(mine, "request waits", "requests wait"), all),
    }
}

const fn nothing(home: &HomeContent<'_>) -> &'static str {
    if home.all == 0 {
        "When a deployment asks for approval, it appears here and in its channel."
    } else {
        "There is nothing on this page."
    }
}

fn entries(entries: &[Entry<'_>], before: usize) -> Vec<SlackBlock> {
    entries.iter().enumerate().flat_map(|(place, one)| entry::blocks(one, before + place)).collect()
}

#[cfg(test)]
mod tests;
