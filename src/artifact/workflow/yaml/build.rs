//! From parser events to a tree, without recursion.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_saphyr::granit_parser::{Event, ScalarStyle, Tag};

use super::{DEPTH_LIMIT, Document, Entry, NODE_LIMIT, Node, ODDITY_LIMIT, Oddity, TEXT_LIMIT_BYTES, Text, Value};
use crate::artifact::text::quoted;

/// Builds documents from the parser's events, without recursion.
#[derive(Default)]
pub(super) struct Builder {
    pub documents: Vec<Document>,
    open: Vec<Frame>,
    anchors: BTreeMap<usize, Finished>,
    nodes: usize,
    bytes: usize,
}

/// A collection that is being filled.
struct Frame {
    line: usize,
    anchor: usize,
    size: Size,
    content: Content,
}

enum Content {
    List(Vec<Rc<Node>>),
    Map { entries: Vec<Entry>, lines: BTreeMap<String, usize>, key: Option<(String, usize)> },
}

#[derive(Clone)]
struct Finished {
    node: Rc<Node>,
    size: Size,
}

/// What a value amounts to when its aliases are written out.
#[derive(Clone, Copy)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

impl Size {
    const fn text(bytes: usize) -> Self {
        Self { nodes: 1, bytes, depth: 1 }
    }

    fn add(&mut self, inner: Self) {
        self.nodes = self.nodes.saturating_add(inner.nodes);
        self.bytes = self.bytes.saturating_add(inner.bytes);
        self.depth = self.depth.max(inner.depth.saturating_add(1));
    }
}

impl Builder {
    pub fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Oddity> {
        match event {
            Event::DocumentStart(..) => {
                self.documents.push(Document { root: null(line), oddities: Vec::new() });
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, (anchor, tag.as_deref()), line),
            Event::SequenceStart(_, anchor, tag) => {
                self.open(Content::List(Vec::new()), (anchor, tag.as_deref()), line)
            }
            Event::MappingStart(_, anchor, tag) => {
                let content = Content::Map { entries: Vec::new(), lines: BTreeMap::new(), key: None };
                self.open(content, (anchor, tag.as_deref()), line)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(id) => self.alias(id, line),
            // Stream and document ends, comments, anchor names: nothing to build.
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        (anchor, tag): (usize, Option<&Tag>),
        line: usize,
    ) -> Result<(), Oddity> {
        self.note_tag(tag, line);
        let size = Size::text(text.len());
        self.spend(size, line)?;
        let is_plain = style == ScalarStyle::Plain && tag.is_none();
        let is_null = is_plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
        let is_literal = style == ScalarStyle::Literal;
        let value = if is_null { Value::Null } else { Value::Text(Text { text: text.to_owned(), is_literal }) };
        if is_plain && text == "<<" {
            self.note(line, "merge key `<<`".to_owned());
        }
        self.add(Finished { node: Rc::new(Node { line, value }), size }, anchor);
        Ok(())
    }

    fn open(&mut self, content: Content, (anchor, tag): (usize, Option<&Tag>), line: usize) -> Result<(), Oddity> {
        self.note_tag(tag, line);
        let size = Size::text(0);
        self.spend(size, line)?;
        self.open.push(Frame { line, anchor, size, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Oddity> {
        let Some(Frame { line, anchor, size, content }) = self.open.pop() else {
            return Ok(());
        };
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map { entries, .. } => Value::Map(entries),
        };
        self.add(Finished { node: Rc::new(Node { line, value }), size }, anchor);
        Ok(())
    }

    fn alias(&mut self, id: usize, line: usize) -> Result<(), Oddity> {
        let Some(finished) = self.anchors.get(&id).cloned() else {
            return Err(Oddity { line, what: "an alias stands inside the value it refers to".to_owned() });
        };
        self.spend(finished.size, line)?;
        self.add(finished, 0);
        Ok(())
    }

    fn spend(&mut self, size: Size, line: usize) -> Result<(), Oddity> {
        self.nodes = self.nodes.saturating_add(size.nodes);
        self.bytes = self.bytes.saturating_add(size.bytes);
        if self.nodes > NODE_LIMIT || self.bytes > TEXT_LIMIT_BYTES {
            return Err(Oddity { line, what: "too large when its aliases are followed".to_owned() });
        }
        if self.open.len().saturating_add(size.depth) > DEPTH_LIMIT {
            return Err(Oddity { line, what: "nested too deeply".to_owned() });
        }
        Ok(())
    }

    /// Puts a finished value where it belongs: into the open collection, or at the root.
    fn add(&mut self, finished: Finished, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, finished.clone());
        }
        let Finished { node, size } = finished;
        let Some(frame) = self.open.last_mut() else {
            if let Some(document) = self.documents.last_mut() {
                document.root = node;
            }
            return;
        };
        frame.size.add(size);
        let twice = match &mut frame.content {
            Content::List(items) => {
                items.push(node);
                None
            }
            Content::Map { entries, lines, key } => match key.take() {
                None => {
                    *key = Some((key_text(&node), node.line));
                    None
                }
                Some((key, line)) => {
                    let first = lines.insert(key.clone(), line);
                    let twice =
                        first.map(|first| (line, format!("duplicate key `{}`, first on line {first}", quoted(&key))));
                    entries.push(Entry { key, line, value: node });
                    twice
                }
            },
        };
        if let Some((line, what)) = twice {
            self.note(line, what);
        }
    }

    fn note_tag(&mut self, tag: Option<&Tag>, line: usize) {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            self.note(line, format!("tag `{}`", quoted(&tag.original())));
        }
    }

    fn note(&mut self, line: usize, what: String) {
        if let Some(document) = self.documents.last_mut().filter(|document| document.oddities.len() < ODDITY_LIMIT) {
            document.oddities.push(Oddity { line, what });
        }
    }
}

fn null(line: usize) -> Rc<Node> {
    Rc::new(Node { line, value: Value::Null })
}

/// Lists and mappings as keys get a text that no file of ours uses.
fn key_text(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.text.clone(),
        Value::Null => "null".to_owned(),
        Value::List(_) | Value::Map(_) => format!("(key of line {})", node.line),
    }
}
