//! SARIF 2.1.0: findings of other tools, read as GitHub's code scanning reads them, and our own, written as it takes them.
//!
//! OASIS: sarif-v2.1.0-errata01, section numbers below. GitHub: "SARIF support for code scanning".

mod bounded;
mod location;
mod message;
mod rules;
mod wire;
mod write;

use std::cmp::Reverse;

use serde::Serialize;

use super::text::{cut, quoted};
use crate::domain::Severity;
use rules::Rules;

pub use write::{SarifEntry, SarifOutput, SarifRun, WRITTEN_LIMIT, write};

/// Larger files are not read.
pub const SARIF_LIMIT_BYTES: usize = 16 * 1024 * 1024;
/// At most this many results are kept, over all runs: what GitHub takes of one run. Others are counted in `unread`.
pub const RESULT_LIMIT: usize = 25_000;
/// At most this many runs are read, as at GitHub.
pub const RUN_LIMIT: usize = 20;
/// Places of one finding that are kept.
pub const LOCATION_LIMIT: usize = 10;
/// Longer messages are cut.
pub const MESSAGE_LIMIT_CHARS: usize = 1_000;

/// What a SARIF file says. All text in it comes from strangers and is as they wrote it, but for its length.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SarifReport {
    /// One per run that was read, in file order.
    pub tools: Vec<SarifTool>,
    /// Worst first, new before known.
    pub findings: Vec<SarifFinding>,
    pub hidden: Hidden,
    /// Runs whose silence means nothing.
    pub failed_runs: Vec<FailedRun>,
    /// Results beyond [`RESULT_LIMIT`] and runs beyond [`RUN_LIMIT`]: there, and not read.
    pub unread: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SarifTool {
    pub name: String,
    pub version: Option<String>,
}

/// A result of kind `fail` that nobody suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SarifFinding {
    pub tool: String,
    pub rule: String,
    pub level: Level,
    /// From the rule's `security-severity`; none for rules that are not about security.
    pub security: Option<Severity>,
    pub message: String,
    /// At most [`LOCATION_LIMIT`].
    pub locations: Vec<Location>,
    /// False when the tool compared with an earlier run and found it there, unchanged.
    pub is_new: bool,
}

/// Place of a finding, relative to the repository where the tool said so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// Percent-decoded; an absolute URI is kept as it is.
    pub path: String,
    /// From 1.
    pub line: Option<u64>,
}

/// The level of a result, mildest first (3.27.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    None,
    Note,
    Warning,
    Error,
}

/// Results that are no findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Hidden {
    /// Suppressed, and the suppression was accepted.
    pub suppressed: usize,
    /// Of a kind other than `fail`: passed, informational, not applicable, open, for review.
    pub other_kinds: usize,
    /// Of an earlier run, no longer there.
    pub absent: usize,
}

/// A run that did not come to its end, or does not hold its results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedRun {
    pub tool: String,
    /// In words, for people.
    pub why: String,
}

impl SarifReport {
    /// Every run came to its end and everything was read, so that a finding which is not here was not made.
    pub fn is_conclusive(&self) -> bool {
        !self.tools.is_empty() && self.failed_runs.is_empty() && self.unread == 0
    }
}

impl SarifFinding {
    /// GitHub's word for security findings, else what the level amounts to.
    pub fn severity(&self) -> Severity {
        self.security.unwrap_or(match self.level {
            Level::Error => Severity::High,
            Level::Warning => Severity::Medium,
            Level::Note => Severity::Low,
            Level::None => Severity::Info,
        })
    }
}

/// Reads a SARIF file. An error says why it is none; a run that failed is part of the report.
pub fn read(bytes: &[u8]) -> Result<SarifReport, String> {
    if bytes.len() > SARIF_LIMIT_BYTES {
        return Err("the file is larger than 16 MiB".to_owned());
    }
    // Some tools begin with a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let log: wire::Log =
        serde_json::from_slice(bytes).map_err(|error| format!("not SARIF: {}", quoted(&error.to_string())))?;
    if log.version != VERSION {
        return Err(format!("SARIF of version `{}`, not `{VERSION}`", quoted(&log.version)));
    }
    let mut report = SarifReport { unread: log.runs.more, ..SarifReport::default() };
    for run in &log.runs.items {
        read_run(&mut report, run, !log.inline_external_properties.is_empty());
    }
    report.findings.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(report)
}

