//! lm-evaluation-harness: `results_*.json`.
//!
//! Up to 0.3 a task's metrics are `acc` and `acc_stderr`; from 0.4 on they carry the filter of the answers: `acc,none`,
//! `acc_stderr,none` (lm_eval/result_schema.py in EleutherAI/lm-evaluation-harness). Python writes a bare `NaN`, and "N/A" for a
//! standard error it does not have. `higher_is_better` is wrong for some metrics there, so it only counts where ours is unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::scores::{of_json, value_of};
use super::{EvaluationFormat, Evaluations};
use crate::artifact::json::{Node, Value};
use crate::artifact::metrics::{Direction, EvalResult, MetricKey, MetricValue, bounded, direction_of};
use crate::artifact::problem::{ProblemKind, note};
use crate::artifact::text::quoted;

pub(super) fn read(bytes: &[u8]) -> Option<Evaluations> {
    of_json(EvaluationFormat::LmEval, bytes, fill)
}

/// Metrics of tasks, and at least one thing that only this tool writes beside them.
fn is_one(root: &Node) -> bool {
    const BESIDE: [&str; 6] = ["versions", "configs", "config", "n-shot", "lm_eval_version", "higher_is_better"];
    let is_task = |node: &Node| matches!(node.value, Value::Map(_));
    root.get("results").is_some_and(|results| is_task(results) && results.entries().iter().all(|e| is_task(&e.value)))
        && BESIDE.iter().any(|key| root.get(key).is_some())
}

fn fill(root: &Node, evaluations: &mut Evaluations) -> bool {
    if !is_one(root) {
        return false;
    }
    let mut reader = Reader { file: File::of(root), told: BTreeSet::new(), evaluations };
    let results = root.get("results");
    for task in results.map(Node::entries).unwrap_or_default() {
        reader.task(&task.key, &task.value, None);
    }
    // Groups stand among the results as well; what is there already is not counted twice.
    let by_task = by_name(results);
    for group in root.get("groups").map(Node::entries).unwrap_or_default() {
        reader.task(&group.key, &group.value, by_task.get(group.key.as_str()).copied());
    }
    true
}

struct Reader<'a, 'e> {
    file: File<'a>,
    /// Metrics of which the file has the direction wrong.
    told: BTreeSet<String>,
    evaluations: &'e mut Evaluations,
}

impl Reader<'_, '_> {
    /// Reads the metrics of a task, but for those that `known` has with the same value.
    fn task(&mut self, task: &str, metrics: &Node, known: Option<&Node>) {
        let file = &self.file;
        let shared = file.key_of(task);
        let samples = file.samples.get(task).and_then(|counts| counts.get("effective")).and_then(Node::whole);
        let samples = samples.or_else(|| metrics.get("sample_len").and_then(Node::whole));
        let higher = by_name(file.higher_is_better.get(task).copied());
        let (all, known) = (by_name(Some(metrics)), by_name(known));
        for entry in metrics.entries() {
            let Some((metric, filter)) = self.file.metric(&entry.key, &entry.value) else { continue };
            if known.get(entry.key.as_str()).is_some_and(|known| known.scalar() == entry.value.scalar()) {
                continue;
            }
            let error = match filter {
                Some(filter) => all.get(format!("{metric}_stderr,{filter}").as_str()),
                None => all.get(format!("{metric}_stderr").as_str()),
            };
            let error = error.and_then(|node| MetricValue::from_text(node.scalar()?).number());
            let value = value_of(&entry.value).with_standard_error(error).with_samples(samples);
            let key = MetricKey {
                metric_type: bounded(metric.to_owned()),
                metric_config: filter.filter(|filter| *filter != "none").map(|filter| bounded(filter.to_owned())),
                ..shared.clone()
            };
            let claimed_higher_is_better = match higher.get(metric).map(|node| &node.value) {
                Some(Value::Bool(higher)) => Some(*higher),
                _ => None,
            };
            self.push(EvalResult { claimed_higher_is_better, ..EvalResult::new(key, value, entry.line) });
        }
    }

    /// Once per metric it is told where the file has the direction wrong.
    fn push(&mut self, result: EvalResult) {
        let word = match (direction_of(&result.key), result.claimed_higher_is_better) {
            (Direction::Lower, Some(true)) => Some("lower"),
            (Direction::Higher, Some(false)) => Some("higher"),
            _ => None,
        };
        let metric = &result.key.metric_type;
        if let Some(word) = word
            && self.told.insert(metric.clone())
        {
            let text =
                format!("the file has the direction of `{}` the wrong way round; {word} is better", quoted(metric));
            note(&mut self.evaluations.problems, ProblemKind::ReadersDisagree, result.line, text);
        }
        self.evaluations.push(result);
    }
}

/// What the file says about all of its tasks, by task.
struct File<'a> {
    versions: BTreeMap<&'a str, &'a Node>,
    shots: BTreeMap<&'a str, &'a Node>,
    samples: BTreeMap<&'a str, &'a Node>,
    higher_is_better: BTreeMap<&'a str, &'a Node>,
    /// For every task without a number of its own.
    shots_of_all: Option<&'a str>,
    /// Only so many samples were used, or such a share of them.
    limit: Option<&'a str>,
    has_filters: bool,
}

impl<'a> File<'a> {
    fn of(root: &'a Node) -> Self {
        let by_task = |key: &str| by_name(root.get(key));
        let tasks = root.get("results").map(Node::entries).unwrap_or_default();
        Self {
            versions: by_task("versions"),
            shots: by_task("n-shot"),
            samples: by_task("n-samples"),
            higher_is_better: by_task("higher_is_better"),
            shots_of_all: root.at(&["config", "num_fewshot"]).and_then(Node::scalar),
            limit: root.at(&["config", "limit"]).and_then(Node::scalar),
            has_filters: tasks.iter().any(|task| task.value.entries().iter().any(|metric| metric.key.contains(','))),
        }
    }

    fn key_of(&self, task: &str) -> MetricKey {
        let shots = self.shots.get(task).and_then(|node| node.scalar()).or(self.shots_of_all);
        let args = [("num_fewshot", shots), ("limit", self.limit)];
        let args: Vec<String> =
            args.iter().filter_map(|(name, value)| Some(format!("{name}: {}", (*value)?))).collect();
        let version = self.versions.get(task).and_then(|node| node.scalar());
        MetricKey {
            dataset_type: bounded(task.to_owned()),
            dataset_revision: version.map(|version| bounded(format!("version {}", version.trim_end_matches(".0")))),
            dataset_args: (!args.is_empty()).then(|| bounded(args.join(", "))),
            ..MetricKey::default()
        }
    }

    /// The metric and its filter; none for what only stands among the metrics.
    fn metric<'k>(&self, key: &'k str, value: &Node) -> Option<(&'k str, Option<&'k str>)> {
        const BESIDE: [&str; 5] = ["alias", "name", "samples", "sample_len", "sample_count"];
        let (metric, filter) = match key.split_once(',') {
            Some((metric, filter)) => (metric, Some(filter)),
            None if self.has_filters => return None,
            None => (key, None),
        };
        let is_word =
            filter.is_none() && value.text().is_some_and(|text| MetricValue::from_text(text).number().is_none());
        let is_metric = !metric.trim().is_empty() && !metric.ends_with("_stderr") && !BESIDE.contains(&metric);
        (is_metric && !is_word).then_some((metric, filter))
    }
}

fn by_name(map: Option<&Node>) -> BTreeMap<&str, &Node> {
    let entries = map.map(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect()
}
