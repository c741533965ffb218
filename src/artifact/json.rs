//! Strangers' JSON into a value that keeps numbers as they are written, with lines, bounded in bytes, depth and values.
//!
//! RFC 8259, and what Python adds to it: a bare `NaN`, `Infinity` or `-Infinity` is read as a number's text. Where readers differ
//! (duplicate keys, lone surrogates, a byte order mark) the file is read all the same and the difference is told.

mod reader;

use std::fmt;

use super::problem::{Fault, Problem};

/// Larger files are not read.
pub const JSON_LIMIT_BYTES: usize = 8 * 1024 * 1024;
/// Files nested more deeply are not read.
pub const JSON_LIMIT_DEPTH: usize = 100;
/// Files with more values are not read.
pub const JSON_LIMIT_VALUES: usize = 500_000;

/// A file that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub root: Node,
    /// Where other readers see something else, at most [`PROBLEM_LIMIT`](super::problem::PROBLEM_LIMIT).
    pub problems: Vec<Problem>,
}

/// A value and the line of the file on which it starts, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub line: usize,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Bool(bool),
    /// As written: `0.10`, `1e-3`, a whole number of any length, `NaN`, `-Infinity`.
    Number(String),
    Text(String),
    List(Vec<Node>),
    /// In file order; a key that is there twice is here twice.
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    pub line: usize,
    pub value: Node,
}

/// Reads a whole file.
pub fn read(bytes: &[u8]) -> Result<Document, Fault> {
    if bytes.len() > JSON_LIMIT_BYTES {
        return Err(Fault::new("the file is larger than 8 MiB", 1));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => reader::read(text),
        Err(error) => {
            let before = bytes.iter().take(error.valid_up_to());
            Err(Fault::new("the file is not UTF-8", 1 + before.filter(|byte| **byte == b'\n').count()))
        }
    }
}

impl Node {
    /// The value of a key of a mapping, unless it is absent or null. Of several the last, as in Python and JavaScript.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.entries().iter().rev().find(|entry| entry.key == key)?;
        (entry.value.value != Value::Null).then_some(&entry.value)
    }

    /// [`get`](Self::get), key by key.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string, a number or a boolean.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// A whole number from 0, also as text.
    pub fn whole(&self) -> Option<u64> {
        self.scalar()?.parse().ok()
    }

    /// The values of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }
}

impl fmt::Display for Node {
    /// JSON on one line, without spaces: `{"dtype":"float64","shape":[-1,4]}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Null => f.write_str("null"),
            Value::Bool(yes) => write!(f, "{yes}"),
            Value::Number(text) => f.write_str(text),
            Value::Text(text) => write!(f, "{}", Quoted(text)),
            Value::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Value::Map(entries) => {
                f.write_str("{")?;
                for (index, entry) in entries.iter().enumerate() {
                    write!(f, "{}{}:{}", if index > 0 { "," } else { "" }, Quoted(&entry.key), entry.value)?;
                }
                f.write_str("}")
            }
        }
    }
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c if u32::from(c) < 0x20 => write!(f, "\\u{:04x}", u32::from(c))?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests;
