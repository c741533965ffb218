//! What the digest of evidence is.

use super::*;

fn sha(digits: &str) -> CommitSha {
    CommitSha::parse(&digits.repeat(20)).unwrap()
}

fn flag(code: &str, volatile: bool) -> Flag {
    Flag {
        code: code.into(),
        severity: Severity::High,
        subject: "sentiment".into(),
        before: Some("mit".into()),
        after: None,
        rule: Some("the licence stays".into()),
        source: None,
        message: "Ümlaut – and “quotes”".into(),
        is_new: true,
        volatile,
        model: None,
    }
}

/// A bit of everything that is covered, and of what is not.
fn evidence() -> Evidence {
    let weight =
        |seed: &[u8]| WeightFile { digest: Some(Digest::of(seed)), size: 438_000_000, ..WeightFile::default() };
    Evidence {
        commit: sha("b2"),
        baseline: Baseline::Live { commit: sha("a1"), deployment: DeploymentId::new(7), since: None },
        relation: Relation::Ahead { by: 1 },
        commits: vec![Commit { sha: sha("b2"), title: "Retrain".into(), author: None }],
        commits_total: 1,
        pull_requests: Vec::new(),
        contributors: Vec::new(),
        files: vec![FileChange {
            path: "models/größe.txt".into(),
            previous_path: None,
            kind: ChangeKind::Modified,
            before: Some("a1".repeat(20)),
            after: Some("b2".repeat(20)),
            additions: Some(1),
            deletions: Some(2),
            patch: Patch::Missing,
        }],
        models: vec![ModelChange {
            name: "sentiment".into(),
            card_path: "README.md".into(),
            rows: Vec::new(),
            card_diff: String::new(),
            card_diff_lines_cut: 0,
            card: None,
            card_before: Some(Digest::of(b"old card")),
            card_after: Some(Digest::of(b"new card")),
            weights: vec![WeightChange {
                path: "model.safetensors".into(),
                before: Some(weight(b"old")),
                after: Some(weight(b"new")),
                tensors: None,
            }],
        }],
        flags: vec![flag("licence.changed", false), flag("check.late", true)],
        ci: Vec::new(),
        external: Vec::new(),
        fields: vec![WorkflowField { name: "experiment".into(), value: "42".into() }],
        compare_url: Some("https://forge.example/compare".into()),
    }
}

fn digest(evidence: &Evidence) -> String {
    evidence.digest().to_string()
}

/// The same here as on any other machine, today as tomorrow: votes name it, and receipts hold it. Where this fails, the
/// digests of all evidence become others; that must be meant.
#[test]
fn the_digest_of_evidence_is_the_same_everywhere_and_for_ever() {
    assert_eq!(digest(&evidence()), "c3a9f50165bb053b3c4f84f7bf7c6ad807ccb82fe3218b0b5d7de9bb9339f4b4");
}

#[test]
fn wording_tables_and_what_may_change_meanwhile_are_not_in_the_digest() {
    let mut other = evidence();
    other.flags[0].message = "Other words.".into();
    other.flags.pop();
    other.commits[0].title = "Another title".into();
    other.compare_url = None;
    other.models[0].card_diff = "+ more".into();
    assert_eq!(digest(&other), digest(&evidence()));
    other.models[0].card_after = None;
    assert_ne!(digest(&other), digest(&evidence()));
}
