//! The JSON Schema of the policy file: what editors complete and check by, what mistakes are found by, and what the reference
//! is written from.

mod reference;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::document::{PolicyDocument, said, word_kind};
use super::structure::joined;

pub use reference::reference;

/// The schema as it is published.
pub fn json() -> String {
    let mut text = serde_json::to_string_pretty(ROOT.value()).unwrap_or_default();
    text.push('\n');
    text
}

/// The schema, looked up by the names of its parts.
pub(super) struct Root {
    value: Value,
    /// Where a key belongs: the shortest path to it.
    keys: BTreeMap<String, String>,
    /// Where each named part stands.
    parts: BTreeMap<String, Vec<String>>,
}

pub(super) static ROOT: LazyLock<Root> = LazyLock::new(|| {
    let value = schemars::schema_for!(PolicyDocument).to_value();
    let root = Root { value, keys: BTreeMap::new(), parts: BTreeMap::new() };
    let (keys, parts) = root.places();
    Root { keys, parts, ..root }
});

const DEFINITIONS: &str = "#/$defs/";

impl Root {
    pub(super) const fn value(&self) -> &Value {
        &self.value
    }

    /// The part that a schema refers to, and its name.
    pub(super) fn target<'s>(&'s self, schema: &'s Value) -> Option<(&'s str, &'s Value)> {
        let name = schema.get("$ref")?.as_str()?.strip_prefix(DEFINITIONS)?;
        Some((name, self.value.get("$defs")?.get(name)?))
    }

    /// Whether a part is text of a form that has a name.
    pub(super) fn is_word(&self, name: &str) -> bool {
        word_kind(name).is_some()
    }

    /// Where a key belongs that stands where nobody knows it.
    pub(super) fn place_of_key(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(String::as_str)
    }

    /// What a value should be, in words that follow "should be".
    pub(super) fn expected(&self, schema: &Value) -> String {
        let (schema, is_word) = match self.target(schema) {
            Some((name, target)) => (target, self.is_word(name)),
            None => (schema, false),
        };
        let description = schema.get("description").and_then(Value::as_str).filter(|_| is_word);
        if let Some(description) = description {
            return said(description);
        }
        super::structure::expected(self, schema)
    }

    /// Where a named part stands.
    pub(super) fn places_of(&self, part: &Value) -> Vec<&str> {
        let definitions = self.value.get("$defs").and_then(Value::as_object);
        let named = definitions.into_iter().flatten().find(|(_, definition)| *definition == part);
        let places = named.and_then(|(name, _)| self.parts.get(name));
        places.into_iter().flatten().map(String::as_str).collect()
    }

    fn places(&self) -> (BTreeMap<String, String>, BTreeMap<String, Vec<String>>) {
        // Parts that contain themselves would never end; paths as long as these are no help anyway.
        const MAX_DEPTH: usize = 6;
        let mut found = Found::default();
        let mut next = vec![(String::new(), &self.value)];
        for _ in 0..MAX_DEPTH {
            let mut deeper = Vec::new();
            for (path, schema) in next {
                self.within(&path, schema, &mut found, &mut deeper);
            }
            next = deeper;
        }
        (found.keys, found.parts)
    }

    /// Notes the keys of a part, and what to look at after it. The second time a part is met, only where it stands.
    fn within<'s>(&'s self, path: &str, schema: &'s Value, found: &mut Found, deeper: &mut Vec<(String, &'s Value)>) {
        let schema = match self.target(schema) {
            Some((name, target)) => {
                let places = found.parts.entry(name.to_owned()).or_default();
                places.push(path.to_owned());
                if places.len() > 1 {
                    return;
                }
                target
            }
            None => schema,
        };
        for form in ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten() {
            self.within(path, form, found, deeper);
        }
        for (key, value) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if !path.is_empty() {
                found.keys.entry(key.clone()).or_insert_with(|| path.to_owned());
            }
            deeper.push((joined(path, key), value));
        }
        if let Some(items) = schema.get("items") {
            deeper.push((format!("{path}[]"), items));
        }
        if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
            self.within(&format!("{path}.NAME"), values, found, deeper);
        }
        // What an environment may say stands in the defaults too; people think of the environment.
        deeper.sort_by_key(|(path, _)| !path.starts_with("environments"));
    }
}

/// Where keys and named parts stand.
#[derive(Default)]
struct Found {
    keys: BTreeMap<String, String>,
    parts: BTreeMap<String, Vec<String>>,
}

#[cfg(test)]
mod tests;
