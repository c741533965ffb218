use std::path::Path;

use super::*;
use crate::checks::rules::Actions;
use crate::report::{Rules, samples};

fn written(rules: Rules<'_>) -> Document {
    let (evidence, actions) = (samples::evidence(), Actions::default());
    let report = Report {
        repository: "acme/sentiment",
        environment: "production",
        evidence: &evidence,
        actions: &actions,
        rules,
        not_seen: None,
    };
    let text = json(&report);
    assert!(text.ends_with("}\n"));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_document_carries_the_evidence_under_stable_names() {
    let document = serde_json::to_value(written(Rules::By("the built-in starter policy"))).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["verdict"], "needs_approval");
    assert_eq!((&document["risk"], &document["has_gaps"]), (&"high".into(), &true.into()));
    assert_eq!(document["proposed"]["relation"], "ahead");
    assert_eq!((&document["proposed"]["ahead"], &document["proposed"]["behind"]), (&14.into(), &0.into()));
    assert_eq!(document["baseline"]["since"], "2026-11-12T09:30:00Z");
    assert_eq!(document["actions"]["critical"], "block");
    let flag = &document["flags"][0];
    assert_eq!(
        (&flag["code"], &flag["is_new"], &flag["is_gap"]),
        (&"metric.regressed".into(), &true.into(), &false.into())
    );
    assert_eq!(flag["fingerprint"], samples::evidence().flags[0].fingerprint().to_string());
    assert_eq!(document["models"][0]["rows"][0]["change"], "worse");
    assert_eq!(document["models"][0]["weights"][0]["tensors"]["reshaped"], 1);
    assert_eq!(document["people"][1], serde_json::json!({"part": "co_author", "account": null, "name": "Li Wei"}));
    assert_eq!(document["ci"][1]["state"], "failed");
    assert!(document["held"].is_null());
}

#[test]
fn rules_that_cannot_be_followed_are_told() {
    let document = written(Rules::Held { why: "line 3: unknown key" });
    assert_eq!((document.held.as_deref(), document.rules), (Some("line 3: unknown key"), None));
}

#[test]
fn the_published_schema_is_the_current_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == schema(), "write `countersign check --schema` to docs/report.schema.json");
}
