use serde_json::Value;

use super::*;
use crate::domain::{Evidence, Flag, Holds, Patch, Reason, Request, Severity};
use crate::ports::chat::{Place, Tab};
use crate::slack::sample::{self, board};

fn drawn(view: &View<'_>) -> Value {
    let view = serde_json::to_value(draw(view, true)).unwrap();
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
    let blocks = view["blocks"].as_array().unwrap();
    blocks.iter().find(|block| block["type"] == "header").unwrap()["text"]["text"].as_str().unwrap()
}

fn controls(view: &Value) -> Vec<Value> {
    let blocks = view["blocks"].as_array().unwrap().iter().filter(|block| block["type"] == "actions");
    blocks.flat_map(|block| block["elements"].as_array().unwrap().clone()).collect()
}

fn action(view: &Value, id: &str) -> Option<String> {
    controls(view).iter().find(|control| control["action_id"] == id)?["value"].as_str().map(str::to_owned)
}

fn inputs(view: &Value) -> Vec<Value> {
    view["blocks"].as_array().unwrap().iter().filter(|block| block["type"] == "input").cloned().collect()
}

fn asked(request: &Request, evidence: &Evidence, question: Question) -> Value {
    drawn(&View::Ask { board: board(request, evidence), question })
}

fn changes(request: &Request, evidence: &Evidence, tab: Tab, model: usize, page: usize) -> Value {
    drawn(&View::Changes { board: board(request, evidence), place: Place { tab, model, page } })
}

#[test]
fn the_reason_is_asked_for_and_needed_where_the_policy_says_so() {
    let (mut request, evidence) = (sample::open_request(), sample::evidence());
    let optional = |request: &Request| {
        let view = asked(request, &evidence, Question::Deny);
        assert_eq!(view["private_metadata"], request.button_value());
        assert_eq!((&view["callback_id"], &view["submit"]["text"]), (&"deny".into(), &"Deny production".into()));
        let input = inputs(&view).remove(0);
        assert_eq!((&input["block_id"], &input["element"]["action_id"]), (&"reason".into(), &"text".into()));
        assert_eq!(input["element"]["max_length"], 3_000);
        input["optional"].as_bool().unwrap()
    };
    assert!(optional(&request));
    request.policy.as_mut().unwrap().own.deny.reason_required = true;
    assert!(!optional(&request));
}

#[test]
fn a_denial_that_cancels_the_run_says_so() {
    let (mut request, evidence) = (sample::open_request(), sample::evidence());
    assert!(!read_out(&asked(&request, &evidence, Question::Deny)).contains("cancelled"));
    request.policy.as_mut().unwrap().own.deny.cancel_run = true;
    assert!(read_out(&asked(&request, &evidence, Question::Deny)).contains("has the whole run cancelled as well"));
}

#[test]
fn every_question_says_what_follows_and_is_read_back_as_what_it_is() {
    let cases = sample::eight::eight();
    let contested = cases.iter().find(|case| case.name == "contested").unwrap();
    let mut told = Vec::new();
    for question in Question::ALL {
        let view = drawn(&View::Ask { board: contested.board(), question });
        assert_eq!(view["callback_id"].as_str().and_then(Question::parse), Some(question));
        assert!(view["private_metadata"].as_str().unwrap().len() <= 60);
        for label in [&view["title"]["text"], &view["submit"]["text"]] {
            assert!((1..=24).contains(&label.as_str().unwrap().chars().count()));
        }
        let (title, submit) = (view["title"]["text"].as_str().unwrap(), view["submit"]["text"].as_str().unwrap());
        told.push(format!("# {title}{}\n[{submit}]", read_out(&view)));
    }
    insta::assert_snapshot!("questions", told.join("\n\n"));
}

#[test]
fn each_flag_that_has_to_be_ticked_has_a_box_of_its_own() {
    let mut cases = sample::eight::eight();
    let monstrous = cases.iter_mut().find(|case| case.name == "monstrous").unwrap();
    monstrous.request.policy.as_mut().unwrap().own.approve.tick_flags = true;
    let view = asked(&monstrous.request, &monstrous.evidence, Question::Approve);
    let boxes: Vec<Value> = inputs(&view)
        .iter()
        .filter(|input| input["element"]["type"] == "checkboxes")
        .flat_map(|input| input["element"]["options"].as_array().unwrap().clone())
        .collect();
    let values: std::collections::BTreeSet<&str> = boxes.iter().map(|one| one["value"].as_str().unwrap()).collect();
    assert_eq!((boxes.len(), values.len()), (300, 300));
    assert!(view["blocks"].as_array().unwrap().len() <= 100);
    let too_many = (0..801).map(|n| Flag { subject: format!("{n}"), ..monstrous.evidence.flags[0].clone() }).collect();
    monstrous.evidence.flags = too_many;
    monstrous.request.evidence = Some(monstrous.evidence.brief(crate::domain::Digest::of(b"evidence")));
    let view = asked(&monstrous.request, &monstrous.evidence, Question::Approve);
    assert!(view.get("submit").is_none() && read_out(&view).contains("801 flags"), "{view}");
}

