use serde_json::json;

use super::*;
use crate::checks::rules::ExternalRules;
use crate::checks::samples::sha;
use crate::domain::{CiReading, CiRun, CiState, RequiredRun};

fn rule(more: serde_json::Value) -> SarifCheck {
    let mut rule = json!({ "name": "scan", "artifact": "scan" });
    rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value::<ExternalRules>(json!({ "sarif": [rule] })).unwrap().sarif.remove(0)
}

/// A report with one result for each security score and each level.
fn report() -> SarifReport {
    let rules = [("s9", "9.1"), ("s7", "7.0"), ("s4", "4.0"), ("s1", "1.0")];
    let rules: Vec<_> =
        rules.iter().map(|(id, score)| json!({ "id": id, "properties": { "security-severity": score } })).collect();
    let place =
        json!([{ "physicalLocation": { "artifactLocation": { "uri": "model.pkl" }, "region": { "startLine": 3 } } }]);
    let result = |rule: &str, level: &str| json!({ "ruleId": rule, "level": level, "message": { "text": format!("{rule} {level}") }, "locations": place });
    let results = ["s9", "s7", "s4", "s1"].map(|rule| result(rule, "note"));
    let levels = ["error", "warning", "note"].map(|level| result(level, level));
    let results = [results.to_vec(), levels.to_vec()].concat();
    let run = json!({ "tool": { "driver": { "name": "modelscan", "rules": rules } }, "results": results });
    sarif::read(json!({ "version": "2.1.0", "runs": [run] }).to_string().as_bytes()).unwrap()
}

fn severities(rules: &SarifCheck) -> Vec<(String, Severity)> {
    let asked = Asked::new("scan", "artifact", Weight::Required).reported(rules, &[report()]);
    asked.flags(&sha(2)).into_iter().map(|flag| (flag.subject, flag.severity)).collect()
}

fn at_least_high(rules: &SarifCheck) -> Vec<String> {
    let counting = severities(rules).into_iter().filter(|(_, severity)| *severity >= Severity::High);
    counting.map(|(subject, _)| subject.trim_start_matches("modelscan/").to_owned()).collect()
}

#[test]
fn the_thresholds_decide_what_counts_as_high() {
    assert_eq!(at_least_high(&rule(json!({}))), ["s9", "error", "s7"]);
    let none = json!({ "alerts_threshold": "none", "security_alerts_threshold": "none" });
    assert!(at_least_high(&rule(none)).is_empty());
    let cases = [("critical", 1), ("high_or_higher", 2), ("medium_or_higher", 3), ("all", 4)];
    for (threshold, count) in cases {
        let rules = rule(json!({ "alerts_threshold": "none", "security_alerts_threshold": threshold }));
        assert_eq!(at_least_high(&rules).len(), count, "{threshold}");
    }
    for (threshold, count) in [("errors", 1), ("errors_and_warnings", 2), ("all", 3)] {
        let rules = rule(json!({ "alerts_threshold": threshold, "security_alerts_threshold": "none" }));
        assert_eq!(at_least_high(&rules).len(), count, "{threshold}");
    }
    let milder = severities(&rule(json!({ "security_alerts_threshold": "none", "alerts_threshold": "none" })));
    assert!(milder.iter().all(|(_, severity)| *severity <= Severity::Medium), "what is below is at most medium");
    assert_eq!(milder.len(), 7, "and still told");
}

#[test]
fn a_finding_says_tool_rule_place_and_limit() {
    let asked = Asked::new("scan", "artifact", Weight::Required).reported(&rule(json!({})), &[report()]);
    let flags = asked.flags(&sha(2));
    let worst = &flags[0];
    assert_eq!((worst.code.as_str(), worst.subject.as_str()), ("external.finding", "modelscan/s9"));
    assert_eq!(worst.source.as_deref(), Some("model.pkl@0202020#3"));
    assert_eq!(worst.rule.as_deref(), Some("security_alerts_threshold: high_or_higher"));
    assert_eq!(worst.message, "modelscan: s9 note");
    assert!(!worst.volatile, "it is part of what is voted on");
    assert_eq!((asked.shown().findings, asked.shown().state), (7, ExternalState::Answered));
}

