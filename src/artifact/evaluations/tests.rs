use super::*;
use crate::artifact::metrics::{DEFAULT_MIN_COUNT, EvalResult, compare, slice_gaps};

/// Metric, filter or other configuration, value, standard error.
fn told(results: &[EvalResult]) -> Vec<String> {
    let one = |result: &EvalResult| {
        let error = result.value.standard_error.map(|error| format!(" se {error}")).unwrap_or_default();
        format!("{} = {}{error}", result.key, result.value.text)
    };
    results.iter().map(one).collect()
}

fn problems(evaluations: &Evaluations) -> Vec<&str> {
    evaluations.problems.iter().map(|problem| problem.text.as_str()).collect()
}

const NEW_LM_EVAL: &str = r#"{
 "results": {
  "arc_easy": {"alias": "arc_easy", " ": " ", "acc,none": 0.7634, "acc_stderr,none": 0.0087, "sample_len": 12},
  "gsm8k": {"exact_match,strict-match": 0.412, "exact_match_stderr,strict-match": "N/A", "loose": 1,
            "exact_match,flexible-extract": NaN},
  "mt": {"ter,none": 58.2, "ter_stderr,none": 0.42, "acme,none": 3},
  "mmlu": {"acc,none": 0.45, "acc_stderr,none": 0.004}
 },
 "groups": {"mmlu": {"acc,none": 0.45, "acc_stderr,none": 0.004}, "other": {"acc,none": 0.5}},
 "versions": {"arc_easy": 1.0, "gsm8k": 3},
 "n-shot": {"arc_easy": 0, "gsm8k": 5},
 "n-samples": {"gsm8k": {"original": 1319, "effective": 100}},
 "higher_is_better": {"mt": {"ter": true, "acme": false}},
 "config": {"limit": 100}
}"#;

#[test]
fn new_lm_eval_files_are_read_with_filters_errors_and_counts() {
    let read = read(EvaluationFormat::LmEval, NEW_LM_EVAL.as_bytes());
    assert_eq!(read.fault, None);
    assert_eq!(
        told(&read.results),
        [
            "dataset arc_easy / metric acc = 0.7634 se 0.0087",
            "dataset gsm8k / metric exact_match = 0.412",
            "dataset gsm8k / metric exact_match = NaN",
            "dataset mt / metric ter = 58.2 se 0.42",
            "dataset mt / metric acme = 3",
            "dataset mmlu / metric acc = 0.45 se 0.004",
            "dataset other / metric acc = 0.5",
        ]
    );
    let key = |index: usize| {
        let key = &read.results[index].key;
        (key.metric_config.as_deref(), key.dataset_revision.as_deref(), key.dataset_args.as_deref())
    };
    assert_eq!(key(0), (None, Some("version 1"), Some("num_fewshot: 0, limit: 100")));
    assert_eq!(key(1), (Some("strict-match"), Some("version 3"), Some("num_fewshot: 5, limit: 100")));
    assert_eq!(
        read.results.iter().map(|result| result.value.samples).take(3).collect::<Vec<_>>(),
        [Some(12), Some(100), Some(100)]
    );
    assert_eq!(read.results[4].claimed_higher_is_better, Some(false));
    let told = problems(&read);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("NaN") && told[1].contains("`ter` the wrong way round; lower is better"), "{told:?}");
}

#[test]
fn old_lm_eval_files_share_their_keys_with_new_ones() {
    let old = r#"{"results": {"arc_easy": {"acc": 0.7, "acc_stderr": 0.01, "note": "none"}}, "versions": {"arc_easy": 1},
                  "config": {"num_fewshot": 0, "limit": 100}}"#;
    let old = read(EvaluationFormat::LmEval, old.as_bytes());
    assert_eq!(told(&old.results), ["dataset arc_easy / metric acc = 0.7 se 0.01"]);
    assert_eq!(old.results[0].key, read(EvaluationFormat::LmEval, NEW_LM_EVAL.as_bytes()).results[0].key);
}

#[test]
fn another_version_of_a_task_is_another_measurement() {
    let other = NEW_LM_EVAL.replace("\"arc_easy\": 1.0", "\"arc_easy\": 2.0");
    let file = |text: &str| read(EvaluationFormat::LmEval, text.as_bytes()).results;
    let changes = compare(&file(NEW_LM_EVAL), &file(&other));
    let differently = changes.iter().filter(|change| format!("{:?}", change.outcome).contains("revision")).count();
    assert_eq!((changes.len(), differently), (7, 1));
}

