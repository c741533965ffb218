use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn run(results: Value) -> Value {
    json!({
        "tool": {
            "driver": {
                "name": "scan",
                "version": "1.2",
                "rules": [
                    { "id": "A", "defaultConfiguration": { "level": "error" }, "properties": { "security-severity": "9.8" } },
                    { "id": "B", "defaultConfiguration": { "level": "note" } },
                    { "id": "C" },
                ],
            },
            "extensions": [{ "name": "pack", "rules": [
                { "id": "P", "defaultConfiguration": { "level": "note" }, "properties": { "security-severity": 4 } },
                { "id": "B", "defaultConfiguration": { "level": "error" } },
            ]}],
        },
        "results": results,
    })
}

fn log(runs: Value) -> Value {
    json!({ "version": "2.1.0", "runs": runs })
}

fn report(log: &Value) -> SarifReport {
    read(log.to_string().as_bytes()).unwrap()
}

/// The one finding of a run with this result.
fn finding(result: Value) -> SarifFinding {
    let report = report(&log(json!([run(json!([result]))])));
    let [finding] = report.findings.as_slice() else { panic!("{report:?}") };
    finding.clone()
}

fn hidden(result: Value) -> Hidden {
    let report = report(&log(json!([run(json!([result]))])));
    assert_eq!(report.findings, []);
    assert!(report.is_conclusive());
    report.hidden
}

#[test]
fn level_is_the_results_then_the_rules_then_warning() {
    let level = |result: Value| finding(result).level;
    assert_eq!(level(json!({ "ruleId": "A" })), Level::Error);
    assert_eq!(level(json!({ "ruleId": "A", "level": "note" })), Level::Note);
    assert_eq!(level(json!({ "ruleId": "C" })), Level::Warning);
    assert_eq!(level(json!({ "ruleId": "nobody's" })), Level::Warning);
    assert_eq!(level(json!({ "level": "none" })), Level::None);
    assert_eq!(level(json!({ "level": "fatal" })), Level::Error, "what nobody knows is not taken lightly");
}

#[test]
fn security_severity_has_githubs_bands() {
    let severity = |score: Value| {
        let mut run = run(json!([{ "ruleId": "A", "level": "note" }]));
        run["tool"]["driver"]["rules"][0]["properties"]["security-severity"] = score;
        let report = report(&log(json!([run])));
        report.findings[0].security
    };
    let bands = [
        ("10.0", Some(Severity::Critical)),
        ("9.0", Some(Severity::Critical)),
        ("8.9", Some(Severity::High)),
        ("7", Some(Severity::High)),
        ("6.9", Some(Severity::Medium)),
        ("4.0", Some(Severity::Medium)),
        ("3.9", Some(Severity::Low)),
        ("0.1", Some(Severity::Low)),
        ("0.0", None),
        ("10.1", None),
        ("-1", None),
        ("NaN", None),
        ("high", None),
    ];
    for (score, expected) in bands {
        assert_eq!(severity(json!(score)), expected, "{score}");
    }
    assert_eq!(severity(json!(9.1)), Some(Severity::Critical), "a number, although GitHub wants a string");
    assert_eq!(severity(json!(["9.1"])), None);
}

#[test]
fn without_security_severity_the_level_says_how_much_it_weighs() {
    for (level, severity) in
        [("error", Severity::High), ("warning", Severity::Medium), ("note", Severity::Low), ("none", Severity::Info)]
    {
        assert_eq!(finding(json!({ "level": level })).severity(), severity);
    }
    assert_eq!(finding(json!({ "ruleId": "A", "level": "note" })).severity(), Severity::Critical);
}

#[test]
fn other_kinds_are_no_findings() {
    for kind in ["pass", "open", "informational", "notApplicable", "review"] {
        assert_eq!(hidden(json!({ "ruleId": "A", "kind": kind })), Hidden { other_kinds: 1, ..Hidden::default() });
    }
    for kind in ["fail", "unheard of"] {
        assert_eq!(finding(json!({ "ruleId": "A", "kind": kind })).level, Level::Error);
    }
}

#[test]
fn accepted_suppressions_hide_and_others_do_not() {
    let accepted = Hidden { suppressed: 1, ..Hidden::default() };
    for suppressions in [json!([{ "kind": "external", "status": "accepted" }]), json!([{ "kind": "inSource" }])] {
        assert_eq!(hidden(json!({ "ruleId": "A", "suppressions": suppressions })), accepted);
    }
    for suppressions in [
        json!([]),
        json!([{ "status": "underReview" }]),
        json!([{ "status": "rejected" }]),
        json!([{ "status": "accepted" }, { "status": "rejected" }]),
        json!([{ "status": "unheard of" }]),
    ] {
        finding(json!({ "ruleId": "A", "suppressions": suppressions }));
    }
}

