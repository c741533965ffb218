//! Sheets within their limits, whatever is in the evidence.

use proptest::prelude::*;

use super::*;
use crate::checks::rules::Action;
use crate::domain::{Baseline, DeploymentId, Flag, ModelChange, Relation, Row, RowChange, Severity};

fn sha(pair: &str) -> CommitSha {
    CommitSha::parse(&pair.repeat(20)).unwrap()
}

fn flag(code: &str, severity: Severity, subject: &str) -> Flag {
    Flag {
        code: code.into(),
        severity,
        subject: subject.into(),
        before: None,
        after: None,
        rule: None,
        source: None,
        message: format!("Something about {subject}."),
        is_new: true,
        volatile: false,
        model: None,
    }
}

fn section(name: &str, flags: Vec<Flag>) -> Section {
    let live = Baseline::Live { commit: sha("a1"), deployment: DeploymentId::new(3), since: None };
    Section {
        environment: EnvironmentName::parse(name).unwrap(),
        ground: Ground::Live,
        evidence: Evidence {
            commit: sha("e4"),
            baseline: live,
            relation: Relation::Ahead { by: 2 },
            commits: Vec::new(),
            commits_total: 2,
            pull_requests: Vec::new(),
            contributors: Vec::new(),
            files: Vec::new(),
            models: Vec::new(),
            flags,
            ci: Vec::new(),
            external: Vec::new(),
            fields: Vec::new(),
            compare_url: None,
        },
        actions: Actions::default(),
        policy: PolicyFound::Policies(crate::policy::starter(1).into()),
    }
}

fn composed(sections: &[Section]) -> Composed {
    sheet(&sha("e4"), sections, Concluding::Verdict)
}

#[test]
fn the_title_names_the_worst_new_risks_and_counts_the_rest() {
    let flags = vec![
        flag("licence.changed", Severity::High, "sentiment"),
        flag("metric.regressed", Severity::Medium, "wer"),
        flag("weights.changed", Severity::Info, "model.safetensors"),
        Flag { is_new: false, ..flag("bias.section_missing", Severity::High, "sentiment") },
    ];
    assert_eq!(composed(&[section("production", flags.clone())]).title, "2 new risks: licence changed, wer regressed");
    let twice = [section("production", flags.clone()), section("staging", flags)];
    assert_eq!(composed(&twice).title, "2 new risks: licence changed, wer regressed", "each once");
    let many = (0..9).map(|n| flag("metric.regressed", Severity::Medium, &format!("m{n}"))).collect();
    let title = composed(&[section("production", many)]).title;
    assert_eq!(title, "9 new risks: m0 regressed, m1 regressed, m2 regressed and 6 more");
    assert_eq!(composed(&[section("production", vec![])]).title, "No new risks");
}

#[test]
fn the_worst_environment_decides_unless_sheets_only_inform() {
    let clear = || section("staging", vec![flag("weights.changed", Severity::Info, "m")]);
    let approve = || section("production", vec![flag("licence.changed", Severity::High, "m")]);
    let block = || section("canary", vec![flag("secret.exposed", Severity::Critical, "m")]);
    let conclusion = |sections: &[Section]| composed(sections).conclusion;
    assert_eq!(conclusion(&[clear()]), Conclusion::Success);
    assert_eq!(conclusion(&[clear(), approve()]), Conclusion::Neutral);
    assert_eq!(conclusion(&[block(), approve(), clear()]), Conclusion::Failure);
    assert_eq!(sheet(&sha("e4"), &[block()], Concluding::Neutral).conclusion, Conclusion::Neutral);
    let lenient = Actions { critical: Action::Show, ..Actions::default() };
    assert_eq!(conclusion(&[Section { actions: lenient, ..block() }]), Conclusion::Success);
}

#[test]
fn a_gate_that_holds_is_never_a_success() {
    let policy = PolicyFound::Hold { why: "the policy cannot be followed".into() };
    let held = Section { policy, ..section("production", vec![]) };
    let composed = composed(&[held]);
    assert_eq!(
        (composed.conclusion, composed.title.as_str()),
        (Conclusion::Neutral, "No new risks, and the gate would hold it")
    );
    assert!(
        composed.summary.contains("**The gate would hold it:** the policy cannot be followed"),
        "{}",
        composed.summary
    );
}

