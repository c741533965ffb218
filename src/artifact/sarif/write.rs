//! Our findings as SARIF 2.1.0, in the subset that GitHub's code scanning takes.
//!
//! GitHub: "SARIF support for code scanning". It takes 25,000 results of a run, shows the 5,000 worst, and refuses a file that
//! has more than 10 MB when compressed with gzip; messages are cut so that this many results stay below it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{MESSAGE_LIMIT_CHARS, VERSION, location, message};
use crate::artifact::text::cut;
use crate::domain::Severity;

/// At most this many results are written.
pub const WRITTEN_LIMIT: usize = 25_000;

/// What is said of all findings of one run.
#[derive(Debug, Clone, Copy)]
pub struct SarifRun<'a> {
    /// Name and version of the tool.
    pub tool: (&'a str, &'a str),
    /// Tells this analysis from others of the same commit; GitHub closes findings that a later run of the same category
    /// does not make.
    pub category: &'a str,
    /// Rule id -> what the rule is about, one sentence.
    pub rules: &'a BTreeMap<String, String>,
    /// False when something could not be looked at.
    pub is_complete: bool,
}

/// One finding. Text may come from strangers: it is cut and kept from making links, not cleaned otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SarifEntry {
    pub rule: String,
    pub severity: Severity,
    /// GitHub shows it among security findings with the severity's word, others with their level.
    pub is_security: bool,
    pub message: String,
    /// Relative to the repository. GitHub shows no finding without a place.
    pub path: String,
    /// From 1; the first where none is known.
    pub line: Option<u64>,
    /// The same for the same finding of a later run.
    pub fingerprint: String,
}

/// A SARIF file, and how many findings it had no room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SarifOutput {
    pub json: String,
    pub left_out: usize,
}

/// Writes findings, the worst ones if there are more than [`WRITTEN_LIMIT`].
pub fn write(run: SarifRun<'_>, entries: &[SarifEntry]) -> SarifOutput {
    let mut worst_first: Vec<&SarifEntry> = entries.iter().collect();
    worst_first.sort_by_key(|entry| std::cmp::Reverse(entry.severity));
    let left_out = worst_first.len().saturating_sub(WRITTEN_LIMIT);
    worst_first.truncate(WRITTEN_LIMIT);
    let rules = weights(&worst_first);
    let numbers: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(number, id)| (*id, number)).collect();
    let results: Vec<Value> = worst_first.iter().map(|entry| result(entry, &numbers)).collect();
    let described: Vec<Value> = rules.iter().map(|(id, weight)| rule(id, run.rules.get(*id), *weight)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [{
            "tool": { "driver": { "name": run.tool.0, "version": run.tool.1, "rules": described } },
            "automationDetails": { "id": format!("{}/", run.category.trim_end_matches('/')) },
            "invocations": [{ "executionSuccessful": run.is_complete && left_out == 0 }],
            "results": results,
        }],
    });
    SarifOutput { json: log.to_string(), left_out }
}

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The base that GitHub takes for the root of the repository.
const ROOT: &str = "%SRCROOT%";

/// What a rule weighs: its worst result, and whether one of them is about security.
#[derive(Clone, Copy)]
struct Weight {
    worst: Severity,
    is_security: bool,
}

fn weights<'a>(entries: &[&'a SarifEntry]) -> BTreeMap<&'a str, Weight> {
    let mut rules = BTreeMap::new();
    for entry in entries {
        let weight = rules
            .entry(entry.rule.as_str())
            .or_insert(Weight { worst: entry.severity, is_security: entry.is_security });
        weight.worst = weight.worst.max(entry.severity);
        weight.is_security |= entry.is_security;
    }
    rules
}

fn rule(id: &str, about: Option<&String>, weight: Weight) -> Value {
    let about = json!({ "text": cut(about.map_or(id, String::as_str), MESSAGE_LIMIT_CHARS) });
    let mut properties = json!({ "tags": ["model"] });
    if let Some(score) = score(weight.worst).filter(|_| weight.is_security) {
        properties = json!({ "tags": ["model", "security"], "security-severity": score });
    }
    json!({
        "id": id,
        "shortDescription": about,
        "fullDescription": about,
        "help": about,
        "defaultConfiguration": { "level": level(weight.worst) },
        "properties": properties,
    })
}

fn result(entry: &SarifEntry, numbers: &BTreeMap<&str, usize>) -> Value {
    json!({
        "ruleId": entry.rule,
        "ruleIndex": numbers.get(entry.rule.as_str()),
        "level": level(entry.severity),
        "message": { "text": message::escape(&cut(&entry.message, MESSAGE_LIMIT_CHARS)) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": location::encode(entry.path.trim_start_matches('/')), "uriBaseId": ROOT },
                "region": { "startLine": entry.line.filter(|line| *line > 0).unwrap_or(1) },
            },
        }],
        // The only fingerprint that GitHub compares.
        "partialFingerprints": { "primaryLocationLineHash": entry.fingerprint },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A `security-severity` in the middle of the severity's band; information has none.
fn score(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}