#[test]
fn unchanged_findings_are_not_new_and_absent_ones_are_gone() {
    let is_new = |state: &str| finding(json!({ "ruleId": "A", "baselineState": state })).is_new;
    assert!(is_new("new") && is_new("updated") && !is_new("unchanged"));
    assert!(finding(json!({ "ruleId": "A" })).is_new);
    assert_eq!(hidden(json!({ "baselineState": "absent" })), Hidden { absent: 1, ..Hidden::default() });
}

#[test]
fn rules_are_found_by_index_and_id_in_driver_and_extensions() {
    let of = |result: Value| {
        let finding = finding(result);
        (finding.rule.clone(), finding.level, finding.security)
    };
    assert_eq!(of(json!({ "ruleIndex": 0 })), ("A".into(), Level::Error, Some(Severity::Critical)));
    assert_eq!(of(json!({ "rule": { "index": 1 } })).0, "B");
    assert_eq!(of(json!({ "rule": { "id": "P" } })).2, Some(Severity::Medium));
    assert_eq!(of(json!({ "ruleId": "P" })).1, Level::Note);
    let in_pack = |component: Value| json!({ "ruleId": "B", "rule": { "index": 1, "toolComponent": component } });
    assert_eq!(of(in_pack(json!({ "index": 0 }))).1, Level::Error);
    assert_eq!(of(in_pack(json!({ "name": "pack" }))).1, Level::Error);
    assert_eq!(of(in_pack(json!({ "name": "scan" }))).1, Level::Note);
    assert_eq!(of(json!({ "ruleId": "B" })).1, Level::Note, "the driver's rule comes first");
    assert_eq!(of(json!({ "ruleId": "A", "ruleIndex": 1 })).1, Level::Error, "the id counts when they contradict");
    assert_eq!(
        of(json!({ "ruleId": "A/deep/er", "ruleIndex": -1 })),
        ("A/deep/er".into(), Level::Error, Some(Severity::Critical))
    );
    assert_eq!(of(json!({ "ruleIndex": 99 })), (String::new(), Level::Warning, None));
}

#[test]
fn runs_without_an_end_or_results_are_no_pass() {
    let why = |run: Value| {
        let report = report(&log(json!([run])));
        assert!(!report.is_conclusive());
        report.failed_runs[0].why.clone()
    };
    let mut failed = run(json!([]));
    failed["invocations"] = json!([{ "executionSuccessful": true }, { "executionSuccessful": false }]);
    assert!(why(failed).contains("did not succeed"));
    assert!(why(run(Value::Null)).contains("no results"));
    assert!(why(json!({ "tool": { "driver": { "name": "x" } } })).contains("no results"));
    let mut elsewhere = run(json!([]));
    elsewhere["externalPropertyFileReferences"] = json!({ "results": [{ "location": { "uri": "more.sarif" } }] });
    assert!(why(elsewhere).contains("another part or file"));
    let mut good = run(json!([]));
    good["invocations"] = json!([{ "executionSuccessful": true, "exitCode": 0 }]);
    assert!(report(&log(json!([good]))).is_conclusive());
    let inline = json!({ "version": "2.1.0", "runs": [run(json!([]))], "inlineExternalProperties": [{}] });
    assert!(!report(&inline).is_conclusive());
    let empty = report(&log(json!([])));
    assert!(empty.findings.is_empty() && !empty.is_conclusive(), "nobody ran");
}

#[test]
fn findings_of_a_failed_run_are_still_findings() {
    let mut failed = run(json!([{ "ruleId": "A" }]));
    failed["invocations"] = json!([{ "executionSuccessful": false }]);
    let report = report(&log(json!([failed])));
    assert_eq!((report.findings.len(), report.failed_runs.len()), (1, 1));
}

