//! Neighbouring checkpoints of a real model: false alarms.

use countersign::artifact::metrics::{Amount, Direction, Limit, MetricChange, Outcome, Verdict};
use rust_decimal::Decimal;
use serde_json::Value;

use super::evaluations::{is_close, lm_eval};
use crate::references;

const NEIGHBOURS: &str = "lm-eval-v0.3-bias-step67000-to-71500";
const WRONG_CHECKPOINT: &str = "lm-eval-v0.3-wrong-checkpoint-160m";

/// Worse by more than 2 %, and by at least two standard errors where both sides have one.
fn default_rule() -> Limit {
    Limit { max_worse: Amount::parse("2%"), min_z: Some(Decimal::TWO), ..Limit::default() }
}

fn expected(name: &str) -> Value {
    references::json(&format!("models/evals/{name}.expected.json"))
}

fn found<'a>(changes: &'a [MetricChange], theirs: &Value) -> &'a MetricChange {
    let is_it = |change: &&MetricChange| {
        theirs["task"] == change.key.dataset_type && theirs["metric"] == change.key.metric_type
    };
    changes.iter().find(is_it).unwrap_or_else(|| panic!("{theirs}"))
}

/// From one side of the best value to the same distance on the other, 0.511 -> 0.489: in decimal no change for the worse,
/// in the doubles of the reference sometimes one by the last bit.
fn is_mirrored(change: &MetricChange) -> bool {
    change.outcome == Outcome::Same && change.delta.is_some_and(|delta| !delta.is_zero())
}

fn alarms(changes: &[MetricChange]) -> Vec<(String, String)> {
    let fails = |change: &&MetricChange| matches!(change.judge(&default_rule()), Verdict::Fail { .. });
    changes
        .iter()
        .filter(fails)
        .map(|change| (change.key.dataset_type.clone(), change.key.metric_type.clone()))
        .collect()
}

#[test]
fn every_comparison_has_the_difference_and_z_that_are_expected() {
    for name in [NEIGHBOURS, WRONG_CHECKPOINT] {
        let (changes, expected) = (lm_eval(name), expected(name));
        let comparisons = expected["comparisons"].as_array().unwrap();
        assert_eq!(changes.len(), comparisons.len(), "{name}");
        for theirs in comparisons {
            let change = found(&changes, theirs);
            if theirs["before"].is_null() || theirs["after"].is_null() {
                let expected = if theirs["before"].is_null() { Outcome::Added } else { Outcome::Removed };
                assert_eq!(change.outcome, expected, "{theirs}");
                continue;
            }
            assert!(change.delta.is_some_and(|delta| is_close(delta, &theirs["delta"])), "{theirs}: {change:?}");
            match change.relative {
                Some(relative) => assert!(is_close(relative, &theirs["relative"]), "{theirs}: {change:?}"),
                None => assert!(theirs["relative"].is_null() && theirs["before"] == 0.0, "{theirs}: {change:?}"),
            }
            match theirs.get("z").filter(|z| !z.is_null()) {
                Some(z) => {
                    assert!(change.z().is_some_and(|ours| is_close(ours, z)), "{theirs}: {:?} {change:?}", change.z());
                }
                None => assert_eq!(change.z(), None, "{theirs}"),
            }
            if !is_mirrored(change) {
                assert_eq!(change.outcome == Outcome::Worse, theirs["worse"] == true, "{theirs}: {change:?}");
            }
            let direction = match theirs["direction"].as_str().unwrap() {
                "higher_is_better" => Direction::Higher,
                "lower_is_better" => Direction::Lower,
                "target_0.5" => Direction::Target(Decimal::new(5, 1)),
                other => panic!("{other}"),
            };
            assert_eq!(change.direction, direction, "{theirs}");
        }
        let worse = changes.iter().filter(|change| change.outcome == Outcome::Worse || is_mirrored(change)).count();
        assert_eq!(expected["worse_at_all"], worse, "{name}");
    }
}

/// The rate over many neighbours was measured once with this rule; of those, one pair is here, and has no alarm at all.
#[test]
fn the_default_rule_has_at_most_one_false_alarm_in_a_hundred() {
    let rates = &references::json("models/evals/false-alarm-rates.json")["rates"];
    assert!(rates["worse by > 2% and |z| >= 2"].as_f64().unwrap() <= 0.01);
    assert!(rates["worse at all"].as_f64().unwrap() > 0.4, "a rule without tolerance would be noise");
    assert_eq!(alarms(&lm_eval(NEIGHBOURS)), []);
}

#[test]
fn the_wrong_checkpoint_is_found_by_the_same_metrics() {
    let mut ours = alarms(&lm_eval(WRONG_CHECKPOINT));
    let expected = expected(WRONG_CHECKPOINT);
    let theirs = expected["regressed_by_rule"]["found"].as_array().unwrap().iter();
    let mut theirs: Vec<(String, String)> = theirs
        .map(|found| (found["task"].as_str().unwrap().to_owned(), found["metric"].as_str().unwrap().to_owned()))
        .collect();
    // From 0.574 to 0.417 where 0.5 is best: the reference takes the whole way for the worsening, ours the 1.5 % by which it
    // is further from the best value now.
    ours.push(("crows_pairs_french_religion".to_owned(), "pct_stereotype".to_owned()));
    ours.sort();
    theirs.sort();
    assert!(theirs.len() > 10);
    assert_eq!(ours, theirs);
}