#[test]
fn what_is_compared_with_is_said_where_it_is_not_live() {
    let start = |is_wanted| Ground::Start { branch: "main".into(), commit: sha("b2"), is_wanted };
    let said = |ground| composed(&[Section { ground, ..section("production", vec![]) }]).summary;
    assert!(said(start(false)).contains("Nothing is live in `production` yet"));
    assert!(said(start(true)).contains("*live* stands for `b2b2b2b` of `main`"));
    assert!(!said(Ground::Live).contains("stands for"));
}

#[test]
fn remarks_are_given_once_and_up_to_their_bound() {
    let at = |line: usize| Flag {
        source: Some(format!("README.md@{}#{line}", sha("e4").short())),
        ..flag("licence.changed", Severity::High, &format!("m{line}"))
    };
    let flags: Vec<Flag> = (1..=MAX_NOTES + 7).map(at).collect();
    let composed = composed(&[section("production", flags.clone()), section("staging", flags)]);
    assert_eq!(composed.notes.len(), MAX_NOTES);
    assert!(composed.text.starts_with("7 more remarks on lines are not shown"), "{}", &composed.text[..80]);
}

#[test]
fn the_comment_says_little_and_links_to_the_sheet() {
    let sections = [section("production", vec![flag("licence.changed", Severity::High, "m")])];
    let composed = composed(&sections);
    let said = comment("acme/sentiment", Some("https://forge.example/acme/sentiment/runs/9"), &sections, &composed);
    assert!(said.contains("[What the gate will say](https://forge.example/acme/sentiment/runs/9)"), "{said}");
    assert!(said.contains("- `production`: needs approval, 1 new flag"), "{said}");
    assert!(!comment("acme/sentiment", Some("javascript:alert(1)"), &sections, &composed).contains("javascript"));
}

#[test]
fn our_own_trouble_is_undecided_and_says_how_to_try_again() {
    let error = PortError::retry("list the files of a commit", "HTTP 502: <b>bad</b> `gateway` @octocat");
    let composed = given_up(&error);
    assert_eq!(composed.conclusion, Conclusion::Neutral);
    assert!(composed.summary.contains("Re-run"), "{}", composed.summary);
    assert!(
        composed.summary.contains("`could not list the files of a commit: HTTP 502: <b>bad</b> ˋgatewayˋ @octocat`")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    /// Five hundred flags, endless lines, many-byte characters: the parts keep to their room.
    #[test]
    fn a_sheet_keeps_to_its_room(seed in "\\PC{1,12}", times in 1..900_usize, count in 0..500_usize, environments in 1..4_usize) {
        let long = seed.repeat(times);
        let flags: Vec<Flag> = (0..count).map(|n| Flag {
            message: long.clone(),
            before: Some(long.clone()),
            source: Some(format!("{seed}@{}#{n}", sha("e4").short())),
            ..flag("metric.regressed", Severity::High, &long)
        }).collect();
        let model = ModelChange {
            name: long.clone(),
            card_path: long.clone(),
            rows: vec![Row { label: long.clone(), before: Some(long.clone()), after: None, delta: None, limit: None, change: RowChange::Worse }],
            card_diff: format!("@@ -1 +1 @@\n+{long}\n"),
            card_diff_lines_cut: 0,
            card_before: None,
            card_after: None,
            card: None,
            weights: Vec::new(),
        };
        let policy = PolicyFound::Hold { why: long.clone() };
        let sections: Vec<Section> = (0..environments).map(|n| {
            let mut section = section(&format!("env{n}"), flags.clone());
            section.evidence.models = vec![model.clone()];
            section.ground = Ground::Start { branch: long.clone(), commit: sha("b2"), is_wanted: false };
            section.policy = policy.clone();
            section
        }).collect();
        let composed = composed(&sections);
        prop_assert!(composed.summary.len() <= 65_535 && composed.text.len() <= 65_535, "{} {}", composed.summary.len(), composed.text.len());
        prop_assert!(composed.title.chars().count() <= 141 && !composed.title.contains('\n'));
        prop_assert!(composed.notes.len() <= MAX_NOTES);
        prop_assert!(comment("acme/sentiment", None, &sections, &composed).len() < 10_000);
    }
}
