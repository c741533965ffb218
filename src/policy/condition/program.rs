//! A condition after it was checked: every name resolved, every type known.

use regex::Regex;

use super::names::{Field, Variable};
use crate::domain::Severity;

pub(super) struct Program {
    pub root: Expression,
    /// It looks at nothing.
    pub is_constant: bool,
    pub reads_labels: bool,
    /// Most loops inside each other: places for their items.
    pub loops: usize,
}

/// An expression whose types fit together.
pub(super) enum Expression {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Severity(Severity),
    Variable(Variable),
    /// The item of the loop at this depth.
    Item(usize),
    Field(Box<Self>, FieldAccess),
    /// Whether an optional field is there.
    Has(Box<Self>, FieldAccess),
    /// A value of a map by its key; whether the key is there.
    Entry(Box<Self>, Box<Self>),
    HasEntry(Box<Self>, Box<Self>),
    /// An item of a list by its number.
    Index(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Negative(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Choice(Box<Self>, Box<Self>, Box<Self>),
    Compare(Comparison, Box<Self>, Box<Self>),
    Calculate(Operation, Box<Self>, Box<Self>),
    In(Box<Self>, Box<Self>),
    Size(Box<Self>),
    Search(Search, Box<Self>, Box<Self>),
    Matches(Box<Self>, Regex),
    Convert(Conversion, Box<Self>),
    List(Vec<Self>),
    Loop(Box<Loop>),
}

/// A field, and what it is called when it is missing.
#[derive(Clone, Copy)]
pub(super) struct FieldAccess {
    pub field: Field,
    pub name: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    Starts,
    Ends,
    Contains,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversion {
    Int,
    Double,
    Text,
}

pub(super) struct Loop {
    pub kind: LoopKind,
    pub over: Expression,
    /// Where its item is kept.
    pub depth: usize,
    /// Which items count.
    pub filter: Option<Expression>,
    /// What is asked or taken of each; nothing for a filter alone.
    pub body: Option<Expression>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoopKind {
    All,
    Exists,
    ExistsOne,
    /// `filter` and `map`: a new list.
    Collect,
}
