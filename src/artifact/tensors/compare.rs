//! What changed between two headers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::summary::{counted, short_number};
use super::{Header, Tensor};

/// What differs between two headers; lists are in order of names, each name once in each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct HeaderChange {
    /// Tensors that only the later one has.
    pub added: Vec<String>,
    /// Tensors that only the earlier one has.
    pub removed: Vec<String>,
    pub reshaped: Vec<Reshaped>,
    /// Tensors of another type; they may be reshaped as well.
    pub retyped: Vec<Retyped>,
    pub parameters_before: Option<u64>,
    pub parameters_after: Option<u64>,
    /// The prompt template differs, appeared or went.
    pub template_changed: bool,
    /// Names of further templates that differ, appeared or went.
    pub named_templates_changed: Vec<String>,
    pub metadata: Vec<MetadataChange>,
}

/// A tensor of another shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reshaped {
    pub name: String,
    pub before: Vec<u64>,
    pub after: Vec<u64>,
}

/// A tensor of another type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retyped {
    pub name: String,
    pub before: String,
    pub after: String,
}

/// An entry of metadata that differs; none where it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MetadataChange {
    pub key: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Header {
    /// Compares two headers. Values of tensors are not in headers: nothing follows from an empty answer but that the
    /// architecture stayed.
    pub fn compare(before: &Self, after: &Self) -> HeaderChange {
        let mut change = HeaderChange {
            parameters_before: before.parameters,
            parameters_after: after.parameters,
            template_changed: before.chat_template != after.chat_template,
            ..HeaderChange::default()
        };
        for (name, old, new) in differing(&before.tensors, &after.tensors) {
            change.add_tensor(name, old, new);
        }
        let templates = differing(&before.named_templates, &after.named_templates);
        change.named_templates_changed = templates.map(|(name, _, _)| name.clone()).collect();
        let metadata = differing(&before.metadata, &after.metadata);
        let entry = |(key, before, after): (&String, Option<&String>, Option<&String>)| MetadataChange {
            key: key.clone(),
            before: before.cloned(),
            after: after.cloned(),
        };
        change.metadata = metadata.map(entry).collect();
        change
    }
}

impl HeaderChange {
    /// Nothing differs.
    pub fn is_empty(&self) -> bool {
        let Self { parameters_before, parameters_after, .. } = *self;
        *self == Self { parameters_before, parameters_after, ..Self::default() }
            && parameters_before == parameters_after
    }

    /// The change in a few words: `2 tensors added, 1 reshaped, 7.2 B -> 7.3 B parameters`; empty when nothing differs.
    pub fn summary(&self) -> String {
        let mut words = self.tensor_words();
        if self.parameters_before != self.parameters_after {
            let number = |count: Option<u64>| count.map_or_else(|| "uncounted".to_owned(), short_number);
            words.push(format!("{} -> {} parameters", number(self.parameters_before), number(self.parameters_after)));
        }
        let templates = self.named_templates_changed.len().saturating_add(usize::from(self.template_changed));
        if templates > 0 {
            words.push(format!("{} changed", counted(templates, "prompt template")));
        }
        match self.metadata.len() {
            0 => {}
            1 => words.push("1 entry of metadata changed".to_owned()),
            count => words.push(format!("{count} entries of metadata changed")),
        }
        words.join(", ")
    }

    /// The first of these names what is counted, the others leave it out.
    fn tensor_words(&self) -> Vec<String> {
        let counts = [
            (self.added.len(), "added"),
            (self.removed.len(), "removed"),
            (self.reshaped.len(), "reshaped"),
            (self.retyped.len(), "of another type"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0).enumerate();
        let words = |(index, (count, what))| match index {
            0 => format!("{} {what}", counted(count, "tensor")),
            _ => format!("{count} {what}"),
        };
        counts.map(words).collect()
    }

    fn add_tensor(&mut self, name: &str, before: Option<&Tensor>, after: Option<&Tensor>) {
        let name = name.to_owned();
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => (before, after),
            (Some(_), None) => return self.removed.push(name),
            (None, _) => return self.added.push(name),
        };
        if before.shape != after.shape {
            let (before, after) = (before.shape.clone(), after.shape.clone());
            self.reshaped.push(Reshaped { name: name.clone(), before, after });
        }
        if before.dtype != after.dtype {
            let (before, after) = (before.dtype.clone(), after.dtype.clone());
            self.retyped.push(Retyped { name, before, after });
        }
    }
}

/// Entries that are in one map only or differ, in order of their keys.
fn differing<'a, T: PartialEq>(
    before: &'a BTreeMap<String, T>,
    after: &'a BTreeMap<String, T>,
) -> impl Iterator<Item = (&'a String, Option<&'a T>, Option<&'a T>)> {
    let mut all: BTreeMap<&String, (Option<&T>, Option<&T>)> = BTreeMap::new();
    before.iter().for_each(|(key, value)| all.entry(key).or_default().0 = Some(value));
    after.iter().for_each(|(key, value)| all.entry(key).or_default().1 = Some(value));
    all.into_iter().filter(|(_, (before, after))| before != after).map(|(key, (before, after))| (key, before, after))
}

#[cfg(test)]
mod tests;
