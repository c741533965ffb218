//! Evidence as SARIF 2.1.0, as GitHub's code scanning takes it.
//!
//! OASIS: [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html). GitHub: [SARIF support for code
//! scanning](https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning):
//! a result without a location makes it refuse the whole file, so a finding without a place stands at the card.

mod document;
mod location;
mod rules;

use std::collections::BTreeMap;

use crate::checks::words::plain;
use crate::domain::{Evidence, Flag, Severity};

use super::Report;
use super::words;
use document::{
    Automation, BaselineState, Driver, Fingerprints, Level, Log, Message, ReportingConfiguration, ReportingDescriptor,
    RuleProperties, Run, SarifResult, Tool,
};

/// Longest message, in characters.
const MAX_MESSAGE_CHARS: usize = 1_000;
const MAX_ID_CHARS: usize = 200;
const VERSION: &str = "2.1.0";
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The flags as one SARIF run, indented, with a line end.
pub fn sarif(report: &Report<'_>) -> String {
    let log = Log { schema: SCHEMA.to_owned(), version: VERSION.to_owned(), runs: vec![run(report)] };
    // Values of ours always serialise.
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn run(report: &Report<'_>) -> Run {
    let evidence = report.evidence;
    let rules = rules(evidence);
    let at = |id: &str| rules.iter().position(|(known, _)| known == id).unwrap_or_default();
    let results = evidence.flags.iter().map(|flag| result(flag, evidence, at(&rule_id(flag)))).collect();
    let driver = Driver {
        name: "Countersign".to_owned(),
        semantic_version: env!("CARGO_PKG_VERSION").to_owned(),
        rules: rules.iter().map(|(id, severity)| descriptor(id, *severity)).collect(),
    };
    // The trailing slash makes the whole text the category under which the forge keeps these results apart from others.
    let id = format!("countersign/{}/", plain(report.environment, MAX_ID_CHARS));
    Run {
        tool: Tool { driver },
        automation_details: Automation { id },
        column_kind: "unicodeCodePoints".to_owned(),
        results,
    }
}

/// The codes that occur, by name, each with its worst severity.
fn rules(evidence: &Evidence) -> Vec<(String, Severity)> {
    let mut rules: BTreeMap<String, Severity> = BTreeMap::new();
    for flag in &evidence.flags {
        let worst = rules.entry(rule_id(flag)).or_insert(flag.severity);
        *worst = (*worst).max(flag.severity);
    }
    rules.into_iter().collect()
}

fn rule_id(flag: &Flag) -> String {
    let code = plain(&flag.code, MAX_ID_CHARS);
    if code.trim().is_empty() { "finding".to_owned() } else { code }
}

fn descriptor(id: &str, severity: Severity) -> ReportingDescriptor {
    let text = |text: &str| Message { text: text.to_owned() };
    let help = rules::help(id);
    ReportingDescriptor {
        id: id.to_owned(),
        short_description: text(help.short),
        full_description: text(help.short),
        help: text(help.what_to_do),
        default_configuration: ReportingConfiguration { level: level(severity) },
        properties: RuleProperties {
            security_severity: security_severity(severity).map(str::to_owned),
            tags: vec!["machine-learning".to_owned(), "security".to_owned()],
        },
    }
}

const fn level(severity: Severity) -> Level {
    match severity {
        Severity::Info | Severity::Low => Level::Note,
        Severity::Medium => Level::Warning,
        Severity::High | Severity::Critical => Level::Error,
    }
}

/// GitHub's bands: over 9.0 critical, from 7.0 high, from 4.0 medium, from 0.1 low. Mere information has none.
const fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Info => None,
        Severity::Low => Some("2.0"),
        Severity::Medium => Some("5.5"),
        Severity::High => Some("8.0"),
        Severity::Critical => Some("9.5"),
    }
}

fn result(flag: &Flag, evidence: &Evidence, rule_index: usize) -> SarifResult {
    let message = match words::rule(flag) {
        Some(rule) => format!("{} Rule: {rule}.", words::flag_words(flag)),
        None => words::flag_words(flag).to_owned(),
    };
    let fingerprint = flag.fingerprint().to_string();
    SarifResult {
        rule_id: rule_id(flag),
        rule_index,
        level: level(flag.severity),
        message: Message { text: plain(&message, MAX_MESSAGE_CHARS) },
        locations: vec![location::of(flag, evidence)],
        // The first is the name under which GitHub looks for what keeps two results apart.
        partial_fingerprints: Fingerprints { primary_location_line_hash: fingerprint.clone(), flag: fingerprint },
        baseline_state: if flag.is_new { BaselineState::New } else { BaselineState::Unchanged },
    }
}

#[cfg(test)]
mod tests;
