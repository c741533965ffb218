//! Why a condition cannot be evaluated.

use crate::artifact::text::quoted;

/// Why an evaluation failed.
pub(super) enum Fault<'a> {
    /// A limit: nothing else matters.
    Limit(String),
    NoField {
        name: &'static str,
        of: &'a str,
    },
    NoKey(String),
    NoItem {
        at: i64,
        length: usize,
    },
    NoNumber(String),
    Overflow,
    DivisionByZero,
    /// Checking the types rules it out.
    Confused,
}

impl Fault<'_> {
    /// `true || x` is true whatever is wrong with `x`; a limit is not excused by that, or it would be none.
    pub(super) const fn is_limit(&self) -> bool {
        matches!(self, Self::Limit(_))
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Limit(what) => what.clone(),
            Self::NoField { name, of } => {
                format!("`{name}` of `{}` is not known: ask has(....{name}) first", quoted(of))
            }
            Self::NoKey(key) => format!("there is no `{0}`: ask has(....{0}) first", quoted(key)),
            Self::NoItem { at, length } => format!("there is no item {at} in a list of {length}"),
            Self::NoNumber(text) => format!("`{}` is no number", quoted(text)),
            Self::Overflow => "a number becomes too large".to_owned(),
            Self::DivisionByZero => "something is divided by zero".to_owned(),
            Self::Confused => "types do not fit together".to_owned(),
        }
    }
}

pub(super) type Evaluated<'a, T> = Result<T, Fault<'a>>;
