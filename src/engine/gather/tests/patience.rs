//! Parts that never come: each is a gap with its name, and the rest is there. And what is not asked twice.

use std::time::{Duration, Instant};

use super::evidence::{CARD, ahead};
use super::forge::{Question, sha};
use super::*;

const SHORT: Duration = Duration::from_millis(300);

/// All that is read of others as well, and a signature.
const POLICY: &str = "version: 1\nmodels:\n- { name: sentiment, signature: { key: k.pub } }\nenvironments:\n  production:\n    \
    checks:\n      check_runs: { require: [bias-eval] }\n      fields: { artifact: countersign }\n      sarif:\n      \
    - { name: modelscan, artifact: modelscan-results }\n      - { name: codeql, code_scanning: CodeQL }\n";

fn patience() -> Patience {
    Patience {
        find_live: SHORT,
        compare: SHORT,
        list_files: SHORT,
        read: SHORT,
        scan: SHORT,
        scan_one: SHORT,
        others: SHORT,
    }
}

fn pointer() -> String {
    format!("version http://git-media.io/v/2\noid sha256:{}\nsize 7\n", Digest::of(b"weights"))
}

/// A change of everything that is read; the policy is on another commit.
fn changed() -> (MemoryForge, CommitSha) {
    let after = CARD.replace("0.914", "0.920");
    let (mut forge, head) = ahead(
        &[("README.md", CARD), ("train.py", "a = 1\n")],
        &[("README.md", &after), ("train.py", "a = 2\n"), ("model.safetensors", &pointer())],
    );
    forge.large.insert(Digest::of(b"weights").to_string(), b"weights".to_vec());
    forge.commit(3, &[(crate::policy::PATH, POLICY)]);
    (forge, head)
}

/// What is gathered while one question is never answered, and how long that took.
fn gathered_without(question: Question) -> (Result<Gathered, PortError>, Duration) {
    let (mut forge, head) = changed();
    forge.hangs.insert(question);
    let start = Instant::now();
    let gathered = try_gather_within(&forge, &head, &Known::default(), patience());
    (gathered, start.elapsed())
}

#[test]
fn whatever_never_comes_is_a_gap_with_its_name_and_the_rest_is_there() {
    let complete = {
        let (forge, head) = changed();
        gathered(&forge, &head)
    };
    let late = |flag: &Flag| flag.message.contains("took longer than 0.3 s") || flag.message.contains("not compare");
    assert!(!complete.flags.iter().any(late), "{:?}", complete.flags);
    for (question, subjects) in [
        (Question::Compare, &["comparison"][..]),
        (Question::Tree(1), &["files of the live commit"]),
        (Question::Tree(2), &["files of the proposed commit"]),
        (Question::Blobs, &["model.safetensors", "sentiment"]),
        (Question::Pulls, &["pull requests"]),
        (Question::LargeFiles, &["model.safetensors"]),
        (Question::LargeFileParts, &["model.safetensors"]),
        (Question::Ci, &["bias-eval"]),
        (Question::Artifact, &["modelscan"]),
        (Question::Analyses, &["codeql"]),
    ] {
        let (gathered, took) = gathered_without(question);
        let evidence = gathered.unwrap_or_else(|error| panic!("{question:?}: {error}")).evidence;
        // What waits for one another adds up; each part once.
        assert!(took < SHORT * 5, "{question:?}: {took:?}");
        let gaps: Vec<&Flag> = evidence.flags.iter().filter(|flag| flag.is_gap()).collect();
        for subject in subjects {
            let found = gaps.iter().find(|flag| flag.subject == *subject);
            let found = found.unwrap_or_else(|| panic!("{question:?}: no gap {subject} in {gaps:#?}"));
            assert!(!complete.flags.contains(found), "{question:?}: {found:?} is there without it");
        }
        if question != Question::Tree(2) {
            assert!(evidence.files.len() >= 2, "{question:?}: the change is listed all the same");
        }
    }
}

#[test]
fn what_is_live_cannot_be_guessed_and_is_asked_for_again() {
    let (gathered, _) = gathered_without(Question::Live);
    let error = gathered.unwrap_err();
    assert!(error.to_string().contains("find what is live") && error.to_string().contains("0.3 s"), "{error}");
    assert!(matches!(error.class, crate::ports::Class::Retry { .. }));
}

/// P8: a policy that cannot be read holds; it is never taken for absent.
#[test]
fn a_policy_that_never_comes_holds() {
    for question in [Question::DefaultBranch, Question::Tree(3)] {
        let PolicyFound::Hold { why } = gathered_without(question).0.unwrap().policies.now else { panic!("not held") };
        assert!(why.contains("0.3 s"), "{why}");
    }
}

/// Authors of a rollback are read from the proposed commit alone.
#[test]
fn a_proposed_commit_that_never_comes_is_a_gap() {
    let (mut forge, _) = changed();
    (forge.live, forge.default_branch) = (Some(sha(2)), Some(sha(3)));
    forge.hangs.insert(Question::Commit);
    let evidence = try_gather_within(&forge, &sha(1), &Known::default(), patience()).unwrap().evidence;
    let gap = evidence.flags.iter().find(|flag| flag.subject == "proposed commit").unwrap();
    assert!(gap.is_gap() && gap.message.contains("0.3 s"), "{gap:?}");
}

/// A content never changes under its id in git: what one gathering read, the next one does not ask for.
#[test]
fn contents_are_read_once_for_all_gatherings() {
    let (forge, head) = changed();
    let known = Known::default();
    let first = try_gather_within(&forge, &head, &known, patience()).unwrap();
    let asked = std::mem::take(&mut *forge.asked_blobs.lock().unwrap());
    assert!(asked.len() >= 5, "{asked:?}");
    let again = try_gather_within(&forge, &head, &known, patience()).unwrap();
    assert_eq!(again, first);
    // The policy is the exception: it is read where it stands at that moment.
    assert_eq!(*forge.asked_blobs.lock().unwrap(), [super::forge::blob_id(POLICY.as_bytes())]);
}
