//! Metrics whose names look like a slip of the pen: a limit on one of those is never reached.

use crate::artifact::metrics::{Direction, MetricKey, direction_of, known_metrics};
use crate::artifact::yaml::{Node, Value};
use crate::domain::nearest::nearest;
use crate::policy::document::PolicyDocument;
use crate::policy::file::Tree;
use crate::policy::finding::{Finding, Rule};
use crate::policy::place::Place;

pub(super) fn check(document: &PolicyDocument, tree: &Tree<'_>) -> Vec<Finding> {
    // Without models there is nothing to look for in the tree.
    if document.models.is_empty() {
        return Vec::new();
    }
    let models = tree.root.get("models").map(items).unwrap_or_default();
    let mut findings = Vec::new();
    for (index, model) in models.iter().enumerate() {
        let metrics = model.get("performance").and_then(|performance| performance.get("metrics"));
        for (at, rules) in metrics.map(items).unwrap_or_default().iter().enumerate() {
            let path = format!("models[{index}].performance.metrics[{at}].match.metric");
            let is_told = rules.get("direction").is_some();
            let name = rules.get("match").and_then(|matches| matches.get("metric"));
            findings.extend(name.filter(|_| !is_told).and_then(|name| unknown(name, &path, tree)));
        }
    }
    findings
}

fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        Value::Null | Value::Text(_) | Value::Map(_) => &[],
    }
}

fn unknown(name: &Node, path: &str, tree: &Tree<'_>) -> Option<Finding> {
    const MAX_CHARS: usize = 60;
    let text = name.text().filter(|text| !text.contains('*') && text.len() <= MAX_CHARS)?;
    let key = MetricKey { metric_type: text.to_owned(), ..MetricKey::default() };
    if direction_of(&key) != Direction::Unknown {
        return None;
    }
    let near = nearest(text, known_metrics())?;
    let what = format!("the metric `{text}` is not known: did you mean `{near}`?");
    let finding = Finding::warning(Rule::UnknownMetric, Place::new(tree.role, name.mark), path, what);
    Some(finding.help("if it is meant, write its `direction`"))
}
