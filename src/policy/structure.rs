//! Whether a file has the shape its schema describes: every key known, every value of its kind. The schema that editors use is
//! what decides here too, so that the two cannot disagree.
//!
//! Mistakes are collected, and what they are about is left out: what remains can be decoded, and looked at further.

mod choice;
mod expected;
mod placeholder;
mod scalar;
mod trial;

use serde_json::Value as Schema;

pub(super) use expected::expected;

use super::decode::key_mark;
use super::finding::{Finding, Rule};
use super::place::{FileRole, Place};
use super::schema::Root;
use crate::artifact::text::quoted;
use crate::artifact::yaml::{Duplicate, Entry, Mark, Node, Value};
use crate::domain::nearest::nearest;

/// What is left of a file, and what was wrong with the rest.
pub(super) struct Structure {
    /// `None` when too little is left to be looked at.
    pub root: Option<Node>,
    pub findings: Vec<Finding>,
    /// The paths of what was left out.
    pub dropped: Vec<String>,
}

/// Holds a file against the schema.
pub(super) fn check(root: &Node, duplicates: &[Duplicate], schema: &Root, role: FileRole) -> Structure {
    let mut walk = Walk { schema, role, duplicates, findings: Vec::new(), dropped: Vec::new() };
    for duplicate in duplicates {
        let key = quoted(&duplicate.key);
        let what = format!("duplicate key `{key}`: it stands on line {} already", duplicate.first_line);
        walk.say(Finding::error(Rule::DuplicateKey, Place::new(role, duplicate.mark), duplicate.key.clone(), what));
    }
    let start = Spot { path: String::new(), mark: Mark { line: 1, column: 1, width: 0 }, name: "a policy" };
    let root = walk.clean(root, schema.value(), &start);
    Structure { root, findings: walk.findings, dropped: walk.dropped }
}

struct Walk<'a> {
    schema: &'a Root,
    role: FileRole,
    duplicates: &'a [Duplicate],
    findings: Vec<Finding>,
    dropped: Vec<String>,
}

/// Where the walk is.
struct Spot<'a> {
    path: String,
    /// The key, or the item of a list, that the value belongs to.
    mark: Mark,
    /// How a message calls the value: its key.
    name: &'a str,
}

impl Spot<'_> {
    fn entry<'e>(&self, entry: &'e Entry) -> Spot<'e> {
        Spot { path: joined(&self.path, &entry.key), mark: key_mark(entry), name: &entry.key }
    }

    fn item(&self, index: usize, node: &Node) -> Spot<'_> {
        Spot { path: format!("{}[{index}]", self.path), mark: node.mark, name: self.name }
    }
}