const VERSION: &str = "2.1.0";

/// Worst first; the rest only makes the order certain.
fn order(finding: &SarifFinding) -> impl Ord {
    let worst = Reverse((finding.severity(), finding.is_new, finding.level));
    (worst, &finding.tool, &finding.rule, &finding.locations, &finding.message)
}

fn read_run(report: &mut SarifReport, run: &wire::Run, has_other_properties: bool) {
    let tool = short(&run.tool.driver.name);
    report.tools.push(SarifTool {
        name: tool.clone(),
        version: run.tool.driver.version.as_deref().or(run.tool.driver.semantic_version.as_deref()).map(short),
    });
    if let Some(why) = failure(run, has_other_properties) {
        report.failed_runs.push(FailedRun { tool: tool.clone(), why: why.to_owned() });
    }
    let Some(results) = &run.results else { return };
    report.unread += results.more;
    let rules = Rules::new(&run.tool);
    for result in &results.items {
        if report.findings.len() >= RESULT_LIMIT {
            report.unread += 1;
        } else {
            read_result(report, run, &rules, (&tool, result));
        }
    }
}

/// Why what the run does not say means nothing.
fn failure(run: &wire::Run, has_other_properties: bool) -> Option<&'static str> {
    let failed = |invocation: &wire::Invocation| invocation.execution_successful == Some(false);
    let elsewhere = run.external_property_file_references.as_ref().is_some_and(|files| !files.results.is_empty());
    let extensions = &run.tool.extensions;
    let mut components = std::iter::once(&run.tool.driver).chain(&extensions.items);
    if run.invocations.iter().flatten().any(failed) {
        Some("the tool says that it did not succeed")
    } else if elsewhere || has_other_properties {
        Some("results are kept in another part or file, which was not read")
    } else if run.results.is_none() {
        Some("it holds no results, not even an empty list")
    } else if extensions.more > 0 || components.any(|component| component.rules.more > 0) {
        Some("it has more rules than are read, and they say how much its results weigh")
    } else {
        None
    }
}

fn read_result(report: &mut SarifReport, run: &wire::Run, rules: &Rules<'_>, (tool, result): (&str, &wire::Finding)) {
    if result.kind.is_some_and(|kind| kind != wire::Kind::Fail) {
        report.hidden.other_kinds += 1;
    } else if is_suppressed(result) {
        report.hidden.suppressed += 1;
    } else if result.baseline_state == Some(wire::BaselineState::Absent) {
        report.hidden.absent += 1;
    } else {
        let rule = rules.of(result);
        report.findings.push(SarifFinding {
            tool: tool.to_owned(),
            rule: short(rules::id(result, rule)),
            level: level(result, rule),
            security: rule.and_then(rules::security_severity),
            message: cut(&message::text(&result.message, rule), MESSAGE_LIMIT_CHARS).into_owned(),
            locations: location::all(run, &result.locations),
            is_new: result.baseline_state != Some(wire::BaselineState::Unchanged),
        });
    }
}

/// Every suppression was accepted; one without a status counts as accepted, one that was rejected or is under review does not
/// hide anything (3.27.23, 3.35.3).
fn is_suppressed(result: &wire::Finding) -> bool {
    let suppressions = result.suppressions.as_deref().unwrap_or_default();
    let accepted = wire::SuppressionStatus::Accepted;
    !suppressions.is_empty() && suppressions.iter().all(|one| one.status.unwrap_or(accepted) == accepted)
}

/// A level that does not exist weighs as much as the worst.
fn level(result: &wire::Finding, rule: Option<&wire::Rule>) -> Level {
    let default = || rule?.default_configuration.as_ref()?.level;
    match result.level.or_else(default) {
        None | Some(wire::Level::Warning) => Level::Warning,
        Some(wire::Level::None) => Level::None,
        Some(wire::Level::Note) => Level::Note,
        Some(wire::Level::Error | wire::Level::Unknown) => Level::Error,
    }
}

/// Names and ids.
fn short(text: &str) -> String {
    const MAX_CHARS: usize = 256;
    cut(text, MAX_CHARS).into_owned()
}

#[cfg(test)]
mod tests;
