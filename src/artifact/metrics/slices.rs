//! Results by slice, such as `sex=female`: how far slices lie apart, and what became of each.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;

use super::{EvalResult, MetricChange, MetricKey, compare};

/// Fewer samples than this say little: slices of 6 rows give gaps of 0.19 between equal groups.
pub const DEFAULT_MIN_COUNT: u64 = 100;

/// A result on a part of the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SliceResult {
    /// As written: `sex=female`, `sex=female,age=60+`, or a name.
    pub slice: String,
    pub result: EvalResult,
}

/// One metric over the slices by one feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SliceGap {
    pub key: MetricKey,
    /// `sex`; several names with commas where slices are by several; empty where slices are only named.
    pub feature: String,
    /// The slices that lie furthest apart; none where fewer than two can be compared.
    pub extremes: Option<Extremes>,
    /// Slices with too few samples to say anything.
    pub too_small: Vec<String>,
    /// Slices whose value is not a number, or has another unit than the others.
    pub incomparable: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extremes {
    pub lowest: SliceValue,
    pub highest: SliceValue,
    /// Highest minus lowest.
    #[serde(serialize_with = "super::value::as_text")]
    pub gap: Decimal,
    /// Lowest as a share of highest; none where that has no meaning, because one is negative or both are 0.
    #[serde(serialize_with = "super::value::as_optional_text")]
    pub ratio: Option<Decimal>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SliceValue {
    pub slice: String,
    #[serde(serialize_with = "super::value::as_text")]
    pub number: Decimal,
    /// Line in its file, from 1.
    pub line: usize,
}

/// What became of one metric on one slice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SliceChange {
    pub slice: String,
    pub change: MetricChange,
    /// Neither side says that it has fewer samples than asked. A side may not say how many it has.
    pub has_enough: bool,
}

/// The gap between slices, for each metric and feature, in a fixed order. Slices that say they have fewer than `min_count`
/// samples are left out; those that do not say are not.
pub fn slice_gaps(slices: &[SliceResult], min_count: u64) -> Vec<SliceGap> {
    let mut groups: BTreeMap<(&MetricKey, String), Vec<&SliceResult>> = BTreeMap::new();
    for slice in slices {
        groups.entry((&slice.result.key, feature(&slice.slice))).or_default().push(slice);
    }
    groups.into_iter().map(|((key, feature), slices)| gap(key, feature, slices, min_count)).collect()
}

/// Compares slice by slice, in a fixed order. A slice that vanished has its metrics removed.
pub fn slice_changes(before: &[SliceResult], after: &[SliceResult], min_count: u64) -> Vec<SliceChange> {
    let (old, new) = (by_slice(before), by_slice(after));
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let results = |side: &BTreeMap<&str, Vec<EvalResult>>, name: &str| side.get(name).cloned().unwrap_or_default();
    let mut changes = Vec::new();
    for name in names {
        for change in compare(&results(&old, name), &results(&new, name)) {
            let values = [&change.before, &change.after].into_iter().flatten();
            let has_enough = values.filter_map(|value| value.samples).all(|count| count >= min_count);
            changes.push(SliceChange { slice: name.to_owned(), change, has_enough });
        }
    }
    changes
}

fn by_slice(slices: &[SliceResult]) -> BTreeMap<&str, Vec<EvalResult>> {
    let mut map = BTreeMap::<_, Vec<_>>::new();
    for slice in slices {
        map.entry(slice.slice.as_str()).or_default().push(slice.result.clone());
    }
    map
}

/// `sex=female, age=60+` -> `age,sex`; empty where a part is only a name.
fn feature(slice: &str) -> String {
    let names: Option<BTreeSet<&str>> =
        slice.split([',', '&']).map(|part| part.split_once('=').map(|(name, _)| name.trim())).collect();
    names.map(|names| names.into_iter().collect::<Vec<_>>().join(",")).unwrap_or_default()
}

fn gap(key: &MetricKey, feature: String, mut slices: Vec<&SliceResult>, min_count: u64) -> SliceGap {
    let order = |slice: &&SliceResult| (slice.slice.clone(), slice.result.value.text.clone(), slice.result.line);
    slices.sort_by_cached_key(order);
    let (enough, too_small): (Vec<_>, Vec<_>) =
        slices.into_iter().partition(|slice| slice.result.value.samples.is_none_or(|count| count >= min_count));
    let unit = enough.iter().find(|slice| slice.result.value.number().is_some()).map(|slice| slice.result.value.unit());
    let mut values = Vec::new();
    let mut incomparable = Vec::new();
    for slice in enough {
        let value = &slice.result.value;
        match value.number().filter(|_| Some(value.unit()) == unit) {
            Some(number) => {
                values.push(SliceValue { slice: slice.slice.clone(), number, line: slice.result.line });
            }
            None => incomparable.push(slice.slice.clone()),
        }
    }
    let too_small = too_small.into_iter().map(|slice| slice.slice.clone()).collect();
    SliceGap { key: key.clone(), feature, extremes: extremes(&values), too_small, incomparable }
}

