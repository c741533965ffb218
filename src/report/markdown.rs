//! Evidence as GitHub Flavored Markdown: for check runs, pull requests and job summaries.
//!
//! Values of strangers stand in code spans and fences, their sentences are made inert: nothing of theirs mentions, links,
//! draws, styles or ends what it stands in. Sections that do not fit are cut at whole lines, and say by how many.

mod details;
#[cfg(test)]
mod hostile;
mod inert;
mod page;
mod summary;

use crate::domain::Evidence;

use page::Page;

/// The short form: how risky, which flags, what changed, in at most `max_chars` characters.
pub fn summary(evidence: &Evidence, max_chars: usize) -> String {
    Page::new(summary::sections(evidence)).fit(max_chars)
}

/// The long form that stands below it: card diffs, weights, files, people, commits, in at most `max_chars` characters.
pub fn details(evidence: &Evidence, max_chars: usize) -> String {
    Page::new(details::sections(evidence)).fit(max_chars)
}
