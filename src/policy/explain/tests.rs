use super::*;
use crate::policy::{OwnerPolicy, PolicyDefaults, PolicyFile, WhenMissing, effective};

const DEFAULTS: PolicyDefaults =
    PolicyDefaults { when_missing: WhenMissing::Starter, owner: OwnerPolicy::Off, expires_after_ms: 86_400_000 };

fn file(text: &str) -> PolicyFile {
    let commit = crate::domain::CommitSha::parse(&"1".repeat(40)).unwrap();
    PolicyFile::Present { commit, bytes: text.as_bytes().to_vec() }
}

fn told(own: &PolicyFile, owner: &PolicyFile) -> String {
    let effective = effective(own, owner, "production", DEFAULTS);
    let mut text = String::new();
    for section in explain(&effective).unwrap() {
        text.push_str(&format!("{}\n", section.title));
        for line in section.lines {
            let place = line.from.as_ref().and_then(|from| from.place).map(|place| format!(":{}", place.line));
            let from = line.from.map(|from| from.layer.words()).unwrap_or_default();
            let indent = "  ".repeat(line.depth + 1);
            text.push_str(&format!("{indent}{} <{from}{}>\n", line.words, place.unwrap_or_default()));
        }
    }
    text
}

const OWN: &str = "version: 1
groups:
  ml: { github_teams: [acme/ml], slack_usergroups: [ml] }
  risk: { slack_users: [U024BE7LH], slack_only: true }
defaults:
  deny: { cancel_run: true }
environments:
  production:
    gates:
      - { name: Model review, group: ml, quorum: 2 }
      - side_by_side:
          - { name: Risk, group: risk, quorum: 1, when: risk >= HIGH }
          - { name: Second look, group: ml, quorum: 1 }
    windows: [{ days: mon-fri, from: '09:00', to: '17:00', zone: Europe/Berlin }]
accept:
  - { flag: metric.regressed, subject: f1, why: new test set, until: 2027-01-31, by: octocat }
";
const OWNER: &str = "version: 1
groups: { security: { github_teams: [acme/security] } }
floor: { defaults: { gates: [{ name: Security, group: security, quorum: 1 }], min_wait: 10m } }
";

#[test]
fn every_line_says_where_it_comes_from_and_gates_stand_in_their_order() {
    insta::assert_snapshot!(told(&file(OWN), &file(OWNER)));
}

#[test]
fn without_a_file_the_built_in_rules_are_told() {
    let told = told(&PolicyFile::Absent, &PolicyFile::Absent);
    assert!(told.contains("1. Review: 1 person with write access <the built-in rules>"), "{told}");
    assert!(told.contains("a request expires after 1d <the server's settings>"), "{told}");
    assert!(!told.contains("floor"), "{told}");
}

#[test]
fn an_environment_that_is_held_says_why() {
    let own = OWN.replace("production", "staging");
    let effective = effective(&file(&own), &PolicyFile::Absent, "production", DEFAULTS);
    let why = explain(&effective).unwrap_err();
    assert!(why.contains("no entry of `environments` is for `production`"), "{why}");
}
