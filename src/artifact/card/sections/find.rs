//! Looking for a section by what it is about.

use crate::artifact::card::Card;

use super::{HiddenHeading, Section, SectionState};

/// What a section is called, and the words of which its heading contains at least one.
const KINDS: [(&[&str], &[&str]); 8] = [
    (&["bias", "fairness", "ethics"], &["bias", "fairness", "ethical", "risks"]),
    (&["limitations"], &["limitation", "caveat", "out-of-scope"]),
    (&["intended use", "uses"], &["intended use", "direct use", "out-of-scope", "downstream use", "uses"]),
    (&["training data"], &["training data", "training dataset", "training and evaluation data", "dataset"]),
    (
        &["evaluation", "results", "performance"],
        &["evaluation", "eval results", "results", "performance", "metrics", "benchmark"],
    ),
    (&["environmental impact", "emissions"], &["environmental impact", "carbon", "co2", "emissions"]),
    (&["license", "licence"], &["license", "licence"]),
    (&["citation"], &["citation", "bibtex"]),
];

/// The section that says most about what was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    Filled(&'a Section),
    /// Template text and nothing else.
    Placeholder(&'a Section),
    Empty(&'a Section),
    /// Only where no reader sees a section: in a comment, code or HTML.
    Hidden(&'a HiddenHeading),
    Absent,
    /// Not known: the body of the card was not read.
    Unread,
}

impl Found<'_> {
    pub fn state(&self) -> SectionState {
        match self {
            Self::Filled(_) => SectionState::Filled,
            Self::Placeholder(_) => SectionState::Placeholder,
            Self::Empty(_) => SectionState::Empty,
            Self::Hidden(_) => SectionState::Hidden,
            Self::Absent => SectionState::Absent,
            Self::Unread => SectionState::Unread,
        }
    }

    /// Line of the heading in the file, from 1.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Filled(section) | Self::Placeholder(section) | Self::Empty(section) => Some(section.line),
            Self::Hidden(hidden) => Some(hidden.line),
            Self::Absent | Self::Unread => None,
        }
    }
}

/// Looks for a section: of a known kind, such as `bias`, `limitations` or `training data`, or with all of these words in its
/// heading. Of several the one that says most, and of those the first.
pub fn find_section<'a>(card: &'a Card, wanted: &str) -> Found<'a> {
    if !card.body_was_read {
        return Found::Unread;
    }
    let wanted = Wanted::of(wanted);
    let sections = card.sections.iter().filter(|section| wanted.is_in(&section.heading));
    // The last of equals is the first of the card when looked at from behind.
    if let Some(section) = sections.rev().max_by_key(|section| section.state()) {
        return match section.state() {
            SectionState::Filled => Found::Filled(section),
            SectionState::Placeholder => Found::Placeholder(section),
            _ => Found::Empty(section),
        };
    }
    let hidden = card.hidden_headings.iter().find(|hidden| wanted.is_in(&hidden.heading));
    hidden.map_or(Found::Absent, Found::Hidden)
}

/// What a reader sees below a section's heading, its subsections and their headings included.
pub fn section_text(card: &Card, section: &Section) -> String {
    let within = card.sections.iter().filter(|other| (section.line..=section.end_line).contains(&other.line));
    let mut text = String::new();
    for part in within {
        let heading = (part.line != section.line).then_some(part.heading.as_str());
        for piece in heading.into_iter().chain([part.text.as_str()]).filter(|piece| !piece.is_empty()) {
            text.push_str(piece);
            text.push('\n');
        }
    }
    text
}

struct Wanted {
    kind: Option<&'static [&'static str]>,
    words: Vec<String>,
}

impl Wanted {
    fn of(wanted: &str) -> Self {
        let wanted = wanted.trim().to_lowercase().replace(['_', '-'], " ");
        let kind = KINDS.iter().find(|(names, _)| names.contains(&wanted.as_str())).map(|(_, words)| *words);
        Self { kind, words: wanted.split_whitespace().map(str::to_owned).collect() }
    }

    fn is_in(&self, heading: &str) -> bool {
        let heading = heading.to_lowercase();
        match self.kind {
            Some(words) => words.iter().any(|word| heading.contains(word)),
            None => !self.words.is_empty() && self.words.iter().all(|word| heading.contains(word.as_str())),
        }
    }
}
