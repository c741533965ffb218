//! The corpus's policy files. They follow another schema, so that each of them has to be refused; those whose defect lies in the
//! YAML have to be refused for it. The others are translated to our schema where policies are read.

use std::time::{Duration, Instant};

use countersign::domain::Timestamp;
use countersign::policy::file::File;
use countersign::policy::finding::Finding;
use countersign::policy::place::FileRole;
use countersign::policy::validate::{OwnerFile, findings};
use serde_json::Value;

use super::references;

fn cases() -> Vec<Value> {
    let index = references::json("badinput/index.json");
    let cases = index["cases"].as_array().unwrap().iter().filter(|case| case["send"]["target"] == "policy_file");
    let cases: Vec<Value> = cases.cloned().collect();
    assert!(cases.len() > 50, "{}", cases.len());
    cases
}

/// The file of a case; two of them are made by a rule.
fn bytes(case: &Value) -> Vec<u8> {
    let body = &case["send"]["body"];
    match (body["file"].as_str(), body["generate"].as_str()) {
        (Some(file), _) => references::bytes(&format!("badinput/{file}")),
        (None, Some("yaml_deep_2k")) => format!("{}x{}", "[".repeat(2_000), "]".repeat(2_000)).into_bytes(),
        (None, Some("yaml_2mb")) => b"# comment\n".repeat(200_000),
        (None, made) => panic!("{}: {made:?}", case["id"]),
    }
}

fn found(bytes: &[u8]) -> Vec<Finding> {
    let file = File::read(bytes, FileRole::Repository);
    findings(Some(&file), OwnerFile::Absent, Timestamp::default())
}

#[test]
fn no_file_of_another_schema_is_followed_and_none_takes_long() {
    for case in cases() {
        let (started, bytes) = (Instant::now(), bytes(&case));
        let found = found(&bytes);
        assert!(found.iter().any(Finding::is_error), "{} was taken for a policy of ours", case["id"]);
        assert!(started.elapsed() < Duration::from_secs(2), "{}: {:?}", case["id"], started.elapsed());
    }
}

#[test]
fn what_is_wrong_with_the_yaml_is_said_where_it_is() {
    for case in cases().iter().filter(|case| case["id"].as_str().unwrap().starts_with("pol-yml")) {
        let found = found(&bytes(case));
        let words: Vec<String> = case["expect"]["error_mentions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_str().unwrap().to_lowercase())
            .collect();
        let line = case["expect"]["line"].as_u64();
        let is_said = found.iter().filter(|finding| finding.is_error()).any(|finding| {
            let said = format!("{finding} {}", finding.path).to_lowercase();
            let here = line.is_none_or(|line| u64::try_from(finding.place.line).unwrap() == line);
            here && words.iter().all(|word| said.contains(word))
        });
        // The key of another schema stands in for this one's: what slipped out of a gate is unknown either way.
        assert!(is_said, "{} {words:?} {line:?}: {found:#?}", case["id"]);
    }
}
