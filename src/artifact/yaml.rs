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
    /// The first duplicate key: both values are kept, as a list, so that neither is picked silently.
    pub fault: Option<Fault>,
    /// All of them.
    pub duplicates: Vec<Duplicate>,
    pub notes: Vec<Problem>,
}

/// A key that its mapping has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Duplicate {
    pub key: String,
    pub mark: Mark,
    pub first_line: usize,
}

/// A value, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// Lines of the file, from 1.
    pub line: usize,
    pub end_line: usize,
    /// Where it begins; for an alias, where that stands.
    pub mark: Mark,
    /// A scalar without quotes, whose type depends on who reads it; false for everything else.
    pub is_plain: bool,
    pub value: Value,
}

/// A stretch of one line. Lines and columns count from 1, columns and the width in characters; a stretch that goes on in
/// the next line has no width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub line: usize,
    pub column: usize,
    pub width: usize,
}

/// How a document is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// Names the document in faults: `the front matter`.
    pub what: &'static str,
    /// Whether `<<` is applied, or stays a key like any other.
    pub has_merges: bool,
}

/// Why a document could not be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    pub fault: Fault,
    /// From 1, in characters.
    pub column: usize,
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
    /// Characters that the key takes up, its quotes included.
    pub width: usize,
    pub value: Node,
}

/// Reads one YAML document whose first line is line `first_line` of the file. `what` names it in faults: `the front matter`.
pub(crate) fn read(block: &str, first_line: usize, what: &'static str) -> Result<Document, Fault> {
    read_as(block, first_line, Dialect { what, has_merges: true }).map_err(|stop| stop.fault)
}

/// Reads one YAML document whose first line is line `first_line` of the file.
pub(crate) fn read_as(block: &str, first_line: usize, dialect: Dialect) -> Result<Document, Stop> {
    let mut parser_options = options! { disallow_directives: true };
    parser_options.set_emit_comments(false);
    let mut builder = Builder::new(dialect);
    let in_file = |line: usize| line.saturating_add(first_line).saturating_sub(1);
    for event in Parser::new_from_str_with_options(block, parser_options) {
        let (event, span) = event.map_err(|error| {
            let column = error.marker().col().saturating_add(1);
            Stop { fault: Fault::new(quoted(&error.info()), in_file(error.marker().line())), column }
        })?;
        if event == Event::StreamEnd {
            break;
        }
        // The end is where the next character would be; behind a block scalar that is the next line.
        let (start, end) = (span.start.line(), span.end.line());
        let is_within = start == end;
        let end = if span.end.col() == 0 && end > start { end - 1 } else { end.max(start) };
        let column = span.start.col().saturating_add(1);
        let width = if is_within { span.end.col().saturating_sub(span.start.col()) } else { 0 };
        let place = Place { line: in_file(start), column, end_line: in_file(end), width };
        builder.take(event, place).map_err(|fault| Stop { fault, column })?;
    }
    Ok(builder.finish(first_line))
}

/// Where an event stands in the file.
#[derive(Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
    /// Characters, where it ends on the line it begins on.
    width: usize,
}

impl Place {
    const fn mark(self) -> Mark {
        Mark { line: self.line, column: self.column, width: self.width }
    }
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
