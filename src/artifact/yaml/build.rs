//! From parser events to a tree, without recursion.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{Event, ScalarStyle, StructureStyle, Tag};

use super::{Dialect, Document, Duplicate, Entry, Node, Place, Value};
use crate::artifact::problem::{Fault, PROBLEM_LIMIT, Problem, ProblemKind, note};
use crate::artifact::text::quoted;

/// Values of a document after its aliases were followed.
const MAX_NODES: usize = 100_000;
/// Bytes of text after aliases were followed.
const MAX_BYTES: usize = 2 * 1024 * 1024;
const MAX_DEPTH: usize = 64;

pub(super) struct Builder {
    open: Vec<Frame>,
    root: Option<Node>,
    documents: usize,
    anchors: HashMap<usize, Anchored>,
    nodes_left: usize,
    bytes_left: usize,
    duplicates: Vec<Duplicate>,
    notes: Vec<Problem>,
    dialect: Dialect,
}

/// A collection that is being filled.
struct Frame {
    place: Place,
    /// Its closing bracket is a place of its own; a block ends with its last value.
    is_flow: bool,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(MapContent),
}

#[derive(Default)]
struct MapContent {
    entries: Vec<Entry>,
    /// Key -> its index, and whether it was seen more than once.
    seen: HashMap<String, (usize, bool)>,
    key: Option<(String, Place)>,
}

struct Anchored {
    node: Node,
    size: Size,
}

#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

