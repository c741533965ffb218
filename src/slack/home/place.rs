//! Where somebody is in their home, as the view itself remembers it: no state of ours, and nothing in it is believed.

use crate::domain::RepositoryId;
use crate::ports::chat::{Filter, HomePlace};

const ALL: &str = "all";
const MINE: &str = "mine";

/// `mine|2`
pub(super) fn written(place: &HomePlace) -> String {
    format!("{}|{}", written_filter(place.filter), place.page)
}

pub(super) fn written_filter(filter: Filter) -> String {
    match filter {
        Filter::All => ALL.to_owned(),
        Filter::Mine => MINE.to_owned(),
        Filter::Repository(id) => id.to_string(),
    }
}

/// What cannot be read is the beginning.
pub(in crate::slack) fn read(text: &str) -> HomePlace {
    let (filter, page) = text.rsplit_once('|').unwrap_or((text, ""));
    HomePlace { filter: read_filter(filter), page: page.parse().unwrap_or_default() }
}

pub(in crate::slack) fn read_filter(text: &str) -> Filter {
    match text {
        MINE => Filter::Mine,
        other => other.parse().map(RepositoryId::new).map_or(Filter::All, Filter::Repository),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_and_read_back() {
        for filter in [Filter::All, Filter::Mine, Filter::Repository(RepositoryId::new(7))] {
            let place = HomePlace { filter, page: 3 };
            assert_eq!(read(&written(&place)), place);
        }
    }

    #[test]
    fn what_cannot_be_read_is_the_beginning() {
        for text in ["", "|", "x|y", "all|-1", "\u{0}|99999999999999999999999"] {
            assert_eq!(read(text), HomePlace::default(), "{text}");
        }
    }
}
