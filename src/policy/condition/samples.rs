//! Ordinary requests that conditions are tried on when a policy is read: what fails on one of these fails in the first week.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::facts::{Facts, RunFacts, Surroundings};
use crate::domain::evidence::{Commit, Evidence, PullRequest, WorkflowField};
use crate::domain::{
    Baseline, ChangeKind, CommitSha, Contributor, DeploymentId, Digest, FileChange, Flag, ForgeUser, ForgeUserId,
    ModelChange, Part, Patch, Relation, Severity, WeightChange, WeightFile, Words,
};

/// A request that is made up.
pub struct Sample {
    /// What it is, to follow "on".
    pub name: &'static str,
    pub evidence: Evidence,
    labels: BTreeMap<u64, Vec<String>>,
    inputs: BTreeMap<String, String>,
    actors: Vec<ForgeUser>,
    event: &'static str,
}

impl Sample {
    pub fn facts(&self) -> Facts<'_> {
        let run = RunFacts {
            reference: "main",
            event: self.event,
            workflow: "deploy",
            attempt: 1,
            actors: &self.actors,
            inputs: &self.inputs,
        };
        let around =
            Surroundings { environment: "production", repository: "acme/sentiment", run, labels: &self.labels };
        Facts::new(&self.evidence, around)
    }
}

/// A first deployment, a rollback, a risky change, a change of a document, one by a bot, and one that was started by hand.
pub fn all() -> &'static [Sample] {
    static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
        [trivial(), risky(), first(), rollback(), automatic(), by_hand()].into_iter().flatten().collect()
    });
    &SAMPLES
}

fn commit(digit: char) -> Option<CommitSha> {
    CommitSha::parse(&digit.to_string().repeat(40))
}

fn user(id: u64, login: &str) -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(id), login: login.to_owned(), is_bot: false }
}

fn file(path: &str, kind: ChangeKind, lines: Option<u64>) -> FileChange {
    FileChange {
        path: path.to_owned(),
        previous_path: (kind == ChangeKind::Renamed).then(|| format!("old/{path}")),
        kind,
        before: (kind != ChangeKind::Added).then(|| "1".repeat(40)),
        after: (kind != ChangeKind::Removed).then(|| "2".repeat(40)),
        additions: lines,
        deletions: lines,
        patch: if lines.is_some() { Patch::Missing } else { Patch::Binary },
    }
}

fn flag(code: &str, severity: Severity, subject: &str) -> Flag {
    Flag {
        code: code.to_owned(),
        severity,
        subject: subject.to_owned(),
        before: None,
        after: None,
        rule: None,
        source: None,
        message: String::new(),
        is_new: true,
        volatile: false,
        model: None,
    }
}

fn model() -> ModelChange {
    let weight = |content: &str| {
        Some(WeightFile { digest: Some(Digest::of(content.as_bytes())), size: 438_000_000, ..WeightFile::default() })
    };
    ModelChange {
        name: "sentiment".to_owned(),
        card_path: "models/sentiment/README.md".to_owned(),
        rows: Vec::new(),
        card_diff: String::new(),
        card_diff_lines_cut: 0,
        card_before: Some(Digest::of(b"live")),
        card_after: Some(Digest::of(b"proposed")),
        card: None,
        weights: vec![WeightChange {
            path: "models/sentiment/model.safetensors".to_owned(),
            before: weight("live"),
            after: weight("proposed"),
            tensors: None,
        }],
    }
}

/// One commit ahead of what is live, by way of a pull request: a typing error in a document.
fn trivial() -> Option<Sample> {
    let (live, proposed) = (commit('1')?, commit('2')?);
    let mona = user(7, "mona");
    let evidence = Evidence {
        commit: proposed.clone(),
        baseline: Baseline::Live { commit: live, deployment: DeploymentId::new(1), since: None },
        relation: Relation::Ahead { by: 1 },
        commits: vec![Commit { sha: proposed, title: "docs: Fix a word".to_owned(), author: Some(mona.clone()) }],
        commits_total: 1,
        pull_requests: vec![PullRequest {
            number: 12,
            title: "Fix a word".to_owned(),
            url: String::new(),
            author: Some(mona.clone()),
            merged: true,
        }],
        contributors: vec![Contributor { part: Part::Author, user: Some(mona.clone()), name: Words::new("Mona") }],
        files: vec![file("docs/guide.md", ChangeKind::Modified, Some(1))],
        models: Vec::new(),
        flags: Vec::new(),
        ci: Vec::new(),
        external: Vec::new(),
        fields: Vec::new(),
        compare_url: None,
    };
    Some(Sample {
        name: "a change of one document",
        evidence,
        labels: BTreeMap::from([(12, vec!["docs".to_owned()])]),
        inputs: BTreeMap::new(),
        actors: vec![mona],
        event: "push",
    })
}

