//! Headings of a card's body, and whether anything stands below them.
//!
//! CommonMark 0.31: ATX and setext headings count; what looks like one inside a code fence, a comment or an HTML block does not.

mod inline;
mod lines;

use serde::Serialize;

use inline::plain_text;
use lines::{Heading, Scan};

use crate::artifact::text::cut;

/// At most this many headings are kept.
pub const SECTION_LIMIT: usize = 1_000;

/// Longer headings are cut.
pub const HEADING_LIMIT_CHARS: usize = 500;

/// A heading and what is below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// The heading's text without markup.
    pub heading: String,
    /// 1 to 6.
    pub level: u8,
    /// Line in the file, from 1.
    pub line: usize,
    /// Nothing below it, down to the next heading of its level or above: headings and comments do not count.
    pub is_empty: bool,
    pub placeholder: Placeholder,
}

/// Template text that nobody filled in, such as `[More Information Needed]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Placeholder {
    None,
    /// Beside other text.
    Some,
    /// And nothing else.
    Only,
}

/// Reads the headings of `body`, whose first line is line `first_line` of the file.
pub(super) fn read(body: &str, first_line: usize) -> Vec<Section> {
    let mut scan = Scan::of(body);
    scan.headings.truncate(SECTION_LIMIT);
    let ends = section_ends(&scan.headings);
    let weights = Weights::of(&scan);
    let sections = scan.headings.iter().zip(ends);
    sections.map(|(heading, end)| section(heading, &weights, end, first_line)).collect()
}

fn section(heading: &Heading, weights: &Weights, end: usize, first_line: usize) -> Section {
    let (text, placeholder) = weights.between(heading.body, end);
    Section {
        heading: plain_text(&cut(&heading.text, HEADING_LIMIT_CHARS)),
        level: heading.level,
        line: heading.line + first_line,
        is_empty: text + placeholder == 0,
        placeholder: match (text, placeholder) {
            (_, 0) => Placeholder::None,
            (0, _) => Placeholder::Only,
            _ => Placeholder::Some,
        },
    }
}

/// For each heading, the line of the next one of its level or above.
fn section_ends(headings: &[Heading]) -> Vec<usize> {
    let mut ends = vec![usize::MAX; headings.len()];
    let mut open: Vec<(usize, u8)> = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        while let Some((earlier, _)) = open.pop_if(|(_, level)| *level >= heading.level) {
            if let Some(end) = ends.get_mut(earlier) {
                *end = heading.line;
            }
        }
        open.push((index, heading.level));
    }
    ends
}

/// Running sums over lines, so that nested sections cost no more than flat ones.
struct Weights {
    /// Up to each line: lines with text of their own, lines that are only a placeholder or hold one.
    sums: Vec<(usize, usize)>,
}

impl Weights {
    fn of(scan: &Scan) -> Self {
        let mut sums = vec![(0, 0)];
        let (mut text, mut placeholder) = (0, 0);
        for line in &scan.texts {
            let (own, template) = weigh(line);
            text += usize::from(own);
            placeholder += usize::from(template);
            sums.push((text, placeholder));
        }
        Self { sums }
    }

    fn between(&self, start: usize, end: usize) -> (usize, usize) {
        let at = |line: usize| self.sums.get(line).or_else(|| self.sums.last()).copied().unwrap_or_default();
        let ((text_before, template_before), (text, template)) = (at(start), at(end));
        (text.saturating_sub(text_before), template.saturating_sub(template_before))
    }
}

const TEMPLATES: [&str; 5] = [
    "[more information needed]",
    "more information needed",
    "[needs more information]",
    "[insert response here]",
    "{{",
];

/// Whether a line has text of its own, and whether it has template text. In `- **Developed by:** [More Information Needed]`
/// the label is part of the template.
fn weigh(line: &str) -> (bool, bool) {
    let lower = line.to_lowercase();
    if let Some(template) = TEMPLATES.iter().find(|template| lower.contains(**template)) {
        let rest = lower.replace(template, "");
        let rest = rest.trim_matches(|c: char| !c.is_alphanumeric());
        let is_label = lower.contains(':') || rest.is_empty();
        return (!is_label, true);
    }
    let words = lower.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    let is_todo = matches!(words, "todo" | "tbd" | "tba");
    (!line.trim().is_empty() && !is_todo, is_todo)
}

#[cfg(test)]
mod tests;
