//! Evidence for the tests of the reports.

use crate::domain::{
    Baseline, ChangeKind, CiRun, CiState, Commit, CommitSha, Contributor, DeploymentId, Digest, Evidence,
    ExternalCheck, ExternalState, FileChange, Flag, ForgeUser, ForgeUserId, ModelChange, Part, Patch, PullRequest,
    Relation, Row, RowChange, Severity, TensorChange, Timestamp, WeightChange, WeightFile, Words, WorkflowField,
};

pub(super) fn sha(pair: &str) -> CommitSha {
    CommitSha::parse(&pair.repeat(20)).unwrap()
}

pub(super) fn flag(code: &str, severity: Severity, message: &str) -> Flag {
    Flag {
        code: code.to_owned(),
        severity,
        subject: "sentiment".to_owned(),
        before: None,
        after: None,
        rule: None,
        source: None,
        message: message.to_owned(),
        is_new: true,
        volatile: false,
        model: None,
    }
}

/// Fourteen commits ahead, with a worse model, one gap and one old finding.
pub(super) fn evidence() -> Evidence {
    Evidence {
        commit: sha("e4"),
        baseline: Baseline::Live {
            commit: sha("a1"),
            deployment: DeploymentId::new(11),
            since: Timestamp::parse_rfc3339("2026-11-12T09:30:00Z"),
        },
        relation: Relation::Ahead { by: 14 },
        commits: vec![commit("c3", "Refit the scaler"), commit("e4", "Retrain on the 2026 reviews")],
        commits_total: 14,
        pull_requests: vec![PullRequest {
            number: 41,
            title: "Retrain on the 2026 reviews".to_owned(),
            url: "https://github.com/acme/sentiment/pull/41".to_owned(),
            author: Some(user()),
            merged: true,
        }],
        contributors: vec![
            Contributor { part: Part::Author, user: Some(user()), name: Words::new("Mona") },
            Contributor { part: Part::CoAuthor, user: None, name: Words::new("Li Wei") },
        ],
        files: vec![file("README.md", ChangeKind::Modified), file("eval/results.json", ChangeKind::Added)],
        models: vec![model()],
        flags: flags(),
        ci: vec![ci("unit tests", CiState::Passed, "success"), ci("bias-eval", CiState::Failed, "timed_out")],
        external: vec![ExternalCheck {
            name: "toxicity".to_owned(),
            kind: "http".to_owned(),
            state: ExternalState::Answered,
            findings: 1,
            advice: Some("Look at the German samples.".to_owned()),
            url: None,
        }],
        fields: vec![WorkflowField { name: "ticket".to_owned(), value: "ML-311".to_owned() }],
        compare_url: Some("https://github.com/acme/sentiment/compare/a1a1a1a...e4e4e4e".to_owned()),
    }
}

fn flags() -> Vec<Flag> {
    let source = |path: &str| Some(format!("{path}@{}", sha("e4").short()));
    vec![
        Flag {
            subject: "accuracy".to_owned(),
            rule: Some("worse by at most 0.010".to_owned()),
            source: source("README.md").map(|source| source + "#14"),
            ..flag("metric.regressed", Severity::High, "Accuracy on acme/reviews fell from 0.927 to 0.913.")
        },
        Flag {
            subject: "patches".to_owned(),
            ..flag("evidence.incomplete", Severity::High, "The diff of 1 file is missing or cut: data/big.json.")
        },
        Flag {
            source: source("models/scaler.pkl"),
            ..flag("weights.pickle_introduced", Severity::Medium, "A pickle appeared: models/scaler.pkl.")
        },
        Flag { is_new: false, ..flag("bias.section_missing", Severity::Medium, "The card says nothing about bias.") },
        flag("weights.changed", Severity::Info, "The weights in model.safetensors changed."),
    ]
}

pub(super) fn model() -> ModelChange {
    let weights = |content: &[u8], size| WeightFile {
        digest: Some(Digest::of(content)),
        size,
        format: Some("safetensors".to_owned()),
        verdict: None,
        tensors: Some("201 tensors, 67 M parameters, F32".to_owned()),
    };
    ModelChange {
        name: "sentiment".to_owned(),
        card_path: "README.md".to_owned(),
        rows: vec![
            Row {
                limit: Some("worse by at most 0.010".to_owned()),
                ..row("accuracy", Some("0.927"), Some("0.913"), Some("worse by 0.014"), RowChange::Worse)
            },
            row("f1", None, Some("0.88"), None, RowChange::Added),
            row("base model", Some("distilbert-base"), Some("distilbert-base"), None, RowChange::Same),
            row("licence", Some("apache-2.0"), Some("apache-2.0"), None, RowChange::Same),
        ],
        card_diff:
            "@@ -12,3 +12,3 @@\n   metrics:\n-  - {type: accuracy, value: 0.927}\n+  - {type: accuracy, value: 0.913}\n"
                .to_owned(),
        card_diff_lines_cut: 0,
        card_before: Some(Digest::of(b"before")),
        card_after: Some(Digest::of(b"after")),
        card: None,
        weights: vec![WeightChange {
            path: "model.safetensors".to_owned(),
            before: Some(weights(b"old", 438_000_000)),
            after: Some(weights(b"new", 438_000_100)),
            tensors: Some(TensorChange {
                reshaped: 1,
                examples: vec!["classifier.weight: 2×768 → 3×768".to_owned()],
                ..TensorChange::default()
            }),
        }],
    }
}

pub(super) fn row(
    label: &str,
    before: Option<&str>,
    after: Option<&str>,
    delta: Option<&str>,
    change: RowChange,
) -> Row {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Row {
        label: label.to_owned(),
        before: owned(before),
        after: owned(after),
        delta: owned(delta),
        limit: None,
        change,
    }
}

