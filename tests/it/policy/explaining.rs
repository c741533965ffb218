//! `countersign policy explain` over git repositories.

use countersign::sim::git::GitFolder;
use serde_json::Value;

use super::{GOOD, OWNER, folder, policy};

const ANA: (&str, &str) = ("Ana Lima", "ana@acme.example");

/// A repository called `sentiment` in a folder of its own, with a policy in its second commit.
fn repository(text: &str) -> (tempfile::TempDir, String, String) {
    let folder = folder(&[("owner.yml", OWNER)]);
    let path = folder.path().join("sentiment");
    std::fs::create_dir(&path).unwrap();
    let mut git = GitFolder::create(&path).unwrap();
    git.write("README.md", "# Sentiment\n").unwrap();
    let first = git.commit(ANA, "Begin").unwrap();
    git.write(".github/countersign.yml", text).unwrap();
    let second = git.commit(ANA, "Say who decides").unwrap();
    (folder, first, second)
}

#[test]
fn the_effective_policy_is_told_with_the_source_of_each_line() {
    let (folder, _, commit) = repository(GOOD);
    let arguments = ["explain", "--repo", "sentiment", "--environment", "production", "--owner-file", "owner.yml"];
    let said = policy(folder.path(), &arguments);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out.replace(&commit[..7], "COMMIT"));
}

#[test]
fn an_earlier_commit_has_its_own_policy() {
    let (folder, first, _) = repository(GOOD);
    let at = ["explain", "--repo", "sentiment", "--environment", "production", "--at", &first];
    let said = policy(folder.path(), &at);
    assert!(said.code == 0 && said.out.contains("the built-in rules hold"), "{}", said.out);
    assert!(said.out.contains("Review: 1 person with write access"), "{}", said.out);
    let wrong = policy(folder.path(), &["explain", "--repo", "sentiment", "--environment", "x", "--at", "v9"]);
    assert!(wrong.code == 2 && wrong.err.contains("`v9` names no commit"), "{}", wrong.err);
}

#[test]
fn mistakes_are_told_as_validate_does_and_the_answer_is_no() {
    let (folder, ..) = repository(&GOOD.replace("quorum: 2", "quorum: 0"));
    let said = policy(folder.path(), &["explain", "--repo", "sentiment", "--environment", "production"]);
    let told = "error[wrong-value]: `quorum` is 0, and must be at least 1\n --> .github/countersign.yml:5:48\n";
    assert!(said.code == 1 && said.out.starts_with(told), "{}", said.out);
}

#[test]
fn a_file_that_is_not_committed_is_explained_and_an_environment_without_entry_is_held() {
    let folder = folder(&[("policy.yml", GOOD)]);
    let said = policy(folder.path(), &["explain", "--policy", "policy.yml", "--environment", "qa", "--format", "json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &document["commit"]), (1, &Value::Null));
    assert!(document["held"].as_str().unwrap().contains("no entry of `environments` is for `qa`"), "{}", said.out);
    let arguments = ["explain", "--policy", "policy.yml", "--environment", "production", "--format", "json"];
    let said = policy(folder.path(), &arguments);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    let first = &document["sections"][0]["lines"][0];
    assert_eq!(first["words"], "1. Review: 2 people of ml");
    assert_eq!((&first["from"]["file"], &first["from"]["line"]), (&"policy.yml".into(), &5.into()));
}
