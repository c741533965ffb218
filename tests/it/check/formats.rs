//! How the report is written, where to, and what the exit code says.

use std::fs;

use countersign::report::json::{Document, schema};

use super::{Desk, card, check, columns, pointer};

const WORKFLOW: &str = "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps: [{ run: make deploy }]\n";

/// A change with something of everything: worse metric, new pickle, rename, hidden text, two people.
fn rich() -> (Desk, String) {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[("README.md", &card("0.893", "cc-by-nc-4.0")), ("model.safetensors", &pointer('2', 438_000_100))]);
    desk.write(&[("notes.txt", "evil \u{202e}txt.exe\n"), ("src/train.py", "epochs = 3\n")]);
    desk.git.write("scaler.pkl", b"\x80\x04K\x01.").unwrap();
    desk.git.remove("train.py");
    desk.commit("Retrain on the 2026 reviews");
    desk.write(&[("src/train.py", "epochs = 4\n"), (".github/workflows/deploy.yml", WORKFLOW)]);
    desk.git.commit(super::MONA, "Train longer\n\nCo-authored-by: Bo B <bo@acme.example>").unwrap();
    (desk, live)
}

#[test]
fn a_rich_change_reads_well_in_a_terminal() {
    let (desk, live) = rich();
    let said = desk.check(&["--base", &live]);
    assert!(said.out.lines().all(|line| columns(line) <= 80), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "no colour in a pipe");
    insta::assert_snapshot!("text", said.out);
}

#[test]
fn a_rich_change_reads_well_as_markdown() {
    let (desk, live) = rich();
    insta::assert_snapshot!("markdown", desk.check(&["--base", &live, "--format", "markdown"]).out);
}

#[test]
fn the_json_is_of_the_published_form() {
    let (desk, live) = rich();
    let said = desk.check(&["--base", &live, "--format", "json"]);
    let document: Document = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document.schema_version, 1);
    assert_eq!((document.repository.as_str(), document.environment.as_str()), ("sentiment", "production"));
    assert!(document.flags.iter().any(|flag| flag.code == "metric.regressed"));
    assert_eq!(document.compare_url, None);
    assert_eq!(check(None, &["--schema"]).out, schema());
}

#[test]
fn the_sarif_has_a_place_for_every_finding() {
    let (desk, live) = rich();
    let log = desk.check(&["--base", &live, "--format", "sarif", "--environment", "staging"]).json();
    let run = &log["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "countersign/staging/");
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 3);
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].is_string() && place["region"]["startLine"].is_u64(), "{result}");
    }
}

#[test]
fn a_report_can_be_written_to_a_file() {
    let (desk, live) = rich();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let said = desk.check(&["--base", &live, "--format", "json", "--output", file.to_str().unwrap()]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert!(said.err.starts_with("Needs approval: ") && said.err.contains("report.json"), "{}", said.err);
    assert!(serde_json::from_slice::<Document>(&fs::read(&file).unwrap()).is_ok());
    let nowhere = folder.path().join("no/such/folder/report.json");
    let said = desk.check(&["--base", &live, "--output", nowhere.to_str().unwrap()]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("cannot write `"), "{}", said.err);
}

#[test]
fn wrong_use_is_told_in_words() {
    let (desk, live) = Desk::with_model();
    let folder = tempfile::tempdir().unwrap();
    let (nothing, policy) = (folder.path().join("nothing"), folder.path().join("policy.yml"));
    let (nothing, policy) = (nothing.to_str().unwrap(), policy.to_str().unwrap());
    fs::write(policy, "version: 1\nmodles: []\n").unwrap();
    let held = desk.check(&["--base", &live, "--policy", policy]);
    assert!(held.code == 1 && held.out.contains("modles") && held.out.contains("line 2"), "{} {}", held.code, held.out);
    let cases: [(&[&str], &str); 7] = [
        (&[], "--base <REV>"),
        (&["--base", "v9"], "`v9` names no commit of this repository"),
        (&["--base", &live, "--head", "HEAD~5"], "`HEAD~5` names no commit"),
        (&["--base", &live, "--environment", ""], "cannot be an environment's name"),
        (&["--base", &live, "--format", "yaml"], "invalid value 'yaml'"),
        (&["--base", &live, "--policy", nothing], "cannot read the policy"),
        (&["--schema", "--base", &live], "cannot be used with"),
    ];
    for (arguments, expected) in cases {
        let said = desk.check(arguments);
        assert!(said.code == 2 && said.err.contains(expected), "{arguments:?}: {} {}", said.code, said.err);
        assert_eq!(said.out, "", "{arguments:?}");
    }
    let said = check(Some(folder.path()), &["--base", "main"]);
    assert!(said.code == 2 && said.err.contains("is not a git repository"), "{}", said.err);
}

#[test]
fn help_shows_how_to_use_it_in_a_workflow() {
    let said = check(None, &["--help"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("--format markdown >> \"$GITHUB_STEP_SUMMARY\""), "{}", said.out);
    assert!(said.out.contains("fetch-depth: 0"));
}
