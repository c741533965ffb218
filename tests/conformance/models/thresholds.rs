//! Limits on metrics, vector by vector, and the direction of each known metric.

use countersign::artifact::metrics::{
    Amount, Direction, Limit, MetricKey, MetricValue, Verdict, direction_of, has_fixed_scale, judge,
};
use serde_json::Value;

use crate::references;

/// A limit of the vectors: `max_drop_relative` is a share, everything else a number.
fn limit(rule: &Value) -> Limit {
    let number = |key: &str| rule.get(key).map(|value| Amount::parse(&value.to_string()).unwrap());
    let share = |key: &str| match number(key) {
        Some(Amount::Number(share)) => Some(Amount::Share(share)),
        other => other,
    };
    Limit {
        min: number("min"),
        max: number("max"),
        max_drop: number("max_drop").or_else(|| share("max_drop_relative")),
        max_rise: number("max_rise").or_else(|| share("max_rise_relative")),
        min_gain: number("min_gain"),
        ..Limit::default()
    }
}

fn direction(rule: &Value) -> Direction {
    match rule.get("direction").and_then(Value::as_str) {
        Some("higher_is_better") => Direction::Higher,
        Some("lower_is_better") => Direction::Lower,
        None => Direction::Unknown,
        Some(other) => panic!("{other}"),
    }
}

fn value(vector: &Value, side: &str) -> Option<MetricValue> {
    vector.get(side).map(|value| MetricValue::from_text(value.to_string().trim_matches('"')))
}

#[test]
fn every_vector_is_judged_as_recommended() {
    let file = references::json("models/evals/thresholds.vectors.json");
    let vectors = file["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 30, "{}", vectors.len());
    for vector in vectors {
        let (limit, direction) = (limit(&vector["rule"]), direction(&vector["rule"]));
        let judged =
            |limit: &Limit| judge(limit, direction, value(vector, "before").as_ref(), value(vector, "after").as_ref());
        let word = match judged(&limit) {
            Verdict::Pass => "pass",
            Verdict::Fail { .. } => "fail",
            Verdict::Incomparable { .. } => {
                let required = Limit { required: true, ..limit.clone() };
                assert!(matches!(judged(&required), Verdict::Fail { .. }), "{vector}");
                "incomparable (blocks when the rule is required)"
            }
        };
        assert_eq!(Some(word), vector["recommended"].as_str(), "{vector}");
    }
}

#[test]
fn every_known_metric_has_its_direction_and_scale() {
    let file = references::json("models/metric_directions.json");
    let metrics = file["metrics"].as_array().unwrap();
    assert!(metrics.len() >= 140, "{}", metrics.len());
    for metric in metrics {
        let (name, range) = (metric["metric"].as_str().unwrap(), metric["range"].as_str().unwrap());
        let key = MetricKey { metric_type: name.to_owned(), ..MetricKey::default() };
        let expected = match metric["direction"].as_str().unwrap() {
            "higher" => Direction::Higher,
            "lower" => Direction::Lower,
            "none" => Direction::NotRanked,
            "target" => {
                let best = range.split_whitespace().next().unwrap();
                Direction::Target(MetricValue::from_text(best).number().unwrap())
            }
            other => panic!("{other}"),
        };
        assert_eq!(direction_of(&key), expected, "{name}");
        if matches!(expected, Direction::Higher | Direction::Lower) {
            assert_eq!(has_fixed_scale(&key), range != "unbounded", "{name}: {range}");
        }
    }
}
