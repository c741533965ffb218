//! `countersign card` over cards that are written here.

use std::fs;

use super::{countersign, errors, json, text};

const CARD: &str = "\
---
license: apache-2.0
base_model: acme/base
datasets:
- acme/reviews
language: [en, de]
model-index:
- name: sentiment
  results:
  - task: { type: text-classification }
    dataset: { name: Reviews, type: acme/reviews, split: test }
    metrics:
    - { type: accuracy, value: 0.913 }
    - { type: f1, value: high }
---
# Sentiment
What it does.
## Bias
[More Information Needed]
## Uses
<!--
## Limitations
-->
";

fn card(text: &str, more: &[&str]) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("README.md"), text).unwrap();
    countersign(folder.path(), &[&["card", "README.md"], more].concat())
}

#[test]
fn every_fact_of_a_card_has_its_line() {
    let output = card(CARD, &[]);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let lines = [
        "  licence      apache-2.0 (line 2)",
        "  base model   acme/base (line 3)",
        "  data sets    acme/reviews (lines 4–5)",
        "  languages    en, de (line 6)",
        "  accuracy  0.913 on Reviews (test), line 13",
        "  f1        `high`, which is not a number, on Reviews (test), line 14",
        "  line 16  Sentiment",
        "  line 18  · Bias – template text only",
        "  line 20  · Uses – empty",
        "  line 22  Limitations – no section: it stands in a comment",
        "2 results, 3 sections (1 empty, 1 template text only), 1 problem.",
    ];
    for line in lines {
        assert!(text.lines().any(|shown| shown == line), "no line `{line}` in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn machines_get_the_card_as_it_was_read() {
    let document = json(&card(CARD, &["--format", "json"]));
    assert_eq!(document["licence"]["ids"][0], "apache-2.0");
    assert_eq!((&document["spans"]["license"]["line"], &document["results"][0]["line"]), (&2.into(), &13.into()));
    assert_eq!(document["front_matter"]["state"], "present");
}

#[test]
fn front_matter_that_cannot_be_read_is_a_no_with_its_line() {
    let output = card("---\nlicense: mit\ntags: [a, b\n---\n# Model\n", &[]);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("Its front matter cannot be read: ") && text.contains("line "), "{text}");
    let none = card("# Model\n", &[]);
    assert_eq!(none.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&none.stdout).contains("no front matter"));
}

#[test]
fn text_of_a_card_steers_no_terminal() {
    let shown = text(&card("---\nlicense: \"m\\u202e\\eit\"\n---\n# A\u{202e}b\u{1b}[2J\n", &[]));
    assert!(shown.contains("\\u{202e}") && !shown.contains(['\u{202e}', '\u{1b}']), "{shown}");
}

#[test]
fn what_is_no_file_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    for name in [".", "absent.md"] {
        let output = countersign(folder.path(), &["card", name]);
        assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
    }
}
