//! Two lists of results, compared by key and in decimal. Facts only: what a difference means is the business of policy and checks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rust_decimal::Decimal;
use serde::Serialize;

use super::value::as_optional_text;
use super::{Direction, EvalResult, MetricKey, MetricValue, direction_of};

/// What became of one metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MetricChange {
    /// The key on the new side, or on the old one when the metric is gone.
    pub key: MetricKey,
    pub direction: Direction,
    pub before: Option<MetricValue>,
    pub after: Option<MetricValue>,
    /// New minus old, where both are numbers of one unit.
    #[serde(serialize_with = "as_optional_text")]
    pub delta: Option<Decimal>,
    /// `delta` as a share of the old value's magnitude; none when that is 0.
    #[serde(serialize_with = "as_optional_text")]
    pub relative: Option<Decimal>,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Better,
    Worse,
    Same,
    Added,
    /// The deployed version had this result, the proposed one has no counterpart.
    Removed,
    Incomparable(Incomparable),
}

/// Why neither "better" nor "worse" can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Incomparable {
    /// At least one side is not a number.
    NotANumber,
    /// `92.1%` and `0.921`.
    UnitsDiffer,
    /// The same metric, measured on another data set revision, split, configuration ...: the fields that differ.
    MeasuredDifferently(Vec<&'static str>),
    /// One side gives several different values for this key.
    Ambiguous,
    /// The values differ and it is not known which way is better.
    NoDirection,
}

/// Compares two lists of results, ordered by key. Exact duplicates count once.
///
/// The entry name is part of the key only where one side has several entries: a model that was renamed keeps its metrics.
pub fn compare(before: &[EvalResult], after: &[EvalResult]) -> Vec<MetricChange> {
    let by_entry = entries(before) > 1 || entries(after) > 1;
    let (mut old, new) = (by_key(before, by_entry), by_key(after, by_entry));
    let mut changes = Vec::new();
    let mut unmatched = Vec::new();
    for (key, values) in new {
        match old.remove(&key) {
            Some(earlier) => changes.push(matched(key, &earlier, &values)),
            None => unmatched.push((key, values)),
        }
    }
    let mut vanished = by_metric(old);
    for (key, values) in unmatched {
        match vanished.get_mut(&same_metric(&key)).and_then(VecDeque::pop_front) {
            Some((earlier, before)) => changes.push(measured_differently(key, &earlier, &before, &values)),
            None => changes.push(one_sided(key, None, values.first().copied())),
        }
    }
    let removed = vanished.into_values().flatten();
    changes.extend(removed.map(|(key, values)| one_sided(key, values.first().copied(), None)));
    changes.sort_by(|a, b| a.key.cmp(&b.key));
    changes
}

impl MetricChange {
    /// How much worse the new value is, as a share of the old value's magnitude; negative when it is better.
    /// None where that cannot be said, which a rule must never take for "not worse".
    pub fn relative_worsening(&self) -> Option<Decimal> {
        self.worsening()?.checked_div(self.before.as_ref()?.number()?.abs())
    }

    /// How much worse the new value is, in its own unit; negative when it is better.
    pub fn worsening(&self) -> Option<Decimal> {
        if matches!(self.outcome, Outcome::Incomparable(_)) {
            return None;
        }
        let (before, after) = (self.before.as_ref()?.number()?, self.after.as_ref()?.number()?);
        worsening(self.direction, before, after)
    }
}

fn worsening(direction: Direction, before: Decimal, after: Decimal) -> Option<Decimal> {
    match direction {
        Direction::Higher => before.checked_sub(after),
        Direction::Lower => after.checked_sub(before),
        Direction::Target(best) => after.checked_sub(best)?.abs().checked_sub(before.checked_sub(best)?.abs()),
        Direction::NotRanked | Direction::Unknown => None,
    }
}

fn entries(results: &[EvalResult]) -> usize {
    results.iter().map(|result| &result.key.entry).collect::<BTreeSet<_>>().len()
}

type ByKey<'a> = BTreeMap<MetricKey, Vec<&'a MetricValue>>;

