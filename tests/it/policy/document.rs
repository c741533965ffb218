//! `docs/policy.md`: every policy in it can be followed, and does what is said of it.

use std::path::Path;

use countersign::domain::{Evidence, Timestamp};
use countersign::policy::condition::samples;
use countersign::policy::file::File;
use countersign::policy::place::FileRole;
use countersign::policy::validate::{OwnerFile, findings};

use super::{Said, folder, policy};

fn blocks() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.collect()
}

/// A change of a model by mona, of which nothing is risky.
fn change() -> Evidence {
    let evidence = &samples::all()[1].evidence;
    let contributors = evidence.contributors.iter().filter(|one| one.user.is_some()).cloned().collect();
    Evidence { flags: Vec::new(), contributors, ..evidence.clone() }
}

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(number: usize, evidence: &Evidence) -> Self {
        let blocks = blocks();
        let evidence = serde_json::to_string(evidence).unwrap();
        Self { folder: folder(&[("policy.yml", &blocks[number]), ("evidence.json", &evidence)]) }
    }

    /// Whether this is the outcome, on a Tuesday at noon.
    fn expect(&self, outcome: &str, arguments: &[&str]) -> Said {
        self.at("2026-12-01T12:00:00Z", outcome, arguments)
    }

    fn at(&self, time: &str, outcome: &str, arguments: &[&str]) -> Said {
        let on = ["simulate", "policy.yml", "--evidence", "evidence.json", "--requester", "mona", "--at"];
        let fixed = [time, "--reference", "main", "--expect", outcome];
        let all = [&on[..], &fixed, arguments].concat();
        let said = policy(self.folder.path(), &all);
        assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.out, said.err);
        said
    }
}

#[test]
fn every_policy_of_the_document_is_good() {
    let now = Timestamp::parse_rfc3339("2026-12-01T12:00:00Z").unwrap();
    let blocks = blocks();
    assert_eq!(blocks.len(), 5);
    for block in blocks {
        let file = File::read(block.as_bytes(), FileRole::Repository);
        let found = findings(Some(&file), OwnerFile::Absent, now);
        assert!(found.is_empty(), "{block}\n{found:#?}");
    }
}

#[test]
fn a_sole_maintainer_approves_after_the_pause() {
    let desk = Desk::new(0, &change());
    let octocat = ["--requester", "octocat", "--vote", "octocat=approve"];
    desk.expect("open", &octocat);
    desk.expect("approved", &[&octocat[..], &["--after", "10m"]].concat());
    let other = desk.expect("open", &["--name", "ana=access:admin", "--vote", "ana=approve", "--after", "1h"]);
    assert!(other.out.contains("ana approves, which does not count: not one of maintainer"), "{}", other.out);
}

#[test]
fn a_small_team_reviews_each_other_and_lets_documents_pass() {
    let desk = Desk::new(1, &change());
    desk.expect("approved", &["--vote", "ana=approve@Review"]);
    let own = desk.expect("open", &["--vote", "mona=approve@Review"]);
    assert!(own.out.contains("mona approves, which does not count: started the run"), "{}", own.out);
    desk.expect("approved", &["--environment", "staging", "--vote", "mona=approve@Anybody"]);
    desk.expect("held", &["--environment", "qa", "--vote", "ana=approve"]);
    Desk::new(1, &samples::all()[0].evidence).expect("approved", &[]);
}

#[test]
fn the_two_person_rule_takes_two_and_a_third_where_it_is_risky() {
    let two = ["--vote", "ana=approve@Model review", "--vote", "bo=approve@Model review"];
    let desk = Desk::new(2, &change());
    desk.expect("open", &two[..2]);
    desk.expect("approved", &two);
    let saturday = desk.at("2026-12-05T12:00:00Z", "open", &two);
    assert!(saturday.out.contains("outside of the deployment windows"), "{}", saturday.out);
    let risky = Evidence { contributors: change().contributors, ..samples::all()[1].evidence.clone() };
    let risky = Evidence { flags: risky.flags[1..2].to_vec(), ..risky };
    let desk = Desk::new(2, &risky);
    let said = desk.expect("open", &two);
    assert!(said.out.contains("Risk sign-off needs 1 more of risk"), "{}", said.out);
    let third = ["--name", "cy=slack:U024BE7LH,usergroup:model-risk,unlinked", "--vote", "cy=approve"];
    desk.expect("approved", &[&two[..], &third].concat());
}

#[test]
fn leads_stand_in_for_reviewers_who_did_not_answer() {
    let desk = Desk::new(2, &change());
    let leads = [
        "--name",
        "li=team:acme/ml-leads",
        "--name",
        "lu=team:acme/ml-leads",
        "--vote",
        "li=approve",
        "--vote",
        "lu=approve",
    ];
    desk.expect("open", &leads);
    let said = desk.expect("approved", &[&leads[..], &["--after", "8h"]].concat());
    assert!(said.out.contains("li approves in the place of ml-reviewers, who did not answer"), "{}", said.out);
}

#[test]
fn of_many_models_those_are_asked_whose_model_changed() {
    let mut evidence = change();
    evidence.models[0].name = "fraud".into();
    evidence.files.retain(|file| file.path.starts_with("models/"));
    let desk = Desk::new(3, &evidence);
    let two = ["--vote", "ana=approve@Fraud", "--vote", "bo=approve@Fraud"];
    desk.expect("open", &two[..2]);
    let said = desk.expect("approved", &two);
    assert!(said.out.contains("- Ranking is not asked"), "{}", said.out);
    evidence.models.clear();
    evidence.files.clear();
    let said = Desk::new(3, &evidence).expect("open", &two);
    assert!(said.out.contains("then every gate is asked"), "{}", said.out);
}

#[test]
fn an_exception_for_one_model_leaves_others_as_they_are() {
    let mut evidence = change();
    let finding = |model: &str| {
        let mut flag = samples::all()[1].evidence.flags[1].clone();
        (flag.code, flag.subject, flag.model) = ("metric.regressed".into(), "recall".into(), Some(model.to_owned()));
        flag
    };
    evidence.flags = vec![finding("ranking"), finding("fraud")];
    let said = Desk::new(3, &evidence).expect("open", &[]);
    let accepted = said.out.matches("metric.regressed (recall) is accepted until 2027-04-01 by mona").count();
    assert_eq!(accepted, 1, "{}", said.out);
}

#[test]
fn an_open_source_project_asks_more_where_ci_is_touched() {
    let release = ["--environment", "release-1", "--name", "ana=access:maintain", "--vote", "ana=approve"];
    Desk::new(4, &change()).expect("approved", &release);
    let mut evidence = change();
    evidence.files[0].path = ".github/workflows/deploy.yml".into();
    let desk = Desk::new(4, &evidence);
    let said = desk.expect("open", &release);
    assert!(said.out.contains("Core needs 1 more of core"), "{}", said.out);
    desk.expect("approved", &[&release[..], &["--vote", "octocat=approve@Core"]].concat());
}
