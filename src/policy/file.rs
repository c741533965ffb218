//! One policy file: read, held against its schema, decoded, its conditions read. Whatever is wrong is a finding; what is right
//! can be looked at all the same.

mod text;

use std::collections::BTreeMap;

use super::condition::Predicate;
use super::decode::decode;
use super::document::PolicyDocument;
use super::finding::{Finding, Rule};
use super::lint;
use super::place::{FileRole, Place};
use super::schema::ROOT;
use super::structure::{self, joined};
use crate::artifact::yaml::{self, Dialect, Mark, Node, Value};

pub(super) use text::mark_at;

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
        match text::decoded(bytes, role) {
            Ok(text) => file.read_text(text),
            Err(finding) => file.findings.push(finding),
        }
        file
    }

    fn read_text(&mut self, text: &str) {
        self.findings.extend(text::hidden(text, self.role));
        let dialect = Dialect { what: "the policy", has_merges: false };
        let read = match yaml::read_as(text, 1, dialect) {
            Ok(read) => read,
            Err(stop) => {
                let mark = Mark { line: stop.fault.line, column: stop.column, width: 1 };
                let place = Place::new(self.role, mark);
                let what = match stop.fault.reason.as_str() {
                    "recursion limit exceeded" => "the policy is nested too deeply".to_owned(),
                    // Where only the words are shown, the line itself says what they are about.
                    reason => format!("{reason}{}", text::at_line(text, stop.fault.line)),
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
        if text::values(&read.root) > MAX_VALUES {
            let what = format!("the file has more than {MAX_VALUES} values, aliases followed");
            self.findings.push(Finding::error(Rule::Syntax, start, "", what));
            return;
        }
        let structure = structure::check(&read.root, &read.duplicates, &ROOT, self.role);
        self.findings.extend(structure.findings);
        self.findings.extend(
            text::merges(&read.root, self.role)
                .filter(|merge| !text::is_told(&self.findings, merge))
                .collect::<Vec<_>>(),
        );
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

#[cfg(test)]
mod tests;
