//! A scanner's SARIF file, with what GitHub's code scanning counts of it.

use countersign::artifact::sarif::{self, Level, SarifFinding};
use countersign::domain::Severity;
use serde_json::Value;

use crate::references;

#[test]
fn results_count_as_they_do_at_github() {
    let report = sarif::read(&references::bytes("models/evals/sarif/scan.sarif")).unwrap();
    let expected = references::json("models/evals/sarif/expected.json");
    let counted = expected["counted"].as_array().unwrap();
    assert_eq!(report.findings.len(), counted.len());
    for expected in counted {
        let finding = report.findings.iter().find(|finding| expected["rule"] == finding.rule.as_str()).unwrap();
        assert_eq!(expected["level"], level(finding), "{finding:?}");
        assert_eq!(expected["severity"].as_str(), finding.security.map(Severity::word), "{finding:?}");
        let is_known = expected["note"].as_str().is_some_and(|note| note.contains("not new"));
        assert_eq!(finding.is_new, !is_known, "{finding:?}");
    }
    assert!(report.is_conclusive());
}

#[test]
fn results_that_do_not_count_are_told_apart() {
    let report = sarif::read(&references::bytes("models/evals/sarif/scan.sarif")).unwrap();
    let expected = references::json("models/evals/sarif/expected.json");
    let not_counted = expected["not counted"].as_array().unwrap();
    let with = |word: &str| not_counted.iter().filter(|what| says(what, word)).count();
    assert_eq!(report.hidden.suppressed, with("suppressed"));
    assert_eq!(report.hidden.other_kinds, with("kind pass"));
    assert_eq!(not_counted.len(), with("suppressed") + with("kind pass"));
}

fn says(what: &Value, word: &str) -> bool {
    what.as_str().unwrap().contains(word)
}

fn level(finding: &SarifFinding) -> &'static str {
    match finding.level {
        Level::None => "none",
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}
