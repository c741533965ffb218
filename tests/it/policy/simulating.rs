//! `countersign policy simulate` on evidence from a file.

use countersign::policy::condition::samples;
use serde_json::Value;

use super::{GOOD, OWNER, Said, folder, policy};

fn desk(text: &str) -> tempfile::TempDir {
    let evidence = serde_json::to_string(&samples::all()[0].evidence).unwrap();
    folder(&[("policy.yml", text), ("owner.yml", OWNER), ("evidence.json", &evidence)])
}

fn simulate(text: &str, arguments: &[&str]) -> Said {
    let desk = desk(text);
    let on = ["simulate", "policy.yml", "--evidence", "evidence.json", "--at", "2026-12-01T12:00:00Z"];
    policy(desk.path(), &[&on[..], arguments].concat())
}

#[test]
fn a_tree_says_which_gate_is_met_by_whom_and_whose_vote_does_not_count() {
    let votes = ["--vote", "ana=approve@Review", "--vote", "mona=approve@Review", "--name", "bo=access:write"];
    let said = simulate(GOOD, &[&votes[..], &["--vote", "bo=approve"]].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out);
}

#[test]
fn a_machine_gets_the_tree_and_a_pipeline_the_exit_code() {
    let two = ["--vote", "ana=approve@Review", "--vote", "bo=approve@Review", "--format", "json"];
    let said = simulate(GOOD, &[&two[..], &["--expect", "approved"]].concat());
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &document["outcome"]), (0, &"approved".into()));
    assert_eq!(document["why"]["because"][0]["because"][0]["words"], "Review: 2 of 2");
    assert_eq!(document["votes"][1]["login"], "bo");
    assert_eq!(simulate(GOOD, &[&two[..], &["--expect", "denied"]].concat()).code, 1);
    let denied = simulate(GOOD, &["--vote", "ana=deny@Review", "--expect", "denied"]);
    assert_eq!(denied.code, 0, "{}", denied.out);
}

#[test]
fn people_are_who_they_are_said_to_be() {
    let named = ["--name", "a=user:mona,team:acme/ml", "--vote", "a=approve"];
    let said = simulate(GOOD, &named);
    assert!(said.out.contains("mona approves, which does not count: wrote a commit"), "{}", said.out);
    let guest = simulate(GOOD, &["--name", "a=team:acme/ml,guest", "--vote", "a=approve"]);
    assert!(guest.out.contains("a approves, which does not count: a guest of the workspace"), "{}", guest.out);
    let nobody = simulate(GOOD, &["--vote", "a=approve"]);
    assert!(nobody.out.contains("nothing is known of a"), "{}", nobody.out);
}

#[test]
fn the_owners_floor_is_simulated_as_well() {
    let owner = "version: 1\ngroups: { s: { github_teams: [acme/security] } }\nfloor: { defaults: { gates: [{ name: Security, group: s, quorum: 1 }] } }\n";
    let desk = desk(GOOD);
    std::fs::write(desk.path().join("owner.yml"), owner).unwrap();
    let on = ["simulate", "policy.yml", "--owner-file", "owner.yml", "--evidence", "evidence.json", "--expect", "open"];
    let two = ["--vote", "ana=approve@Review", "--vote", "bo=approve@Review"];
    let said = policy(desk.path(), &[&on[..], &two].concat());
    assert!(said.code == 0 && said.out.contains("Security needs 1 more of s (the owner's floor)"), "{}", said.out);
}

#[test]
fn what_cannot_be_used_is_told() {
    let near = simulate(GOOD, &["--vote", "ana=approve@Reviev"]);
    assert!(near.code == 2 && near.err.contains("did you mean `Review`?"), "{}", near.err);
    for wrong in ["ana", "=approve", "ana=maybe", "ana=approved@Review"] {
        assert_eq!(simulate(GOOD, &["--vote", wrong]).code, 2, "{wrong}");
    }
    for wrong in ["a", "a=team:acme", "a=access:root", "a=boss"] {
        assert_eq!(simulate(GOOD, &["--name", wrong]).code, 2, "{wrong}");
    }
    let mistaken = simulate(&GOOD.replace("quorum: 2", "quorum: 0"), &[]);
    assert!(mistaken.code == 1 && mistaken.out.starts_with("error[wrong-value]"), "{}", mistaken.out);
    let desk = desk(GOOD);
    std::fs::write(desk.path().join("report.json"), r#"{"version":1,"verdict":"clear"}"#).unwrap();
    let report = policy(desk.path(), &["simulate", "policy.yml", "--evidence", "report.json"]);
    assert!(report.code == 2 && report.err.contains("--format evidence"), "{}", report.err);
    assert_eq!(policy(desk.path(), &["simulate", "policy.yml"]).code, 2, "on what?");
}

#[test]
fn hostile_names_do_not_steer_the_terminal() {
    let said = simulate(GOOD, &["--vote", "\u{1b}[31ma=approve@Review"]);
    assert!(!said.out.contains('\u{1b}'), "{:?}", said.out);
}
