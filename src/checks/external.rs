//! `external.finding`, `check.failed`, `check.late`: what tools outside of this server found, and that one of them did not
//! say what it was asked. A tool that fails, is late or talks nonsense is a finding itself, never silence (R7).

mod findings;
mod reports;
mod runs;

use crate::artifact::findings::{ToolFinding, read_findings};
use crate::artifact::sarif::{self, SarifReport};
use crate::domain::{CommitSha, ExternalCheck, ExternalState, Flag, Severity};

use super::finding::Finding;
use super::rules::external::SarifCheck;

pub use runs::check as check_runs;

/// A check outside of this server, and what came of asking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub name: String,
    /// `artifact`, `code scanning`, `http`, `command`.
    pub kind: &'static str,
    pub weight: Weight,
    pub state: ExternalState,
    /// Why the answer is still out, where it is.
    pub waits_for: Option<String>,
    /// Also of a check that failed half-way.
    pub found: Vec<Found>,
    pub url: Option<String>,
}

/// How much it weighs when a check does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Required,
    Optional,
    /// Its findings are shown and weigh nothing.
    Advisory,
}

/// One thing that a tool found, weighed by the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub tool: String,
    pub rule: String,
    pub severity: Severity,
    /// What it is about: a subject, a place.
    pub about: String,
    pub message: String,
    pub path: Option<String>,
    pub line: Option<usize>,
    pub is_new: bool,
    /// The threshold that made it count, in words.
    pub limit: Option<String>,
}

impl Weight {
    const fn severity(self) -> Severity {
        match self {
            Self::Required => Severity::High,
            Self::Optional => Severity::Low,
            Self::Advisory => Severity::Info,
        }
    }
}

impl Asked {
    /// Not answered yet.
    pub fn new(name: &str, kind: &'static str, weight: Weight) -> Self {
        let (name, state) = (name.to_owned(), ExternalState::Waiting);
        Self { name, kind, weight, state, waits_for: None, found: Vec::new(), url: None }
    }

    /// The answer is still out, for a reason in words.
    #[must_use]
    pub fn waiting(self, why: &str) -> Self {
        Self { state: ExternalState::Waiting, waits_for: Some(why.to_owned()), ..self }
    }

    #[must_use]
    pub fn failed(self, why: &str) -> Self {
        Self { state: ExternalState::Failed { why: why.to_owned() }, ..self }
    }

    /// Takes SARIF reports in, weighed by `rules`; the check's own name stands for tools that name none.
    #[must_use]
    pub fn reported(self, rules: &SarifCheck, reports: &[SarifReport]) -> Self {
        reports::take(self, rules, reports)
    }

    /// Takes the answer of a service or a command in: findings of our form, or SARIF.
    #[must_use]
    pub fn answered(self, bytes: &[u8]) -> Self {
        match read_answer(bytes) {
            Err(why) => self.failed(&why),
            Ok(Answer::Sarif(report)) => {
                let name = self.name.clone();
                reports::take(self, &reports::by_default(&name), &[*report])
            }
            Ok(Answer::Findings(findings)) => {
                let found = findings.into_iter().map(|finding| own(&self.name, finding)).collect();
                Self { state: ExternalState::Answered, found, ..self }
            }
        }
    }

    /// What it comes to for approvers and policies.
    pub fn flags(&self, commit: &CommitSha) -> Vec<Flag> {
        let missing = match &self.state {
            ExternalState::Answered => None,
            ExternalState::Waiting => Some(self.late()),
            ExternalState::Failed { why } => Some(self.failure(why)),
        };
        let found = match self.weight {
            Weight::Advisory => Vec::new(),
            Weight::Required | Weight::Optional => findings::flags(&self.found, commit),
        };
        missing.into_iter().chain(found).collect()
    }

    /// What it comes to in the list of checks.
    pub fn shown(&self) -> ExternalCheck {
        let is_advice = self.weight == Weight::Advisory;
        let findings = if is_advice { 0 } else { self.found.len() };
        ExternalCheck {
            name: super::words::plain(&self.name, NAME_CHARS),
            kind: self.kind.to_owned(),
            state: self.state.clone(),
            findings: u64::try_from(findings).unwrap_or(u64::MAX),
            advice: is_advice.then(|| findings::in_words(&self.found)).flatten(),
            url: self.url.clone(),
        }
    }

    fn late(&self) -> Flag {
        let why = self.waits_for.as_deref().unwrap_or("it has not answered yet");
        Finding::new("check.late", self.weight.severity(), &self.name)
            .rule("every check that the policy asks answers")
            .says(&format!("The answer of check {} is not there: {why}.", self.name))
    }

    fn failure(&self, why: &str) -> Flag {
        Finding::new("check.failed", self.weight.severity(), &self.name)
            .after(why)
            .rule("every check that the policy asks answers")
            .says(&format!("Check {} gave no usable answer: {why}.", self.name))
    }
}

/// Longest name shown, in characters.
const NAME_CHARS: usize = 100;

/// Whether an answer is one, before it is kept: for telling its sender what is wrong with it.
pub fn is_answer(bytes: &[u8]) -> Result<(), String> {
    read_answer(bytes).map(drop)
}

enum Answer {
    Findings(Vec<ToolFinding>),
    Sarif(Box<SarifReport>),
}

/// SARIF says that it is: everything else must be findings of our form.
fn read_answer(bytes: &[u8]) -> Result<Answer, String> {
    if bytes.len() > crate::artifact::findings::MAX_ANSWER_BYTES {
        return read_findings(bytes).map(Answer::Findings);
    }
    #[derive(serde::Deserialize)]
    struct Kind {
        #[serde(default)]
        runs: Option<serde::de::IgnoredAny>,
    }
    let is_sarif = serde_json::from_slice::<Kind>(bytes).is_ok_and(|kind| kind.runs.is_some());
    if is_sarif {
        return sarif::read(bytes).map(|report| Answer::Sarif(Box::new(report)));
    }
    read_findings(bytes).map(Answer::Findings)
}

/// A finding of our form: its severity is the check's own word.
fn own(check: &str, finding: ToolFinding) -> Found {
    Found {
        tool: check.to_owned(),
        rule: finding.code,
        severity: finding.severity,
        about: if finding.subject.is_empty() { finding.message.clone() } else { finding.subject },
        message: finding.message,
        path: finding.path,
        line: finding.line.and_then(|line| usize::try_from(line).ok()),
        is_new: true,
        limit: None,
    }
}

#[cfg(test)]
mod tests;
