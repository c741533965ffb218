//! `model-index`: the evaluation results a card claims.
//!
//! Hugging Face: modelcard.md in hub-docs. huggingface_hub merges several entries and drops all of them when one is malformed;
//! here every value that can be told apart is kept, under the name of its entry.

use super::Problem;
use super::fields::{named, report};
use crate::artifact::metrics::{EvalResult, MetricKey, MetricValue, NotANumber, bounded};
use crate::artifact::yaml::{Entry, Node, Value, get};

/// Reads `model-index`.
pub(super) fn read(index: &Node, problems: &mut Vec<Problem>) -> Vec<EvalResult> {
    let mut reader = Reader { found: Vec::new(), problems };
    for entry in reader.maps(index, "model-index") {
        reader.entry(entry, index.line);
    }
    reader.found
}

struct Reader<'p> {
    found: Vec<EvalResult>,
    problems: &'p mut Vec<Problem>,
}

/// What the metrics of one result share.
#[derive(Clone)]
struct Shared {
    key: MetricKey,
    task_name: Option<String>,
    dataset_name: Option<String>,
    source_name: Option<String>,
}

impl Reader<'_> {
    fn entry(&mut self, entry: &[Entry], line: usize) {
        let name = text(entry, "name").unwrap_or_default();
        if name.is_empty() {
            report(self.problems, first_line(entry, line), "an entry of `model-index` has no `name`".to_owned());
        }
        let Some(results) = get(entry, "results") else {
            return;
        };
        for result in self.maps(results, "results") {
            self.result(&name, result, results.line);
        }
    }

    fn result(&mut self, entry_name: &str, result: &[Entry], line: usize) {
        let line = first_line(result, line);
        let shared = self.shared(entry_name, result, line);
        let Some(metrics) = get(result, "metrics") else {
            report(self.problems, line, "a result has no `metrics`".to_owned());
            return;
        };
        for metric in self.maps(metrics, "metrics") {
            self.metric(&shared, metric, metrics.line);
        }
    }

    fn shared(&mut self, entry_name: &str, result: &[Entry], line: usize) -> Shared {
        let task = self.required_map(result, "task", line);
        let dataset = self.required_map(result, "dataset", line);
        let source = map(result, "source");
        if text(dataset, "type").is_none() && !dataset.is_empty() {
            report(self.problems, first_line(dataset, line), "a data set has no `type`".to_owned());
        }
        if !source.is_empty() && text(source, "url").is_none() {
            report(self.problems, first_line(source, line), "a source has no `url`".to_owned());
        }
        let key = MetricKey {
            entry: entry_name.to_owned(),
            task_type: text(task, "type").unwrap_or_default(),
            dataset_type: text(dataset, "type").unwrap_or_default(),
            dataset_config: text(dataset, "config"),
            dataset_split: text(dataset, "split"),
            dataset_revision: text(dataset, "revision"),
            dataset_args: text(dataset, "args"),
            source_url: text(source, "url"),
            ..MetricKey::default()
        };
        Shared {
            key,
            task_name: text(task, "name"),
            dataset_name: text(dataset, "name"),
            source_name: text(source, "name"),
        }
    }

    fn metric(&mut self, shared: &Shared, metric: &[Entry], line: usize) {
        let line = first_line(metric, line);
        let (metric_type, metric_name) = (text(metric, "type"), text(metric, "name"));
        if metric_type.is_none() {
            report(self.problems, line, "a metric has no `type`".to_owned());
        }
        let key = MetricKey {
            metric_type: metric_type.or_else(|| metric_name.clone()).unwrap_or_default(),
            metric_name,
            metric_config: text(metric, "config"),
            metric_args: text(metric, "args"),
            ..shared.key.clone()
        };
        let (value, line) = self.value(&key, metric, line);
        let says_verified = text(metric, "verified").is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let claimed_verified = says_verified || get(metric, "verifyToken").is_some();
        let Shared { task_name, dataset_name, source_name, .. } = shared.clone();
        self.found.push(EvalResult {
            task_name,
            dataset_name,
            source_name,
            claimed_verified,
            ..EvalResult::new(key, value, line)
        });
    }

    fn value(&mut self, key: &MetricKey, metric: &[Entry], line: usize) -> (MetricValue, usize) {
        let Some(node) = get(metric, "value") else {
            report(self.problems, line, format!("metric {} has no `value`", named(&key.metric_type)));
            return (MetricValue::unreadable("", NotANumber::Missing), line);
        };
        let value = match &node.value {
            Value::Text(text) => MetricValue::from_text(text),
            _ => MetricValue::unreadable(node.flow_text(), NotANumber::Structure),
        };
        if value.number().is_none() {
            let text =
                format!("the value of metric {} is not a number: {}", named(&key.metric_type), named(&value.text));
            report(self.problems, node.line, text);
        }
        (value, node.line)
    }

    /// The mappings of a list; a single mapping is a list of one, anything else is reported.
    fn maps<'a>(&mut self, node: &'a Node, what: &str) -> Vec<&'a [Entry]> {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => {
                report(self.problems, node.line, format!("`{what}` is not a list"));
                std::slice::from_ref(node)
            }
        };
        items.iter().filter_map(|item| self.as_map(item, what)).collect()
    }

    fn as_map<'a>(&mut self, node: &'a Node, what: &str) -> Option<&'a [Entry]> {
        if let Value::Map(entries) = &node.value {
            return Some(entries);
        }
        report(self.problems, node.line, format!("`{what}` holds something other than a mapping"));
        None
    }

    fn required_map<'a>(&mut self, entries: &'a [Entry], key: &str, line: usize) -> &'a [Entry] {
        let found = map(entries, key);
        if found.is_empty() {
            report(self.problems, line, format!("a result has no `{key}`"));
        }
        found
    }
}

fn map<'a>(entries: &'a [Entry], key: &str) -> &'a [Entry] {
    match get(entries, key) {
        Some(Node { value: Value::Map(entries), .. }) => entries,
        _ => &[],
    }
}

fn text(entries: &[Entry], key: &str) -> Option<String> {
    get(entries, key).map(|node| bounded(node.flow_text()))
}

fn first_line(entries: &[Entry], otherwise: usize) -> usize {
    entries.first().map_or(otherwise, |entry| entry.line)
}
