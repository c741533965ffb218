//! One policy file: read, held against its schema, decoded, its conditions read. Whatever is wrong is a finding; what is right
//! can be looked at all the same.

use std::collections::BTreeMap;

use super::condition::Predicate;
use super::decode::decode;
use super::document::PolicyDocument;
use super::finding::{Finding, Rule};
use super::lint;
use super::place::{FileRole, Place};
use super::schema::ROOT;
use super::structure::{self, joined};
use crate::artifact::problem::PROBLEM_LIMIT;
use crate::artifact::text::{confusable_words, hidden_characters, quoted};
use crate::artifact::yaml::{self, Dialect, Mark, Node, Value};

/// Larger files are not read.
pub const LIMIT_BYTES: usize = 256 * 1024;
/// Most values of a file, aliases followed: far more than a person writes.
pub const MAX_VALUES: usize = 20_000;

/// A policy file after it was read.
#[derive(Debug, Clone)]
pub struct File {
    pub role: FileRole,
    /// What it says, as far as that could be told; `None` when it could not be told at all.
    pub document: Option<PolicyDocument>,
    /// What is wrong with it by itself: most of all, but not what only shows beside another file.
    pub findings: Vec<Finding>,
    /// Its conditions, by their text; those with mistakes are missing.
    pub(super) conditions: BTreeMap<String, Predicate>,
    /// Paths of what was left out for its mistakes.
    pub(super) dropped: Vec<String>,
}

/// The values of a file, and where its text stands.
pub(super) struct Tree<'a> {
    pub text: &'a str,
    pub root: &'a Node,
    pub role: FileRole,
}

impl File {
    /// Reads a file.
    pub fn read(bytes: &[u8], role: FileRole) -> Self {
        let mut file =
            Self { role, document: None, findings: Vec::new(), conditions: BTreeMap::new(), dropped: Vec::new() };
        match text(bytes, role) {
            Ok(text) => file.read_text(text),
            Err(finding) => file.findings.push(finding),
        }
        file
    }

    fn read_text(&mut self, text: &str) {
        self.findings.extend(hidden(text, self.role));
        let dialect = Dialect { what: "the policy", has_merges: false };
        let read = match yaml::read_as(text, 1, dialect) {
            Ok(read) => read,
            Err(stop) => {
                let mark = Mark { line: stop.fault.line, column: stop.column, width: 1 };
                let place = Place::new(self.role, mark);
                let what = match stop.fault.reason.as_str() {
                    "recursion limit exceeded" => "the policy is nested too deeply".to_owned(),
                    // Where only the words are shown, the line itself says what they are about.
                    reason => format!("{reason}{}", at_line(text, stop.fault.line)),
                };
                self.findings.push(Finding::error(Rule::Syntax, place, "", what));
                return;
            }
        };
        let start = Place::start(self.role);
        for note in read.notes {
            let place = Place { line: note.line, ..start };
            self.findings.push(Finding::error(Rule::Syntax, place, "", note.text));
        }
        if read.root.value == Value::Null {
            let finding = Finding::error(Rule::Syntax, start, "", "the file is empty").help("begin with `version: 1`");
            self.findings.push(finding);
            return;
        }
        if values(&read.root) > MAX_VALUES {
            let what = format!("the file has more than {MAX_VALUES} values, aliases followed");
            self.findings.push(Finding::error(Rule::Syntax, start, "", what));
            return;
        }
        let structure = structure::check(&read.root, &read.duplicates, &ROOT, self.role);
        self.findings.extend(structure.findings);
        self.findings
            .extend(merges(&read.root, self.role).filter(|merge| !is_told(&self.findings, merge)).collect::<Vec<_>>());
        self.dropped = structure.dropped;
        let Some(root) = structure.root else { return };
        match decode::<PolicyDocument>(&root, self.role) {
            Ok(document) => {
                let tree = Tree { text, root: &read.root, role: self.role };
                self.conditions = lint::conditions::read(&document, &tree, &mut self.findings);
                self.document = Some(document);
                let found = lint::file(self, &tree);
                self.findings.extend(found);
                self.forget_stand_ins();
            }
            // The schema let something through that cannot be decoded: no reason to follow the file.
            Err(error) => {
                let place = error.mark.map_or(start, |mark| Place::new(self.role, mark));
                self.findings.push(Finding::error(Rule::WrongValue, place, "", error.message));
            }
        }
    }

    /// What keeps it from being followed.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_error())
    }

    /// What is found about a value that stands for one that could not be read is no finding: the mistake is told already.
    fn forget_stand_ins(&mut self) {
        let is_structural = |finding: &Finding| {
            matches!(
                finding.rule,
                Rule::MissingKey
                    | Rule::WrongType
                    | Rule::WrongValue
                    | Rule::UnknownKey
                    | Rule::DuplicateKey
                    | Rule::TooMany
            )
        };
        let is_told = |finding: &Finding| match finding.rule {
            Rule::NeverOpen => !["from", "to"].iter().any(|end| self.dropped.contains(&joined(&finding.path, end))),
            _ => is_structural(finding) || !self.dropped.contains(&finding.path),
        };
        let told: Vec<Finding> = self.findings.iter().filter(|finding| is_told(finding)).cloned().collect();
        self.findings = told;
    }

    /// Whether a finding is about a value that only stands for one.
    pub(super) fn is_stood_in(&self, finding: &Finding) -> bool {
        finding.place.role == self.role && self.dropped.contains(&finding.path)
    }

    /// Whether everything at a path, and below it, could be read.
    pub(super) fn is_whole(&self, path: &str) -> bool {
        !self.dropped.iter().any(|dropped| {
            dropped.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}

/// Merge keys, wherever they stand: what they would bring in is not there, and no reader should guess.
fn merges(root: &Node, role: FileRole) -> impl Iterator<Item = Finding> {
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
fn is_told(findings: &[Finding], one: &Finding) -> bool {
    findings.iter().any(|told| (told.place.line, told.place.column) == (one.place.line, one.place.column))
}

/// `, at `quorum: 2``; nothing where the line is empty.
fn at_line(text: &str, line: usize) -> String {
    let line = text.lines().nth(line.saturating_sub(1)).map_or("", str::trim);
    if line.is_empty() { String::new() } else { format!(", at `{}`", quoted(line)) }
}

/// The text of a file, without the mark that some editors put before it.
fn text(bytes: &[u8], role: FileRole) -> Result<&str, Finding> {
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
fn hidden(text: &str, role: FileRole) -> Vec<Finding> {
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
pub(super) fn mark_at(text: &str, offset: usize, width: usize) -> Mark {
    let before = text.get(..offset).unwrap_or(text);
    let line = 1 + before.matches('\n').count();
    let in_line = before.rsplit('\n').next().unwrap_or_default();
    Mark { line, column: 1 + in_line.chars().count(), width }
}

/// Recursion is bounded by the reader's limit on depth.
fn values(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Text(_) => 1,
        Value::List(items) => 1 + items.iter().map(values).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|entry| values(&entry.value)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests;
