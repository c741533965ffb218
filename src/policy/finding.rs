//! What is found in a policy: mistakes that make it invalid, and warnings.

use std::fmt;

use super::place::Place;

/// Most findings that are listed; one more says that there are others.
pub const MAX_FINDINGS: usize = 100;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The policy cannot be followed: requests are held.
    Error,
    /// It is followed, and probably not meant like that.
    Warning,
}

impl Level {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something to say about a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub level: Level,
    pub rule: Rule,
    pub place: Place,
    /// `environments.production.gates[0].quorum`; empty for the file as a whole.
    pub path: String,
    /// What is wrong, in plain words.
    pub what: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Finding {
    pub(super) fn error(rule: Rule, place: Place, path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { level: Level::Error, rule, place, path: path.into(), what: what.into(), help: None }
    }

    pub(super) fn warning(rule: Rule, place: Place, path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(rule, place, path, what) }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub const fn is_error(&self) -> bool {
        matches!(self.level, Level::Error)
    }
}

/// What is wrong and what would be right, in one line.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.place.line, self.place.column, self.what)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// Orders findings as they are read, and cuts them where there are too many: a file can be wrong in more ways than anybody
/// reads. Errors are kept first.
pub(super) fn arranged(mut findings: Vec<Finding>) -> Vec<Finding> {
    let by_place = |finding: &Finding| (finding.place, finding.rule, finding.what.clone());
    findings.sort_by_cached_key(|finding| (finding.level, by_place(finding)));
    findings.dedup_by(|a, b| by_place(a) == by_place(b));
    if findings.len() > MAX_FINDINGS {
        let more = findings.len() - MAX_FINDINGS;
        findings.truncate(MAX_FINDINGS);
        if let Some(last) = findings.last() {
            let what = format!("and {more} more of this kind or milder");
            findings.push(Finding { rule: Rule::More, path: String::new(), what, help: None, ..last.clone() });
        }
    } else {
        findings.sort_by_cached_key(by_place);
    }
    findings
}

macro_rules! rules {
    ($($rule:ident, $word:literal, $meaning:literal;)*) => {
        /// What kind of finding it is. The words are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $meaning] $rule,)*
        }

        impl Rule {
            pub const ALL: &[Self] = &[$(Self::$rule,)*];

            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$rule => $word,)*
                }
            }

            /// What it stands for, for the reference.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$rule => $meaning,)*
                }
            }
        }
    };
}

rules! {
    Syntax, "syntax", "The file is not YAML that can be read, or larger or deeper than a policy may be.";
    HiddenText, "hidden-text", "A character that cannot be seen or turns the text around, or a letter that looks like another.";
    DuplicateKey, "duplicate-key", "A key stands twice in one mapping.";
    UnknownKey, "unknown-key", "A key that means nothing here.";
    MissingKey, "missing-key", "A key that has to be there is not.";
    WrongType, "wrong-type", "Text where a number is expected, a list where a mapping is, and the like.";
    WrongValue, "wrong-value", "A value that is not one of those that can be understood.";
    TooMany, "too-many", "More entries than are read.";
    WrongFile, "wrong-file", "A key that belongs into the owner's file, or only into a repository's.";
    DuplicateName, "duplicate-name", "Two rules go by one name; upper and lower case are the same.";
    TiedPatterns, "tied-patterns", "Two patterns match the same environment equally well.";
    ShadowedPattern, "shadowed-pattern", "A pattern never applies to a name, because a more exact entry does.";
    UnknownGroup, "unknown-group", "A group that is not described.";
    EmptyGroup, "empty-group", "A group that nobody can be in.";
    UnusedGroup, "unused-group", "A group that nothing refers to.";
    DuplicateMember, "duplicate-member", "Somebody stands in a group twice.";
    UselessKey, "useless-key", "A key that has no effect where it stands.";
    NoGates, "no-gates", "Nobody would have to approve.";
    QuorumTooLarge, "quorum-too-large", "More people are needed than there can be.";
    QuorumTight, "quorum-tight", "Everybody of a group is needed, and some of them may be excluded.";
    Condition, "condition", "A condition that cannot be evaluated: unknown names, wrong types, too large.";
    ConditionFails, "condition-fails", "A condition that fails on an ordinary request.";
    ConditionIsConstant, "condition-is-constant", "A condition that is the same for every request.";
    UnknownFlag, "unknown-flag", "A flag code that no check raises.";
    UnknownMetric, "unknown-metric", "A metric whose name looks like a slip of the pen.";
    NeverOpen, "never-open", "A window that never opens.";
    PastDate, "past-date", "A date that is over.";
    ExpiredException, "expired-exception", "An exception that no longer counts.";
    TooLong, "too-long", "A time that is longer than it can be.";
    NeverHappens, "never-happens", "A time that comes after the request has expired.";
    RequiresItself, "requires-itself", "An environment that waits for itself, directly or through others.";
    UnmatchedEnvironment, "unmatched-environment", "An environment is referred to that no entry is for.";
    FloorWeakened, "floor-weakened", "A repository asks for less than its owner's floor, which counts all the same.";
    More, "more", "There are more findings than are listed.";
}
