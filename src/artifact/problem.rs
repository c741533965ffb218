//! What readers say about a file besides its content: why it could not be read, and what else a reader should know.

use serde::Serialize;

/// At most this many problems are listed per file.
pub const PROBLEM_LIMIT: usize = 100;

/// Why something could not be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub reason: String,
    /// Line in the file, from 1.
    pub line: usize,
}

/// Something about a file that does not keep it from being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub kind: ProblemKind,
    /// Line in the file, from 1.
    pub line: usize,
    /// For people; text from the file in it is already made visible and short.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The file starts with U+FEFF, which hides the front matter from some readers.
    ByteOrderMark,
    /// Other readers see something else in the file.
    ReadersDisagree,
    /// A value has another type than the field allows, or a required one is missing.
    Field,
    /// A character that cannot be seen.
    HiddenCharacter,
}

impl Fault {
    pub(crate) fn new(reason: impl Into<String>, line: usize) -> Self {
        Self { reason: reason.into(), line }
    }
}

/// Notes a problem, unless there are too many already.
pub(crate) fn note(problems: &mut Vec<Problem>, kind: ProblemKind, line: usize, text: impl Into<String>) {
    if problems.len() < PROBLEM_LIMIT {
        problems.push(Problem { kind, line, text: text.into() });
    }
}
