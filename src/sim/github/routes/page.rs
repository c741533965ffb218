//! Lists in pages: `page`, `per_page` and the `Link` header.

use super::Ctx;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page<T> {
    pub items: Vec<T>,
    /// The value of the `Link` header; empty when there is only one page.
    pub link: String,
    pub number: usize,
}

const PER_PAGE: usize = 30;
const PER_PAGE_MAX: usize = 100;

impl Ctx<'_> {
    /// Cuts the asked-for page out of a list; 30 entries unless asked otherwise, at most 100.
    pub(super) fn page<T>(&self, items: Vec<T>) -> Page<T> {
        let per_page = self.ask.number("per_page").unwrap_or(PER_PAGE).clamp(1, PER_PAGE_MAX);
        self.page_of(items, per_page)
    }

    pub(super) fn page_of<T>(&self, items: Vec<T>, per_page: usize) -> Page<T> {
        let number = self.ask.number("page").unwrap_or(1).max(1);
        let last = items.len().div_ceil(per_page).max(1);
        let from = (number - 1).saturating_mul(per_page);
        let items = items.into_iter().skip(from).take(per_page).collect();
        Page { items, link: self.link(number, last), number }
    }

    fn link(&self, number: usize, last: usize) -> String {
        let mut links = Vec::new();
        let mut add = |rel: &str, page: usize| links.push(format!("<{}>; rel=\"{rel}\"", self.page_address(page)));
        if number > 1 {
            add("prev", number - 1);
            add("first", 1);
        }
        if number < last {
            add("next", number + 1);
            add("last", last);
        }
        links.join(", ")
    }

    fn page_address(&self, page: usize) -> String {
        self.address_with("page", &page.to_string())
    }

    /// This request's address with one query parameter set.
    pub(super) fn address_with(&self, name: &str, value: &str) -> String {
        let pairs = url::form_urlencoded::parse(self.ask.query.as_bytes()).filter(|(key, _)| key != name);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in pairs {
            query.append_pair(&key, &value);
        }
        query.append_pair(name, value);
        format!("{}{}?{}", self.state.urls.api, self.ask.path, query.finish())
    }
}

/// Adds the `Link` header where there is more than one page.
pub(super) fn linked(reply: crate::sim::github::reply::Reply, link: &str) -> crate::sim::github::reply::Reply {
    if link.is_empty() { reply } else { reply.with_header("link", link) }
}
