//! The fields of the front matter that a reviewer of a deployment cares about.

use super::{Card, Emissions, Licence, Problem, ProblemKind, Span, results};
use crate::artifact::metrics::{MetricValue, NotANumber};
use crate::artifact::problem::note;
use crate::artifact::text::quoted;
use crate::artifact::yaml::{Entry, Node, Value, get};

/// The keys that are read, by their names in the file.
const KEYS: [&str; 14] = [
    "license",
    "license_name",
    "license_link",
    "base_model",
    "base_model_relation",
    "new_version",
    "datasets",
    "language",
    "tags",
    "library_name",
    "pipeline_tag",
    "metrics",
    "co2_eq_emissions",
    "model-index",
];

/// Reads the known fields; unknown ones are left alone.
pub(super) fn fill(card: &mut Card, entries: &[Entry]) {
    let mut reader = Reader { entries, problems: Vec::new() };
    card.licence = reader.licence();
    card.base_models = reader.list("base_model");
    card.base_model_relation = reader.text("base_model_relation");
    card.new_version = reader.text("new_version");
    card.datasets = reader.list("datasets");
    card.languages = reader.list("language");
    card.tags = reader.list("tags");
    card.library_name = reader.text("library_name");
    card.pipeline_tag = reader.text("pipeline_tag");
    card.metrics = reader.list("metrics");
    card.emissions = get(entries, "co2_eq_emissions").map(|node| reader.emissions(node));
    card.spans = spans(entries);
    if let Some(index) = get(entries, "model-index") {
        card.results = results::read(index, &mut reader.problems);
    }
    card.problems.append(&mut reader.problems);
}

fn spans(entries: &[Entry]) -> std::collections::BTreeMap<&'static str, Span> {
    let of_entry = |entry: &Entry| {
        let key = KEYS.iter().find(|key| **key == entry.key)?;
        Some((*key, Span { line: entry.line, column: entry.column, end_line: entry.value.end_line }))
    };
    entries.iter().filter_map(of_entry).collect()
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

    fn emissions(&mut self, node: &Node) -> Emissions {
        let inner = node.entries();
        let text = |key: &str| get(inner, key).map(Node::flow_text);
        let amount = if inner.is_empty() { Some(node) } else { get(inner, "emissions") };
        let grams = amount.map(|amount| match amount.text() {
            Some(text) => MetricValue::from_text(text),
            None => MetricValue::unreadable(amount.flow_text(), NotANumber::Structure),
        });
        if let Some(amount) = amount
            && grams.as_ref().is_none_or(|grams| grams.number().is_none())
        {
            report(&mut self.problems, amount.line, "`co2_eq_emissions` is not a number of grams".to_owned());
        }
        Emissions {
            grams,
            source: text("source"),
            training_type: text("training_type"),
            geographical_location: text("geographical_location"),
            hardware_used: text("hardware_used"),
        }
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
