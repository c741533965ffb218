//! What the JSON formats share: opening the file, collecting results within limits, and the shape that the Model Card Toolkit
//! gave to performance metrics and others took over.

use super::{EvaluationFormat, Evaluations, RESULT_LIMIT};
use crate::artifact::json::{self, Node, Value};
use crate::artifact::metrics::{EvalResult, Interval, MetricKey, MetricValue, NotANumber, SliceResult, bounded};
use crate::artifact::problem::{Fault, Problem, ProblemKind, note};

/// Reads a JSON file with `fill`, which fills in what it finds, and says no when the file is something else.
pub(super) fn of_json(
    format: EvaluationFormat,
    bytes: &[u8],
    fill: fn(&Node, &mut Evaluations) -> bool,
) -> Option<Evaluations> {
    let document = match json::read(bytes) {
        Ok(document) => document,
        Err(fault) => return Some(Evaluations::unreadable(format, fault)),
    };
    let mut evaluations = Evaluations { problems: document.problems, ..Evaluations::empty(format) };
    let is_one = fill(&document.root, &mut evaluations);
    evaluations.problems.sort_by_key(|problem| problem.line);
    is_one.then_some(evaluations)
}

/// The value that stands in a file.
pub(super) fn value_of(node: &Node) -> MetricValue {
    match &node.value {
        Value::Number(text) | Value::Text(text) => MetricValue::from_text(&bounded(text.clone())),
        Value::Null => MetricValue::unreadable("", NotANumber::Missing),
        Value::Bool(_) => MetricValue::unreadable(node.to_string(), NotANumber::Text),
        Value::List(_) | Value::Map(_) => MetricValue::unreadable(bounded(node.to_string()), NotANumber::Structure),
    }
}

impl Evaluations {
    pub(super) fn push(&mut self, result: EvalResult) {
        if self.results.len() < RESULT_LIMIT {
            self.results.push(result);
        } else {
            self.tell_limit(result.line);
        }
    }

    /// A result by slice; without a slice, or over all of them, it is a result like any other.
    pub(super) fn push_slice(&mut self, slice: Option<&str>, result: EvalResult) {
        let slice = slice.map(str::trim).filter(|slice| !slice.is_empty() && !slice.eq_ignore_ascii_case("overall"));
        match slice {
            None => self.push(result),
            Some(_) if self.slices.len() >= RESULT_LIMIT => self.tell_limit(result.line),
            Some(slice) => self.slices.push(SliceResult { slice: bounded(slice.to_owned()), result }),
        }
    }

    /// Once: where the limit was passed. What is missing may not look like nothing there, so this is a fault.
    fn tell_limit(&mut self, line: usize) {
        self.fault.get_or_insert_with(|| Fault::new(format!("the file holds more than {RESULT_LIMIT} results"), line));
    }

    pub(super) fn report(&mut self, line: usize, text: impl Into<String>) {
        note(&mut self.problems, ProblemKind::Field, line, text);
    }

    /// A list of `{type, value, slice, confidence interval}`, as the Model Card Toolkit writes it.
    pub(super) fn performance_metrics(&mut self, entry: &str, metrics: &Node, interval: [&str; 3]) {
        if !matches!(metrics.value, Value::List(_)) {
            self.report(metrics.line, "the performance metrics are not a list");
        }
        for metric in metrics.items() {
            let Some(metric_type) = metric.get("type").and_then(Node::scalar) else {
                self.report(metric.line, "a performance metric has no `type`");
                continue;
            };
            let (mut value, line) = match metric.get("value") {
                Some(node) => (value_of(node), node.line),
                None => (MetricValue::unreadable("", NotANumber::Missing), metric.line),
            };
            if value.number().is_none() {
                self.report(
                    line,
                    format!("the value of `{}` is not a number", crate::artifact::text::quoted(metric_type)),
                );
            }
            let [interval, lower, upper] = interval;
            let bound = |key: &str| MetricValue::from_text(metric.at(&[interval, key])?.scalar()?).number();
            value.interval = bound(lower).zip(bound(upper)).map(|(lower, upper)| Interval { lower, upper });
            let entry = bounded(entry.to_owned());
            let key = MetricKey { entry, metric_type: bounded(metric_type.to_owned()), ..MetricKey::default() };
            self.push_slice(metric.get("slice").and_then(Node::scalar), EvalResult::new(key, value, line));
        }
    }
}

/// How many entries of a list say something: a text, or a mapping with a text in it.
pub(super) fn filled(list: Option<&Node>) -> usize {
    let says = |node: &Node| node.scalar().is_some_and(|text| !text.trim().is_empty());
    let entry = |node: &&Node| says(node) || node.entries().iter().any(|entry| says(&entry.value));
    list.map_or(0, |list| list.items().iter().filter(entry).count())
}

/// The problems of a file that is part of another, such as JSON in a string, on the line of that string.
pub(super) fn on_line(problems: Vec<Problem>, line: usize) -> impl Iterator<Item = Problem> {
    problems.into_iter().map(move |problem| Problem { line, ..problem })
}