#[test]
fn places_are_paths_of_the_repository() {
    let place = |location: Value, line: Value| {
        let mut run = run(json!([{ "locations": [
            { "physicalLocation": { "artifactLocation": location, "region": { "startLine": line } } },
        ]}]));
        run["artifacts"] = json!([{ "location": { "uri": "models/a.pkl", "uriBaseId": "SUB" } }]);
        run["originalUriBaseIds"] = json!({
            "SUB": { "uri": "sub/", "uriBaseId": "ROOT" },
            "ROOT": { "uri": "file:///home/build/" },
            "LOOP": { "uri": "x/", "uriBaseId": "LOOP" },
        });
        report(&log(json!([run]))).findings[0].locations.clone()
    };
    let at = |path: &str, line: Option<u64>| vec![Location { path: path.to_owned(), line }];
    assert_eq!(place(json!({ "uri": "./a%20b.py" }), json!(7)), at("a b.py", Some(7)));
    assert_eq!(place(json!({ "uri": "a.py", "uriBaseId": "%SRCROOT%" }), json!(0)), at("a.py", None));
    assert_eq!(place(json!({ "index": 0 }), Value::Null), at("sub/models/a.pkl", None));
    assert_eq!(place(json!({ "uri": "file:///home/a%20b" }), Value::Null), at("file:///home/a%20b", None));
    assert_eq!(place(json!({ "uri": "y", "uriBaseId": "LOOP" }), Value::Null), at("x/x/x/x/x/x/x/x/y", None));
    assert_eq!(place(json!({ "index": 9 }), Value::Null), []);
    assert_eq!(place(json!({}), json!(3)), []);
}

#[test]
fn messages_can_come_from_the_rule() {
    let mut run = run(json!([{ "ruleId": "A", "message": { "id": "default", "arguments": ["os.system"] } }]));
    run["tool"]["driver"]["rules"][0]["messageStrings"] = json!({ "default": { "text": "{0} is called" } });
    assert_eq!(report(&log(json!([run]))).findings[0].message, "os.system is called");
}

#[test]
fn worst_findings_come_first_and_new_before_known() {
    let results = json!([
        { "ruleId": "C", "message": { "text": "c" } },
        { "ruleId": "A", "baselineState": "unchanged" },
        { "ruleId": "A", "message": { "text": "new" } },
        { "ruleId": "P" },
        { "ruleId": "B" },
    ]);
    let report = report(&log(json!([run(results)])));
    let order: Vec<_> = report.findings.iter().map(|finding| (finding.rule.as_str(), finding.is_new)).collect();
    assert_eq!(order, [("A", true), ("A", false), ("C", true), ("P", true), ("B", true)]);
}

#[test]
fn results_and_runs_beyond_the_limits_are_counted_and_no_pass() {
    let many: Vec<Value> = (0..=RESULT_LIMIT).map(|_| json!({ "ruleId": "B" })).collect();
    let full = report(&log(json!([run(json!(many)), run(json!([{ "ruleId": "A" }]))])));
    assert_eq!((full.findings.len(), full.unread), (RESULT_LIMIT, 2));
    assert!(!full.is_conclusive());
    let runs: Vec<Value> = (0..RUN_LIMIT + 3).map(|_| run(json!([]))).collect();
    assert_eq!(report(&log(json!(runs))).unread, 3);
}

#[test]
fn long_text_is_cut() {
    let long = "x".repeat(5_000);
    let location = json!({ "physicalLocation": { "artifactLocation": { "uri": long } } });
    let finding = finding(json!({ "ruleId": long, "message": { "text": long }, "locations": vec![location; 50] }));
    assert_eq!(finding.message.chars().count(), MESSAGE_LIMIT_CHARS);
    assert_eq!(finding.rule.chars().count(), 256);
    assert_eq!(finding.locations.len(), LOCATION_LIMIT);
    assert_eq!(finding.locations[0].path.chars().count(), 1_024);
}