/// New weights, another licence, a lost metric; somebody unknown wrote a part of it.
fn risky() -> Option<Sample> {
    let mut sample = Sample { name: "a change of a model", ..trivial()? };
    let evidence = &mut sample.evidence;
    evidence.files = vec![
        file("models/sentiment/README.md", ChangeKind::Modified, Some(9)),
        file("models/sentiment/model.safetensors", ChangeKind::Modified, None),
        file("train.py", ChangeKind::Renamed, Some(40)),
        file("old.py", ChangeKind::Removed, Some(7)),
    ];
    evidence.models = vec![model()];
    evidence.flags = vec![
        flag("weights.unsafe_pickle", Severity::Critical, "models/sentiment/model.pkl"),
        Flag {
            before: Some("apache-2.0".to_owned()),
            after: Some("cc-by-nc-4.0".to_owned()),
            ..flag("licence.changed", Severity::High, "sentiment")
        },
        flag("evidence.incomplete", Severity::High, "files"),
    ];
    evidence.contributors.push(Contributor { part: Part::CoAuthor, user: None, name: Words::new("Ana") });
    evidence.commits.push(Commit { sha: evidence.commit.clone(), title: "Train again".to_owned(), author: None });
    evidence.commits_total = 2;
    evidence.relation = Relation::Ahead { by: 2 };
    evidence.fields = vec![WorkflowField { name: "f1".to_owned(), value: "0.91".to_owned() }];
    Some(sample)
}

/// Nothing is live, and no pull request brought it.
fn first() -> Option<Sample> {
    let mut sample = Sample { name: "a first deployment", ..risky()? };
    let evidence = &mut sample.evidence;
    evidence.baseline = Baseline::None;
    evidence.relation = Relation::NoBaseline;
    evidence.pull_requests = Vec::new();
    for file in &mut evidence.files {
        (file.kind, file.before, file.previous_path) = (ChangeKind::Added, None, None);
    }
    for model in &mut evidence.models {
        model.card_before = None;
        model.weights.iter_mut().for_each(|weight| weight.before = None);
    }
    evidence.flags = vec![flag("deploy.no_baseline", Severity::Info, "production")];
    sample.labels = BTreeMap::new();
    Some(sample)
}

/// Back to an ancestor of what is live: no commit is new.
fn rollback() -> Option<Sample> {
    let mut sample = Sample { name: "a rollback", ..trivial()? };
    let evidence = &mut sample.evidence;
    evidence.relation = Relation::Behind { by: 3 };
    evidence.commits = Vec::new();
    evidence.commits_total = 0;
    evidence.pull_requests = Vec::new();
    evidence.contributors = Vec::new();
    evidence.models = vec![model()];
    evidence.flags = vec![flag("deploy.rollback", Severity::Medium, "production")];
    sample.labels = BTreeMap::new();
    Some(sample)
}

/// The same commit again, by the clock.
fn automatic() -> Option<Sample> {
    let mut sample = Sample { name: "a scheduled run that changes nothing", event: "schedule", ..rollback()? };
    sample.evidence.relation = Relation::Same;
    sample.evidence.files = Vec::new();
    sample.evidence.models = Vec::new();
    sample.evidence.flags = Vec::new();
    sample.actors = vec![ForgeUser { is_bot: true, ..user(9, "hubot") }];
    Some(sample)
}

/// Started by hand, with an input.
fn by_hand() -> Option<Sample> {
    let inputs = BTreeMap::from([("reason".to_owned(), "new data".to_owned())]);
    Some(Sample { name: "a run that was started by hand", event: "workflow_dispatch", inputs, ..trivial()? })
}
