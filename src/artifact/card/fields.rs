//! The fields of the front matter that a reviewer of a deployment cares about.

use super::{Card, Licence, Problem, ProblemKind, results};
use crate::artifact::problem::note;
use crate::artifact::text::quoted;
use crate::artifact::yaml::{Entry, Node, Value, get};

/// Reads the known fields; unknown ones are left alone.
pub(super) fn fill(card: &mut Card, entries: &[Entry]) {
    let mut reader = Reader { entries, problems: Vec::new() };
    card.licence = reader.licence();
    card.base_models = reader.list("base_model");
    card.datasets = reader.list("datasets");
    card.languages = reader.list("language");
    card.tags = reader.list("tags");
    card.library_name = reader.text("library_name");
    card.pipeline_tag = reader.text("pipeline_tag");
    if let Some(index) = get(entries, "model-index") {
        card.results = results::read(index, &mut reader.problems);
    }
    card.problems.append(&mut reader.problems);
}

struct Reader<'a> {
    entries: &'a [Entry],
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn licence(&mut self) -> Option<Licence> {
        let licence =
            Licence { ids: self.list("license"), name: self.text("license_name"), link: self.text("license_link") };
        (licence != Licence::default()).then_some(licence)
    }

    /// A text is a list of one.
    fn list(&mut self, key: &str) -> Vec<String> {
        match get(self.entries, key) {
            None => Vec::new(),
            Some(Node { value: Value::List(items), .. }) => {
                items.iter().filter_map(|item| self.scalar(key, item)).collect()
            }
            Some(node) => self.scalar(key, node).into_iter().collect(),
        }
    }

    fn text(&mut self, key: &str) -> Option<String> {
        get(self.entries, key).and_then(|node| self.scalar(key, node))
    }

    fn scalar(&mut self, key: &str, node: &Node) -> Option<String> {
        match &node.value {
            Value::Text(text) => Some(text.clone()),
            Value::Null => None,
            Value::List(_) | Value::Map(_) => {
                report(&mut self.problems, node.line, format!("`{key}` holds something other than text"));
                None
            }
        }
    }
}

/// Notes a problem with a field.
pub(super) fn report(problems: &mut Vec<Problem>, line: usize, text: String) {
    note(problems, ProblemKind::Field, line, text);
}

/// A name from the card for a message of ours.
pub(super) fn named(text: &str) -> String {
    format!("`{}`", quoted(text))
}
