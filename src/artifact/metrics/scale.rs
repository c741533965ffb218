//! A whole entry whose values went from shares to percent, or back: `0.91` -> `91.3`.
//!
//! Neither an improvement nor a regression, and one of the two if nobody notices.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use super::{MetricChange, MetricKey, MetricValue, has_fixed_scale};

/// The values of one entry are on another scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScaleChange {
    /// The entry's name; empty where it plays no part in the comparison.
    pub entry: String,
    pub factor: ScaleFactor,
    /// The results that moved, all of the entry's that have a fixed scale.
    pub keys: Vec<MetricKey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScaleFactor {
    /// From shares to percent.
    MultipliedBy100,
    /// From percent to shares.
    DividedBy100,
}

/// Entries of which every value was multiplied or divided by about 100. The new model's values differ a little besides.
pub fn scale_changes(changes: &[MetricChange]) -> Vec<ScaleChange> {
    let mut entries: BTreeMap<&str, Vec<(&MetricKey, Option<ScaleFactor>)>> = BTreeMap::new();
    for change in changes.iter().filter(|change| has_fixed_scale(&change.key)) {
        if let (Some(before), Some(after)) = (&change.before, &change.after)
            && let Some((old, new)) = magnitudes(before, after)
        {
            entries.entry(&change.key.entry).or_default().push((&change.key, factor(old, new)));
        }
    }
    entries.into_iter().filter_map(|(entry, pairs)| of_entry(entry, &pairs)).collect()
}

fn of_entry(entry: &str, pairs: &[(&MetricKey, Option<ScaleFactor>)]) -> Option<ScaleChange> {
    let (_, factor) = pairs.first()?;
    let factor = (*factor)?;
    let all = pairs.iter().all(|(_, other)| *other == Some(factor));
    all.then(|| ScaleChange {
        entry: entry.to_owned(),
        factor,
        keys: pairs.iter().map(|(key, _)| (*key).clone()).collect(),
    })
}

/// Both numbers where they say something about the scale: of one unit, and neither zero.
fn magnitudes(before: &MetricValue, after: &MetricValue) -> Option<(Decimal, Decimal)> {
    let (old, new) = (before.number()?.abs(), after.number()?.abs());
    (before.unit() == after.unit() && !old.is_zero() && !new.is_zero()).then_some((old, new))
}

fn factor(old: Decimal, new: Decimal) -> Option<ScaleFactor> {
    match (is_percent_of(new, old), is_percent_of(old, new)) {
        (true, _) => Some(ScaleFactor::MultipliedBy100),
        (_, true) => Some(ScaleFactor::DividedBy100),
        _ => None,
    }
}

/// Whether `percent` may be `share` in percent, give or take what the model itself changed.
pub(super) fn is_percent_of(percent: Decimal, share: Decimal) -> bool {
    let (least, most) = (Decimal::from(80), Decimal::from(125));
    let is_on_scales = share <= Decimal::ONE && percent > Decimal::ONE && percent <= Decimal::ONE_HUNDRED;
    is_on_scales && percent.checked_div(share).is_some_and(|ratio| (least..=most).contains(&ratio))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::metrics::{EvalResult, compare};

    fn results(values: &[(&str, &str, &str)]) -> Vec<EvalResult> {
        let result = |(entry, metric, value): &(&str, &str, &str)| {
            let (entry, metric_type) = ((*entry).to_owned(), (*metric).to_owned());
            EvalResult::new(MetricKey { entry, metric_type, ..MetricKey::default() }, MetricValue::from_text(value), 1)
        };
        values.iter().map(result).collect()
    }

    fn found(before: &[(&str, &str, &str)], after: &[(&str, &str, &str)]) -> Vec<(String, ScaleFactor, usize)> {
        let changes = scale_changes(&compare(&results(before), &results(after)));
        changes.into_iter().map(|change| (change.entry, change.factor, change.keys.len())).collect()
    }

    #[test]
    fn an_entry_that_went_to_percent_and_back_is_found() {
        let share = [("m", "accuracy", "0.912"), ("m", "f1", "0.88"), ("m", "loss", "0.31")];
        let percent = [("m", "accuracy", "91.5"), ("m", "f1", "87.2"), ("m", "loss", "0.30")];
        assert_eq!(found(&share, &percent), [(String::new(), ScaleFactor::MultipliedBy100, 2)]);
        assert_eq!(found(&percent, &share), [(String::new(), ScaleFactor::DividedBy100, 2)]);
    }

    #[test]
    fn one_value_that_jumped_is_no_other_scale() {
        assert!(
            found(&[("m", "wer", "0.3"), ("m", "f1", "0.9")], &[("m", "wer", "30"), ("m", "f1", "0.9")]).is_empty()
        );
        assert!(found(&[("m", "wer", "0.005")], &[("m", "wer", "0.5")]).is_empty());
        assert!(found(&[("m", "accuracy", "0.5")], &[("m", "accuracy", "90")]).is_empty());
        assert!(found(&[("m", "f1", "0")], &[("m", "f1", "0")]).is_empty());
        assert!(found(&[("m", "f1", "0.9")], &[("m", "f1", "90%")]).is_empty(), "the unit says it");
    }

    #[test]
    fn entries_are_told_apart() {
        let before = [("a", "f1", "0.9"), ("b", "f1", "0.9")];
        let after = [("a", "f1", "90"), ("b", "f1", "0.9")];
        assert_eq!(found(&before, &after), [("a".to_owned(), ScaleFactor::MultipliedBy100, 1)]);
    }
}
