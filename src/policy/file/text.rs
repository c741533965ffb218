//! What is wrong with a file as text and as YAML, before its words mean anything.

use crate::artifact::problem::PROBLEM_LIMIT;
use crate::artifact::text::{confusable_words, hidden_characters, quoted};
use crate::artifact::yaml::{Mark, Node, Value};
use crate::policy::finding::{Finding, Rule};
use crate::policy::place::{FileRole, Place};

use super::LIMIT_BYTES;

/// Merge keys, wherever they stand: what they would bring in is not there, and no reader should guess.
pub(super) fn merges(root: &Node, role: FileRole) -> impl Iterator<Item = Finding> {
    let mut keys = Vec::new();
    note_merges(root, &mut keys);
    keys.into_iter().take(PROBLEM_LIMIT).map(move |mark| {
        let what = "the merge key `<<` is not applied in policies";
        Finding::error(Rule::Syntax, Place::new(role, mark), "", what).help("write out what it stands for")
    })
}

fn note_merges(node: &Node, keys: &mut Vec<Mark>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                if entry.key == "<<" {
                    keys.push(Mark { line: entry.line, column: entry.column, width: entry.width });
                }
                note_merges(&entry.value, keys);
            }
        }
        Value::List(items) => items.iter().for_each(|item| note_merges(item, keys)),
        Value::Null | Value::Text(_) => {}
    }
}

/// Whether something is said about that place already.
pub(super) fn is_told(findings: &[Finding], one: &Finding) -> bool {
    findings.iter().any(|told| (told.place.line, told.place.column) == (one.place.line, one.place.column))
}

/// `, at `quorum: 2``; nothing where the line is empty.
pub(super) fn at_line(text: &str, line: usize) -> String {
    let line = text.lines().nth(line.saturating_sub(1)).map_or("", str::trim);
    if line.is_empty() { String::new() } else { format!(", at `{}`", quoted(line)) }
}

/// The text of a file, without the mark that some editors put before it.
pub(super) fn decoded(bytes: &[u8], role: FileRole) -> Result<&str, Finding> {
    let start = Place::start(role);
    if bytes.len() > LIMIT_BYTES {
        let what = format!("the file is larger than {LIMIT_BYTES} bytes");
        return Err(Finding::error(Rule::Syntax, start, "", what));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let in_line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let column = 1 + String::from_utf8_lossy(in_line).chars().count();
        let place = Place { line, column, width: 1, ..start };
        Finding::error(Rule::Syntax, place, "", "the file is not UTF-8 from here on")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// What a reader of the file does not see: comments are no safer a place for it than names.
pub(super) fn hidden(text: &str, role: FileRole) -> Vec<Finding> {
    let characters = hidden_characters(text).map(|(offset, c)| {
        let place = Place::new(role, mark_at(text, offset, 1));
        let what = format!("the character U+{:04X} cannot be seen, or turns the text around", u32::from(c));
        Finding::error(Rule::HiddenText, place, "", what).help("take it out")
    });
    let words = confusable_words(text).map(|(offset, word)| {
        let place = Place::new(role, mark_at(text, offset, word.chars().count()));
        let what = format!("`{}` has letters of another alphabet that look like its others", quoted(word));
        Finding::error(Rule::HiddenText, place, "", what).help("type it again")
    });
    characters.take(PROBLEM_LIMIT).chain(words.take(PROBLEM_LIMIT)).collect()
}

/// Line and column of a byte.
pub(in crate::policy) fn mark_at(text: &str, offset: usize, width: usize) -> Mark {
    let before = text.get(..offset).unwrap_or(text);
    let line = 1 + before.matches('\n').count();
    let in_line = before.rsplit('\n').next().unwrap_or_default();
    Mark { line, column: 1 + in_line.chars().count(), width }
}

/// Recursion is bounded by the reader's limit on depth.
pub(super) fn values(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Text(_) => 1,
        Value::List(items) => 1 + items.iter().map(values).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|entry| values(&entry.value)).sum::<usize>(),
    }
}
