use serde_json::Value;

use super::*;
use crate::domain::{Patch, Severity};
use crate::slack::sample::{self, board};

fn drawn(view: &View<'_>) -> Value {
    let view = serde_json::to_value(draw(view)).unwrap();
    sample::note(&view);
    view
}

/// All texts of a view, one block per line.
fn read_out(view: &Value) -> String {
    fn texts(value: &Value, out: &mut String) {
        match value {
            Value::Object(members) => {
                out.push_str(if value["type"] == "rich_text_section" { "\n" } else { "" });
                out.push_str(value["text"].as_str().unwrap_or_default());
                members.values().for_each(|member| texts(member, out));
            }
            Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
            _ => {}
        }
    }
    let mut out = String::new();
    texts(&view["blocks"], &mut out);
    out
}

fn heading(view: &Value) -> &str {
    view["blocks"][0]["text"]["text"].as_str().unwrap()
}

fn action<'a>(view: &'a Value, id: &str) -> Option<&'a str> {
    let blocks = view["blocks"].as_array().unwrap().iter().filter(|block| block["type"] == "actions");
    let mut buttons = blocks.flat_map(|block| block["elements"].as_array().unwrap());
    buttons.find(|button| button["action_id"] == id)?["value"].as_str()
}

#[test]
fn the_reason_is_asked_for_and_needed_where_the_policy_says_so() {
    let (mut request, evidence) = (sample::open_request(), sample::evidence());
    let optional = |request: &crate::domain::Request| {
        let view = drawn(&View::Deny { board: board(request, &evidence) });
        assert_eq!(view["private_metadata"], request.button_value());
        assert_eq!((&view["callback_id"], &view["submit"]["text"]), (&"deny".into(), &"Deny".into()));
        let input = view["blocks"].as_array().unwrap().iter().find(|block| block["type"] == "input").unwrap().clone();
        assert_eq!((&input["block_id"], &input["element"]["action_id"]), (&"reason".into(), &"text".into()));
        assert_eq!(input["element"]["max_length"], 3_000);
        input["optional"].as_bool().unwrap()
    };
    assert!(optional(&request));
    request.policy.as_mut().unwrap().own.deny.reason_required = true;
    assert!(!optional(&request));
}

#[test]
fn pages_lead_from_summary_to_files_and_back() {
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let page = |page| drawn(&View::Changes { board: board(&request, &evidence), page });
    let headings: Vec<String> = (0..4).map(|n| heading(&page(n)).to_owned()).collect();
    assert_eq!(headings, ["Summary", "Card of sentiment", "Weights of sentiment", "2 changed files"]);
    assert_eq!(action(&page(0), "previous"), None);
    assert_eq!(action(&page(0), "next"), Some(&*format!("{}|1", request.button_value())));
    assert_eq!(action(&page(3), "previous"), Some(&*format!("{}|2", request.button_value())));
    assert_eq!(action(&page(3), "next"), None);
    assert_eq!(page(3), page(usize::MAX), "past the end is the last page");
}

#[test]
fn ci_checks_and_fields_have_a_page_that_says_what_they_are_worth() {
    let (request, evidence) = (sample::open_request(), sample::rich_evidence());
    insta::assert_snapshot!(read_out(&drawn(&View::Changes { board: board(&request, &evidence), page: 1 })), @r"
    CI and checks
    CI runs, failed first
    failed: lint (timed_out), by github-actions. Open the run
    pending: e2e (in_progress), by github-actions. Open the run
    gave no verdict: docs (skipped), by github-actions. Open the run
    passed: unit tests, by github-actions. Open the run
    passed: build, by github-actions. Open the run
    Checks outside of Countersign
    licences (http): gave no usable answer: HTTP 503
    toxicity (http): waiting
    modelscan (command): answered, 2 findings
    advice, changes no severity: “The new head is worth a look: its norm doubled.”
    From the workflow, not verified
    owner acme
    dataset v7
    ticket ML-12
    note emptyPreviousNext
    Page 2 of 5. The whole comparison at GitHub.
    ");
}

#[test]
fn the_weights_page_tells_what_the_files_hold() {
    let (request, evidence) = (sample::open_request(), sample::rich_evidence());
    insta::assert_snapshot!(read_out(&drawn(&View::Changes { board: board(&request, &evidence), page: 3 })), @r"
    Weights of sentiment
    models/sentiment/model.safetensors: 438 MB cba06b5736fa → 438 MB 11507a0e2f5e
    live: torch zip. Loading it: imports outside the allow-list: os.system
    proposed: safetensors, 148 tensors, 7.2 B parameters, BF16. Loading it: no imports outside the allow-list
    2 tensors added, 1 reshaped
    added lora.weight: 8×768
    classifier.weight: 2×768 → 3×768
    and 1 more that are not listed herePreviousNext
    Page 4 of 5. The whole comparison at GitHub.
    ");
}

#[test]
fn what_is_on_the_pages_is_the_whole_evidence() {
    let (request, mut evidence) = (sample::open_request(), sample::evidence());
    evidence.flags = (0..300).map(|n| sample::flag(&format!("finding {n}."), Severity::Low, true)).collect();
    let patch: String = (0..4_000).map(|n| format!("+line {n};\n")).collect();
    evidence.files[1].patch = Patch::Text { text: patch, lines_cut: 7 };
    evidence.models[0].card_diff = format!("+{}\n", "§".repeat(15_000));
    let mut all = String::new();
    for page in 0.. {
        let view = drawn(&View::Changes { board: board(&request, &evidence), page });
        let text = view.to_string();
        assert!(text.len() < 60_000 && view["blocks"].as_array().unwrap().len() <= 100);
        all.push_str(&text);
        if action(&view, "next").is_none() {
            break;
        }
    }
    assert!((0..300).all(|n| all.contains(&format!("finding {n}."))));
    assert!((0..4_000).all(|n| all.contains(&format!("+line {n};"))));
    assert!(all.contains("7 more lines are cut off here."));
    assert_eq!(all.matches('§').count(), 15_000);
}

#[test]
fn without_evidence_the_view_says_so() {
    let request = sample::in_phase(crate::domain::Phase::Gathering);
    let evidence = sample::evidence();
    let board = crate::ports::Board { evidence: None, ..board(&request, &evidence) };
    assert_eq!(heading(&drawn(&View::Changes { board, page: 0 })), "The evidence is not there yet");
}

#[test]
fn a_notice_is_shown_as_it_is() {
    let view = drawn(&View::Notice { title: "A title that is much too long for Slack", text: "<!channel> *x*" });
    assert_eq!(view["title"]["text"].as_str().unwrap().chars().count(), 24);
    assert_eq!(view["blocks"][0]["text"]["type"], "plain_text");
    assert_eq!(view["blocks"][0]["text"]["text"], "<!channel> *x*");
}

#[test]
fn page_values_are_read_back() {
    assert_eq!(read_page_value(&page_value("id.seen", 12)), Some(("id.seen", 12)));
    assert_eq!(read_page_value("id.seen"), None);
    assert_eq!(read_page_value("id.seen|+1"), None);
}
