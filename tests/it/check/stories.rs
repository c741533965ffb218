//! What happened to the model, and what the program says to it.

use super::{Desk, MONA, card, pointer};

#[test]
fn words_about_a_model_that_stays_are_clear() {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[("docs/usage.md", "# Usage\n")]);
    desk.commit("Explain the usage");
    let said = desk.check(&["--base", &live]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("No risk flags.") && said.out.contains("Same card and weights as live: sentiment."));
    assert!(said.out.ends_with("Clear: no flag blocks or asks for approval.\n"), "{}", said.out);
}

#[test]
fn a_worse_metric_needs_approval_and_fails_only_where_asked_to() {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[("README.md", &card("0.813", "apache-2.0")), ("model.safetensors", &pointer('2', 438_000_000))]);
    desk.commit("Retrain");
    let said = desk.check(&["--base", &live]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("accuracy           0.927 → 0.813"), "{}", said.out);
    assert!(
        said.out.contains("Needs approval: 2 flags ask for it (metric.regressed, weights.unscannable)."),
        "{}",
        said.out
    );
    let strict = desk.check(&["--base", &live, "--fail-on", "approve"]);
    assert_eq!((strict.code, strict.out), (1, said.out));
}

#[test]
fn a_secret_blocks_and_is_shown_nowhere() {
    let (mut desk, live) = Desk::with_model();
    let token = format!("hf_{}", "aB3".repeat(12));
    desk.write(&[("train.py", &format!("epochs = 3\ntoken = \"{token}\"\n"))]);
    desk.commit("Train with the hub");
    for format in ["text", "json", "markdown", "sarif"] {
        let said = desk.check(&["--base", &live, "--format", format]);
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(said.out.contains("secret.exposed") && !said.out.contains(&token), "{}", said.out);
    }
}

#[test]
fn another_licence_and_base_model_are_told_side_by_side() {
    let (mut desk, live) = Desk::with_model();
    let other = card("0.927", "cc-by-nc-4.0").replace("encoder-v1", "encoder-v2");
    desk.write(&[("README.md", &other)]);
    desk.commit("Start from another model");
    let said = desk.check(&["--base", &live, "--format", "json"]);
    assert_eq!(said.codes(), ["licence.changed", "licence.restricted", "lineage.base_model_changed"]);
    assert_eq!((said.code, &said.json()["verdict"]), (0, &"needs_approval".into()));
}

#[test]
fn a_first_deployment_has_nothing_to_compare_with() {
    let (desk, _) = Desk::with_model();
    let said = desk.check(&["--base", "none"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("nothing live → proposed"), "{}", said.out);
    assert!(said.out.contains("First deployment: nothing is live yet"), "{}", said.out);
    assert!(desk.check(&["--base", "none", "--format", "json"]).codes().contains(&"deploy.no_baseline".to_owned()));
}

#[test]
fn going_back_is_called_a_rollback() {
    let (mut desk, first) = Desk::with_model();
    desk.write(&[("README.md", &card("0.931", "apache-2.0")), ("model.safetensors", &pointer('2', 438_000_000))]);
    let second = desk.commit("Retrain");
    let said = desk.check(&["--base", &second, "--head", &first]);
    assert!(said.out.contains("A rollback: 1 commit behind what is live."), "{}", said.out);
    assert!(said.out.contains("[deploy.rollback]"), "{}", said.out);
}

#[test]
fn the_live_commit_once_more_changes_nothing() {
    let (desk, live) = Desk::with_model();
    let said = desk.check(&["--base", &live, "--head", "main"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("The commit that is live, once more.") && said.out.contains("No files changed."));
}

#[test]
fn parted_and_unrelated_histories_are_told_apart() {
    let (mut desk, root) = Desk::with_model();
    desk.write(&[("train.py", "epochs = 4\n")]);
    let left = desk.commit("Left");
    desk.git.go_on_from(Some(&root)).unwrap();
    desk.write(&[("train.py", "epochs = 5\n")]);
    desk.commit("Right");
    let parted = desk.check(&["--base", &left, "--format", "json"]).json();
    assert_eq!(parted["proposed"]["relation"], "diverged");
    assert_eq!((&parted["proposed"]["ahead"], &parted["proposed"]["behind"]), (&1.into(), &1.into()));
    assert_eq!(parted["files"].as_array().unwrap().len(), 1);

    desk.git.go_on_from(None).unwrap();
    desk.write(&[("README.md", &card("0.9", "mit"))]);
    desk.commit("Something else");
    let unrelated = desk.check(&["--base", &left, "--format", "json"]);
    assert_eq!(unrelated.json()["baseline"]["state"], "vanished");
    assert!(unrelated.codes().contains(&"deploy.base_vanished".to_owned()));
}

#[test]
fn people_are_known_by_their_addresses() {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[("train.py", "epochs = 4\n")]);
    desk.git.commit(MONA, "Train longer\n\nCo-authored-by: Bo B <bo@acme.example>\n").unwrap();
    let document = desk.check(&["--base", &live, "--format", "json"]).json();
    let people: Vec<(&str, &str)> = document["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| (person["part"].as_str().unwrap(), person["account"].as_str().unwrap()))
        .collect();
    assert_eq!(people, [("author", "mona"), ("committer", "mona"), ("co_author", "bo")]);
    assert!(document["not_seen"].as_str().unwrap().contains("accounts"));
}

#[test]
fn a_policy_with_a_mistake_holds_and_says_where() {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[(".github/countersign.yml", "version: 1\nmodles: []\n")]);
    desk.commit("Write the policy");
    let said = desk.check(&["--base", &live]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(
        said.out.contains("\nHeld: the policy cannot be followed: .github/countersign.yml@")
            && said.out.contains("modles"),
        "{}",
        said.out
    );
    assert!(desk.check(&["--base", &live, "--format", "json"]).json()["held"].is_string());
}

#[test]
fn the_proposed_policy_decides_what_blocks_and_a_given_one_goes_before_it() {
    let (mut desk, live) = Desk::with_model();
    let policy =
        |action: &str| format!("version: 1\nenvironments:\n  production:\n    severity: {{ high: {action} }}\n");
    desk.write(&[("README.md", &card("0.813", "apache-2.0")), (".github/countersign.yml", &policy("block"))]);
    desk.commit("Retrain");
    let strict = desk.check(&["--base", &live]);
    assert!(strict.code == 1 && strict.out.contains("Blocked: 2 flags cannot be approved away"), "{}", strict.out);
    let elsewhere = desk.check(&["--base", &live, "--environment", "staging"]);
    assert!(elsewhere.code == 1 && elsewhere.out.contains("\nHeld: "), "{}", elsewhere.out);
    let file = desk.path().join("given.yml");
    std::fs::write(&file, policy("show")).unwrap();
    let lenient = desk.check(&["--base", &live, "--policy", file.to_str().unwrap(), "--format", "json"]);
    assert_eq!((lenient.code, &lenient.json()["verdict"]), (0, &"clear".into()));
    assert_eq!(lenient.json()["actions"]["high"], "show");
}
