//! Two lists of results, compared by key and in decimal. Facts only: what a difference means is the business of policy and checks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rust_decimal::Decimal;
use serde::Serialize;

use super::value::as_optional_text;
use super::{Direction, EvalResult, MetricKey, MetricValue};

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

/// Compares two lists of results, ordered by key, whatever the order of the lists. Equal duplicates count once.
///
/// The entry name is part of the key only where one side has several entries: a model that was renamed keeps its metrics.
pub fn compare(before: &[EvalResult], after: &[EvalResult]) -> Vec<MetricChange> {
    let by_entry = entries(before) > 1 || entries(after) > 1;
    let (mut old, new) = (by_key(before, by_entry), by_key(after, by_entry));
    let mut changes = Vec::new();
    let mut unmatched = Vec::new();
    for (key, claim) in new {
        match old.remove(&key) {
            Some(earlier) => changes.push(matched(key, &earlier, &claim)),
            None => unmatched.push((key, claim)),
        }
    }
    let mut vanished = by_metric(old);
    for (key, claim) in unmatched {
        match vanished.get_mut(&same_metric(&key)).and_then(VecDeque::pop_front) {
            Some((earlier, before)) => changes.push(measured_differently(key, &earlier, &before, &claim)),
            None => changes.push(one_sided(key, None, Some(&claim))),
        }
    }
    let removed = vanished.into_values().flatten();
    changes.extend(removed.map(|(key, claim)| one_sided(key, Some(&claim), None)));
    changes.sort_by(|a, b| a.key.cmp(&b.key));
    changes
}

impl MetricChange {
    /// The same change, where somebody knows better which way is better.
    #[must_use]
    pub fn seen_as(mut self, direction: Direction) -> Self {
        self.direction = direction;
        let depends = match &self.outcome {
            Outcome::Better | Outcome::Worse | Outcome::Same => true,
            Outcome::Incomparable(why) => *why == Incomparable::NoDirection,
            Outcome::Added | Outcome::Removed => false,
        };
        if let (true, Some(before), Some(after)) = (depends, &self.before, &self.after) {
            self.outcome = outcome(direction, before, after);
        }
        self
    }

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

/// How much worse `after` is than `before`; negative when it is better.
pub(super) fn worsening(direction: Direction, before: Decimal, after: Decimal) -> Option<Decimal> {
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

type ByKey<'a> = BTreeMap<MetricKey, Claim<'a>>;

/// What one side says under one key.
struct Claim<'a> {
    result: &'a EvalResult,
    /// It says something else as well.
    is_ambiguous: bool,
}

impl<'a> Claim<'a> {
    /// Of equal values the one that comes first in a fixed order is kept, so that the order of the file does not matter.
    fn also(&mut self, other: &'a EvalResult) {
        self.is_ambiguous |= !says_the_same(&self.result.value, &other.value);
        if rank(other) < rank(self.result) {
            self.result = other;
        }
    }
}

fn rank(result: &EvalResult) -> impl Ord + '_ {
    let value = &result.value;
    (&value.text, value.standard_error.is_none(), value.standard_error, value.samples, result.claimed_higher_is_better)
}

/// `0.9` and `0.90` are one value, two words are two.
fn says_the_same(a: &MetricValue, b: &MetricValue) -> bool {
    a.reading == b.reading && (a.number().is_some() || a.text == b.text)
}

fn by_key(results: &[EvalResult], by_entry: bool) -> ByKey<'_> {
    let mut map = ByKey::new();
    for result in results {
        let entry = if by_entry { result.key.entry.clone() } else { String::new() };
        map.entry(MetricKey { entry, ..result.key.clone() })
            .and_modify(|claim| claim.also(result))
            .or_insert(Claim { result, is_ambiguous: false });
    }
    map
}

fn matched(key: MetricKey, before: &Claim<'_>, after: &Claim<'_>) -> MetricChange {
    let mut change = one_sided(key, Some(before), Some(after));
    if before.is_ambiguous || after.is_ambiguous {
        change.outcome = Outcome::Incomparable(Incomparable::Ambiguous);
        return change;
    }
    let (before, after) = (&before.result.value, &after.result.value);
    (change.delta, change.relative) = differences(before, after);
    change.outcome = outcome(change.direction, before, after);
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

fn measured_differently(key: MetricKey, earlier: &MetricKey, before: &Claim<'_>, after: &Claim<'_>) -> MetricChange {
    let fields = differing_fields(earlier, &key);
    let mut change = one_sided(key, Some(before), Some(after));
    change.outcome = Outcome::Incomparable(Incomparable::MeasuredDifferently(fields));
    change
}

fn by_metric(results: ByKey<'_>) -> BTreeMap<[String; 5], VecDeque<(MetricKey, Claim<'_>)>> {
    let mut map = BTreeMap::<_, VecDeque<_>>::new();
    for (key, claim) in results {
        map.entry(same_metric(&key)).or_default().push_back((key, claim));
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

fn one_sided(key: MetricKey, before: Option<&Claim<'_>>, after: Option<&Claim<'_>>) -> MetricChange {
    let value = |claim: Option<&Claim<'_>>| claim.map(|claim| claim.result.value.clone());
    let direction = common(before.map(|claim| claim.result.direction()), after.map(|claim| claim.result.direction()));
    let outcome = if after.is_some() { Outcome::Added } else { Outcome::Removed };
    MetricChange { key, direction, before: value(before), after: value(after), delta: None, relative: None, outcome }
}

/// The direction that both sides have, or the one that knows it; unknown where their files contradict each other.
fn common(before: Option<Direction>, after: Option<Direction>) -> Direction {
    let known = |direction: Option<Direction>| direction.filter(|direction| *direction != Direction::Unknown);
    match (known(before), known(after)) {
        (Some(before), Some(after)) if before != after => Direction::Unknown,
        (before, after) => before.or(after).unwrap_or(Direction::Unknown),
    }
}

#[cfg(test)]
mod tests;