#[test]
fn what_is_no_sarif_is_an_error_and_never_a_pass() {
    let error = |bytes: &[u8]| read(bytes).unwrap_err();
    assert!(error(b"").starts_with("not SARIF"));
    assert!(error(b"[]").starts_with("not SARIF"));
    assert!(error(br#"{"version": "2.1.0"}"#).contains("runs"));
    assert!(error(br#"{"version": "2.0.0", "runs": []}"#).contains("`2.0.0`"));
    assert!(error(br#"{"version": "2.1.0", "runs": [], "runs": []}"#).contains("duplicate"));
    assert!(error(br#"{"version": "2.1.0", "runs": [{"results": []}]}"#).contains("tool"));
    assert!(error(b"\xff\xfe{\0").starts_with("not SARIF"));
    assert!(error(&vec![b' '; SARIF_LIMIT_BYTES + 1]).contains("16 MiB"));
    assert!(read(b"\xef\xbb\xbf{\"version\":\"2.1.0\",\"runs\":[]}").is_ok());
}

fn entry(rule: &str, severity: Severity) -> SarifEntry {
    SarifEntry {
        rule: rule.to_owned(),
        severity,
        is_security: false,
        message: format!("{rule} fired"),
        path: "models/README.md".to_owned(),
        line: Some(3),
        fingerprint: "abc".to_owned(),
    }
}

fn written(entries: &[SarifEntry], is_complete: bool) -> (Value, SarifReport) {
    let rules = BTreeMap::from([("weights.unsafe_pickle".to_owned(), "Code runs on load.".to_owned())]);
    let run = SarifRun { tool: ("Countersign", "0.1.0"), category: "model/production", rules: &rules, is_complete };
    let output = write(run, entries);
    assert_eq!(output.left_out, 0);
    (serde_json::from_str(&output.json).unwrap(), read(output.json.as_bytes()).unwrap())
}

#[test]
fn what_we_write_we_read_back() {
    let hostile = SarifEntry {
        message: r"see [here](https://evil.example) {0} \".to_owned(),
        path: "/a b:c/ü?.md".to_owned(),
        line: None,
        is_security: true,
        ..entry("weights.unsafe_pickle", Severity::Critical)
    };
    let (json, report) = written(&[entry("metric.regressed", Severity::Medium), hostile.clone()], true);
    assert!(report.is_conclusive());
    assert_eq!(report.tools, [SarifTool { name: "Countersign".into(), version: Some("0.1.0".into()) }]);
    let [first, second] = report.findings.as_slice() else { panic!("{report:?}") };
    assert_eq!(
        (first.rule.as_str(), first.level, first.security),
        ("weights.unsafe_pickle", Level::Error, Some(Severity::Critical))
    );
    assert_eq!(first.message, hostile.message);
    assert_eq!(first.locations, [Location { path: "a b:c/ü?.md".into(), line: Some(1) }]);
    assert_eq!((second.level, second.security, second.severity()), (Level::Warning, None, Severity::Medium));
    assert_eq!(json["runs"][0]["automationDetails"]["id"], "model/production/");
    assert_eq!(json["runs"][0]["results"][0]["partialFingerprints"]["primaryLocationLineHash"], "abc");
    assert_eq!(json["runs"][0]["tool"]["driver"]["rules"][1]["help"]["text"], "Code runs on load.");
}

#[test]
fn rule_weighs_as_much_as_its_worst_result() {
    let severities = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    for severity in severities {
        let security = |severity| SarifEntry { is_security: true, ..entry("x", severity) };
        let (json, report) = written(&[security(Severity::Info), security(severity)], true);
        assert_eq!(json["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
        assert_eq!(report.findings[0].security.unwrap_or(Severity::Info), severity);
    }
}

#[test]
fn incomplete_run_says_so() {
    let (_, report) = written(&[], false);
    assert_eq!(report.failed_runs.len(), 1);
    assert!(written(&[], true).1.is_conclusive());
}

#[test]
fn more_than_github_takes_is_left_out_mildest_first_and_told() {
    let mut entries = vec![entry("mild", Severity::Low); WRITTEN_LIMIT];
    entries.push(entry("grave", Severity::High));
    let run = SarifRun { tool: ("Countersign", "0.1.0"), category: "x", rules: &BTreeMap::new(), is_complete: true };
    let output = write(run, &entries);
    assert_eq!(output.left_out, 1);
    let report = read(output.json.as_bytes()).unwrap();
    assert_eq!((report.findings.len(), report.findings[0].rule.as_str()), (WRITTEN_LIMIT, "grave"));
    assert!(!report.is_conclusive());
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn any_result_is_read_or_refused_without_panic(member in "ruleId|ruleIndex|rule|kind|level|message|locations|suppressions|baselineState", value in any_json()) {
        let _ = read(log(json!([run(json!([{ (member): value }]))])).to_string().as_bytes());
    }

    #[test]
    fn any_text_we_write_we_read_back(message in "\\PC{0,60}", path in "[a-z]\\PC{0,20}") {
        let (_, report) = written(&[SarifEntry { message: message.clone(), path: path.clone(), ..entry("x", Severity::Low) }], true);
        prop_assert_eq!(&report.findings[0].message, &message);
        prop_assert_eq!(&report.findings[0].locations[0].path, &path);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-zA-Z0-9{}%/\\[\\]\\\\.:-]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let names =
            "text|id|arguments|index|toolComponent|name|physicalLocation|artifactLocation|uri|region|startLine|status";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
