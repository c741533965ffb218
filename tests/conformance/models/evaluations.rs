//! Evaluation files of several tools.

use countersign::artifact::card::SectionState;
use countersign::artifact::evaluations::{EvaluationFormat, Evaluations, read_file};
use countersign::artifact::interface::Port;
use countersign::artifact::metrics::{
    DEFAULT_MIN_COUNT, EvalResult, MetricChange, MetricKey, Outcome, compare, slice_gaps,
};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::references;

/// A file below `models/evals`, in the format it was recognised as.
pub fn evaluation(path: &str) -> Evaluations {
    let path = format!("models/evals/{path}");
    read_file(&path, &references::bytes(&path)).unwrap_or_else(|| panic!("{path} is not recognised"))
}

/// Numbers of the references went through doubles.
pub fn is_close(ours: Decimal, theirs: &Value) -> bool {
    let theirs = theirs.as_f64().unwrap();
    let ours: f64 = ours.to_string().parse().unwrap();
    (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0)
}

fn readable(path: &str, format: EvaluationFormat) -> Evaluations {
    let read = evaluation(path);
    assert_eq!((read.format, read.fault.as_ref()), (format, None), "{path}");
    read
}

/// `[type, slice, value]`, as the references list them.
fn assert_listed(read: &Evaluations, expected: &Value) {
    let overall = read.results.iter().map(|result| ("overall".to_owned(), result));
    let slices = read.slices.iter().map(|slice| (slice.slice.clone(), &slice.result));
    let ours: Vec<(String, &EvalResult)> = overall.chain(slices).collect();
    let theirs = expected.as_array().unwrap();
    assert_eq!(ours.len(), theirs.len());
    for ((slice, result), expected) in ours.iter().zip(theirs) {
        assert_eq!(expected[0], result.key.metric_type);
        assert_eq!(expected[1], slice.as_str());
        assert!(is_close(result.value.number().unwrap(), &expected[2]), "{expected}");
    }
}

fn assert_gap(read: &Evaluations, difference: &Value, ratio: &Value) {
    let gaps = slice_gaps(&read.slices, DEFAULT_MIN_COUNT);
    assert_eq!(gaps.len(), 1);
    let extremes = gaps[0].extremes.as_ref().unwrap();
    assert!(is_close(extremes.gap, difference) && is_close(extremes.ratio.unwrap(), ratio), "{extremes:?}");
}

#[test]
fn model_card_toolkit_files_are_read() {
    let expected = references::json("models/evals/model-card-toolkit/expected.json");
    let full = readable("model-card-toolkit/full.json", EvaluationFormat::ModelCardToolkit);
    let theirs = &expected["full.json"];
    assert_listed(&full, &theirs["metrics"]);
    assert!(full.results[0].value.interval.is_some());
    assert_eq!(theirs["licences"], serde_json::json!(full.licences));
    let considerations = full.considerations.unwrap();
    assert_eq!(theirs["ethical_considerations"], considerations.ethical);
    assert_eq!(theirs["limitations"], considerations.limitations);

    let slices = readable("model-card-toolkit/slices.json", EvaluationFormat::ModelCardToolkit);
    let theirs = &expected["slices.json"];
    assert!(is_close(slices.results[0].value.number().unwrap(), &theirs["overall"]));
    for slice in &slices.slices {
        assert!(is_close(slice.result.value.number().unwrap(), &theirs["by slice"][&slice.slice]), "{slice:?}");
    }
    assert_eq!(slices.slices.len(), theirs["by slice"].as_object().unwrap().len());
    assert_gap(&slices, &theirs["difference"], &theirs["ratio"]);
}

#[test]
fn cyclonedx_files_are_read() {
    let expected = references::json("models/evals/cyclonedx/expected.json");
    let read = readable("cyclonedx/ml-bom.json", EvaluationFormat::CycloneDx);
    assert_listed(&read, &expected["metrics"]);
    assert_gap(&read, &expected["slice difference"], &expected["slice ratio"]);
    assert_eq!(read.licences, [expected["licence"].as_str().unwrap()]);
    let considerations = read.considerations.unwrap();
    assert_eq!(expected["fairness assessments"], considerations.fairness);
    assert_eq!(considerations.bias_section, SectionState::Filled);
}