/// `environments.production`; keys with other characters are in quotes.
pub(super) fn joined(path: &str, key: &str) -> String {
    let is_word = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let key = if is_word { key.to_owned() } else { format!("\"{}\"", quoted(key)) };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// More findings than are listed need not be kept; what they are about is left out all the same.
const MAX_KEPT: usize = 1_000;

impl<'a> Walk<'a> {
    fn say(&mut self, finding: Finding) {
        if self.findings.len() < MAX_KEPT {
            self.findings.push(finding);
        }
    }

    fn error(&mut self, rule: Rule, mark: Mark, spot: &Spot<'_>, what: String) -> Finding {
        Finding::error(rule, Place::new(self.role, mark), spot.path.clone(), what)
    }

    /// What is left of a value; `None` when nothing usable is. Recursion is bounded by the depth of the file.
    fn clean(&mut self, node: &Node, schema: &'a Schema, spot: &Spot<'_>) -> Option<Node> {
        let cleaned = self.cleaned(node, schema, spot);
        if cleaned.is_none() {
            self.dropped.push(spot.path.clone());
        }
        cleaned
    }

    fn cleaned(&mut self, node: &Node, schema: &'a Schema, spot: &Spot<'_>) -> Option<Node> {
        if let Some((name, target)) = self.schema.target(schema) {
            let before = self.findings.len();
            let cleaned = match &node.value {
                Value::Text(text) if self.schema.is_word(name) => self.word(node, text, name, spot)?,
                _ => self.cleaned(node, target, spot)?,
            };
            // A value that has a mistake of its own need not be told what follows from it.
            let is_sound = self.findings.len() == before;
            return if is_sound { self.tried(cleaned, name, spot) } else { Some(cleaned) };
        }
        if let Some(choices) = choice::of(schema) {
            return self.choose(node, schema, choices, spot);
        }
        match &node.value {
            Value::Null if scalar::allows(schema, "null") => Some(node.clone()),
            Value::Null => {
                let what = format!("`{}` has no value", quoted(spot.name));
                let help = format!("{}, or leave the key out", self.schema.expected(schema));
                let finding = self.error(Rule::WrongType, spot.mark, spot, what).help(help);
                self.say(finding);
                None
            }
            Value::Text(text) => self.scalar(node, text, schema, spot),
            Value::List(items) if scalar::allows(schema, "array") => self.list(node, items, schema, spot),
            Value::Map(entries) if scalar::allows(schema, "object") => self.map(node, entries, schema, spot),
            Value::List(_) | Value::Map(_) => {
                self.wrong_type(node, schema, spot);
                None
            }
        }
    }

    fn wrong_type(&mut self, node: &Node, schema: &Schema, spot: &Spot<'_>) {
        let is = match &node.value {
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Null => "empty",
            Value::Text(_) => "text",
        };
        let expected = self.schema.expected(schema);
        let what = format!("`{}` is {is}, and should be {expected}", quoted(spot.name));
        let mark = if node.mark.width == 0 { spot.mark } else { node.mark };
        let finding = self.error(Rule::WrongType, mark, spot, what);
        self.say(finding);
    }

    fn list(&mut self, node: &Node, items: &[Node], schema: &'a Schema, spot: &Spot<'_>) -> Option<Node> {
        let items = self.within(items, schema, "maxItems", spot);
        if let Some(min) = limit(schema, "minItems").filter(|min| items.len() < *min) {
            let what = format!("`{}` has {} entries, and needs at least {min}", quoted(spot.name), items.len());
            let finding = self.error(Rule::WrongValue, spot.mark, spot, what);
            self.say(finding);
            return None;
        }
        let Some(of_items) = schema.get("items") else { return Some(node.clone()) };
        let kept = items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| self.clean(item, of_items, &spot.item(index, item)))
            .collect();
        Some(Node { value: Value::List(kept), ..node.clone_place() })
    }

    /// The entries that are looked at: not more than the schema allows.
    fn within<'n, T>(&mut self, entries: &'n [T], schema: &Schema, key: &str, spot: &Spot<'_>) -> &'n [T] {
        match limit(schema, key) {
            Some(max) if entries.len() > max => {
                let what = format!("`{}` has {} entries; at most {max} are read", quoted(spot.name), entries.len());
                let finding = self.error(Rule::TooMany, spot.mark, spot, what);
                self.say(finding);
                entries.get(..max).unwrap_or_default()
            }
            _ => entries,
        }
    }

    fn map(&mut self, node: &Node, entries: &[Entry], schema: &'a Schema, spot: &Spot<'_>) -> Option<Node> {
        let entries = self.within(entries, schema, "maxProperties", spot);
        let mut kept = Vec::new();
        for entry in entries {
            let inner = spot.entry(entry);
            let is_twice = self.duplicates.iter().any(|twice| twice.key == entry.key && twice.first_line == entry.line);
            let known = schema.get("properties").and_then(|properties| properties.get(&entry.key));
            let free = schema.get("additionalProperties").filter(|values| values.is_object());
            let cleaned = match known.or(free) {
                _ if is_twice => None,
                Some(values) if known.is_none() && !self.is_key(entry, schema, &inner) => {
                    // The key is told as a mistake; what stands under it is looked at all the same.
                    let _ = self.clean(&entry.value, values, &inner);
                    None
                }
                None => {
                    self.unknown_key(entry, schema, &inner);
                    None
                }
                Some(schema) => self.clean(&entry.value, schema, &inner),
            };
            match cleaned {
                Some(value) => kept.push(Entry { value, key: entry.key.clone(), ..*entry }),
                None => self.dropped.push(inner.path),
            }
        }
        let is_complete = self.stand_in(entries, &mut kept, schema, spot);
        is_complete.then(|| Node { value: Value::Map(kept), ..node.clone_place() })
    }

    /// Whether a key has the form that free keys must have here.
    fn is_key(&mut self, entry: &Entry, schema: &'a Schema, inner: &Spot<'_>) -> bool {
        let Some((name, _)) = schema.get("propertyNames").and_then(|names| self.schema.target(names)) else {
            return true;
        };
        let mark = key_mark(entry);
        let value = Value::Text(entry.key.clone());
        let key = Node { line: entry.line, end_line: entry.line, mark, is_plain: false, value };
        self.word(&key, &entry.key, name, inner).is_some()
    }

    fn unknown_key(&mut self, entry: &Entry, schema: &Schema, inner: &Spot<'_>) {
        let key = quoted(&entry.key);
        let known: Vec<&str> = names(schema);
        let near = nearest(&entry.key, known.iter().copied());
        let what = match near {
            _ if entry.key == "<<" => "merge keys (`<<`) are not followed, so that nothing comes in unseen".to_owned(),
            Some(near) => format!("unknown key `{key}`: did you mean `{near}`?"),
            None => format!("unknown key `{key}`"),
        };
        let elsewhere = self.schema.place_of_key(&entry.key).filter(|_| near.is_none());
        let help = match elsewhere {
            Some(path) => format!("`{key}` belongs into `{path}`; is it indented right?"),
            None => format!("keys here: {}", known.join(", ")),
        };
        let finding = self.error(Rule::UnknownKey, inner.mark, inner, what).help(help);
        self.say(finding);
    }

    /// Asks for the keys that have to be there. Those that are missing, or were left out for a mistake of their own, are stood in for,
    /// so that the others can be looked at; false where that cannot be.
    fn stand_in(&mut self, written: &[Entry], kept: &mut Vec<Entry>, schema: &'a Schema, spot: &Spot<'_>) -> bool {
        let required = schema.get("required").and_then(Schema::as_array).into_iter().flatten();
        let mut is_complete = true;
        for key in required.filter_map(Schema::as_str) {
            if kept.iter().any(|entry| entry.key == key) {
                continue;
            }
            let Some(of_key) = schema.get("properties").and_then(|properties| properties.get(key)) else { continue };
            if !written.iter().any(|entry| entry.key == key) {
                self.missing(key, of_key, spot);
                self.dropped.push(joined(&spot.path, key));
            }
            match placeholder::of(self.schema, of_key, spot.mark) {
                Some(value) => {
                    let Mark { line, column, width } = spot.mark;
                    kept.push(Entry { key: key.to_owned(), line, column, width, value });
                }
                None => is_complete = false,
            }
        }
        is_complete
    }

    fn missing(&mut self, key: &str, schema: &Schema, spot: &Spot<'_>) {
        let what = match spot.path.is_empty() {
            true => format!("the key `{key}` is missing"),
            false => format!("`{}` lacks the key `{key}`", quoted(spot.name)),
        };
        let help = format!("`{key}` is {}", self.schema.expected(schema));
        let finding = self.error(Rule::MissingKey, spot.mark, spot, what).help(help);
        self.say(finding);
    }
}

fn limit(schema: &Schema, key: &str) -> Option<usize> {
    schema.get(key)?.as_u64().and_then(|limit| usize::try_from(limit).ok())
}

/// The keys that a schema knows.
fn names(schema: &Schema) -> Vec<&str> {
    let properties = schema.get("properties").and_then(Schema::as_object);
    properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str)).collect()
}

impl Node {
    /// The same place without what stands there.
    fn clone_place(&self) -> Self {
        Self { line: self.line, end_line: self.end_line, mark: self.mark, is_plain: self.is_plain, value: Value::Null }
    }
}
