//! Small repositories before and after, with the flags that a reviewer expects, through the whole gathering.

use std::fs;
use std::path::Path;

use countersign::domain::rules::DEFAULT_EXPIRY_MS;
use countersign::domain::{EnvironmentName, Evidence, ForgeUser, ForgeUserId, Severity, Timestamp};
use countersign::engine::gather::{Proposal, gather};
use countersign::local::LocalHost;
use countersign::policy::{OwnerPolicy, PolicyDefaults, WhenMissing};
use countersign::sim::git::GitFolder;
use serde_json::Value;

use crate::references;

const FOLDER: &str = "models/repos";

/// The weights are pointers, and nobody has what they stand for.
const WITHOUT_CONTENTS: &str = "weights.unscannable";

/// Not expected by name, and right all the same: the scenario's note allows it, or its tiny stand-in for weights causes it.
const COMPANIONS: [(&str, &str); 2] =
    [("malicious-pickle-added", "card.unchanged"), ("safetensors-to-pickle", "weights.size_changed")];

#[tokio::test]
async fn every_repository_gets_the_flags_that_a_reviewer_expects() {
    let index = references::json(&format!("{FOLDER}/index.json"));
    let mut wrong = Vec::new();
    let scenarios = index["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), 8);
    for scenario in scenarios {
        let name = scenario["id"].as_str().unwrap();
        let folder = references::folder().join(FOLDER).join(name);
        let expected = references::json_at(&folder.join("scenario.json"));
        let evidence = evidence(&folder).await;
        wrong.extend(differences(name, &expected, &evidence));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the gate would find, the first folder being live and the second proposed.
async fn evidence(folder: &Path) -> Evidence {
    let place = tempfile::tempdir().unwrap();
    let mut git = GitFolder::create(place.path()).unwrap();
    let mut commit = |side: &str| {
        git.clear();
        put(&mut git, &folder.join(side), "");
        git.commit(("Ana Lima", "ana@acme.example"), side).unwrap()
    };
    let (before, after) = (commit("before"), commit("after"));
    let host = LocalHost::open(place.path(), Some(&before), &after).unwrap();
    let asker = ForgeUser { id: ForgeUserId::new(1), login: "mona".to_owned(), is_bot: false };
    let environment = EnvironmentName::parse("production").unwrap();
    let repository = host.repository();
    let proposal = Proposal {
        actors: &[asker],
        ..Proposal::without_run(&repository, &environment, host.head(), Timestamp::from_seconds(1))
    };
    let defaults = PolicyDefaults {
        when_missing: WhenMissing::Starter,
        owner: OwnerPolicy::Off,
        expires_after_ms: DEFAULT_EXPIRY_MS,
    };
    gather(&host, &proposal, defaults).await.unwrap().evidence
}

/// Puts a folder's files into the next commit; `dot-gitattributes` stands for `.gitattributes`.
fn put(git: &mut GitFolder, folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = references::name(&path);
        let name = format!("{prefix}{}", if name == "dot-gitattributes" { ".gitattributes" } else { name });
        match path.is_dir() {
            true => put(git, &path, &format!("{name}/")),
            false => git.write(&name, fs::read(&path).unwrap()).unwrap(),
        }
    }
}

fn differences(name: &str, expected: &Value, evidence: &Evidence) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let wanted: Vec<(String, String)> = expected["expected_flags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|flag| (text(&flag["flag"]), text(&flag["severity"])))
        .collect();
    let found: Vec<(&str, Severity)> = evidence.flags.iter().map(|flag| (flag.code.as_str(), flag.severity)).collect();
    let mut wrong = Vec::new();
    for (code, severity) in &wanted {
        let same: Vec<Severity> = found.iter().filter(|(found, _)| found == code).map(|(_, weight)| *weight).collect();
        let is_right = same.iter().any(|weight| weight.word() == severity);
        if !is_right {
            wrong.push(format!("{name}: expected {severity} {code}, found {found:?}"));
        }
    }
    for (code, severity) in &found {
        let is_expected = wanted.iter().any(|(wanted, _)| wanted == code) || COMPANIONS.contains(&(name, code));
        if !is_expected && *code != WITHOUT_CONTENTS && *severity > Severity::Info {
            wrong.push(format!("{name}: unexpected {severity:?} {code}"));
        }
    }
    let forbidden = expected["must_not_flag"].as_array().unwrap().iter().map(&text);
    let present = forbidden.filter(|code| found.iter().any(|(found, _)| found == code));
    wrong.extend(present.map(|code| format!("{name}: {code} must not be flagged")));
    wrong
}
