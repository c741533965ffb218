//! `.eval_results/*.yaml`: a list of scores, each for one task of a benchmark data set (eval_results.yaml in huggingface/hub-docs).
//!
//! The format names no metric: which one it is follows from the benchmark. huggingface_hub refuses the whole file when one entry
//! lacks a field; here what can be told apart is kept.

use super::{EvaluationFormat, Evaluations, TEXT_LIMIT_BYTES};
use crate::artifact::metrics::{EvalResult, MetricKey, MetricValue, NotANumber, bounded};
use crate::artifact::problem::Fault;
use crate::artifact::yaml::{self, Node, Value};

/// Stands for the metric that the format does not name.
pub const UNNAMED_METRIC: &str = "value";

pub(super) fn read(bytes: &[u8]) -> Option<Evaluations> {
    let format = EvaluationFormat::EvalResults;
    let document = match document(bytes) {
        Ok(document) => document,
        Err(fault) => return Some(Evaluations::unreadable(format, fault)),
    };
    let Value::List(entries) = &document.root.value else { return None };
    let mut evaluations = Evaluations { problems: document.notes, fault: document.fault, ..Evaluations::empty(format) };
    entries.iter().for_each(|entry| of_entry(entry, &mut evaluations));
    Some(evaluations)
}

/// A YAML file within the limit.
pub(super) fn document(bytes: &[u8]) -> Result<yaml::Document, Fault> {
    if bytes.len() > TEXT_LIMIT_BYTES {
        return Err(Fault::new("the file is larger than 1 MiB", 1));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::new("the file is not UTF-8", 1))?;
    yaml::read(text.strip_prefix('\u{feff}').unwrap_or(text), 1, "the file")
}

fn of_entry(entry: &Node, evaluations: &mut Evaluations) {
    let text = |node: Option<&Node>| node.map(|node| bounded(node.flow_text()));
    let dataset = entry.get("dataset");
    let of_dataset = |key: &str| text(dataset.and_then(|dataset| dataset.get(key)));
    let of_source = |key: &str| text(entry.get("source").and_then(|source| source.get(key)));
    let Some(id) = of_dataset("id") else {
        return evaluations.report(entry.line, "a result has no `dataset.id`");
    };
    let task = of_dataset("task_id");
    if task.is_none() {
        evaluations.report(entry.line, "a result has no `dataset.task_id`; other readers refuse the whole file");
    }
    if entry.get("source").is_some() && of_source("url").is_none() {
        evaluations.report(entry.line, "a source has no `url`");
    }
    let (value, line) = match entry.get("value") {
        Some(Node { line, value: Value::Text(text), .. }) => (MetricValue::from_text(text), *line),
        Some(node) => (MetricValue::unreadable(bounded(node.flow_text()), NotANumber::Structure), node.line),
        None => (MetricValue::unreadable("", NotANumber::Missing), entry.line),
    };
    if value.number().is_none() {
        evaluations.report(line, "the value of a result is not a number");
    }
    let key = MetricKey {
        dataset_type: id,
        dataset_config: task,
        dataset_revision: of_dataset("revision"),
        metric_type: UNNAMED_METRIC.to_owned(),
        // "tools" and "no-tools" are two results.
        metric_args: text(entry.get("notes")),
        source_url: of_source("url"),
        ..MetricKey::default()
    };
    evaluations.push(EvalResult {
        source_name: of_source("name"),
        claimed_verified: entry.get("verifyToken").is_some(),
        ..EvalResult::new(key, value, line)
    });
}
