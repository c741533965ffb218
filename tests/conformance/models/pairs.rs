//! Pairs of cards, with the flags that a reviewer expects.

use std::collections::BTreeSet;

use countersign::artifact::card::read_card;
use countersign::artifact::interface::Interface;
use countersign::checks::{CardSide, CheckRules, Facts, ModelFacts, SignatureSide, run};
use countersign::domain::{Baseline, CommitSha, DeploymentId, Digest, Flag, ForgeUser, ForgeUserId, Relation};
use serde_json::Value;

use crate::references;

/// The folders of all pairs, below the references.
pub fn folders() -> Vec<String> {
    let index = references::json("models/cards/pairs/index.json");
    let pairs = index["pairs"].as_array().unwrap();
    assert!(pairs.len() >= 14, "{}", pairs.len());
    pairs.iter().map(|pair| format!("models/cards/pairs/{}", pair["id"].as_str().unwrap())).collect()
}

fn side(folder: &str, name: &str) -> (CardSide, Option<Digest>) {
    match std::fs::read(references::folder().join(folder).join(name)) {
        Ok(bytes) => (CardSide::Read(Box::new(read_card(&bytes))), Some(Digest::of(&bytes))),
        Err(_) => (CardSide::Absent, None),
    }
}

fn flags(folder: &str) -> Vec<Flag> {
    let sha = |digit: &str| CommitSha::parse(&digit.repeat(40)).unwrap();
    let ((before, card_before), (after, card_after)) = (side(folder, "before.md"), side(folder, "after.md"));
    let models = [ModelFacts {
        name: "model".into(),
        card_path: "README.md".into(),
        before,
        after,
        card_before,
        card_after,
        weights: Vec::new(),
        evaluations: Vec::new(),
        interface_before: Interface::default(),
        interface_after: Interface::default(),
        signature_before: SignatureSide::NotAsked,
        signature_after: SignatureSide::NotAsked,
    }];
    run(&Facts {
        commit: &sha("2"),
        environment: "production",
        policy_path: ".github/countersign.yml",
        baseline: &Baseline::Live { commit: sha("1"), deployment: DeploymentId::new(7), since: None },
        relation: Relation::Ahead { by: 1 },
        files: &[],
        models: &models,
        actors: &[ForgeUser { id: ForgeUserId::new(1), login: "mona".into(), is_bot: false }],
        strangers: &[],
        hidden: &[],
        secrets: &[],
        gaps: &[],
        workflows: &[],
        revisions: &[],
        keys: &[],
        rules: &CheckRules::default(),
    })
}

fn cases() -> Vec<(String, Value, Vec<Flag>)> {
    let case = |folder: String| {
        let case = references::json(&format!("{folder}/case.json"));
        let flags = flags(&folder);
        (case["id"].as_str().unwrap().to_owned(), case, flags)
    };
    folders().into_iter().map(case).collect()
}

#[test]
fn expected_flags_are_raised() {
    let mut missing = BTreeSet::new();
    for (id, case, flags) in cases() {
        for expected in case["expected_flags"].as_array().unwrap() {
            let code = expected["flag"].as_str().unwrap();
            let wanted =
                case["expected_flags"].as_array().unwrap().iter().filter(|other| other["flag"] == code).count();
            if flags.iter().filter(|flag| flag.code == code && flag.is_new).count() < wanted {
                missing.insert((id.clone(), code.to_owned()));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn raised_flags_have_the_severity_that_is_expected() {
    for (id, case, flags) in cases() {
        for expected in case["expected_flags"].as_array().unwrap() {
            for flag in flags.iter().filter(|flag| expected["flag"] == flag.code.as_str()) {
                assert_eq!(expected["severity"], format!("{:?}", flag.severity).to_lowercase(), "{id}: {}", flag.code);
            }
        }
    }
}

#[test]
fn nothing_is_flagged_that_must_not_be() {
    for (id, case, flags) in cases() {
        for unwanted in case["must_not_flag"].as_array().unwrap() {
            let unwanted = unwanted.as_str().unwrap();
            // `metric.regressed for lambada` is about one data set; prose is for people.
            let (code, subject) = unwanted.split_once(" for ").unwrap_or((unwanted, ""));
            let raised = flags.iter().find(|flag| flag.code == code && flag.subject.contains(subject));
            assert!(raised.is_none(), "{id}: {raised:?}");
        }
        if case["expected_flags"].as_array().unwrap().is_empty() {
            assert!(!flags.iter().any(|flag| flag.is_new), "{id}: {flags:?}");
        }
    }
}