/// Of different values under one key two are kept: enough to know that they contradict each other.
fn by_key(results: &[EvalResult], by_entry: bool) -> ByKey<'_> {
    let mut map = ByKey::new();
    for result in results {
        let entry = if by_entry { result.key.entry.clone() } else { String::new() };
        let values = map.entry(MetricKey { entry, ..result.key.clone() }).or_default();
        if values.len() < 2 && !values.contains(&&result.value) {
            values.push(&result.value);
        }
    }
    map
}

fn matched(key: MetricKey, before: &[&MetricValue], after: &[&MetricValue]) -> MetricChange {
    let ambiguous = before.len() > 1 || after.len() > 1;
    let mut change = one_sided(key, before.first().copied(), after.first().copied());
    if ambiguous {
        change.outcome = Outcome::Incomparable(Incomparable::Ambiguous);
        return change;
    }
    if let (Some(before), Some(after)) = (before.first(), after.first()) {
        (change.delta, change.relative) = differences(before, after);
        change.outcome = outcome(change.direction, before, after);
    }
    change
}

fn outcome(direction: Direction, before: &MetricValue, after: &MetricValue) -> Outcome {
    let (Some(old), Some(new)) = (before.number(), after.number()) else {
        return Outcome::Incomparable(Incomparable::NotANumber);
    };
    if before.unit() != after.unit() {
        return Outcome::Incomparable(Incomparable::UnitsDiffer);
    }
    if old == new {
        return Outcome::Same;
    }
    match worsening(direction, old, new) {
        Some(worse) if worse.is_zero() => Outcome::Same,
        Some(worse) if worse.is_sign_positive() => Outcome::Worse,
        Some(_) => Outcome::Better,
        None => Outcome::Incomparable(Incomparable::NoDirection),
    }
}

fn differences(before: &MetricValue, after: &MetricValue) -> (Option<Decimal>, Option<Decimal>) {
    let (Some(old), Some(new)) = (before.number(), after.number()) else {
        return (None, None);
    };
    if before.unit() != after.unit() {
        return (None, None);
    }
    let delta = new.checked_sub(old);
    (delta, delta.and_then(|delta| delta.checked_div(old.abs())))
}

fn measured_differently(
    key: MetricKey,
    earlier: &MetricKey,
    before: &[&MetricValue],
    after: &[&MetricValue],
) -> MetricChange {
    let fields = differing_fields(earlier, &key);
    let mut change = one_sided(key, before.first().copied(), after.first().copied());
    change.outcome = Outcome::Incomparable(Incomparable::MeasuredDifferently(fields));
    change
}

fn by_metric(results: ByKey<'_>) -> BTreeMap<[String; 5], VecDeque<(MetricKey, Vec<&MetricValue>)>> {
    let mut map = BTreeMap::<_, VecDeque<_>>::new();
    for (key, values) in results {
        map.entry(same_metric(&key)).or_default().push_back((key, values));
    }
    map
}

/// Task, data set and metric by name; how it was measured is left out.
fn same_metric(key: &MetricKey) -> [String; 5] {
    let name = key.metric_name.clone().unwrap_or_default();
    [key.entry.clone(), key.task_type.clone(), key.dataset_type.clone(), key.metric_type.clone(), name]
}

fn differing_fields(a: &MetricKey, b: &MetricKey) -> Vec<&'static str> {
    [
        ("config", a.dataset_config != b.dataset_config),
        ("split", a.dataset_split != b.dataset_split),
        ("revision", a.dataset_revision != b.dataset_revision),
        ("data set args", a.dataset_args != b.dataset_args),
        ("metric config", a.metric_config != b.metric_config),
        ("metric args", a.metric_args != b.metric_args),
        ("source", a.source_url != b.source_url),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

fn one_sided(key: MetricKey, before: Option<&MetricValue>, after: Option<&MetricValue>) -> MetricChange {
    let direction = direction_of(&key);
    let outcome = if after.is_some() { Outcome::Added } else { Outcome::Removed };
    MetricChange {
        key,
        direction,
        before: before.cloned(),
        after: after.cloned(),
        delta: None,
        relative: None,
        outcome,
    }
}

#[cfg(test)]
mod tests;