#[test]
fn more_offers_what_can_make_sense_now() {
    let cases = sample::eight::eight();
    let offered = |name: &str| -> Vec<String> {
        let case = cases.iter().find(|case| case.name == name).unwrap();
        let view = drawn(&View::More { board: case.board() });
        let sections = view["blocks"].as_array().unwrap().iter();
        sections.filter_map(|block| block["accessory"]["action_id"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(offered("trivial"), ["ask_approve", "ask_withdraw_request", "ask_look_again"]);
    assert_eq!(offered("risky"), ["ask_approve", "ask_withdraw_request", "ask_look_again", "ask_break_glass"]);
    assert_eq!(offered("past the gates"), ["ask_close_review"]);
}

#[test]
fn why_is_a_tree_with_marks_and_people() {
    let cases = sample::eight::eight();
    let contested = cases.iter().find(|case| case.name == "contested").unwrap();
    let why = crate::domain::explain(&contested.request, sample::OPENED);
    let view = drawn(&View::Why { board: contested.board(), why: &why });
    let lists = view["blocks"][1]["elements"].as_array().unwrap();
    let lines = lists.iter().flat_map(|list| {
        let indent = "  ".repeat(usize::try_from(list["indent"].as_u64().unwrap_or_default()).unwrap());
        let items = list["elements"].as_array().unwrap().clone();
        items.into_iter().map(move |item| {
            let runs = item["elements"].as_array().unwrap().iter();
            let words: String = runs
                .map(|run| match run["type"].as_str().unwrap() {
                    "user" => format!("@{}", run["user_id"].as_str().unwrap()),
                    _ => run["text"].as_str().unwrap().to_owned(),
                })
                .collect();
            format!("{indent}{words}")
        })
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    … it waits for people
      … the policy (at 9f9f9f9) is not met
        … Model review: 1 of 2, of ml-reviewers
          ✓ @U0ANA: ana approves
          ✗ @U0BO: bo asks for changes
        … Risk sign-off comes later: 0 of 1, of risk
          – asked because risk >= HIGH is true
          – @U0ANA: ana approves, which does not count here: not one of risk
          – @U0BO: bo asks for changes, which does not count here: not one of risk
        – Legal is not asked
          – flags.exists(f, f.code == "licence.changed") is false
        – the exception for metric.regressed (accuracy) ended 2026-11-21
        – bias.missing (accuracy) is accepted until 2027-01-01 by octocat: new test set
      ✗ changes are requested
      ✗ frozen by ruth
    "#);
}

#[test]
fn an_explanation_of_thousands_of_statements_is_cut_and_says_so() {
    let leaf = Reason { holds: Holds::Aside, words: "x".repeat(2_000), who: None, because: vec![] };
    let why = Reason { because: vec![leaf.clone(); 4_000], ..leaf };
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let view = drawn(&View::Why { board: board(&request, &evidence), why: &why });
    assert!(view.to_string().chars().count() < 100_000 && view.to_string().contains("3751 more statements"));
}

#[test]
fn tabs_lead_to_each_part_that_is_there_and_pages_through_it() {
    let (request, evidence) = (sample::open_request(), sample::rich_evidence());
    let first = changes(&request, &evidence, Tab::default(), 0, 0);
    let labels: Vec<String> =
        controls(&first).iter().map(|tab| tab["text"]["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(labels, ["Summary", "Card diff", "Weights", "Files (2)", "CI and checks"]);
    assert_eq!(controls(&first)[0]["accessibility_label"], "Summary, shown now");
    let files = action(&first, "go_files").unwrap();
    assert_eq!(read_place(&files).unwrap(), (&*request.button_value(), Place { tab: Tab::Files, model: 0, page: 0 }));
    assert_eq!(heading(&changes(&request, &evidence, Tab::Files, 0, 0)), "2 changed files");
    assert_eq!(
        heading(&changes(&request, &evidence, Tab::CardDiff, 9, 0)),
        "Card of sentiment",
        "the nearest there is"
    );
    let past = changes(&request, &evidence, Tab::Files, 0, usize::MAX);
    assert_eq!(past, changes(&request, &evidence, Tab::Files, 0, 0), "past the end is the last page");
    assert_eq!((action(&past, "go_next"), action(&past, "go_previous")), (None, None));
}

#[test]
fn of_several_models_one_is_chosen() {
    let (request, evidence) = (sample::open_request(), sample::many_models(3, 1));
    let view = changes(&request, &evidence, Tab::Weights, 1, 0);
    assert_eq!(heading(&view), "Weights of sentiment-2");
    let select = controls(&view).into_iter().find(|control| control["type"] == "static_select").unwrap();
    assert_eq!(select["options"].as_array().unwrap().len(), 3, "one has no weights that are listed");
    assert_eq!(select["initial_option"], select["options"][1]);
    let (_, place) = read_place(select["options"][2]["value"].as_str().unwrap()).unwrap();
    assert_eq!(place, Place { tab: Tab::Weights, model: 2, page: 0 });
}

#[test]
fn the_whole_card_is_a_tab_and_the_only_one_about_it_on_a_first_deployment() {
    let cases = sample::eight::eight();
    let first = cases.iter().find(|case| case.name == "first").unwrap();
    let at = |tab| drawn(&View::Changes { board: first.board(), place: Place { tab, model: 0, page: 0 } });
    let view = at(Tab::WholeCard);
    assert_eq!(heading(&view), "Proposed card of sentiment");
    assert!(read_out(&view).contains("Reads reviews."));
    assert!(action(&view, "go_card_diff").is_none() && action(&view, "go_whole_card").is_some());
    assert_eq!(heading(&at(Tab::CardDiff)), "Summary");
}

#[test]
fn ci_checks_and_fields_have_a_page_that_says_what_they_are_worth() {
    let (request, evidence) = (sample::open_request(), sample::rich_evidence());
    insta::assert_snapshot!(read_out(&changes(&request, &evidence, Tab::Checks, 0, 0)), @"
    SummaryCard diffWeightsFiles (2)CI and checksCI and checks
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
    note empty
    The whole comparison at GitHub.
    ");
}

#[test]
fn the_weights_page_tells_what_the_files_hold() {
    let (request, evidence) = (sample::open_request(), sample::rich_evidence());
    insta::assert_snapshot!(read_out(&changes(&request, &evidence, Tab::Weights, 0, 0)), @"
    SummaryCard diffWeightsFiles (2)CI and checksWeights of sentiment
    models/sentiment/model.safetensors: 438 MB, cba06b5736fa → 11507a0e2f5e
    live: torch zip. Loading it: imports outside the allow-list: os.system
    proposed: safetensors, 148 tensors, 7.2 B parameters, BF16. Loading it: no imports outside the allow-list
    2 tensors added, 1 reshaped
    added lora.weight: 8×768
    classifier.weight: 2×768 → 3×768
    and 1 more that are not listed here
    The whole comparison at GitHub.
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
    for tab in [Tab::Summary, Tab::CardDiff, Tab::Files] {
        for page in 0.. {
            let view = changes(&request, &evidence, tab, 0, page);
            let text = view.to_string();
            assert!(text.len() < 60_000 && view["blocks"].as_array().unwrap().len() <= 100);
            all.push_str(&text);
            if action(&view, "go_next").is_none() {
                break;
            }
        }
    }
    assert!((0..300).all(|n| all.contains(&format!("finding {n}\""))));
    assert!((0..4_000).all(|n| all.contains(&format!("+line {n};"))));
    assert!(all.contains("7 more lines are cut off here."));
    assert_eq!(all.matches('§').count(), 15_000);
}

#[test]
fn without_evidence_the_view_says_so() {
    let request = sample::in_phase(crate::domain::Phase::Gathering);
    let evidence = sample::evidence();
    let board = crate::ports::Board { evidence: None, ..board(&request, &evidence) };
    assert_eq!(heading(&drawn(&View::Changes { board, place: Place::default() })), "The evidence is not there yet");
}

#[test]
fn a_notice_is_shown_as_it_is() {
    let view = drawn(&View::Notice { title: "A title that is much too long for Slack", text: "<!channel> *x*" });
    assert_eq!(view["title"]["text"].as_str().unwrap().chars().count(), 24);
    assert_eq!(view["blocks"][0]["text"]["type"], "plain_text");
    assert_eq!(view["blocks"][0]["text"]["text"], "<!channel> *x*");
}