#[test]
fn model_card_toolkit_numbers_are_strings_and_have_slices() {
    let text = r#"{"model_details": {"name": "m", "licenses": [{"identifier": "Apache-2.0"}]}, "quantitative_analysis": {
      "performance_metrics": [
        {"type": "accuracy", "value": "0.9", "slice": "overall", "confidence_interval": {"lower_bound": "0.85", "upper_bound": "0.95"}},
        {"type": "accuracy", "value": "0.78", "slice": "age=60+"}, {"type": "f1", "value": "high"}, {"value": "1"}, {"type": "f2"}]},
      "considerations": {"ethical_considerations": [{"name": "x"}, {"name": " "}, {}], "limitations": ["a", {"description": "b"}]}}"#;
    let read = read(EvaluationFormat::ModelCardToolkit, text.as_bytes());
    assert_eq!(told(&read.results), ["metric accuracy = 0.9", "metric f1 = high", "metric f2 = "]);
    assert_eq!(read.slices.iter().map(|slice| slice.slice.as_str()).collect::<Vec<_>>(), ["age=60+"]);
    let interval =
        read.results[0].value.interval.map(|interval| (interval.lower.to_string(), interval.upper.to_string()));
    assert_eq!(interval, Some(("0.85".into(), "0.95".into())));
    assert_eq!(read.licences, ["Apache-2.0"]);
    assert_eq!(problems(&read).len(), 3, "{:?}", problems(&read));
    let considerations = read.considerations.unwrap();
    assert_eq!((considerations.ethical, considerations.limitations), (1, 2));
    assert_eq!(considerations.bias_section, SectionState::Filled);
}

#[test]
fn models_anywhere_in_a_bill_of_materials_are_read() {
    let model = |name: &str, more: &str| {
        format!(
            r#"{{"type": "machine-learning-model", "name": "{name}", "licenses": [{{"license": {{"id": "MIT"}}}}, {{"expression": "A OR B"}}],
            "modelCard": {{"quantitativeAnalysis": {{"performanceMetrics": [{{"type": "f1", "value": "0.8",
            "confidenceInterval": {{"lowerBound": "0.7", "upperBound": "0.9"}}}}]}},
            "considerations": {{"fairnessAssessments": [{{"groupAtRisk": "women"}}]}}}}{more}}}"#
        )
    };
    let nested = model("outer", &format!(r#", "components": [{}]"#, model("inner", "")));
    let bom = format!(
        r#"{{"bomFormat": "CycloneDX", "specVersion": "1.9", "metadata": {{"component": {}}},
        "components": [{{"type": "library", "name": "numpy"}}, {nested}]}}"#,
        model("main", "")
    );
    let read = read(EvaluationFormat::CycloneDx, bom.as_bytes());
    assert_eq!(
        read.results.iter().map(|result| result.key.entry.as_str()).collect::<Vec<_>>(),
        ["main", "outer", "inner"]
    );
    assert!(read.results.iter().all(|result| result.value.interval.is_some()));
    assert_eq!(read.licences.len(), 6);
    assert_eq!(
        read.considerations.as_ref().map(|all| (all.fairness, all.bias_section)),
        Some((3, SectionState::Filled))
    );
    assert!(problems(&read)[0].contains("version `1.9`"));
}

#[test]
fn scores_of_the_hub_are_kept_when_one_lacks_a_field() {
    let text = "- dataset: {id: a/b, task_id: t, revision: abc}\n  value: 20.90\n  notes: no-tools\n  verifyToken: x\n\
                - dataset: {id: a/b}\n  value: [1]\n  source: {name: n}\n- value: 1\n";
    let read = read(EvaluationFormat::EvalResults, text.as_bytes());
    assert_eq!(told(&read.results), ["dataset a/b (t) / metric value = 20.90", "dataset a/b / metric value = [1]"]);
    assert_eq!(read.results[0].key.metric_args.as_deref(), Some("no-tools"));
    assert_eq!(
        read.results.iter().map(|result| (result.claimed_verified, result.line)).collect::<Vec<_>>(),
        [(true, 2), (false, 6)]
    );
    assert_eq!(read.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [5, 5, 6, 8]);
}

