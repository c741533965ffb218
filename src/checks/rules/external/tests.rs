use serde_json::json;

use super::*;
use crate::domain::Span;

fn read(rules: serde_json::Value) -> Result<ExternalRules, String> {
    serde_json::from_value(rules).map_err(|error| error.to_string())
}

#[test]
fn the_documented_shape_is_read() {
    let rules = read(json!({
        "check_runs": { "require": ["bias-eval", { "name": "bias-eval", "app": "github-actions" }] },
        "sarif": [
            { "name": "modelscan", "artifact": "modelscan-results", "alerts_threshold": "errors_and_warnings" },
            { "name": "codeql", "code_scanning": "CodeQL", "security_alerts_threshold": "medium_or_higher", "advisory": true },
        ],
        "http": [{ "name": "toxicity", "url": "https://checks.acme.example/toxicity", "timeout": "60s", "wait": "10m", "retries": 2, "required": true }],
        "fields": { "artifact": "countersign" },
    }))
    .unwrap();
    assert_eq!(rules.check_runs.require[1].required().app.as_deref(), Some("github-actions"));
    assert_eq!(rules.sarif[0].security_alerts_threshold, SecurityThreshold::HighOrHigher, "the default");
    assert!(matches!(&rules.sarif[1].source, SarifSource::CodeScanning(tool) if tool.as_str() == "CodeQL"));
    assert_eq!(rules.http[0].timeout, Span::from_millis(60_000));
    assert_eq!(read(serde_json::to_value(&rules).unwrap()), Ok(rules), "what is written is read again");
}

#[test]
fn without_a_word_in_the_policy_nothing_is_asked() {
    assert!(read(json!({})).unwrap().is_empty());
    let fields = read(json!({ "fields": {} })).unwrap().fields.unwrap();
    assert_eq!(fields.artifact.as_str(), "countersign");
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_place() {
    let http = |more: serde_json::Value| {
        let mut check = json!({ "name": "a", "url": "https://checks.acme.example/" });
        check.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "http": [check] })
    };
    let cases = [
        (json!({ "check_run": {} }), "unknown field `check_run`"),
        (json!({ "check_runs": { "require": [""] } }), "1 to 100"),
        (json!({ "check_runs": { "require": [7] } }), "name of a check run"),
        (json!({ "check_runs": { "require": [{ "name": "a", "by": "b" }] } }), "unknown field `by`"),
        (json!({ "sarif": [{ "name": "a" }] }), "one of `artifact` and `code_scanning`"),
        (json!({ "sarif": [{ "name": "a", "artifact": "b", "code_scanning": "c" }] }), "one of `artifact`"),
        (http(json!({ "url": "http://checks.acme.example/" })), "https"),
        (http(json!({ "url": "https://user@checks.acme.example/" })), "user name"),
        (http(json!({ "timeout": "1h" })), "`timeout` of check `a`"),
        (http(json!({ "wait": "30d" })), "`wait` of check `a`"),
        (http(json!({ "retries": 9 })), "`retries` of check `a`"),
        (
            json!({ "sarif": [{ "name": "A", "artifact": "b" }], "http": [{ "name": "a", "url": "https://x.example/" }] }),
            "two checks are named `a`",
        ),
        (json!({ "check_runs": { "require": vec!["a"; 21] } }), "more than 20"),
    ];
    for (rules, what) in cases {
        let error = read(rules.clone()).unwrap_err();
        assert!(error.contains(what), "{rules}: {error}");
    }
}

#[test]
fn the_schema_names_every_key() {
    let schema = serde_json::to_string(&schemars::schema_for!(ExternalRules)).unwrap();
    for key in ["check_runs", "require", "artifact", "code_scanning", "alerts_threshold", "wait", "retries", "fields"] {
        assert!(schema.contains(&format!("\"{key}\"")), "{key}: {schema}");
    }
    assert!(schema.contains("\"additionalProperties\":false") && schema.contains("oneOf"), "{schema}");
}
