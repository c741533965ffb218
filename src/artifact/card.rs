//! Model cards: the README.md of a model, with YAML front matter, as the Hugging Face Hub reads it.
//!
//! Hugging Face: "Model Cards" (docs/hub/model-cards.md) and modelcard.md in hub-docs. Reading is lenient, reporting strict:
//! whatever can be read is read, and everything that another reader might see differently is reported.

mod fields;
mod front_matter;
mod results;
mod sections;

use std::collections::BTreeMap;

use serde::Serialize;

use super::metrics::{EvalResult, MetricValue};
use super::problem::note;
use super::text::hidden_characters;
use super::yaml;

pub use super::problem::{PROBLEM_LIMIT, Problem, ProblemKind};
pub use sections::{Found, HiddenHeading, Hiding, Placeholder, Section, SectionState, find_section, section_text};
pub(crate) use sections::{section_state_of, visible_lines};

/// Larger cards are not read.
pub const CARD_LIMIT_BYTES: usize = 1024 * 1024;
/// Larger front matter is not read.
pub const FRONT_MATTER_LIMIT_BYTES: usize = 256 * 1024;

/// What a model card says. Values are the text as written: `no`, `010` and `1e-3` stay what they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Card {
    pub front_matter: FrontMatter,
    pub licence: Option<Licence>,
    pub base_models: Vec<String>,
    /// How it was made from them: `adapter`, `merge`, `quantized`, `finetune`.
    pub base_model_relation: Option<String>,
    /// The model that replaces this one.
    pub new_version: Option<String>,
    pub datasets: Vec<String>,
    pub languages: Vec<String>,
    /// `custom_code` says that loading runs Python from the repository.
    pub tags: Vec<String>,
    pub library_name: Option<String>,
    pub pipeline_tag: Option<String>,
    /// Names of metrics, without values.
    pub metrics: Vec<String>,
    pub emissions: Option<Emissions>,
    /// Every value of `model-index`, in file order.
    pub results: Vec<EvalResult>,
    /// Headings of the body, in file order.
    pub sections: Vec<Section>,
    /// What looks like a heading in a comment, in code or in HTML, in file order.
    pub hidden_headings: Vec<HiddenHeading>,
    /// Where each key of the front matter stands that is read here, by its name in the file.
    pub spans: BTreeMap<&'static str, Span>,
    /// False when the body was not read at all, so that absent sections mean nothing.
    pub body_was_read: bool,
    /// What else a reader should know, in file order, at most [`PROBLEM_LIMIT`].
    pub problems: Vec<Problem>,
}

/// Whether the metadata could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FrontMatter {
    Present,
    #[default]
    Absent,
    /// There, but not readable as one mapping, or not found by other readers. Fields of the card hold what could be read
    /// all the same, for people to look at; nothing may be concluded from a field that is empty.
    Unreadable {
        reason: String,
        line: usize,
    },
}

/// `license`, `license_name` and `license_link`. One id is usual; lists occur.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Licence {
    pub ids: Vec<String>,
    pub name: Option<String>,
    pub link: Option<String>,
}

/// `co2_eq_emissions`: a number, or a number and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Emissions {
    /// In grams of CO2 equivalent.
    pub grams: Option<MetricValue>,
    pub source: Option<String>,
    pub training_type: Option<String>,
    pub geographical_location: Option<String>,
    pub hardware_used: Option<String>,
}

/// Where a key and its value stand in the file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    pub line: usize,
    pub column: usize,
    /// Line on which the value ends.
    pub end_line: usize,
}

/// Reads a model card. Never fails: what could not be read is said in the card.
pub fn read_card(bytes: &[u8]) -> Card {
    if bytes.len() > CARD_LIMIT_BYTES {
        return Card { front_matter: unreadable("the card is larger than 1 MiB", 1), ..Card::default() };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => read_text(text),
        Err(error) => read_wrong_encoding(bytes, error.valid_up_to()),
    }
}

fn read_text(text: &str) -> Card {
    let parts = front_matter::split(text);
    let (sections, hidden_headings) = sections::read(parts.body, parts.body_line);
    let mut card = Card { body_was_read: true, sections, hidden_headings, ..Card::default() };
    card.problems = parts.problems;
    card.front_matter = match parts.block {
        Some(block) => read_block(&mut card, &block),
        None => FrontMatter::Absent,
    };
    if let Some(fault) = parts.fault {
        card.front_matter = FrontMatter::Unreadable { reason: fault.reason, line: fault.line };
    }
    report_hidden_characters(&mut card.problems, text);
    card.problems.sort_by_key(|problem| problem.line);
    card.problems.truncate(PROBLEM_LIMIT);
    card
}

/// Reads the fields of the block into the card.
fn read_block(card: &mut Card, block: &front_matter::Block<'_>) -> FrontMatter {
    let document = match yaml::read(&block.text, block.first_line, "the front matter") {
        Ok(document) => document,
        Err(fault) => return FrontMatter::Unreadable { reason: fault.reason, line: fault.line },
    };
    card.problems.extend(document.notes);
    match &document.root.value {
        yaml::Value::Map(_) => fields::fill(card, document.root.entries()),
        yaml::Value::Null => {}
        yaml::Value::List(_) => return unreadable("the front matter is a list, not a mapping", document.root.line),
        yaml::Value::Text(_) => return unreadable("the front matter is plain text, not a mapping", document.root.line),
    }
    match document.fault {
        Some(fault) => FrontMatter::Unreadable { reason: fault.reason, line: fault.line },
        None => FrontMatter::Present,
    }
}

/// The metadata of such a card is not guessed; its headings are mostly ASCII and can be.
fn read_wrong_encoding(bytes: &[u8], valid_up_to: usize) -> Card {
    let line = 1 + bytes.iter().take(valid_up_to).filter(|byte| **byte == b'\n').count();
    let text = String::from_utf8_lossy(bytes);
    let parts = front_matter::split(&text);
    let (sections, hidden_headings) = sections::read(parts.body, parts.body_line);
    let front_matter = unreadable("the card is not UTF-8", line);
    Card { front_matter, sections, hidden_headings, body_was_read: true, ..Card::default() }
}

/// The first of each line. A byte order mark at the very start is told elsewhere.
fn report_hidden_characters(problems: &mut Vec<Problem>, text: &str) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.split_inclusive('\n').enumerate().filter(|(_, line)| !is_plain(line)) {
        if let Some((_, hidden)) = hidden_characters(line).next() {
            let text = format!("hidden character U+{:04X}", u32::from(hidden));
            note(problems, ProblemKind::HiddenCharacter, index + 1, text);
        }
        if problems.len() >= PROBLEM_LIMIT {
            return;
        }
    }
}

/// Nothing can hide in printable ASCII; almost every line is.
fn is_plain(line: &str) -> bool {
    let line = line.strip_suffix("\r\n").unwrap_or(line);
    line.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n'))
}

fn unreadable(reason: &str, line: usize) -> FrontMatter {
    FrontMatter::Unreadable { reason: reason.to_owned(), line }
}

#[cfg(test)]
mod tests;
