//! Our own report by slice, for teams whose tools have no format for it:
//!
//! ```json
//! {
//!   "format": "countersign.slices/1",
//!   "model": "sentiment",
//!   "dataset": "acme/reviews",
//!   "split": "test",
//!   "slices": [
//!     { "slice": "overall", "count": 1500, "metrics": { "recall": 0.80 } },
//!     { "slice": "sex=female", "count": 700, "metrics": { "recall": 0.62 }, "standard_errors": { "recall": 0.018 } }
//!   ]
//! }
//! ```
//!
//! `model`, `dataset`, `split`, `count` and `standard_errors` may be left out. A slice is `feature=value`, several of them with
//! commas, or a name; `overall` is all data.

use super::scores::{of_json, value_of};
use super::{EvaluationFormat, Evaluations};
use crate::artifact::json::Node;
use crate::artifact::metrics::{EvalResult, MetricKey, MetricValue, bounded};
use crate::artifact::problem::Fault;
use crate::artifact::text::quoted;

/// The value of `format`; more words may follow.
const NAME: &str = "countersign.slices/1";

pub(super) fn read(bytes: &[u8]) -> Option<Evaluations> {
    of_json(EvaluationFormat::Slices, bytes, fill)
}

fn fill(root: &Node, evaluations: &mut Evaluations) -> bool {
    let format = root.get("format").and_then(Node::text).unwrap_or_default();
    if format.split_whitespace().next() != Some(NAME) {
        return false;
    }
    let Some(slices) = root.get("slices") else {
        evaluations.fault = Some(Fault::new("there are no `slices`", root.line));
        return true;
    };
    let text = |key: &str| root.get(key).and_then(Node::scalar).map(|text| bounded(text.to_owned()));
    let shared = MetricKey {
        entry: text("model").unwrap_or_default(),
        dataset_type: text("dataset").unwrap_or_default(),
        dataset_split: text("split"),
        ..MetricKey::default()
    };
    for slice in slices.items() {
        of_slice(&shared, slice, evaluations);
    }
    true
}

fn of_slice(shared: &MetricKey, slice: &Node, evaluations: &mut Evaluations) {
    let Some(name) = slice.get("slice").and_then(Node::scalar) else {
        return evaluations.report(slice.line, "a slice has no name in `slice`");
    };
    let count = slice.get("count");
    let samples = count.and_then(Node::whole);
    if let (Some(count), None) = (count, samples) {
        evaluations.report(count.line, format!("the count of slice `{}` is not a whole number", quoted(name)));
    }
    let Some(metrics) = slice.get("metrics") else {
        return evaluations.report(slice.line, format!("slice `{}` has no `metrics`", quoted(name)));
    };
    let errors = slice.get("standard_errors").map(Node::entries).unwrap_or_default();
    let errors: std::collections::BTreeMap<&str, &Node> =
        errors.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect();
    for metric in metrics.entries() {
        let error = errors.get(metric.key.as_str()).and_then(|node| MetricValue::from_text(node.scalar()?).number());
        let value = value_of(&metric.value).with_standard_error(error).with_samples(samples);
        let key = MetricKey { metric_type: bounded(metric.key.clone()), ..shared.clone() };
        evaluations.push_slice(Some(name), EvalResult::new(key, value, metric.line));
    }
}
