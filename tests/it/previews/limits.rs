//! Monstrous and hostile input: everything stays within GitHub's limits, and nothing of it acts.

use std::fmt::Write as _;

use countersign::sim::github::RecordedCall;

use super::desk::{card, desk, summary, text, title};

/// A card with very many metrics, all of them worse than live, and lines without end.
fn monstrous(value: &str) -> String {
    let mut results = String::new();
    for n in 0..800 {
        let _ =
            write!(results, "    - type: accuracy\n      name: metric {n} {}\n      value: {value}\n", "x".repeat(40));
    }
    let line = "ß`<!-- @octocat -->|".repeat(1_000);
    format!(
        "---\nlicense: mit\nmodel-index:\n- name: sentiment\n  results:\n  - task:\n      type: text-classification\n    dataset:\n\
         \x20     name: acme/reviews\n      type: acme/reviews\n    metrics:\n{results}---\n# Sentiment\n\n{line}\n\n{line}\n"
    )
}

#[tokio::test]
async fn monstrous_cards_and_names_stay_within_every_limit() {
    let desk = desk().await;
    let repository = desk.repository();
    let main = desk.push("main", &[("README.md", &monstrous("0.95"))]);
    desk.world.github.edit(|state| state.set_live(repository, "production", &main));
    let (name, card) = (format!("{}.pkl", "very-long-name-".repeat(15)), monstrous("0.10"));
    let mut files: Vec<(String, String)> = (0..120).map(|n| (format!("m{n}/{name}"), format!("pickle {n}"))).collect();
    files.push(("README.md".to_owned(), card));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    desk.open("monster", &files);
    desk.settle().await;
    let run = desk.run();
    assert_eq!(run.status, "completed");
    assert!(summary(&run).len() <= 65_535 && text(&run).len() <= 65_535);
    assert!(title(&run).chars().count() <= 255, "{}", title(&run));
    assert!(run.annotations.len() > 50, "more than one call takes: {}", run.annotations.len());
    let is_refused = |call: &RecordedCall| call.status == 422 && call.path.contains("/check-runs");
    let refused: Vec<_> = desk.world.github.calls().into_iter().filter(is_refused).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    desk.finish().await;
}

/// Titles, names and cards of strangers are text: no mention, link, picture, markup or ending of what they stand in.
#[tokio::test]
async fn hostile_markdown_stays_text() {
    let desk = desk().await;
    let hostile = card("mit\"\n# <img src=x onerror=alert(1)> [Approve](https://evil.example) @octocat", "0.87");
    let hostile = format!("{hostile}\n```\n</details><script>alert(1)</script>\n\u{202e}drawkcab\n@octocat approve\n");
    desk.open("retrain", &[("README.md", &hostile), ("[x](https:evil.example).pkl", "p"), ("a|b`c.pkl", "p")]);
    desk.settle().await;
    let run = desk.run();
    assert_eq!(run.status, "completed");
    for shown in [summary(&run), text(&run)] {
        let outside = outside_code(shown);
        for evil in ["<script", "<img", "](https://evil", "@octocat", "](https:evil", "\u{202e}"] {
            assert!(!outside.contains(evil), "{evil} in {outside}");
        }
    }
    assert!(!title(&run).contains('\u{202e}') && !title(&run).contains('\n'));
    desk.finish().await;
}

/// What is not in a fence or a code span.
fn outside_code(markdown: &str) -> String {
    let (mut out, mut fence) = (String::new(), None::<String>);
    for line in markdown.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line.trim_end() == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                // An escaped backtick opens nothing.
                let line = line.replace("\\`", "");
                line.split('`').step_by(2).for_each(|text| out.push_str(text));
                out.push('\n');
            }
        }
    }
    out
}
