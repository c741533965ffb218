use proptest::prelude::*;
use serde_json::Value;

use super::annotations::BATCH;
use super::body::{Annotation, MAX_MARKDOWN_BYTES, MAX_MESSAGE_BYTES};
use super::*;
use crate::domain::{InstallationId, RepositoryId, Timestamp};
use crate::ports::pulls::{Button, Conclusion, Note, NoteLevel};

fn repository() -> Repository {
    let (id, installation) = (RepositoryId::new(5), InstallationId::new(3));
    Repository { id, owner: "acme".into(), name: "sentiment".into(), installation }
}

fn note(line: u64, message: &str) -> Note {
    let (path, title) = ("README.md".into(), "Licence changed".into());
    Note { path, line, end_line: line, level: NoteLevel::Warning, title, message: message.into() }
}

/// The body of the last call, as it would be sent.
fn sent(title: &str, markdown: &str, notes: &[Note], gone: usize) -> Value {
    let (repository, commit) = (repository(), CommitSha::parse(&"a1".repeat(20)).unwrap());
    let button = Button { name: "refresh", label: "Gather again", explanation: "Look at everything once more" };
    let content = SheetContent {
        repository: &repository,
        commit: &commit,
        mark: "countersign/pull/7",
        progress: Progress::Done(Conclusion::Failure),
        title,
        summary: markdown,
        text: markdown,
        notes,
        buttons: &[button; 5],
        details_url: None,
    };
    let annotations: Vec<Annotation<'_>> = notes.iter().filter_map(Annotation::of).collect();
    let output = Output::of(&content, &annotations, gone);
    serde_json::to_value(CheckRunBody::finished(&content, output, Conclusion::Failure)).unwrap()
}

#[test]
fn a_finished_check_run_has_its_conclusion_and_at_most_three_buttons() {
    let body = sent("2 new risks", "Fine", &[note(3, "apache-2.0 became mit")], 0);
    assert_eq!((&body["status"], &body["conclusion"]), (&"completed".into(), &"failure".into()));
    assert_eq!(body["actions"].as_array().unwrap().len(), 3);
    assert_eq!(body["output"]["annotations"][0]["start_line"], 3);
    assert!(body.get("head_sha").is_none() && body.get("started_at").is_none());
}

#[test]
fn an_unfinished_check_run_has_neither_conclusion_nor_buttons() {
    let (repository, commit) = (repository(), CommitSha::parse(&"a1".repeat(20)).unwrap());
    let content = SheetContent {
        repository: &repository,
        commit: &commit,
        mark: "countersign/pull/7",
        progress: Progress::Gathering,
        title: "Gathering",
        summary: "x",
        text: "",
        notes: &[],
        buttons: &[],
        details_url: Some("https://countersign.acme.example/"),
    };
    let body = CheckRunBody::unfinished(&content, Output::of(&content, &[], 0), Timestamp::from_millis(1_500));
    let body = serde_json::to_value(body.beside(commit.as_str())).unwrap();
    assert!(body.get("conclusion").is_none() && body["output"].get("annotations").is_none());
    assert_eq!(body["started_at"], "1970-01-01T00:00:01Z");
    assert_eq!(body["head_sha"], commit.as_str());
}

#[test]
fn what_is_there_is_not_added_again_and_what_no_longer_holds_is_counted() {
    let old = [note(3, "one"), note(4, "two")];
    let there = News::all(&old).batches().concat_known();
    let new = [note(4, " two\n"), note(5, "three")];
    let news = News::since(&new, &there);
    assert_eq!((news.batches().concat_known().len(), news.gone()), (1, 1));
    let body = sent("t", "x", &[], 2);
    assert!(body["output"]["text"].as_str().unwrap().contains("2 annotations below are of earlier looks"));
}

/// What an annotation must be known by, for a comparison with what GitHub gives back.
trait Known {
    fn concat_known(&self) -> std::collections::BTreeSet<super::annotations::Known>;
}

impl Known for Vec<&[Annotation<'_>]> {
    fn concat_known(&self) -> std::collections::BTreeSet<super::annotations::Known> {
        self.iter().flat_map(|batch| batch.iter()).map(Annotation::known).collect()
    }
}

#[test]
fn annotations_go_out_fifty_at_a_time_and_in_order() {
    let notes: Vec<Note> = (1..=120).map(|line| note(line, "x")).collect();
    let news = News::all(&notes);
    let sizes: Vec<usize> = news.batches().iter().map(|batch| batch.len()).collect();
    assert_eq!(sizes, [BATCH, BATCH, 20]);
}

#[test]
fn a_note_that_github_would_refuse_is_left_out_instead_of_all() {
    for bad in [Note { path: String::new(), ..note(1, "x") }, Note { title: String::new(), ..note(1, " \n") }] {
        assert!(Annotation::of(&bad).is_none());
    }
    let backwards = Note { line: 9, end_line: 2, ..note(0, "x") };
    let body = sent("t", "x", &[backwards, note(0, "x")], 0);
    let lines = |at: usize| {
        (
            body["output"]["annotations"][at]["start_line"].as_u64(),
            body["output"]["annotations"][at]["end_line"].as_u64(),
        )
    };
    assert_eq!((lines(0), lines(1)), ((Some(9), Some(9)), (Some(1), Some(1))));
}

proptest! {
    /// Whatever strangers write, every part keeps to GitHub's limits, in characters and in bytes.
    #[test]
    fn every_part_is_within_githubs_limits(seed in "\\PC{0,40}", times in 0..8_000_usize, line in any::<u64>()) {
        let long = seed.repeat(times);
        let notes = [Note { title: long.clone(), message: long.clone(), ..note(line, "") }];
        let body = sent(&long, &long, &notes, times);
        let text = |part: &str| body["output"][part].as_str().unwrap().to_owned();
        prop_assert!(text("title").chars().count() <= 255);
        for part in ["summary", "text"] {
            prop_assert!(text(part).len() <= MAX_MARKDOWN_BYTES);
        }
        for annotation in body["output"]["annotations"].as_array().into_iter().flatten() {
            prop_assert!(annotation["title"].as_str().unwrap().chars().count() <= 255);
            let message = annotation["message"].as_str().unwrap();
            prop_assert!(!message.trim().is_empty() && message.len() <= MAX_MESSAGE_BYTES);
            prop_assert!(annotation["start_line"].as_u64() >= Some(1));
        }
        for action in body["actions"].as_array().unwrap() {
            prop_assert!(action["label"].as_str().unwrap().chars().count() <= 20);
            prop_assert!(action["description"].as_str().unwrap().chars().count() <= 40);
        }
    }
}
