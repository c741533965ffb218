use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::checks::rules::Actions;
use crate::report::{Rules, samples};

fn written(evidence: &Evidence) -> Value {
    let (actions, rules) = (Actions::default(), Rules::By("the built-in starter policy"));
    let report = Report {
        repository: "acme/sentiment",
        environment: "production",
        evidence,
        actions: &actions,
        rules,
        not_seen: None,
    };
    serde_json::from_str(&sarif(&report)).unwrap()
}

/// What GitHub asks of a file, as far as we know.
fn assert_accepted(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len(), "every rule once");
    for rule in rules {
        assert!(!rule["shortDescription"]["text"].as_str().unwrap().is_empty());
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
    }
    for result in run["results"].as_array().unwrap() {
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[at]["id"], result["ruleId"]);
        let location = &result["locations"][0]["physicalLocation"];
        let uri = location["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.is_empty() && !uri.starts_with('/') && uri.is_ascii() && !uri.contains([' ', ':', '\\']), "{uri}");
        assert_eq!(location["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        assert!(location["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert_eq!(result["partialFingerprints"]["countersignFlag/v1"].as_str().unwrap().len(), 64);
    }
}

#[test]
fn flags_become_results_at_their_places() {
    let log = written(&samples::evidence());
    assert_accepted(&log);
    let run = &log["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "countersign/production/");
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"metric.regressed".into(), &"error".into()));
    assert_eq!(result["baselineState"], "new");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 14);
    assert_eq!(
        result["message"]["text"],
        "Accuracy on acme/reviews fell from 0.927 to 0.913. Rule: worse by at most 0.010."
    );
    let severity = |code: &str| {
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["id"] == code).unwrap()["properties"]["security-severity"].clone()
    };
    assert_eq!(severity("metric.regressed"), "8.0");
    assert_eq!(severity("weights.pickle_introduced"), "5.5");
    assert_eq!(severity("weights.changed"), Value::Null);
    assert_eq!(run["results"][3]["baselineState"], "unchanged");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_strangers_write_is_accepted(evidence in samples::hostile::evidence()) {
        assert_accepted(&written(&evidence));
    }
}
