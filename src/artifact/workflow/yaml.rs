//! YAML as a tree that keeps lines, styles and duplicate keys, for files that are read for what they do.
//!
//! Bounded in nodes, bytes and depth, with aliases counted as if written out; they share what they refer to, so that an alias
//! costs no memory.

mod build;

use std::rc::Rc;

use serde_saphyr::granit_parser::{Event, Parser, options};

use crate::artifact::text::quoted;
use build::Builder;

/// Values of a file, aliases written out.
pub(in crate::artifact) const NODE_LIMIT: usize = 100_000;
/// Bytes of text, aliases written out.
pub(in crate::artifact) const TEXT_LIMIT_BYTES: usize = 4 * 1024 * 1024;
pub(in crate::artifact) const DEPTH_LIMIT: usize = 64;

/// One document of a file.
#[derive(Debug)]
pub(in crate::artifact) struct Document {
    pub root: Rc<Node>,
    /// What other readers refuse or read otherwise, in file order, at most [`ODDITY_LIMIT`].
    pub oddities: Vec<Oddity>,
}

/// Something that not every reader takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::artifact) struct Oddity {
    pub line: usize,
    pub what: String,
}

/// A value and the line of the file, from 1, on which it starts.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::artifact) struct Node {
    pub line: usize,
    pub value: Value,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::artifact) enum Value {
    Null,
    Text(Text),
    List(Vec<Rc<Node>>),
    Map(Vec<Entry>),
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::artifact) struct Text {
    /// As written: `no`, `010` and `1e3` stay what they are.
    pub text: String,
    /// A literal block (`|`): each of its lines is one of the file.
    pub is_literal: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::artifact) struct Entry {
    pub key: String,
    pub line: usize,
    pub value: Rc<Node>,
}

impl Node {
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(&text.text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The line of the file on which the text begins. The parser gives the first one of a block that is not empty.
    pub fn first_line(&self) -> usize {
        match &self.value {
            Value::Text(Text { text, is_literal: true }) => {
                self.line.saturating_sub(text.bytes().take_while(|byte| *byte == b'\n').count())
            }
            _ => self.line,
        }
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Null | Value::Text(_) | Value::List(_) => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Rc<Self>] {
        match &self.value {
            Value::List(items) => items,
            Value::Null | Value::Text(_) | Value::Map(_) => &[],
        }
    }

    /// The value of a key, unless absent or null.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let entry = self.entries().iter().find(|entry| entry.key == key)?;
        (entry.value.value != Value::Null).then_some(&*entry.value)
    }
}

/// Reads the documents of a file, or says why and on which line it is none.
pub(in crate::artifact) fn read(text: &str) -> Result<Vec<Document>, Oddity> {
    let mut parser_options = options! { disallow_directives: false };
    parser_options.set_emit_comments(false);
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, parser_options) {
        let (event, span) =
            event.map_err(|error| Oddity { line: error.marker().line(), what: quoted(&error.info()) })?;
        if event == Event::StreamEnd {
            break;
        }
        builder.take(event, span.start.line())?;
    }
    Ok(builder.documents)
}

/// More are not listed.
pub(in crate::artifact) const ODDITY_LIMIT: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Document {
        let mut documents = read(text).unwrap();
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    fn oddities(text: &str) -> Vec<String> {
        one(text).oddities.into_iter().map(|oddity| format!("{}: {}", oddity.line, oddity.what)).collect()
    }

    #[test]
    fn texts_and_lines_are_kept() {
        let document = one("on: push\nb:\n  - c: no\n    d: |\n      x\n      y\n");
        let root = &document.root;
        assert_eq!(root.get("on").and_then(Node::text), Some("push"));
        let item = &root.get("b").unwrap().items()[0];
        assert_eq!((item.line, item.get("c").and_then(Node::text)), (3, Some("no")));
        let block = item.get("d").unwrap();
        assert_eq!(block.value, Value::Text(Text { text: "x\ny\n".into(), is_literal: true }));
        assert_eq!(block.line, 5, "where the block's text begins");
        for (text, line) in
            [("a: |\n\n\n  x\n", 4), ("a: | # c\n  x\n", 2), ("a: |-\n\n  x\n", 3), ("a:\n  |+\n   x\n", 3)]
        {
            let document = one(text);
            let block = document.root.get("a").unwrap();
            let before = block.text().unwrap().chars().take_while(|c| *c == '\n').count();
            assert_eq!(block.first_line() + before, line, "{text:?}");
        }
    }

    #[test]
    fn aliases_share_what_they_refer_to() {
        let document = one("a: &a [x, y]\nb: *a\n");
        assert_eq!(document.root.get("b"), document.root.get("a"));
    }

    #[test]
    fn oddities_are_told_and_read_all_the_same() {
        assert_eq!(oddities("a: 1\nb: 2\na: 3\n"), ["3: duplicate key `a`, first on line 1"]);
        assert_eq!(oddities("a: &a {b: 1}\nc:\n  <<: *a\n"), ["3: merge key `<<`"]);
        assert_eq!(oddities("a: !reset []\nb: !!str x\n"), ["1: tag `!reset`"]);
        assert_eq!(oddities(&"a: 1\n".repeat(100)).len(), ODDITY_LIMIT);
    }

    #[test]
    fn several_documents_are_read() {
        let documents = read("a: 1\n---\nb: 2\n---\n").unwrap();
        assert_eq!(documents.len(), 3);
        assert_eq!(documents[1].root.entries()[0].line, 3);
        assert_eq!(documents[2].root.value, Value::Null);
        assert_eq!(read("").unwrap().len(), 0);
    }

    #[test]
    fn bombs_are_refused() {
        let level = |name: char, of: char| format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 9].join(","));
        let start = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        let bomb = ('b'..='i').zip('a'..='h').fold(start, |all, (name, of)| all + &level(name, of));
        assert!(read(&bomb).unwrap_err().what.contains("too large"));
        let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(200_000), vec!["*a"; 50].join(","));
        assert!(read(&long).unwrap_err().what.contains("too large"));
        let nested = |name: &str, inner: &str| format!("{name}: &{name} {}{inner}{}\n", "[".repeat(40), "]".repeat(40));
        assert!(read(&(nested("a", "x") + &nested("b", "*a"))).unwrap_err().what.contains("deeply"));
        assert!(read(&"[".repeat(20_000)).is_err());
        assert!(read("a: &a [*a]\n").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[a-c:\\-\\[\\]{}&*!<|> \"'#%\n\t~,]{0,80}") {
            let _ = read(&text);
        }
    }
}