impl Builder {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            open: Vec::new(),
            root: None,
            documents: 0,
            anchors: HashMap::new(),
            nodes_left: MAX_NODES,
            bytes_left: MAX_BYTES,
            duplicates: Vec::new(),
            notes: Vec::new(),
            dialect,
        }
    }

    pub(super) fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(..) => self.start_document(place.line),
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, (anchor, tag.as_deref()), place),
            Event::SequenceStart(style, anchor, tag) => {
                self.open(Content::List(Vec::new()), style, (anchor, tag.as_deref()), place)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(Content::Map(MapContent::default()), style, (anchor, tag.as_deref()), place)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(place),
            Event::Alias(id) => self.alias(id, place),
            // Stream and document ends, comments, anchor names: nothing to build.
            _ => Ok(()),
        }
    }

    pub(super) fn finish(self, first_line: usize) -> Document {
        let start = Place { line: first_line, column: 1, end_line: first_line, width: 0 };
        let root = self.root.unwrap_or_else(|| node(start, false, Value::Null));
        let fault = self.duplicates.first().map(|duplicate| {
            let reason = format!("duplicate key `{}`, first on line {}", quoted(&duplicate.key), duplicate.first_line);
            Fault::new(reason, duplicate.mark.line)
        });
        Document { root, fault, duplicates: self.duplicates, notes: self.notes }
    }

    fn start_document(&mut self, line: usize) -> Result<(), Fault> {
        self.documents += 1;
        match self.documents {
            0 | 1 => Ok(()),
            _ => Err(Fault::new(format!("{} holds more than one YAML document", self.dialect.what), line)),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        (anchor, tag): (usize, Option<&Tag>),
        place: Place,
    ) -> Result<(), Fault> {
        refuse_tag(tag, place.line)?;
        self.spend(Size { nodes: 1, bytes: text.len(), depth: 1 }, place.line)?;
        let is_plain = style == ScalarStyle::Plain;
        let is_null = is_plain && tag.is_none() && matches!(text, "" | "~" | "null" | "Null" | "NULL");
        let value = if is_null { Value::Null } else { Value::Text(text.to_owned()) };
        let is_merge = is_plain && text == MERGE;
        // A tag says what it is: `!!str 5` is text.
        self.add(node(place, is_plain && tag.is_none(), value), place, anchor, is_merge)
    }

    fn open(
        &mut self,
        content: Content,
        style: StructureStyle,
        (anchor, tag): (usize, Option<&Tag>),
        place: Place,
    ) -> Result<(), Fault> {
        refuse_tag(tag, place.line)?;
        self.spend(Size { nodes: 1, bytes: 0, depth: 1 }, place.line)?;
        self.open.push(Frame { place, is_flow: style == StructureStyle::Flow, anchor, content });
        Ok(())
    }

    fn close(&mut self, end: Place) -> Result<(), Fault> {
        let Some(Frame { mut place, is_flow, anchor, content }) = self.open.pop() else {
            return Ok(());
        };
        if is_flow {
            place.end_line = end.line;
            let end_column = end.column.saturating_add(end.width);
            place.width = if end.line == place.line { end_column.saturating_sub(place.column) } else { 0 };
        }
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map(map) if self.dialect.has_merges => Value::Map(self.merged(map)),
            Content::Map(map) => Value::Map(map.entries),
        };
        self.add(node(place, false, value), place, anchor, false)
    }

    fn alias(&mut self, id: usize, place: Place) -> Result<(), Fault> {
        let Some(Anchored { node, size }) = self.anchors.get(&id) else {
            return Err(Fault::new("an alias stands inside the value it refers to", place.line));
        };
        let (copy, size) = (node_at(place, node), *size);
        self.spend(size, place.line)?;
        self.add(copy, place, 0, false)
    }

    fn spend(&mut self, size: Size, line: usize) -> Result<(), Fault> {
        let left = self.nodes_left.checked_sub(size.nodes).zip(self.bytes_left.checked_sub(size.bytes));
        let Some((nodes, bytes)) = left else {
            return Err(Fault::new(
                format!("{} grows too large when its aliases are followed", self.dialect.what),
                line,
            ));
        };
        if self.open.len() + size.depth > MAX_DEPTH {
            return Err(Fault::new(format!("{} is nested too deeply", self.dialect.what), line));
        }
        (self.nodes_left, self.bytes_left) = (nodes, bytes);
        Ok(())
    }

    /// Puts a finished value where it belongs: into the open collection, or at the root.
    fn add(&mut self, node: Node, place: Place, anchor: usize, is_merge: bool) -> Result<(), Fault> {
        if let Some(frame) = self.open.last_mut() {
            frame.place.end_line = frame.place.end_line.max(node.end_line);
        }
        if anchor > 0 {
            let size = size_of(&node);
            self.spend(size, node.line)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size });
        }
        match self.open.last_mut().map(|frame| &mut frame.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map(map)) => {
                if map.key.is_none() && !matches!(node.value, Value::Text(_) | Value::Null) {
                    let text = "a list or a mapping stands for a key; some readers refuse the whole document";
                    note(&mut self.notes, ProblemKind::ReadersDisagree, node.line, text);
                }
                self.duplicates
                    .extend(map.take(node, place, is_merge).filter(|_| self.duplicates.len() < PROBLEM_LIMIT));
            }
        }
        Ok(())
    }

    /// Applies `<<` as YAML 1.1 readers do; YAML 1.2 readers keep a key of that name, so it is reported.
    fn merged(&mut self, map: MapContent) -> Vec<Entry> {
        let MapContent { entries, mut seen, .. } = map;
        let (merges, mut own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_merge_of_maps);
        for merge in merges {
            let text = "merge key `<<` applied; YAML 1.2 readers keep a key of that name instead";
            note(&mut self.notes, ProblemKind::ReadersDisagree, merge.line, text);
            for entry in maps_of(merge.value) {
                if !seen.contains_key(&entry.key) {
                    seen.insert(entry.key.clone(), (own.len(), false));
                    own.push(entry);
                }
            }
        }
        own
    }
}

/// The merge key. A quoted `<<` is an ordinary key and keeps its quotes here, to be told apart.
const MERGE: &str = "<<";