#[test]
fn a_report_that_proves_nothing_is_a_failure_and_its_findings_stay() {
    let read = |run: serde_json::Value| {
        sarif::read(json!({ "version": "2.1.0", "runs": run }).to_string().as_bytes()).unwrap()
    };
    let tool = json!({ "driver": { "name": "modelscan" } });
    let result = json!({ "ruleId": "x", "message": { "text": "found" } });
    let broken =
        read(json!([{ "tool": tool, "results": [result], "invocations": [{ "executionSuccessful": false }] }]));
    let codes = |reports: &[SarifReport]| {
        let asked = Asked::new("scan", "artifact", Weight::Required).reported(&rule(json!({})), reports);
        assert!(matches!(asked.shown().state, ExternalState::Failed { .. }));
        asked.flags(&sha(2)).into_iter().map(|flag| (flag.code, flag.severity)).collect::<Vec<_>>()
    };
    let failed = ("check.failed".to_owned(), Severity::High);
    assert_eq!(codes(&[read(json!([]))]), std::slice::from_ref(&failed), "no run is no pass");
    assert_eq!(codes(&[]), std::slice::from_ref(&failed));
    let no_results = read(json!([{ "tool": tool }]));
    assert_eq!(codes(&[no_results]), std::slice::from_ref(&failed), "nor is a run without results");
    assert_eq!(codes(&[broken]), [failed, ("external.finding".to_owned(), Severity::Medium)]);
}

#[test]
fn unchanged_findings_are_not_new_and_suppressed_ones_are_none() {
    let result = |more: serde_json::Value| {
        let mut result = json!({ "ruleId": "x", "level": "error", "message": { "text": "m" } });
        result.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        result
    };
    let results =
        [result(json!({ "baselineState": "unchanged" })), result(json!({ "suppressions": [{ "kind": "external" }] }))];
    let run = json!({ "tool": { "driver": { "name": "modelscan" } }, "results": results });
    let report = sarif::read(json!({ "version": "2.1.0", "runs": [run] }).to_string().as_bytes()).unwrap();
    let asked = Asked::new("scan", "artifact", Weight::Required).reported(&rule(json!({})), &[report]);
    let flags = asked.flags(&sha(2));
    assert_eq!(flags.iter().map(|flag| (flag.is_new, flag.severity)).collect::<Vec<_>>(), [(false, Severity::High)]);
}

fn answered(weight: Weight, answer: &serde_json::Value) -> Asked {
    Asked::new("toxicity", "http", weight).answered(answer.to_string().as_bytes())
}

fn finding(code: &str, severity: &str, subject: &str) -> serde_json::Value {
    json!({ "code": code, "severity": severity, "subject": subject, "message": format!("{subject} is bad.") })
}

#[test]
fn findings_of_one_rule_are_one_flag_and_each_counts_in_its_fingerprint() {
    let answer = |subjects: &[&str]| json!({ "findings": subjects.iter().map(|s| finding("rate", "high", s)).collect::<Vec<_>>() });
    let flags = |subjects: &[&str]| answered(Weight::Required, &answer(subjects)).flags(&sha(2));
    let three = flags(&["a", "b", "c"]);
    assert_eq!((three.len(), three[0].after.as_deref()), (1, Some("a, b, c")));
    assert_eq!(three[0].message, "toxicity: a is bad. (3 places in all)");
    assert_ne!(three[0].fingerprint(), flags(&["a", "b", "d"])[0].fingerprint());
    let many: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    let all = flags(&many)[0].fingerprint();
    many[199] = "other";
    assert_ne!(all, flags(&many)[0].fingerprint());
}

#[test]
fn very_many_rules_stay_bounded_and_the_rest_is_as_bad_as_its_worst() {
    let findings = |last: &str| {
        (0..200).map(|n| finding(&format!("r{n:03}"), "high", if n == 199 { last } else { "s" })).collect::<Vec<_>>()
    };
    let flags = |last: &str| answered(Weight::Required, &json!({ "findings": findings(last) })).flags(&sha(2));
    let all = flags("s");
    assert_eq!(all.len(), 51);
    assert_eq!(all[50].severity, Severity::High);
    assert_ne!(all[50].fingerprint(), flags("t")[50].fingerprint());
}

