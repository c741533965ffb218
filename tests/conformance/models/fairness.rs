//! Reports by slice, against fairlearn.

use countersign::artifact::evaluations::{EvaluationFormat, Evaluations, read_file};
use countersign::artifact::metrics::{DEFAULT_MIN_COUNT, Extremes, SliceGap, slice_gaps};
use rust_decimal::Decimal;
use serde_json::Value;

use super::evaluations::is_close;
use crate::references;

const REPORTS: [&str; 3] = ["even", "gap-recall", "tiny-slice"];

fn report(name: &str) -> Evaluations {
    let path = format!("models/fairness/{name}.slices.json");
    let read = read_file(&path, &references::bytes(&path)).unwrap();
    assert_eq!((read.format, &read.fault, read.problems.as_slice()), (EvaluationFormat::Slices, &None, &[][..]));
    read
}

fn expected(name: &str) -> Value {
    references::json(&format!("models/fairness/{name}.expected.json"))
}

fn extremes<'a>(gaps: &'a [SliceGap], metric: &str) -> &'a Extremes {
    let gap = gaps.iter().find(|gap| gap.key.metric_type == metric).unwrap_or_else(|| panic!("{metric}"));
    assert_eq!(gap.feature, "group");
    gap.extremes.as_ref().unwrap_or_else(|| panic!("{metric}"))
}

#[test]
fn gaps_and_ratios_are_those_of_fairlearn() {
    for name in REPORTS {
        let (gaps, expected) = (slice_gaps(&report(name).slices, 0), expected(name));
        let differences = expected["difference (between_groups)"].as_object().unwrap();
        assert_eq!(gaps.len(), differences.len(), "{name}");
        for (metric, difference) in differences {
            let ours = extremes(&gaps, metric);
            assert!(is_close(ours.gap, difference), "{name} {metric}: {ours:?}");
            assert!(is_close(ours.ratio.unwrap(), &expected["ratio (between_groups)"][metric]), "{name} {metric}");
            assert!(is_close(ours.lowest.number, &expected["group_min"][metric]), "{name} {metric}");
            assert!(is_close(ours.highest.number, &expected["group_max"][metric]), "{name} {metric}");
        }
    }
}

#[test]
fn named_fairness_metrics_follow_from_gaps_and_ratios() {
    for name in REPORTS {
        let (gaps, expected) = (slice_gaps(&report(name).slices, 0), expected(name));
        let of = |metric: &str| extremes(&gaps, metric);
        let (selected, hits, alarms) = (of("selection_rate"), of("true_positive_rate"), of("false_positive_rate"));
        assert!(is_close(selected.gap, &expected["demographic_parity_difference"]), "{name}");
        assert!(is_close(selected.ratio.unwrap(), &expected["demographic_parity_ratio"]), "{name}");
        assert!(is_close(hits.gap.max(alarms.gap), &expected["equalized_odds_difference"]), "{name}");
        assert!(is_close(hits.ratio.min(alarms.ratio).unwrap(), &expected["equalized_odds_ratio"]), "{name}");
        let four_fifths = if selected.ratio.unwrap() < Decimal::new(8, 1) { "fail" } else { "pass" };
        assert_eq!(expected["four_fifths_rule"], four_fifths, "{name}");
    }
}

/// The default limit on a gap is 0.10, with at least 100 samples per slice.
#[test]
fn only_the_real_gap_passes_the_default_limit() {
    let widest = |name: &str, metric: &str| {
        let gaps = slice_gaps(&report(name).slices, DEFAULT_MIN_COUNT);
        let gap = gaps.into_iter().find(|gap| gap.key.metric_type == metric).unwrap();
        (gap.extremes.map(|extremes| extremes.gap > Decimal::new(1, 1)), gap.too_small)
    };
    assert_eq!(widest("even", "recall"), (Some(false), vec![]));
    assert_eq!(widest("gap-recall", "recall"), (Some(true), vec![]));
    assert_eq!(widest("gap-recall", "accuracy"), (Some(false), vec![]));
    assert_eq!(widest("tiny-slice", "recall"), (None, vec!["group=rare".to_owned()]));
}