#[test]
fn a_logged_model_says_how_it_is_called_and_loaded() {
    let text = "flavors:\n  sklearn:\n    serialization_format: cloudpickle\n    pickled_model: m.pkl\n  python_function:\n    \
                loader_module: acme.loader\n    code: code\nrun_id: r\nmodel_uuid: u\nmlflow_version: 3.1\nsignature:\n  \
                inputs: '[{\"name\": \"age\", \"type\": \"long\"}, {\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float64\", \"shape\": [-1, 4]}}]'\n  \
                outputs: '[{\"type\": \"array\", \"items\": {\"type\": \"long\"}, \"required\": false}]'\n  params: null\n";
    let read = read(EvaluationFormat::Mlflow, text.as_bytes());
    assert_eq!(read.fault, None);
    let model = read.logged_model.unwrap();
    assert_eq!((model.run_id.as_deref(), model.model_id.as_deref()), (Some("r"), Some("u")));
    let [sklearn, python] = model.flavors.as_slice() else { panic!("{:?}", model.flavors) };
    assert_eq!(sklearn.serialization_format.as_deref(), Some("cloudpickle"));
    assert_eq!(sklearn.files, [("pickled_model".to_owned(), "m.pkl".to_owned())]);
    assert_eq!((python.loader_module.as_deref(), python.code.as_deref()), (Some("acme.loader"), Some("code")));
    let ports = |ports: &[crate::artifact::interface::Port]| -> Vec<(Option<String>, String, bool)> {
        ports.iter().map(|port| (port.name.clone(), port.kind.clone(), port.required)).collect()
    };
    assert_eq!(
        ports(&model.inputs),
        [(Some("age".into()), "long".into(), true), (None, "tensor float64 [-1,4]".into(), true)]
    );
    assert_eq!(
        ports(&model.outputs),
        [(None, r#"{"type":"array","items":{"type":"long"},"required":false}"#.into(), false)]
    );
    let broken = text.replace("[{\"name\"", "[{name");
    assert!(super::read(EvaluationFormat::Mlflow, broken.as_bytes()).fault.unwrap().reason.contains("`inputs`"));
}

#[test]
fn a_bias_subcard_counts_when_somebody_answered() {
    let card = |response: &str| {
        let text = format!(
            "Field | Response\n:---|:---\nMeasures taken to mitigate against unwanted bias: | {response}\n\
             Which feature(s) have the worst performance? | {response}\n\n***You may remove \"[]s\" before publishing.\n"
        );
        read(EvaluationFormat::NvidiaBias, text.as_bytes()).considerations.unwrap()
    };
    assert_eq!(card("[Insert Response Here]").bias_section, SectionState::Placeholder);
    assert_eq!(card("").bias_section, SectionState::Empty);
    assert_eq!(card("<!-- none -->").bias_section, SectionState::Empty);
    let answered = card("[Age](#age), 60+");
    assert_eq!((answered.bias_section, answered.fairness), (SectionState::Filled, 2));
    assert_eq!(answered.worst_feature.as_deref(), Some("[Age](#age), 60+"));
    let prose = |text: &str| read(EvaluationFormat::NvidiaBias, text.as_bytes()).considerations.unwrap().bias_section;
    assert_eq!(prose("# Bias\nWorse on short texts.\n"), SectionState::Filled);
    assert_eq!(prose("# Bias\n[More Information Needed]\n"), SectionState::Placeholder);
    assert_eq!(prose("# Bias\n"), SectionState::Empty);
}

#[test]
fn our_report_by_slice_is_read() {
    let text = r#"{"format": "countersign.slices/1", "model": "m", "dataset": "acme/reviews", "split": "test", "slices": [
        {"slice": "overall", "count": 900, "metrics": {"recall": 0.8}},
        {"slice": "sex=f", "count": 500, "metrics": {"recall": 0.7}, "standard_errors": {"recall": 0.02}},
        {"slice": "sex=m", "count": 400, "metrics": {"recall": 0.9}},
        {"slice": "sex=x", "count": "few", "metrics": {"recall": 0.1}}, {"count": 1}, {"slice": "y"}]}"#;
    let read = read(EvaluationFormat::Slices, text.as_bytes());
    assert_eq!(told(&read.results), ["dataset acme/reviews (test) / metric recall = 0.8"]);
    assert_eq!(read.results[0].value.samples, Some(900));
    assert_eq!(read.slices[0].result.value.standard_error.map(|error| error.to_string()).as_deref(), Some("0.02"));
    let gap = slice_gaps(&read.slices, DEFAULT_MIN_COUNT).remove(0).extremes.unwrap();
    assert_eq!((gap.lowest.slice.as_str(), gap.highest.slice.as_str()), ("sex=x", "sex=m"));
    assert_eq!(problems(&read).len(), 3);
    assert!(super::read(EvaluationFormat::Slices, br#"{"format": "countersign.slices/1"}"#).fault.is_some());
}

#[test]
fn files_are_recognised_by_content() {
    let bias = "Field | Response\n---|---\nMeasures taken to mitigate against unwanted bias: | None\n";
    let scores = "- dataset: {id: a/b, task_id: t}\n  value: 1\n";
    let known = [
        ("out/anything.json", NEW_LM_EVAL, Some(EvaluationFormat::LmEval)),
        (
            "a.json",
            r#"{"model_details": {"name": "m"}, "considerations": {}}"#,
            Some(EvaluationFormat::ModelCardToolkit),
        ),
        (
            "a.JSON",
            r#"{"bomFormat": "CycloneDX", "components": [{"type": "machine-learning-model"}]}"#,
            Some(EvaluationFormat::CycloneDx),
        ),
        ("a.json", r#"{"format": "countersign.slices/1 draft", "slices": []}"#, Some(EvaluationFormat::Slices)),
        ("scores.yml", "- dataset:\n    id: a/b\n    task_id: t\n  value: 1\n", Some(EvaluationFormat::EvalResults)),
        ("m/.eval_results/x.yaml", scores, Some(EvaluationFormat::EvalResults)),
        ("model/MLmodel", "flavors: {}\n", Some(EvaluationFormat::Mlflow)),
        ("docs/bias.md", "# Bias\n", Some(EvaluationFormat::NvidiaBias)),
        ("bias subcard.md", bias, Some(EvaluationFormat::NvidiaBias)),
        ("package.json", r#"{"results": [], "versions": {}}"#, None),
        ("bom.json", r#"{"bomFormat": "CycloneDX", "components": [{"type": "library"}]}"#, None),
        ("README.md", "# Model\n", None),
        ("a.yaml", "name: ci\n", None),
        ("a.txt", NEW_LM_EVAL, None),
    ];
    for (path, text, format) in known {
        assert_eq!(detect(path, text.as_bytes()), format, "{path}");
    }
}

#[test]
fn what_is_broken_is_told_and_not_taken_for_nothing() {
    let broken = [
        ("results_1.json", "{\"results\": {\"a\": {\"acc\": 1}}, \"versions\": {", EvaluationFormat::LmEval),
        (".eval_results/x.yaml", "- dataset: [\n", EvaluationFormat::EvalResults),
        (".eval_results/x.yaml", "a: 1\n", EvaluationFormat::EvalResults),
        ("x.slices.json", "{}", EvaluationFormat::Slices),
        ("MLmodel", "- 1\n", EvaluationFormat::Mlflow),
        (
            "bom.json",
            "{\"bomFormat\": \"CycloneDX\", \"components\": [{\"type\": \"machine-learning-model\"",
            EvaluationFormat::CycloneDx,
        ),
    ];
    for (path, text, format) in broken {
        let read = read_file(path, text.as_bytes()).unwrap_or_else(|| panic!("{path}"));
        assert!(read.format == format && read.fault.is_some(), "{path}: {read:?}");
    }
    let latin = read_file("bias.md", b"# Bias\nAndr\xe9\n").unwrap();
    assert!(latin.fault.is_some());
}

#[test]
fn too_many_results_are_a_fault() {
    let metrics: Vec<String> = (0..=RESULT_LIMIT).map(|index| format!("\"m{index}\": 1")).collect();
    let text = format!("{{\"results\": {{\"t\": {{{}}}}}, \"versions\": {{}}}}", metrics.join(","));
    let read = read(EvaluationFormat::LmEval, text.as_bytes());
    assert_eq!(read.results.len(), RESULT_LIMIT);
    assert!(read.fault.is_some_and(|fault| fault.reason.contains("20000")));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        for format in EvaluationFormat::ALL {
            read(format, &bytes);
        }
    }

    #[test]
    fn any_near_file_is_read_without_panic(
        text in "(\"results\": ?|\"versions\": ?|\"model_details\": ?|\"slices\": ?|\"format\": ?|\"countersign.slices/1\"|\\{|\\}|\\[|\\]|,|\"a(,none)?\": ?|\"(performance_metrics|type|value|slice|metrics)\": ?|0\\.5|\"x\"|NaN|null){0,40}"
    ) {
        for format in EvaluationFormat::ALL {
            read(format, text.as_bytes());
        }
        read_file("a.json", text.as_bytes());
    }

    #[test]
    fn any_near_yaml_is_read_without_panic(
        text in "(- |  |\n|dataset: |id: |task_id: |value: |source: |flavors: |signature: |inputs: |'\\[\\{\"type\": 1\\}\\]'|\\{|\\}|a|1|\\| ){0,40}"
    ) {
        for format in EvaluationFormat::ALL {
            read(format, text.as_bytes());
        }
    }

    #[test]
    fn the_order_of_tasks_does_not_matter(values in proptest::collection::vec(0_u32..100, 1..6)) {
        let file = |reversed: bool| {
            let mut tasks: Vec<String> =
                values.iter().enumerate().map(|(task, value)| format!("\"t{task}\": {{\"acc\": 0.{value}}}")).collect();
            if reversed {
                tasks.reverse();
            }
            let text = format!("{{\"results\": {{{}}}, \"versions\": {{}}}}", tasks.join(","));
            read(EvaluationFormat::LmEval, text.as_bytes()).results
        };
        proptest::prop_assert_eq!(compare(&file(false), &file(true)).len(), values.len());
        proptest::prop_assert!(compare(&file(false), &[]) == compare(&file(true), &[]));
    }
}
