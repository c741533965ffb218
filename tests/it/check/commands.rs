//! Checks of one's own: commands that are asked beside the built-in ones.

use super::{Desk, card, pointer};

const POLICY: &str = "version: 1\nenvironments:\n  production:\n    checks:\n      http:\n      \
    - { name: toxicity, url: \"https://checks.acme.example/toxicity\" }\n";
const FINDING: &str =
    r#"{"findings":[{"code":"toxicity","severity":"critical","subject":"sentiment","message":"It insults people."}]}"#;

/// A new model, and a policy that asks a service.
fn desk() -> (Desk, String) {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[("README.md", &card("0.930", "apache-2.0")), ("model.safetensors", &pointer('2', 438_000_000))]);
    desk.write(&[(".github/countersign.yml", POLICY)]);
    desk.commit("Retrain");
    (desk, live)
}

#[test]
fn a_command_is_asked_in_place_of_the_policys_service() {
    let (desk, live) = desk();
    let without = desk.check(&["--base", &live, "--format", "json"]);
    assert!(without.codes().contains(&"check.late".to_owned()), "{:?}", without.codes());
    let command = format!("toxicity=grep -q 11111111 || exit 9; printf '%s' '{FINDING}'");
    let said = desk.check(&["--base", &live, "--format", "json", "--run-check", &command]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.codes().contains(&"external.finding".to_owned()), "{:?}", said.codes());
    assert!(!said.codes().contains(&"check.late".to_owned()), "{:?}", said.codes());
    assert!(said.out.contains("It insults people."), "{}", said.out);
    let text = desk.check(&["--base", &live, "--run-check", &command]).out;
    assert!(text.contains("toxicity") && text.contains("It insults people."), "{text}");
}

#[test]
fn a_command_that_fails_is_a_gap_and_others_are_asked_besides() {
    let (desk, live) = desk();
    let said = desk.check(&[
        "--base",
        &live,
        "--format",
        "json",
        "--run-check",
        "toxicity=printf '{\"findings\":[]}'",
        "--run-check",
        "own=echo no model >&2; exit 3",
    ]);
    let document = said.json();
    let failed = document["flags"].as_array().unwrap().iter().find(|flag| flag["code"] == "check.failed").unwrap();
    assert!(failed["message"].as_str().unwrap().contains("no model") && failed["subject"] == "own", "{failed}");
    assert!(!said.codes().contains(&"check.late".to_owned()));
}

#[test]
fn wrong_use_is_told() {
    let (desk, live) = desk();
    for arguments in [&["--run-check", "toxicity"][..], &["--run-check", "=true"], &["--run-check", "a="]] {
        let said = desk.check(&[&["--base", &live], arguments].concat());
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.err.contains("run-check"), "{}", said.err);
    }
    let twice = desk.check(&["--base", &live, "--run-check", "a=true", "--run-check", "a=false"]);
    assert!(twice.code == 2 && twice.err.contains("names `a` twice"), "{}", twice.err);
}
