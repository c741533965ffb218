//! YAML into a value that keeps every scalar's text, since YAML 1.1 and 1.2 read `no`, `010`, `1:30` and `1e-3` differently.
//!
//! serde's data model makes the parser decide between text, number and boolean, so the values are built from the parser's events
//! (`serde_saphyr::granit_parser`) instead. Bounded in nodes, bytes and depth, aliases included.

mod build;

use serde_saphyr::granit_parser::{Event, Parser, options};

use super::{Fault, Problem};
use crate::artifact::text::quoted;
use build::Builder;

/// A document that could be read.
#[derive(Debug)]
pub(super) struct Document {
    pub root: Node,
    /// A duplicate key: both values are kept, as a list, so that neither is picked silently.
    pub fault: Option<Fault>,
    pub notes: Vec<Problem>,
}

/// A value and the line of the file on which it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub line: usize,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub key: String,
    pub line: usize,
    pub value: Node,
}

/// Reads one YAML document whose first line is line `first_line` of the file.
pub(super) fn read(block: &str, first_line: usize) -> Result<Document, Fault> {
    let mut parser_options = options! { disallow_directives: true };
    parser_options.set_emit_comments(false);
    let mut builder = Builder::new();
    let in_file = |line: usize| line.saturating_add(first_line).saturating_sub(1);
    for event in Parser::new_from_str_with_options(block, parser_options) {
        let (event, span) =
            event.map_err(|error| Fault { reason: quoted(&error.info()), line: in_file(error.marker().line()) })?;
        let line = in_file(span.start.line());
        if event == Event::StreamEnd {
            break;
        }
        builder.take(event, line)?;
    }
    builder.finish(first_line)
}

/// The value of a key, unless it is absent or null.
pub(super) fn get<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Node> {
    let entry = entries.iter().find(|entry| entry.key == key)?;
    (entry.value.value != Value::Null).then_some(&entry.value)
}

#[cfg(test)]
mod tests;
