//! From parser events to a tree, without recursion.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{Event, ScalarStyle, StructureStyle, Tag};

use super::{Document, Entry, Node, Place, Value};
use crate::artifact::problem::{Fault, Problem, ProblemKind, note};
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
    fault: Option<Fault>,
    notes: Vec<Problem>,
    /// What the document is, for faults.
    what: &'static str,
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
    pub(super) fn new(what: &'static str) -> Self {
        Self {
            open: Vec::new(),
            root: None,
            documents: 0,
            anchors: HashMap::new(),
            nodes_left: MAX_NODES,
            bytes_left: MAX_BYTES,
            fault: None,
            notes: Vec::new(),
            what,
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
        let root = self.root.unwrap_or(Node { line: first_line, end_line: first_line, value: Value::Null });
        Document { root, fault: self.fault, notes: self.notes }
    }

    fn start_document(&mut self, line: usize) -> Result<(), Fault> {
        self.documents += 1;
        match self.documents {
            0 | 1 => Ok(()),
            _ => Err(Fault::new(format!("{} holds more than one YAML document", self.what), line)),
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
        let is_null =
            style == ScalarStyle::Plain && tag.is_none() && matches!(text, "" | "~" | "null" | "Null" | "NULL");
        let value = if is_null { Value::Null } else { Value::Text(text.to_owned()) };
        let is_merge = style == ScalarStyle::Plain && text == "<<";
        self.add(Node { line: place.line, end_line: place.end_line, value }, place, anchor, is_merge)
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
        }
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map(map) => Value::Map(self.merged(map)),
        };
        self.add(Node { line: place.line, end_line: place.end_line, value }, place, anchor, false)
    }

    fn alias(&mut self, id: usize, place: Place) -> Result<(), Fault> {
        let Some(Anchored { node, size }) = self.anchors.get(&id) else {
            return Err(Fault::new("an alias stands inside the value it refers to", place.line));
        };
        let (node, size) = (Node { line: place.line, end_line: place.line, value: node.value.clone() }, *size);
        self.spend(size, place.line)?;
        self.add(node, place, 0, false)
    }

    fn spend(&mut self, size: Size, line: usize) -> Result<(), Fault> {
        let left = self.nodes_left.checked_sub(size.nodes).zip(self.bytes_left.checked_sub(size.bytes));
        let Some((nodes, bytes)) = left else {
            return Err(Fault::new(format!("{} grows too large when its aliases are followed", self.what), line));
        };
        if self.open.len() + size.depth > MAX_DEPTH {
            return Err(Fault::new(format!("{} is nested too deeply", self.what), line));
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
                let duplicate = map.take(node, place, is_merge);
                self.fault = self.fault.take().or(duplicate);
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
    /// Takes a key, or the value of the key before it; a fault when that key was there already.
    fn take(&mut self, node: Node, place: Place, is_merge: bool) -> Option<Fault> {
        let Some((key, at)) = self.key.take() else {
            let key = if is_merge { MERGE.to_owned() } else { key_text(&node) };
            self.key = Some((key, place));
            return None;
        };
        if let Some((index, twice)) = self.seen.get_mut(&key) {
            let was_twice = std::mem::replace(twice, true);
            let first = self.entries.get_mut(*index)?;
            let reason = format!("duplicate key `{}`, first on line {}", quoted(&key), first.line);
            keep_both(&mut first.value, node, was_twice);
            return Some(Fault::new(reason, at.line));
        }
        self.seen.insert(key.clone(), (self.entries.len(), false));
        self.entries.push(Entry { key, line: at.line, column: at.column, value: node });
        None
    }
}

fn keep_both(first: &mut Node, second: Node, is_list_of_both: bool) {
    first.end_line = first.end_line.max(second.end_line);
    match &mut first.value {
        Value::List(both) if is_list_of_both => both.push(second),
        _ => {
            let (line, end_line) = (first.line, first.end_line);
            let earlier = std::mem::replace(first, Node { line, end_line, value: Value::Null });
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
