use super::*;
use crate::artifact::evaluations::{Evaluations, read_file};
use crate::checks::EvaluationFacts;
use crate::checks::samples::{Sample, model, model_rules, model_with, results};

fn flags(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<Flag> {
    check(&Sample::with(model_with(&results(before), &results(after))).facts())
}

fn codes(metric: &str, before: &str, after: &str) -> Vec<String> {
    flags(&[(metric, before)], &[(metric, after)]).into_iter().map(|flag| flag.code).collect()
}

#[test]
fn worse_by_exactly_two_percent_passes_and_by_more_does_not() {
    assert!(codes("accuracy", "0.500", "0.490").is_empty());
    assert_eq!(codes("accuracy", "0.500", "0.4899"), ["metric.regressed"]);
    assert!(codes("accuracy", "0.500", "0.900").is_empty());
}

#[test]
fn error_rates_regress_upwards() {
    assert!(codes("wer", "13.55", "13.80").is_empty());
    assert!(codes("wer", "13.55", "10").is_empty());
    let worse = flags(&[("wer", "13.55")], &[("wer", "14.90")]);
    assert_eq!(worse[0].message, "wer (acme/reviews): 13.55 → 14.90, worse by 10 % (limit 2 %).");
    assert_eq!((worse[0].severity, worse[0].is_new), (Severity::High, true));
    assert!(worse[0].source.as_deref().unwrap().starts_with("README.md@0202020#"));
}

/// A file that states standard errors, as lm-evaluation-harness writes it.
fn harness(value: &str, error: &str) -> Option<Evaluations> {
    let text = format!(
        "{{\"results\": {{\"arc_easy\": {{\"acc\": {value}, \"acc_stderr\": {error}}}}}, \"versions\": {{\"arc_easy\": 0}}}}"
    );
    read_file("eval/results.json", text.as_bytes())
}

fn file_flags(before: Option<Evaluations>, after: Option<Evaluations>) -> Vec<Flag> {
    let evaluations = vec![EvaluationFacts { path: "eval/results.json".into(), before, after }];
    check(&Sample::with(ModelFacts { evaluations, ..model() }).facts())
}

#[test]
fn where_both_sides_state_their_standard_error_two_of_them_are_needed() {
    // Errors of 0.03 and 0.04 make one of 0.05: 0.10 is two of them.
    let found = |after, error| file_flags(harness("0.80", "0.03"), harness(after, error));
    let worse = found("0.70", "0.04");
    assert_eq!((worse[0].code.as_str(), worse.len()), ("metric.regressed", 1));
    assert!(worse[0].source.as_deref().unwrap().starts_with("eval/results.json@0202020#"), "{worse:?}");
    assert!(found("0.7001", "0.04").is_empty());
    assert_eq!(found("0.7001", "0").len(), 1, "one error makes a smaller one");
    assert_eq!(codes("accuracy", "80 ± 3", "70.01 ± 4"), ["metric.regressed"], "a deviation is no standard error");
}

#[test]
fn a_file_that_cannot_be_read_removes_nothing_and_one_without_the_result_does() {
    let broken = read_file(".eval_results/a.yaml", b"- [");
    assert!(broken.as_ref().unwrap().fault.is_some());
    assert!(file_flags(harness("0.8", "0.1"), broken).is_empty());
    assert_eq!(file_flags(harness("0.8", "0.1"), None)[0].code, "metric.removed");
}

#[test]
fn a_card_that_claims_more_than_the_file_beside_it_is_a_mismatch() {
    let file = |value: &str| {
        read_file("eval/results.json", format!(
        "{{\"results\": {{\"acme/reviews\": {{\"accuracy\": {value}}}}}, \"versions\": {{\"acme/reviews\": 0}}}}"
    ).as_bytes())
    };
    let found = |value: &str| {
        let evaluations = vec![EvaluationFacts { path: "eval/results.json".into(), before: None, after: file(value) }];
        let card = model_with("license: mit", &results(&[("accuracy", "0.951")]));
        check(&Sample::with(ModelFacts { evaluations, ..card }).facts())
    };
    let flags = found("0.906");
    assert_eq!(flags[0].code, "metric.card_mismatch");
    assert!(flags[0].message.contains("claims 0.951") && flags[0].message.contains("says 0.906"), "{flags:?}");
    assert!(found("0.95104").is_empty(), "rounding is no mismatch");
}

fn ruled(rules: &str, before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<(String, Severity)> {
    let models = vec![model_with(&results(before), &results(after))];
    let sample = Sample { models, rules: model_rules(rules), ..Sample::ahead() };
    check(&sample.facts()).into_iter().map(|flag| (flag.code, flag.severity)).collect()
}

#[test]
fn a_policy_sets_bounds_and_its_own_tolerance() {
    let rules = "{ name: sentiment, performance: { default: { max_worse: 10% }, metrics: [\
                 { match: { metric: accuracy }, min: 0.90, max_drop: 0.01, required: true },\
                 { match: { metric: 'f*' }, max_gain: 20% } ] } }";
    assert!(ruled(rules, &[("accuracy", "0.92")], &[("accuracy", "0.91")]).is_empty());
    let below = ruled(rules, &[("accuracy", "0.90")], &[("accuracy", "0.899")]);
    assert_eq!(below, [("metric.below_threshold".to_owned(), Severity::Critical)]);
    let both = ruled(rules, &[("accuracy", "0.92")], &[("accuracy", "0.90")]);
    assert_eq!(both, [("metric.regressed".to_owned(), Severity::Critical)]);
    let accuracy = ("accuracy", "0.92");
    assert!(ruled(rules, &[accuracy, ("recall", "0.80")], &[accuracy, ("recall", "0.73")]).is_empty());
    let gain = ruled(rules, &[accuracy, ("f1", "0.50")], &[accuracy, ("f1", "0.70")]);
    assert_eq!(gain, [("metric.suspicious_gain".to_owned(), Severity::Medium)]);
    let missing = ruled(rules, &[], &[("recall", "0.8")]);
    assert_eq!(missing, [("metric.below_threshold".to_owned(), Severity::Critical)]);
}

#[test]
fn a_policy_says_which_way_an_unknown_metric_is_better() {
    let rules =
        "{ name: sentiment, performance: { metrics: [{ match: { metric: acme_special }, direction: lower }] } }";
    let worse = ruled(rules, &[("acme_special", "1")], &[("acme_special", "2")]);
    assert_eq!(worse, [("metric.regressed".to_owned(), Severity::High)]);
    assert!(ruled(rules, &[("acme_special", "2")], &[("acme_special", "1")]).is_empty());
}

#[test]
fn all_values_times_a_hundred_are_another_scale_and_no_gain() {
    let before = [("accuracy", "0.912"), ("f1", "0.88")];
    let after = [("accuracy", "91.5"), ("f1", "87.2")];
    let codes: Vec<String> = flags(&before, &after).into_iter().map(|flag| flag.code).collect();
    assert_eq!(codes, ["metric.scale_changed"]);
}

#[test]
fn a_removed_metric_is_found_on_the_live_side() {
    let removed = flags(&[("accuracy", "0.9"), ("f1", "0.8")], &[("accuracy", "0.9")]);
    assert_eq!((removed.len(), removed[0].code.as_str(), removed[0].severity), (1, "metric.removed", Severity::High));
    assert!(removed[0].source.as_deref().unwrap().contains("@0101010#"), "{:?}", removed[0].source);
    assert!(flags(&[("accuracy", "0.9")], &[("accuracy", "0.9"), ("f1", "0.8")]).is_empty());
}

#[test]
fn what_cannot_be_compared_is_said() {
    assert_eq!(codes("accuracy", "92.1%", "0.921"), ["metric.incomparable"]);
    assert_eq!(codes("accuracy", "0.9", "N/A"), ["metric.incomparable"]);
    assert_eq!(codes("loss", "0", "0.1"), ["metric.incomparable"]);
    assert_eq!(codes("acme_special", "1", "2"), ["metric.incomparable"]);
    assert!(codes("acme_special", "1", "1").is_empty());
    assert!(codes("support", "100", "200").is_empty());
    assert!(!flags(&[("accuracy", "N/A")], &[("accuracy", "N/A")])[0].is_new);
}

#[test]
fn an_unreadable_card_removes_nothing() {
    let after = "tags: a\ntags: b";
    let sample = Sample::with(model_with(&results(&[("accuracy", "0.9")]), after));
    assert!(check(&sample.facts()).is_empty());
}
