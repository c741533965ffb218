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

use super::{Report, Rules, words};
pub use inert::{code, link, prose};
use page::{Page, Section};

/// Longest texts of the page's own head, in characters.
const MAX_NAME_CHARS: usize = 100;
const MAX_WHY_CHARS: usize = 400;

/// The short form: how risky, which flags, what changed, in at most `max_chars` characters.
pub fn summary(evidence: &Evidence, max_chars: usize) -> String {
    Page::new(summary::sections(evidence)).fit(max_chars)
}

/// The long form that stands below it: card diffs, weights, files, people, commits, in at most `max_chars` characters.
pub fn details(evidence: &Evidence, max_chars: usize) -> String {
    Page::new(details::sections(evidence)).fit(max_chars)
}

/// Both forms under a heading that says what the gate would say, in at most `max_chars` characters.
pub fn page(report: &Report<'_>, max_chars: usize) -> String {
    let mut sections = vec![opening(report)];
    sections.extend(summary::sections(report.evidence));
    sections.extend(details::sections(report.evidence));
    sections.extend(closing(report));
    Page::new(sections).fit(max_chars)
}

/// `## acme/sentiment to production: needs approval`
fn opening(report: &Report<'_>) -> Section {
    let verdict = report.verdict();
    let word = if matches!(report.rules, Rules::Held { .. }) { "held" } else { verdict.word() };
    let name = prose(report.repository, MAX_NAME_CHARS);
    let heading = format!("## {name} to {}: {word}", prose(report.environment, MAX_NAME_CHARS));
    let lines = vec![prose(&report.conclusion(), MAX_WHY_CHARS * 2)];
    Section { head: vec![heading, String::new()], lines, end: Vec::new() }
}

/// By which rules, and what the gate would know besides.
fn closing(report: &Report<'_>) -> Option<Section> {
    let rules = match report.rules {
        Rules::By(policy) => Some(format!("- Rules: {}.", prose(&words::clause(policy), MAX_WHY_CHARS))),
        Rules::Held { .. } => None,
    };
    let not_seen = report.not_seen.map(|not_seen| prose(&words::clause(not_seen), MAX_WHY_CHARS));
    let lines: Vec<String> =
        rules.into_iter().chain(not_seen.map(|not_seen| format!("- Not looked at here: {not_seen}."))).collect();
    let head = vec!["### About this report".to_owned(), String::new()];
    (!lines.is_empty()).then_some(Section { head, lines, end: Vec::new() })
}
