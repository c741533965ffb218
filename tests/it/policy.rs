//! `countersign policy`: the program over policy files that people have written.

mod document;
mod explaining;
mod replaying;
mod simulating;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const GOOD: &str = "version: 1\ngroups: { ml: { github_teams: [acme/ml] } }\nenvironments:\n  production:\n    gates: [{ name: Review, group: ml, quorum: 2 }]\n";
const OWNER: &str = "version: 1\ngroups: { security: { github_teams: [acme/security] } }\nfloor: { defaults: { exclude: [requester] } }\n";

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn policy(folder: &Path, arguments: &[&str]) -> Said {
    policy_with(folder, arguments, &[])
}

fn policy_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("policy").args(arguments).current_dir(folder).env_clear().envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn a_good_file_is_told_in_one_line() {
    let folder = folder(&[("policy.yml", GOOD)]);
    let said = policy(folder.path(), &["validate", "policy.yml"]);
    assert_eq!((said.code, said.out.as_str()), (0, "policy.yml: nothing to say against it\n"));
}

#[test]
fn every_mistake_is_told_at_once_and_the_answer_is_no() {
    let text = GOOD.replace("quorum: 2", "quorum: 0").replace("acme/ml", "acme").replace("production", "'*'");
    let folder = folder(&[("bad.yml", &text), ("good.yml", GOOD)]);
    let said = policy(folder.path(), &["validate", "bad.yml", "good.yml"]);
    insta::assert_snapshot!(said.out, @r"
    error[wrong-value]: `github_teams`: `acme` is not a team as `organisation/team`, both as they stand in the team's address: `acme/ml`
     --> bad.yml:2:32
      |
    2 | groups: { ml: { github_teams: [acme] } }
      |                                ^^^^

    error[wrong-value]: `quorum` is 0, and must be at least 1
     --> bad.yml:5:48
      |
    5 |     gates: [{ name: Review, group: ml, quorum: 0 }]
      |                                                ^

    bad.yml: 2 errors
    good.yml: nothing to say against it
    ");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
}

#[test]
fn warnings_are_told_and_the_answer_is_yes() {
    let folder = folder(&[("policy.yml", &format!("{GOOD}  '*': {{}}\n"))]);
    let said = policy(folder.path(), &["validate", "policy.yml"]);
    assert!(
        said.code == 0 && said.out.contains("warning[shadowed-pattern]") && said.out.ends_with("1 warning\n"),
        "{}",
        said.out
    );
}

#[test]
fn a_machine_gets_every_finding_with_its_place() {
    let text = GOOD.replace("group: ml", "group: mll");
    let folder = folder(&[("policy.yml", &text)]);
    let said = policy(folder.path(), &["validate", "--format", "json", "policy.yml"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &document["valid"]), (1, &Value::Bool(false)));
    let errors: Vec<&Value> =
        document["findings"].as_array().unwrap().iter().filter(|one| one["level"] == "error").collect();
    assert_eq!(errors.len(), 1, "{}", said.out);
    let found = errors[0];
    assert_eq!((&found["rule"], &found["file"]), (&"unknown-group".into(), &"policy.yml".into()));
    assert_eq!((&found["line"], &found["column"], &found["width"]), (&5.into(), &36.into(), &3.into()));
    assert_eq!(found["path"], "environments.production.gates[0].group");
}

#[test]
fn a_repository_is_looked_at_beside_its_owners_file() {
    let own =
        GOOD.replace("group: ml,", "group: owner/security,").replace("quorum: 2 }]", "quorum: 2 }]\n    exclude: []");
    let folder = folder(&[("own.yml", &own), ("owner.yml", OWNER)]);
    let alone = policy(folder.path(), &["validate", "own.yml"]);
    assert!(alone.code == 0 && alone.out.contains("was not looked for"), "{}", alone.out);
    let said = policy(folder.path(), &["validate", "--owner", "owner.yml", "own.yml"]);
    assert!(said.code == 1 && said.out.contains("error[floor-weakened]"), "{}", said.out);
    assert!(said.out.starts_with("owner.yml: nothing to say against it\n"), "{}", said.out);
    let owners = policy(folder.path(), &["validate", "--owner", "owner.yml"]);
    assert_eq!(owners.code, 0, "{}", owners.out);
    let wrong = policy(folder.path(), &["validate", "owner.yml"]);
    assert!(wrong.code == 1 && wrong.out.contains("--owner"), "{}", wrong.out);
}

#[test]
fn what_cannot_be_opened_is_wrong_use() {
    let folder = folder(&[]);
    for arguments in [
        &["validate", "gone.yml"][..],
        &["validate"],
        &["validate", "."],
        &["schema", "--format", "yaml"],
        &["approve"],
    ] {
        let said = policy(folder.path(), arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}: {}", said.err);
    }
}

#[test]
fn hostile_text_does_not_steer_the_terminal() {
    let folder = folder(&[("policy.yml", "version: 1\n\"\u{1b}[31m\u{202e}\": 1\n")]);
    let said = policy(folder.path(), &["validate", "policy.yml"]);
    assert!(said.code == 1 && !said.out.contains(['\u{1b}', '\u{202e}']), "{:?}", said.out);
}

#[test]
fn the_schema_and_the_reference_are_printed_as_they_are_published() {
    let folder = folder(&[]);
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (arguments, file) in
        [(&["schema"][..], "policy.schema.json"), (&["schema", "--format", "markdown"], "policy-reference.md")]
    {
        let said = policy(folder.path(), arguments);
        assert!(said.code == 0 && said.out == std::fs::read_to_string(docs.join(file)).unwrap(), "{file}");
    }
}