fn user() -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(1), login: "mona".to_owned(), is_bot: false }
}

fn commit(pair: &str, title: &str) -> Commit {
    Commit { sha: sha(pair), title: title.to_owned(), author: Some(user()) }
}

fn ci(name: &str, state: CiState, detail: &str) -> CiRun {
    CiRun { name: name.to_owned(), state, detail: detail.to_owned(), url: None, app: None }
}

fn file(path: &str, kind: ChangeKind) -> FileChange {
    FileChange {
        path: path.to_owned(),
        previous_path: None,
        kind,
        before: (kind != ChangeKind::Added).then(|| "aa".repeat(20)),
        after: Some("bb".repeat(20)),
        additions: Some(3),
        deletions: Some(1),
        patch: Patch::Text { text: "@@ -1 +1 @@\n-a\n+b\n".to_owned(), lines_cut: 0 },
    }
}

/// Evidence in which every text is a stranger's.
pub(super) mod hostile {
    use proptest::prelude::*;

    use super::*;

    /// Strings that try something, mixed with anything at all.
    pub(in crate::report) fn stranger() -> impl Strategy<Value = String> {
        let tricks = prop_oneof![
            Just("@mona @acme/ml <@U0EVIL> a@b.example"),
            Just("https://evil.example www.evil.example [ok](https://evil.example) ![p](https://evil.example/p.png)"),
            Just("<img src=x onerror=alert(1)> <!-- --> <details><script>"),
            Just("```\n# Approved\n````\n~~~\n<b>"),
            Just("` `` ` ` | a | `b|c` ||| \\| \\` \\"),
            Just("\n\n# Heading\n\n---\n***\n> quote\n- item\n1. one"),
            Just("# one"),
            Just("- item"),
            Just("1) item"),
            Just("=== --- === "),
            Just("**Approved** _by_ ~~ana~~ :tada: #12 GH-12 $x$ &lt;b&gt; &#64;mona"),
            Just("\u{202e}evorppA\u{202c} \u{200b}zero\u{feff} \0\u{1b}[31m \u{7}\r"),
            Just("| --- |\n::error::x"),
        ];
        let tricks = tricks.prop_map(str::to_owned);
        let long = (tricks.clone(), 1_usize..60).prop_map(|(trick, times)| trick.repeat(times));
        prop_oneof![
            tricks.clone(),
            long,
            any::<String>(),
            (tricks, "\\PC{0,40}").prop_map(|(a, b)| format!("{b}{a}{b}"))
        ]
    }

    prop_compose! {
        pub(in crate::report) fn evidence()(
            text in prop::collection::vec(stranger(), 16),
            (flags, models, rows) in (0_usize..40, 0_usize..6, 0_usize..40),
            (files, commits) in (0_usize..60, 0_usize..40),
            severities in prop::collection::vec(0_usize..5, 40),
        ) -> Evidence {
            let word = |n: usize| text[n % text.len()].clone();
            let some = |n: usize| (!n.is_multiple_of(3)).then(|| word(n));
            let mut evidence = super::evidence();
            let all = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
            evidence.flags = (0..flags).map(|n| Flag {
                code: word(n),
                severity: all[severities[n]],
                subject: word(n + 1),
                before: some(n + 2),
                after: some(n + 3),
                rule: some(n + 4),
                source: some(n + 5).map(|path| format!("{path}@{}#{n}", sha("e4").short())),
                message: word(n + 6),
                is_new: n % 2 == 0,
                volatile: false,
                model: None,
            }).collect();
            evidence.models = (0..models).map(|n| {
                let mut model = super::model();
                (model.name, model.card_path, model.card_diff) = (word(n), word(n + 1), word(n + 2));
                model.rows = (0..rows).map(|r| Row {
                    label: word(r),
                    before: some(r + 1),
                    after: some(r + 2),
                    delta: some(r + 3),
                    limit: some(r + 4),
                    change: [RowChange::Same, RowChange::Worse, RowChange::Changed][r % 3],
                }).collect();
                let weight = &mut model.weights[0];
                weight.path = word(n + 3);
                weight.tensors.as_mut().unwrap().examples = vec![word(n + 4)];
                let after = weight.after.as_mut().unwrap();
                (after.format, after.verdict, after.tensors) = (some(n + 5), some(n + 6), some(n + 7));
                model
            }).collect();
            evidence.files = (0..files).map(|n| FileChange {
                previous_path: some(n),
                ..super::file(&word(n + 1), ChangeKind::Modified)
            }).collect();
            evidence.commits = (0..commits).map(|n| super::commit("c3", &word(n))).collect();
            evidence.commits.iter_mut().for_each(|commit| commit.author.as_mut().unwrap().login = word(3));
            (evidence.pull_requests[0].title, evidence.pull_requests[0].url) = (word(4), word(5));
            evidence.pull_requests[0].author.as_mut().unwrap().login = word(6);
            evidence.contributors[0].user.as_mut().unwrap().login = word(7);
            evidence.contributors[1].name = Words::new(&word(8));
            (evidence.ci[1].name, evidence.ci[1].detail, evidence.ci[1].url) = (word(9), word(10), Some(word(11)));
            let external = &mut evidence.external[0];
            (external.name, external.kind, external.advice) = (word(12), word(13), Some(word(14)));
            external.state = ExternalState::Failed { why: word(15) };
            (evidence.fields[0].name, evidence.fields[0].value) = (word(1), word(2));
            evidence.compare_url = Some(if flags % 2 == 0 { word(0) } else { "https://github.com/acme/x/compare/a...b".to_owned() });
            evidence
        }
    }
}
