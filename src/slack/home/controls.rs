//! What can be chosen on the page: a filter, another page, how one is told.

use slack_morphism::prelude::{
    SlackActionBlockElement, SlackActionId, SlackBlock, SlackBlockChoiceItem, SlackBlockPlainTextOnly,
    SlackBlockStaticSelectElement, SlackDividerBlock,
};

use crate::ports::chat::{Filter, HomeContent, HomePlace};
use crate::slack::blocks::{self, Line, MAX_LABEL, Rich, plain};
use crate::slack::whisper::LINK;

use super::place;

/// Action ids.
pub(in crate::slack) const FILTER: &str = "home_filter";
pub(in crate::slack) const PREVIOUS_PAGE: &str = "home_previous";
pub(in crate::slack) const NEXT_PAGE: &str = "home_next";
pub(in crate::slack) const PREFERENCES: &str = "preferences";

/// Slack's limit on the options of a menu.
const MAX_OPTIONS: usize = 100;

type Option_ = SlackBlockChoiceItem<SlackBlockPlainTextOnly>;

/// The filter, where there is something to filter.
pub(super) fn block(home: &HomeContent<'_>) -> Option<SlackBlock> {
    if home.all == 0 && home.place.filter == Filter::All {
        return None;
    }
    let choices = [(Filter::All, "Everything"), (Filter::Mine, "Only mine")];
    let mut options: Vec<(Filter, Option_)> =
        choices.into_iter().map(|(filter, words)| (filter, option(filter, words))).collect();
    options.extend(home.repositories.iter().map(|(id, name)| {
        let filter = Filter::Repository(*id);
        (filter, option(filter, name))
    }));
    options.truncate(MAX_OPTIONS);
    let chosen = options.iter().find(|(filter, _)| *filter == home.place.filter).map(|(_, option)| option.clone());
    let select = SlackBlockStaticSelectElement::new()
        .with_action_id(SlackActionId(FILTER.to_owned()))
        .with_placeholder(plain("Show", MAX_LABEL).into())
        .with_options(options.into_iter().map(|(_, option)| option).collect())
        .opt_initial_option(chosen);
    blocks::actions("home_filter", vec![select.into()])
}

fn option(filter: Filter, words: &str) -> Option_ {
    SlackBlockChoiceItem::new(plain(words, MAX_LABEL).into(), place::written_filter(filter))
}

/// Buttons to the pages before and after.
pub(super) fn pages(home: &HomeContent<'_>) -> Option<SlackBlock> {
    let page = home.place.page;
    let to = |page| place::written(&HomePlace { page, ..home.place });
    let shown = format!("page {} of {}", page + 1, home.pages);
    let previous = page.checked_sub(1).map(|before| {
        blocks::button(PREVIOUS_PAGE, "Previous", &to(before), &format!("Previous page, this is {shown}"))
    });
    let next = (page + 1 < home.pages)
        .then(|| blocks::button(NEXT_PAGE, "Next", &to(page + 1), &format!("Next page, this is {shown}")));
    blocks::actions("home_pages", previous.into_iter().chain(next).map(Into::into).collect())
}

/// How they are told, and whether their account is linked.
pub(super) fn own(home: &HomeContent<'_>) -> Vec<SlackBlock> {
    let line = match home.login {
        Some(login) => Line::new().words("You vote as ").code(login, 50).words(" of GitHub."),
        None => Line::new().words("Your Slack account is not linked to a GitHub account, so your votes may not count."),
    };
    let mut buttons: Vec<SlackActionBlockElement> = vec![
        blocks::button(PREFERENCES, "How I am told", PREFERENCES, "How I am told of requests, and when not").into(),
    ];
    if home.login.is_none() {
        buttons.push(blocks::button(LINK, "Link my account", LINK, "Link my GitHub account").into());
    }
    let lines = Rich::new().line(line).block();
    let divider: SlackBlock = SlackDividerBlock::new().into();
    [Some(divider), lines, blocks::actions("home_own", buttons)].into_iter().flatten().collect()
}
