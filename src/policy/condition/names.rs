//! What conditions can name: variables, constants, fields, functions. The checker, the evaluation and the reference go by the
//! same tables.

mod tables;

use crate::checks::codes;
use crate::domain::Severity;

pub use tables::{FIELDS, FUNCTIONS, VARIABLES};

/// The type of a value that is not a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    Bool,
    /// A whole number.
    Int,
    Double,
    Text(Vocabulary),
    Severity,
    Object(Class),
    /// Text by text.
    Map,
}

/// A type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    One(Base),
    List(Base),
}

/// The words that a text is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    Any,
    FlagCode,
    ChangeKind,
    Relation,
}

/// What has fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    Flag,
    File,
    Model,
    Commit,
    PullRequest,
    Author,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    Risk,
    Flags,
    Files,
    Models,
    Commits,
    PullRequests,
    Labels,
    Author,
    Authors,
    Requester,
    Requesters,
    Reference,
    Event,
    Workflow,
    Attempt,
    Inputs,
    Fields,
    Environment,
    Repository,
    Relation,
    CommitsAhead,
    CommitsBehind,
    Rollback,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    FlagCode,
    FlagSeverity,
    FlagSubject,
    FlagModel,
    FlagNew,
    FlagGap,
    FlagBefore,
    FlagAfter,
    FilePath,
    FilePreviousPath,
    FileKind,
    FileAdditions,
    FileDeletions,
    ModelName,
    ModelCard,
    ModelNew,
    ModelRemoved,
    ModelCardChanged,
    ModelWeightsChanged,
    CommitSha,
    CommitTitle,
    CommitAuthor,
    PullNumber,
    PullTitle,
    PullAuthor,
    PullLabels,
    PullMerged,
    AuthorUnknown,
}

pub struct VariableEntry {
    pub name: &'static str,
    pub kind: Type,
    pub(super) variable: Variable,
    pub words: &'static str,
}

pub struct FieldEntry {
    pub class: Class,
    pub name: &'static str,
    pub kind: Type,
    pub(super) field: Field,
    /// May be missing: `has(...)` tells.
    pub is_optional: bool,
    pub words: &'static str,
}

/// The severities, mildest first.
pub const SEVERITIES: [(&str, Severity); 5] = [
    ("INFO", Severity::Info),
    ("LOW", Severity::Low),
    ("MEDIUM", Severity::Medium),
    ("HIGH", Severity::High),
    ("CRITICAL", Severity::Critical),
];

impl Vocabulary {
    /// The words, where there are only these.
    pub fn words(self) -> Option<Vec<&'static str>> {
        match self {
            Self::Any => None,
            Self::FlagCode => Some(codes::CODES.to_vec()),
            Self::ChangeKind => Some(vec!["added", "modified", "removed", "renamed"]),
            Self::Relation => Some(vec!["first", "same", "ahead", "behind", "diverged", "vanished"]),
        }
    }
}

impl Class {
    pub const ALL: [Self; 6] = [Self::Flag, Self::File, Self::Model, Self::Commit, Self::PullRequest, Self::Author];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::File => "file",
            Self::Model => "model",
            Self::Commit => "commit",
            Self::PullRequest => "pull request",
            Self::Author => "author",
        }
    }
}

impl Base {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Double => "a number with a fraction",
            Self::Text(_) => "text",
            Self::Severity => "a severity",
            Self::Object(class) => match class {
                Class::Flag => "a flag",
                Class::File => "a file",
                Class::Model => "a model",
                Class::Commit => "a commit",
                Class::PullRequest => "a pull request",
                Class::Author => "the author",
            },
            Self::Map => "a map",
        }
    }

    const fn plural(self) -> &'static str {
        match self {
            Self::Bool => "true or false values",
            Self::Int => "whole numbers",
            Self::Double => "numbers",
            Self::Text(_) => "texts",
            Self::Severity => "severities",
            Self::Object(class) => match class {
                Class::Flag => "flags",
                Class::File => "files",
                Class::Model => "models",
                Class::Commit => "commits",
                Class::PullRequest => "pull requests",
                Class::Author => "authors",
            },
            Self::Map => "maps",
        }
    }

    /// Whether values of both can be compared: the same type, whatever the words.
    pub(super) fn is_same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Text(_), Self::Text(_)) => true,
            (one, other) => one == other,
        }
    }
}

impl Type {
    /// `text`, `a list of files`
    pub fn words(self) -> String {
        match self {
            Self::One(base) => base.word().to_owned(),
            Self::List(base) => format!("a list of {}", base.plural()),
        }
    }
}
