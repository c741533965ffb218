//! Places of the shown evidence on buttons: the request's button value, then tab, model and page.

use crate::ports::chat::{Place, Tab};

const TABS: [(Tab, &str); 6] = [
    (Tab::Summary, "summary"),
    (Tab::CardDiff, "card_diff"),
    (Tab::WholeCard, "whole_card"),
    (Tab::Weights, "weights"),
    (Tab::Files, "files"),
    (Tab::Checks, "checks"),
];

/// `0190…99.0123456789ab|files|0|3`
pub(super) fn written(value: &str, place: Place) -> String {
    format!("{value}|{}|{}|{}", word(place.tab), place.model, place.page)
}

/// Takes a button's value apart.
pub(in crate::slack) fn read(value: &str) -> Option<(&str, Place)> {
    let mut parts = value.rsplitn(4, '|');
    let (page, model, tab, value) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let tab = TABS.iter().find(|(_, word)| *word == tab).map(|(tab, _)| *tab)?;
    Some((value, Place { tab, model: number(model)?, page: number(page)? }))
}

pub(super) fn word(tab: Tab) -> &'static str {
    TABS.iter().find(|(known, _)| *known == tab).map_or("summary", |(_, word)| word)
}

fn number(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_and_read_back_the_same() {
        for (tab, _) in TABS {
            let place = Place { tab, model: 3, page: 12 };
            let value = written("id.0123456789ab", place);
            assert_eq!(read(&value), Some(("id.0123456789ab", place)));
        }
        let longest = written(&"x".repeat(49), Place { tab: Tab::WholeCard, model: 999, page: 9_999 });
        assert!(longest.len() <= 75, "an option's value has a limit of its own");
    }

    #[test]
    fn what_is_no_place_is_none() {
        for bad in
            ["id.seen", "id.seen|files|0", "id.seen|nothing|0|0", "id.seen|files|-1|0", "id.seen|files|0|9999999999"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