#[test]
fn scores_of_the_hub_are_read_as_huggingface_hub_reads_them() {
    let entries = references::json("models/evals/eval_results/good.expected.json")["entries"].clone();
    let read = readable("eval_results/good.yaml", EvaluationFormat::EvalResults);
    let entries = entries.as_array().unwrap();
    assert_eq!(read.results.len(), entries.len());
    for (result, entry) in read.results.iter().zip(entries) {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let key = &result.key;
        assert_eq!((Some(key.dataset_type.clone()), key.dataset_config.clone()), (text("dataset_id"), text("task_id")));
        assert_eq!(key.dataset_revision, text("dataset_revision"));
        assert_eq!((key.source_url.clone(), result.source_name.clone()), (text("source_url"), text("source_name")));
        assert_eq!(key.metric_args, text("notes"));
        assert_eq!(result.claimed_verified, text("verify_token").is_some());
        assert!(is_close(result.value.number().unwrap(), &entry["value"]), "{entry}");
    }
}

/// huggingface_hub refuses this file; here both results stay, and what each lacks is told.
#[test]
fn scores_that_lack_a_field_are_kept_and_told() {
    let refused = references::json("models/evals/eval_results/missing-task-id.expected.json");
    assert!(refused["entries"]["error"].is_string());
    let read = readable("eval_results/missing-task-id.yaml", EvaluationFormat::EvalResults);
    assert_eq!((read.results.len(), read.problems.len()), (2, 2), "{:?}", read.problems);
}

#[test]
fn logged_models_are_read() {
    let side = |side: &str| readable(&format!("mlflow/{side}/MLmodel"), EvaluationFormat::Mlflow).logged_model.unwrap();
    let (before, after) = (side("before"), side("after"));
    assert_eq!(before.run_id.as_deref(), Some("0123456789abcdef0123456789abcdef"));
    assert_ne!(before.run_id, after.run_id);
    assert_eq!(before.model_id.as_deref(), Some("5aab87ed0ec84afab7e713b2d37873d2"));
    assert_eq!(before.mlflow_version.as_deref(), Some("3.17.2"));
    let names = |ports: &[Port]| {
        ports.iter().map(|port| format!("{} {}", port.kind, port.name.clone().unwrap_or_default())).collect::<Vec<_>>()
    };
    assert_eq!(names(&before.inputs), ["long age", "double income"]);
    assert_eq!(names(&after.inputs), ["long age", "double income", "string postcode"]);
    let sklearn = after.flavors.iter().find(|flavor| flavor.name == "sklearn").unwrap();
    assert_eq!(sklearn.serialization_format.as_deref(), Some("cloudpickle"));
}

/// Both sides of a pair of lm-evaluation-harness files, compared.
pub fn lm_eval(name: &str) -> Vec<MetricChange> {
    let side = |side: &str| readable(&format!("{name}.{side}.json"), EvaluationFormat::LmEval).results;
    compare(&side("before"), &side("after"))
}

#[test]
fn new_lm_eval_files_have_the_regressions_that_are_expected() {
    let expected = references::json("models/evals/lm-eval-v0.4.expected.json");
    let changes = lm_eval("lm-eval-v0.4");
    for theirs in expected["regressed"].as_array().unwrap() {
        let (metric, filter) = match theirs[1].as_str().unwrap().split_once(" (") {
            Some((metric, filter)) => (metric, Some(filter.trim_end_matches(')'))),
            None => (theirs[1].as_str().unwrap(), None),
        };
        let is_it = |key: &MetricKey| {
            theirs[0] == key.dataset_type && key.metric_type == metric && key.metric_config.as_deref() == filter
        };
        let change = changes.iter().find(|change| is_it(&change.key)).unwrap_or_else(|| panic!("{theirs}"));
        assert_eq!(change.outcome, Outcome::Worse, "{theirs}");
        let number =
            |side: &Option<countersign::artifact::metrics::MetricValue>| side.as_ref().unwrap().number().unwrap();
        assert!(
            is_close(number(&change.before), &theirs[2]) && is_close(number(&change.after), &theirs[3]),
            "{theirs}"
        );
    }
    let keys: Vec<&MetricKey> = changes.iter().map(|change| &change.key).collect();
    assert_eq!(keys.len(), 11, "groups are counted once, aliases and errors are no metrics: {keys:?}");
    let file = evaluation("lm-eval-v0.4.before.json");
    assert_eq!(file.problems.len(), 1, "{:?}", file.problems);
    assert!(file.problems[0].text.contains("`ter`"), "{:?}", file.problems);
}