impl MapContent {
    /// Takes a key, or the value of the key before it; tells when that key was there already.
    fn take(&mut self, node: Node, place: Place, is_merge: bool) -> Option<Duplicate> {
        let Some((key, at)) = self.key.take() else {
            let key = if is_merge { MERGE.to_owned() } else { key_text(&node) };
            self.key = Some((key, place));
            return None;
        };
        if let Some((index, twice)) = self.seen.get_mut(&key) {
            let was_twice = std::mem::replace(twice, true);
            let first = self.entries.get_mut(*index)?;
            let first_line = first.line;
            keep_both(&mut first.value, node, was_twice);
            return Some(Duplicate { key, mark: at.mark(), first_line });
        }
        self.seen.insert(key.clone(), (self.entries.len(), false));
        self.entries.push(Entry { key, line: at.line, column: at.column, width: at.width, value: node });
        None
    }
}

fn node(place: Place, is_plain: bool, value: Value) -> Node {
    Node { line: place.line, end_line: place.end_line, mark: place.mark(), is_plain, value }
}

/// What an alias stands for, where the alias stands.
fn node_at(place: Place, original: &Node) -> Node {
    Node { end_line: place.line, ..node(place, original.is_plain, original.value.clone()) }
}

fn keep_both(first: &mut Node, second: Node, is_list_of_both: bool) {
    first.end_line = first.end_line.max(second.end_line);
    match &mut first.value {
        Value::List(both) if is_list_of_both => both.push(second),
        _ => {
            let both = Node { is_plain: false, value: Value::Null, ..first.clone() };
            let earlier = std::mem::replace(first, both);
            first.value = Value::List(vec![earlier, second]);
        }
    }
}

/// Any key is an ordinary one; lists and mappings as keys get a text no card uses.
fn key_text(node: &Node) -> String {
    match &node.value {
        Value::Text(text) if text == MERGE => format!("\"{text}\""),
        Value::Text(text) => text.clone(),
        Value::Null => "null".to_owned(),
        Value::List(_) | Value::Map(_) => format!("(key of line {})", node.line),
    }
}

fn is_merge_of_maps(entry: &Entry) -> bool {
    entry.key == MERGE
        && match &entry.value.value {
            Value::Map(_) => true,
            Value::List(items) => items.iter().all(|item| matches!(item.value, Value::Map(_))),
            Value::Null | Value::Text(_) => false,
        }
}

fn maps_of(node: Node) -> Vec<Entry> {
    match node.value {
        Value::Map(entries) => entries,
        Value::List(items) => items.into_iter().flat_map(maps_of).collect(),
        Value::Null | Value::Text(_) => Vec::new(),
    }
}

/// Tags other than those of the core schema ask a loader to build an object. They are refused, never acted on.
fn refuse_tag(tag: Option<&Tag>, line: usize) -> Result<(), Fault> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() => {
            Err(Fault::new(format!("tag `{}` is not accepted", quoted(&tag.original())), line))
        }
        _ => Ok(()),
    }
}

/// Recursion is bounded by `MAX_DEPTH`.
fn size_of(node: &Node) -> Size {
    let inner = |sizes: &mut dyn Iterator<Item = Size>| {
        sizes.fold(Size { nodes: 1, bytes: 0, depth: 1 }, |all, one| Size {
            nodes: all.nodes + one.nodes,
            bytes: all.bytes + one.bytes,
            depth: all.depth.max(one.depth + 1),
        })
    };
    match &node.value {
        Value::Null => Size { nodes: 1, bytes: 0, depth: 1 },
        Value::Text(text) => Size { nodes: 1, bytes: text.len(), depth: 1 },
        Value::List(items) => inner(&mut items.iter().map(size_of)),
        Value::Map(entries) => inner(&mut entries.iter().map(|entry| {
            let size = size_of(&entry.value);
            Size { nodes: size.nodes + 1, bytes: size.bytes + entry.key.len(), ..size }
        })),
    }
}
