//! SARIF reports as findings, weighed by GitHub's thresholds.

use super::{Asked, Found};
use crate::artifact::sarif::{Level, Location, SarifFinding, SarifReport};
use crate::checks::rules::external::{AlertsThreshold, CheckName, SarifCheck, SarifSource, SecurityThreshold};
use crate::domain::{ExternalState, Severity};

/// The thresholds of a report that no rule speaks of: GitHub's own defaults.
pub(super) fn by_default(name: &str) -> SarifCheck {
    let name = CheckName::cut(name);
    SarifCheck {
        source: SarifSource::Artifact(name.clone()),
        name,
        alerts_threshold: AlertsThreshold::default(),
        security_alerts_threshold: SecurityThreshold::default(),
        advisory: false,
    }
}

/// A report that is not conclusive has not passed, whatever it found.
pub(super) fn take(asked: Asked, rules: &SarifCheck, reports: &[SarifReport]) -> Asked {
    let found = reports.iter().flat_map(|report| &report.findings).map(|one| found(&asked.name, one, rules)).collect();
    let state = match reports.iter().find_map(flaw) {
        _ if reports.is_empty() => ExternalState::Failed { why: "it holds no report".to_owned() },
        Some(why) => ExternalState::Failed { why },
        None => ExternalState::Answered,
    };
    Asked { state, found, ..asked }
}

fn flaw(report: &SarifReport) -> Option<String> {
    if report.is_conclusive() {
        return None;
    }
    Some(match report.failed_runs.first() {
        Some(run) => format!("the run of {} failed: {}", run.tool, run.why),
        None if report.unread > 0 => format!("{} of its results or runs were not read", report.unread),
        None => "its report holds no run at all".to_owned(),
    })
}

fn found(check: &str, finding: &SarifFinding, rules: &SarifCheck) -> Found {
    let counts = counts(finding, rules);
    let own = finding.severity();
    let place = finding.locations.first();
    let about: Vec<String> = finding.locations.iter().map(words).collect();
    Found {
        tool: if finding.tool.is_empty() { check.to_owned() } else { finding.tool.clone() },
        rule: finding.rule.clone(),
        severity: if counts { own.max(Severity::High) } else { own.min(Severity::Medium) },
        about: if about.is_empty() { finding.message.clone() } else { about.join(", ") },
        message: finding.message.clone(),
        path: place.map(|place| place.path.clone()),
        line: place.and_then(|place| place.line).and_then(|line| usize::try_from(line).ok()),
        is_new: finding.is_new,
        limit: counts.then(|| limit(finding, rules)),
    }
}

fn words(place: &Location) -> String {
    match place.line {
        Some(line) => format!("{}#{line}", place.path),
        None => place.path.clone(),
    }
}

/// Whether a finding reaches its threshold: by its security severity where it has one, else by its level.
fn counts(finding: &SarifFinding, rules: &SarifCheck) -> bool {
    match finding.security {
        Some(severity) => match rules.security_alerts_threshold {
            SecurityThreshold::None => false,
            SecurityThreshold::Critical => severity >= Severity::Critical,
            SecurityThreshold::HighOrHigher => severity >= Severity::High,
            SecurityThreshold::MediumOrHigher => severity >= Severity::Medium,
            SecurityThreshold::All => true,
        },
        None => match rules.alerts_threshold {
            AlertsThreshold::None => false,
            AlertsThreshold::Errors => finding.level >= Level::Error,
            AlertsThreshold::ErrorsAndWarnings => finding.level >= Level::Warning,
            AlertsThreshold::All => true,
        },
    }
}

fn limit(finding: &SarifFinding, rules: &SarifCheck) -> String {
    let word = |value: serde_json::Result<serde_json::Value>| {
        value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    match finding.security {
        Some(_) => {
            format!("security_alerts_threshold: {}", word(serde_json::to_value(rules.security_alerts_threshold)))
        }
        None => format!("alerts_threshold: {}", word(serde_json::to_value(rules.alerts_threshold))),
    }
}