#[test]
fn advice_is_shown_and_weighs_nothing() {
    let answer = json!({ "findings": [finding("rate", "critical", "sentiment"), finding("tone", "info", "x"), finding("rate", "critical", "y")] });
    let advisory = answered(Weight::Advisory, &answer);
    assert!(advisory.flags(&sha(2)).is_empty());
    let shown = advisory.shown();
    assert_eq!(shown.findings, 0);
    assert!(shown.advice.unwrap().starts_with("2 critical, 1 info. toxicity/rate: sentiment is bad."));
    assert_eq!(answered(Weight::Advisory, &json!({ "findings": [] })).shown().advice, None);
}

#[test]
fn a_missing_or_useless_answer_is_a_gap_whatever_it_weighs() {
    let weights =
        [(Weight::Required, Severity::High), (Weight::Optional, Severity::Low), (Weight::Advisory, Severity::Info)];
    for (weight, severity) in weights {
        let asked = || Asked::new("toxicity", "http", weight);
        for (asked, code) in [
            (asked(), "check.late"),
            (asked().waiting("asked at 10:00"), "check.late"),
            (asked().failed("HTTP 500"), "check.failed"),
            (asked().answered(b"{}"), "check.failed"),
            (asked().answered(b"<html>"), "check.failed"),
            (asked().answered(br#"{"runs": []}"#), "check.failed"),
            (asked().answered(br#"{"version": "2.1.0", "runs": []}"#), "check.failed"),
        ] {
            let flags = asked.flags(&sha(2));
            assert_eq!(flags.iter().map(|flag| flag.code.as_str()).collect::<Vec<_>>(), [code], "{asked:?}");
            assert!(flags[0].is_gap() && flags[0].severity == severity);
        }
    }
}

#[test]
fn a_service_may_answer_sarif() {
    let sarif = json!({ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "clamav" } },
        "results": [{ "ruleId": "Eicar", "level": "error", "message": { "text": "Eicar-Test-Signature" } }] }] });
    let flags = answered(Weight::Required, &sarif).flags(&sha(2));
    assert_eq!((flags[0].subject.as_str(), flags[0].severity), ("clamav/Eicar", Severity::High));
    assert!(is_answer(sarif.to_string().as_bytes()).is_ok() && is_answer(b"[]").is_err());
}

#[test]
fn strangers_text_is_masked_and_visible() {
    let token = format!("hf_{}", "a1B2".repeat(9));
    let answer = json!({ "findings": [{ "code": "c", "severity": "low", "subject": format!("s {token}"), "message": format!("\u{202e}m {token}"), "path": format!("{token}.py") }] });
    let text = serde_json::to_string(&answered(Weight::Required, &answer).flags(&sha(2))).unwrap();
    assert!(!text.contains(&token) && !text.contains('\u{202e}'), "{text}");
    let text = serde_json::to_string(&answered(Weight::Advisory, &answer).shown()).unwrap();
    assert!(!text.contains(&token) && !text.contains('\u{202e}'), "{text}");
}

fn reading(runs: &[(&str, CiState)]) -> CiReading {
    let required = ["bias-eval", "drift"].map(|name| RequiredRun { name: name.into(), app: None });
    let run = |(name, state): &(&str, CiState)| CiRun {
        name: (*name).into(),
        state: *state,
        detail: "timed_out".into(),
        url: None,
        app: None,
    };
    CiReading::of(&required, runs.iter().map(run).collect())
}

#[test]
fn required_check_runs_that_have_not_passed_are_flags_outside_of_the_digest() {
    assert!(check_runs(&reading(&[("bias-eval", CiState::Passed), ("drift", CiState::Passed)])).is_empty());
    let flags = check_runs(&reading(&[("bias-eval", CiState::Failed), ("other", CiState::Failed)]));
    let told: Vec<_> =
        flags.iter().map(|flag| (flag.code.as_str(), flag.subject.as_str(), flag.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("check.failed", "bias-eval", "Required check run bias-eval has not passed: timed_out."),
            ("check.late", "drift", "Required check run drift has not passed: not there."),
        ]
    );
    assert!(flags.iter().all(|flag| flag.volatile && flag.is_gap() && flag.severity == Severity::High));
}

#[test]
fn check_runs_that_cannot_be_read_have_not_passed() {
    let unread = CiReading::unreadable(&reading(&[]).required, "HTTP 403");
    let flags = check_runs(&unread);
    assert_eq!(flags.len(), 2);
    assert!(flags.iter().all(|flag| flag.code == "check.failed" && flag.message.contains("HTTP 403")));
}
