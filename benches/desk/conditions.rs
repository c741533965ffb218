//! Policies: reading them, and evaluating their conditions over a change of 3,000 files.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Context as _;
use countersign::domain::{CommitSha, Evidence, FileChange, Outcome, Policies, PolicyFound, Timestamp};
use countersign::policy::condition::{Facts, samples};
use countersign::policy::file::File;
use countersign::policy::lower::Beside;
use countersign::policy::place::FileRole;
use countersign::policy::validate::{OwnerFile, findings};
use countersign::policy::{OwnerPolicy, PolicyDefaults, PolicyFile, WhenMissing, effective, evaluate};
use serde_json::{Value, json};

const FILES: usize = 3_000;
const FLAGS: usize = 30;

pub fn validated(file: &str) -> anyhow::Result<Value> {
    let bytes = fs::read(file).with_context(|| format!("cannot read `{file}`"))?;
    let read = File::read(&bytes, FileRole::Repository);
    Ok(json!(findings(Some(&read), OwnerFile::NotGiven, Timestamp::default()).len()))
}

/// The policies of a file for `production`, and a change to evaluate them on.
pub struct Desk {
    pub policies: Policies,
    pub evidence: Evidence,
}

impl Desk {
    pub fn new(file: &str) -> anyhow::Result<Self> {
        Self::of(fs::read(file).with_context(|| format!("cannot read `{file}`"))?, file)
    }

    pub fn of(bytes: Vec<u8>, file: &str) -> anyhow::Result<Self> {
        let commit = CommitSha::parse(&"1".repeat(40)).context("a commit")?;
        let defaults =
            PolicyDefaults { when_missing: WhenMissing::Hold, owner: OwnerPolicy::Off, expires_after_ms: 86_400_000 };
        let present = PolicyFile::Present { commit, bytes };
        let beside = Beside { reference: Some("main"), calendars: &BTreeMap::new() };
        match effective(&present, &PolicyFile::Absent, "production", defaults).found(beside) {
            PolicyFound::Policies(policies) => Ok(Self { policies: *policies, evidence: evidence()? }),
            PolicyFound::Hold { why } => anyhow::bail!("`{file}` cannot be followed: {why}"),
        }
    }

    /// Everything that a decision needs: the conditions are read again, and evaluated.
    pub fn evaluate(&self) -> anyhow::Result<Policies> {
        let mut policies = self.policies.clone();
        let sample = samples::all().first().context("a sample")?.facts();
        evaluate(&mut policies, &Facts::new(&self.evidence, sample.around()));
        Ok(policies)
    }

    pub fn evaluated(&self) -> anyhow::Result<Value> {
        let policies = self.evaluate()?;
        let gates = policies.own.gates.iter().filter_map(|gate| gate.when.as_ref());
        let conditions: Vec<_> = gates.chain(&policies.own.auto_approve).collect();
        let failed = conditions.iter().filter(|condition| matches!(condition.outcome, Outcome::Failed { .. })).count();
        Ok(
            json!({ "conditions": conditions.len(), "failed": failed, "true": conditions.iter().filter(|one| one.allows()).count() }),
        )
    }
}

/// A change of a model with many files more.
fn evidence() -> anyhow::Result<Evidence> {
    let sample = samples::all().iter().find(|sample| !sample.evidence.models.is_empty()).context("a sample")?;
    let mut evidence = sample.evidence.clone();
    let file = evidence.files.first().context("a file")?.clone();
    evidence.files = (0..FILES)
        .map(|at| FileChange {
            path: format!("docs/chapter-{}/page-{at}.md", at % 40),
            additions: Some(3),
            deletions: Some(1),
            ..file.clone()
        })
        .collect();
    let flag = evidence.flags.pop().context("a flag")?;
    evidence.flags.resize(FLAGS, flag);
    Ok(evidence)
}
