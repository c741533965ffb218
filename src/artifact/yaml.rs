//! YAML into a value that keeps every scalar's text, since YAML 1.1 and 1.2 read `no`, `010`, `1:30` and `1e-3` differently.
//!
//! serde's data model makes the parser decide between text, number and boolean, so the values are built from the parser's events
//! (`serde_saphyr::granit_parser`) instead. Bounded in nodes, bytes and depth, aliases included.

mod build;

use serde_saphyr::granit_parser::{Event, Parser, options};

use super::problem::{Fault, Problem};
use crate::artifact::text::quoted;
use build::Builder;

/// A document that could be read.
#[derive(Debug)]
pub(crate) struct Document {
    pub root: Node,
    /// A duplicate key: both values are kept, as a list, so that neither is picked silently.
    pub fault: Option<Fault>,
    pub notes: Vec<Problem>,
}

/// A value and the lines of the file on which it stands, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub line: usize,
    pub end_line: usize,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key, where it stands, and its value. Columns count characters, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub key: String,
    pub line: usize,
    pub column: usize,
    pub value: Node,
}

/// Reads one YAML document whose first line is line `first_line` of the file. `what` names it in faults: `the front matter`.
pub(crate) fn read(block: &str, first_line: usize, what: &'static str) -> Result<Document, Fault> {
    let mut parser_options = options! { disallow_directives: true };
    parser_options.set_emit_comments(false);
    let mut builder = Builder::new(what);
    let in_file = |line: usize| line.saturating_add(first_line).saturating_sub(1);
    for event in Parser::new_from_str_with_options(block, parser_options) {
        let (event, span) = event.map_err(|error| Fault::new(quoted(&error.info()), in_file(error.marker().line())))?;
        if event == Event::StreamEnd {
            break;
        }
        // The end is where the next character would be; behind a block scalar that is the next line.
        let (start, end) = (span.start.line(), span.end.line());
        let end = if span.end.col() == 0 && end > start { end - 1 } else { end.max(start) };
        let place = Place { line: in_file(start), column: span.start.col().saturating_add(1), end_line: in_file(end) };
        builder.take(event, place)?;
    }
    Ok(builder.finish(first_line))
}

/// Where an event stands in the file.
#[derive(Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
}

/// The value of a key, unless it is absent or null.
pub(crate) fn get<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Node> {
    let entry = entries.iter().find(|entry| entry.key == key)?;
    (entry.value.value != Value::Null).then_some(&entry.value)
}

impl Node {
    /// The value of a key of a mapping, unless it is absent or null.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        get(self.entries(), key)
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The entries of a mapping; none for anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Null | Value::Text(_) | Value::List(_) => &[],
        }
    }

    /// One line of text for a value of any shape, in flow style: `{num_few_shot: 5}`.
    pub(crate) fn flow_text(&self) -> String {
        match &self.value {
            Value::Null => "null".to_owned(),
            Value::Text(text) => text.clone(),
            Value::List(items) => format!("[{}]", items.iter().map(Self::flow_text).collect::<Vec<_>>().join(", ")),
            Value::Map(entries) => {
                let pairs: Vec<_> =
                    entries.iter().map(|entry| format!("{}: {}", entry.key, entry.value.flow_text())).collect();
                format!("{{{}}}", pairs.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests;
