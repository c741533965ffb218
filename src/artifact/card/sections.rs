//! Headings of a card's body, and whether anything stands below them.
//!
//! CommonMark 0.31: ATX and setext headings count; what looks like one inside a code fence, a comment or an HTML block does not.

mod find;
mod html;
mod inline;
mod lines;
mod template;

use serde::Serialize;

use inline::plain_text;
use lines::{Heading, Scan};
use template::Weights;

use crate::artifact::text::cut;

pub use find::{Found, find_section, section_text};
pub(crate) use template::section_state_of;

/// At most this many headings are kept, and as many hidden ones.
pub const SECTION_LIMIT: usize = 1_000;
/// Longer headings are cut.
pub const HEADING_LIMIT_CHARS: usize = 500;
/// Longer texts below one heading are cut.
pub const SECTION_TEXT_LIMIT_CHARS: usize = 20_000;

/// A heading and what is below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// The heading's text without markup.
    pub heading: String,
    /// 1 to 6.
    pub level: u8,
    /// Line in the file, from 1.
    pub line: usize,
    /// Last line below it, down to the next heading of its level or above.
    pub end_line: usize,
    /// Nothing below it, down to the next heading of its level or above: headings and comments do not count.
    pub is_empty: bool,
    pub placeholder: Placeholder,
    /// What a reader sees between this heading and the next of any level, cut at [`SECTION_TEXT_LIMIT_CHARS`].
    pub text: String,
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

/// Something that looks like a heading where none can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HiddenHeading {
    pub heading: String,
    /// Line in the file, from 1.
    pub line: usize,
    pub within: Hiding,
}

/// Where a heading is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hiding {
    Comment,
    Code,
    Html,
}

/// How much a section says, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionState {
    /// Not known: the text was not read.
    Unread,
    Absent,
    /// There, and no reader sees it as a section: in a comment, code or HTML.
    Hidden,
    Empty,
    /// Template text and nothing else.
    Placeholder,
    Filled,
}

impl Section {
    pub fn state(&self) -> SectionState {
        match (self.is_empty, self.placeholder) {
            (true, _) => SectionState::Empty,
            (false, Placeholder::Only) => SectionState::Placeholder,
            (false, Placeholder::None | Placeholder::Some) => SectionState::Filled,
        }
    }
}

/// The headings of `body`, whose first line is line `first_line` of the file, and what is hidden in it.
pub(super) fn read(body: &str, first_line: usize) -> (Vec<Section>, Vec<HiddenHeading>) {
    let mut scan = Scan::of(body);
    scan.headings.truncate(SECTION_LIMIT);
    let ends = section_ends(&scan.headings, scan.texts.len());
    let weights = Weights::of(&scan.texts);
    let mut sections = Vec::with_capacity(scan.headings.len());
    for (index, (heading, end)) in scan.headings.iter().zip(ends).enumerate() {
        let next = scan.headings.get(index + 1).map_or(scan.texts.len(), |next| next.line);
        let lines = scan.texts.get(heading.body..next).unwrap_or_default();
        let (text, template) = weights.between(heading.body, end);
        sections.push(Section {
            heading: shown(heading),
            level: heading.level,
            line: heading.line + first_line,
            end_line: end.max(heading.body).saturating_sub(1) + first_line,
            is_empty: text + template == 0,
            placeholder: match (text, template) {
                (_, 0) => Placeholder::None,
                (0, _) => Placeholder::Only,
                _ => Placeholder::Some,
            },
            text: text_of(lines),
        });
    }
    let hidden = scan.hidden.iter().map(|(within, heading)| HiddenHeading {
        heading: shown(heading),
        line: heading.line + first_line,
        within: *within,
    });
    (sections, hidden.collect())
}

fn text_of(lines: &[std::borrow::Cow<'_, str>]) -> String {
    let from = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(lines.len());
    let text = lines.get(from..).unwrap_or_default().join("\n");
    // No more bytes than that are no more characters either, and need not be counted.
    match text.len() > SECTION_TEXT_LIMIT_CHARS {
        true => cut(text.trim(), SECTION_TEXT_LIMIT_CHARS).into_owned(),
        false => text.trim().to_owned(),
    }
}

/// The lines of a Markdown text as a reader sees them: nothing for headings, comments and blank lines.
pub(crate) fn visible_lines(text: &str) -> Vec<String> {
    Scan::of(text).texts.into_iter().map(std::borrow::Cow::into_owned).collect()
}

fn shown(heading: &Heading) -> String {
    plain_text(&cut(&heading.text, HEADING_LIMIT_CHARS))
}

/// For each heading, the line of the next one of its level or above, or the number of lines.
fn section_ends(headings: &[Heading], lines: usize) -> Vec<usize> {
    let mut ends = vec![lines; headings.len()];
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

#[cfg(test)]
mod tests;
