//! Conditions: CEL over the evidence.
//!
//! The `cel` crate reads the text. What its names mean and which types fit together is checked here when a policy is read, and
//! evaluation is ours as well: straight on the evidence, without converting it, with a budget of steps in place of a deadline.
//! So the same condition on the same evidence gives the same answer on every machine, however busy it is.

mod check;
mod evaluate;
mod facts;
pub mod names;
mod parse;
mod program;
pub mod samples;
mod value;

use std::fmt;
use std::sync::Arc;

pub use crate::domain::condition::Outcome;
pub use facts::{Facts, RunFacts, Surroundings};

use program::Program;

/// Longest condition, in characters.
pub const MAX_CHARS: usize = 1_000;
/// How deep `all`, `exists`, `filter` and `map` may stand inside each other.
pub const MAX_LOOPS: usize = 2;
/// How deep expressions may stand inside each other.
pub const MAX_DEPTH: usize = 64;
/// Longest list that is walked.
pub const MAX_LIST: usize = 5_000;
/// Items that one evaluation looks at, all loops together.
pub const MAX_ITEMS: u64 = 100_000;
/// Operations of one evaluation.
pub const MAX_STEPS: u64 = 1_000_000;
/// Bytes of text that one evaluation searches or puts together.
pub const MAX_TEXT_BYTES: u64 = 16 * 1024 * 1024;

/// A condition that was read and checked. Cheap to copy.
#[derive(Clone)]
pub struct Predicate {
    text: Arc<str>,
    program: Arc<Program>,
}

/// What is wrong with a condition's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub kind: MistakeKind,
    /// Where, in bytes of the text.
    pub start: usize,
    pub end: usize,
    pub what: String,
    pub help: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MistakeKind {
    /// It cannot be evaluated.
    Wrong,
    /// It names a flag that no check raises.
    UnknownFlag,
}

impl Predicate {
    /// Reads a condition.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(text: &str) -> Result<Self, Vec<Mistake>> {
        Self::read_all(&[text]).pop().unwrap_or_else(|| Err(Vec::new()))
    }

    /// Reads several conditions, which costs one thread for all of them.
    pub fn read_all(texts: &[&str]) -> Vec<Result<Self, Vec<Mistake>>> {
        let programs = parse::programs(texts);
        texts
            .iter()
            .zip(programs)
            .map(|(text, program)| Ok(Self { text: Arc::from(*text), program: Arc::new(program?) }))
            .collect()
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it looks at anything at all.
    pub fn is_constant(&self) -> bool {
        self.program.is_constant
    }

    /// What it says of the evidence as it is.
    pub fn evaluate(&self, facts: &Facts<'_>) -> Outcome {
        evaluate::outcome(&self.program, facts)
    }

    /// Whether a gate with this condition applies: when it is true with the labels as they are or with none at all, so that
    /// a label can add a gate and never take one away.
    pub fn applies(&self, facts: &Facts<'_>) -> Outcome {
        match self.evaluate(facts) {
            Outcome::False if self.program.reads_labels => self.evaluate(&facts.without_labels()),
            outcome => outcome,
        }
    }

    /// Whether a rule that approves without people may do so: when it is true with the labels as they are and with none.
    pub fn allows(&self, facts: &Facts<'_>) -> Outcome {
        match self.evaluate(facts) {
            Outcome::True if self.program.reads_labels => self.evaluate(&facts.without_labels()),
            outcome => outcome,
        }
    }
}

impl PartialEq for Predicate {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Predicate {}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Predicate").field(&self.text).finish()
    }
}

#[cfg(test)]
mod tests;