fn extremes(values: &[SliceValue]) -> Option<Extremes> {
    if values.len() < 2 {
        return None;
    }
    // Of equals the first, by name.
    let lowest = values.iter().min_by_key(|value| value.number)?;
    let highest = values.iter().rev().max_by_key(|value| value.number)?;
    let gap = highest.number.checked_sub(lowest.number)?;
    let has_ratio = !lowest.number.is_sign_negative() || lowest.number.is_zero();
    let ratio = has_ratio.then(|| lowest.number.checked_div(highest.number)).flatten();
    Some(Extremes { lowest: lowest.clone(), highest: highest.clone(), gap, ratio })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::metrics::{MetricValue, Outcome};

    fn slices(values: &[(&str, &str, Option<u64>)]) -> Vec<SliceResult> {
        let one = |(slice, value, count): &(&str, &str, Option<u64>)| {
            let key = MetricKey { metric_type: "recall".into(), ..MetricKey::default() };
            let value = MetricValue::from_text(value).with_samples(*count);
            SliceResult { slice: (*slice).to_owned(), result: EvalResult::new(key, value, 1) }
        };
        values.iter().map(one).collect()
    }

    fn only(values: &[(&str, &str, Option<u64>)]) -> SliceGap {
        let gaps = slice_gaps(&slices(values), DEFAULT_MIN_COUNT);
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        gaps.into_iter().next().unwrap()
    }

    #[test]
    fn the_gap_lies_between_the_outermost_slices() {
        let gap =
            only(&[("sex=female", "0.62", None), ("sex=male", "0.86", Some(100)), ("sex=other", "0.8", Some(500))]);
        let extremes = gap.extremes.unwrap();
        assert_eq!((extremes.lowest.slice.as_str(), extremes.highest.slice.as_str()), ("sex=female", "sex=male"));
        assert_eq!(
            (extremes.gap, extremes.ratio.map(|ratio| ratio.round_dp(4))),
            (Decimal::new(24, 2), Some(Decimal::new(7209, 4)))
        );
        assert_eq!(gap.feature, "sex");
    }

    #[test]
    fn small_slices_and_words_are_named_and_not_compared() {
        let gap = only(&[
            ("sex=a", "0.9", Some(99)),
            ("sex=b", "0.5", Some(100)),
            ("sex=c", "n/a", None),
            ("sex=d", "50%", None),
        ]);
        assert_eq!(gap.too_small, ["sex=a"]);
        assert_eq!(gap.incomparable, ["sex=c", "sex=d"]);
        assert_eq!(gap.extremes, None);
    }

    #[test]
    fn features_are_kept_apart_and_a_ratio_needs_positive_values() {
        let gaps = slice_gaps(
            &slices(&[
                ("sex=f", "1", None),
                ("sex=m", "-1", None),
                ("age=60+", "0", None),
                ("age=18-30", "0", None),
                ("night", "1", None),
            ]),
            DEFAULT_MIN_COUNT,
        );
        assert_eq!(gaps.iter().map(|gap| gap.feature.as_str()).collect::<Vec<_>>(), ["", "age", "sex"]);
        assert!(gaps.iter().filter_map(|gap| gap.extremes.as_ref()).all(|extremes| extremes.ratio.is_none()));
        assert_eq!(feature("sex=f & age=60+"), "age,sex");
    }

    #[test]
    fn a_slice_that_fell_or_vanished_is_told() {
        let before = slices(&[("sex=f", "0.8", Some(300)), ("sex=m", "0.8", Some(300)), ("sex=x", "0.8", Some(6))]);
        let after = slices(&[("sex=f", "0.7", Some(300)), ("sex=x", "0.5", Some(300))]);
        let changes = slice_changes(&before, &after, DEFAULT_MIN_COUNT);
        let told: Vec<_> = changes
            .iter()
            .map(|slice| (slice.slice.as_str(), slice.change.outcome.clone(), slice.has_enough))
            .collect();
        assert_eq!(
            told,
            [("sex=f", Outcome::Worse, true), ("sex=m", Outcome::Removed, true), ("sex=x", Outcome::Worse, false)]
        );
    }
}
