use serde_json::Value;

use super::*;
use crate::domain::ci::CHECK_RUN;
use crate::domain::{
    CiState, DeploymentId, Evidence, ExternalState, JobState, Reading, Request, Severity, Sketch, WeightFile,
};
use crate::slack::sample::{self, board, every_state};

fn drawn(request: &Request, evidence: &Evidence) -> Value {
    let message = serde_json::from_str(&draw(&board(request, evidence)).body).unwrap();
    sample::note(&message);
    message
}

/// The message as somebody reads it: one line per block, list item and row of buttons.
fn read_out(message: &Value) -> String {
    let blocks = message["blocks"].as_array().unwrap();
    blocks.iter().map(read_block).collect::<Vec<_>>().join("\n")
}

fn read_block(block: &Value) -> String {
    let items = |key: &str| block[key].as_array().cloned().unwrap_or_default();
    match block["type"].as_str().unwrap() {
        "header" => format!("# {}", block["text"]["text"].as_str().unwrap()),
        "actions" => items("elements").iter().map(read_control).collect(),
        "context" => {
            items("elements").iter().map(|e| e["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" | ")
        }
        "image" => {
            format!("[picture: {}] {}", block["title"]["text"].as_str().unwrap(), block["alt_text"].as_str().unwrap())
        }
        "rich_text" => items("elements").iter().map(read_rich).collect::<Vec<_>>().join("\n"),
        other => panic!("{other}"),
    }
}

fn read_control(control: &Value) -> String {
    match control["type"].as_str().unwrap() {
        "overflow" => {
            let options = control["options"].as_array().unwrap();
            let words: Vec<&str> = options.iter().map(|option| option["text"]["text"].as_str().unwrap()).collect();
            format!("[... {}]", words.join(" / "))
        }
        _ => format!("[{}]", control["text"]["text"].as_str().unwrap()),
    }
}

fn read_rich(element: &Value) -> String {
    let runs = |runs: &Value| -> String { runs["elements"].as_array().unwrap().iter().map(read_run).collect() };
    match element["type"].as_str().unwrap() {
        "rich_text_list" => element["elements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| format!("- {}", runs(i)))
            .collect::<Vec<_>>()
            .join("\n"),
        _ => runs(element),
    }
}

fn read_run(run: &Value) -> String {
    match run["type"].as_str().unwrap() {
        "user" => format!("@{}", run["user_id"].as_str().unwrap()),
        "date" => format!("<{}>", run["fallback"].as_str().unwrap()),
        _ => run["text"].as_str().unwrap().to_owned(),
    }
}

fn state(name: &str) -> Request {
    every_state().into_iter().find(|(known, _)| *known == name).unwrap().1
}

fn buttons(message: &Value) -> Vec<String> {
    let blocks = message["blocks"].as_array().unwrap().iter().filter(|block| block["type"] == "actions");
    blocks
        .flat_map(|b| b["elements"].as_array().unwrap().clone())
        .map(|b| b["action_id"].as_str().unwrap().into())
        .collect()
}

#[test]
fn an_open_request_answers_the_five_questions_on_one_screen() {
    let message = drawn(&sample::open_request(), &sample::evidence());
    insta::assert_snapshot!(read_out(&message), @"
    # sentiment to production: approval needed
    acme/sentiment replaces a1a1a1a, live since <11 Nov 2026>, with e4e4e4e: 14 commits ahead. Run 482, push on main, started by mona.
    Risk: high - 3 flags, 2 new
    - new, high: accuracy on acme/reviews fell by 0.014
    - new, high: scaler.pkl imports code outside the allow-list
    - low: the bias section says nothing about the German data
    Live → proposed, unchanged: licence and base model
    - accuracy: 0.927 → 0.913, worse by 0.014
    - f1: 0.921 → 0.924, better by 0.003
    - models/sentiment/model.safetensors: 438 MB, cba06b5736fa → 11507a0e2f5e
    - #41 Retrain on the 2026 reviews - mona
    - #44 Refit the scaler - li
    Approval: needs 1 of people with write access.
    [Approve production][Deny][See changes][... Request changes / Object / Take my vote back / Why? / More…]
    Expires <!date^1795435200^{date_short_pretty} at {time}|23 Nov 2026, 12:00 UTC>. | Cannot approve: li (pull request) and mona (started it, author). | Policy: the built-in one, as the repository has none. | Evidence ee8250fb76e0, request 3e4f5a6b.
    ");
    insta::assert_snapshot!(message["text"].as_str().unwrap(), @"Approve sentiment for production? Risk high, 3 flags, 2 new: accuracy on acme/reviews fell by 0.014; scaler.pkl imports code outside the allow-list; the bias section says nothing about the German data. Needs 1 of people with write access. Expires 23 Nov 2026, 12:00 UTC. accuracy: 0.927 → 0.913, worse by 0.014; f1: 0.921 → 0.924, better by 0.003. acme/sentiment replaces a1a1a1a, live since 11 Nov 2026, with e4e4e4e: 14 commits ahead. Run 482, push on main, started by mona. 2 pull requests by li and mona. Cannot approve: li (pull request) and mona (started it, author). Open Slack to approve or deny.");
    insta::assert_json_snapshot!("open", message);
}

#[test]
fn a_trivial_request_is_four_blocks() {
    let message = drawn(&sample::open_request(), &sample::trivial_evidence());
    insta::assert_snapshot!(read_out(&message), @"
    # sentiment to production: approval needed
    acme/sentiment replaces a1a1a1a, live since <11 Nov 2026>, with e4e4e4e: 1 commit ahead. Run 482, push on main, started by mona.
    No flags. Model and card are what is live; 2 files change.
    - #47 Fix typos - mona
    Approval: needs 1 of people with write access.
    [Approve production][Deny][See changes][... Request changes / Object / Take my vote back / Why? / More…]
    Expires <!date^1795435200^{date_short_pretty} at {time}|23 Nov 2026, 12:00 UTC>. | Cannot approve: li (pull request) and mona (started it, author). | Policy: the built-in one, as the repository has none. | Evidence ee8250fb76e0, request 3e4f5a6b.
    ");
    assert_eq!(message["blocks"].as_array().unwrap().len(), 4);
}

#[test]
fn what_others_say_and_what_weights_hold_is_short_and_in_its_place() {
    let message = drawn(&sample::open_request(), &sample::rich_evidence());
    insta::assert_snapshot!(read_out(&message), @"
    # sentiment to production: approval needed
    acme/sentiment replaces a1a1a1a, live since <11 Nov 2026>, with e4e4e4e: 14 commits ahead. Run 482, push on main, started by mona.
    Risk: high - 3 flags, 2 new
    - new, high: accuracy on acme/reviews fell by 0.014
    - new, high: scaler.pkl imports code outside the allow-list
    - low: the bias section says nothing about the German data
    Live → proposed, unchanged: licence and base model
    - accuracy: 0.927 → 0.913, worse by 0.014 (limit: worse by at most 0.010)
    - f1: 0.921 → 0.924, better by 0.003
    - models/sentiment/model.safetensors: 438 MB, cba06b5736fa → 11507a0e2f5e; torch zip → safetensors, 148 tensors, 7.2 B parameters, BF16; 2 tensors added, 1 reshaped
    - CI: lint failed, e2e pending, 2 passed
    - checks: licences gave no usable answer; toxicity waiting; modelscan answered, 2 findings, gives advice
    - from the workflow, not verified: owner acme, dataset v7, ticket ML-12 and 1 more, under See changes
    - #41 Retrain on the 2026 reviews - mona
    - #44 Refit the scaler - li
    Approval: needs 1 of people with write access.
    [Approve production][Deny][See changes][... Request changes / Object / Take my vote back / Why? / More…]
    Expires <!date^1795435200^{date_short_pretty} at {time}|23 Nov 2026, 12:00 UTC>. | Cannot approve: li (pull request) and mona (started it, author). | Policy: the built-in one, as the repository has none. | Evidence ee8250fb76e0, request 3e4f5a6b.
    ");
    insta::assert_snapshot!(message["text"].as_str().unwrap(), @"Approve sentiment for production? Risk high, 3 flags, 2 new: accuracy on acme/reviews fell by 0.014; scaler.pkl imports code outside the allow-list; the bias section says nothing about the German data. Needs 1 of people with write access. Expires 23 Nov 2026, 12:00 UTC. accuracy: 0.927 → 0.913, worse by 0.014; f1: 0.921 → 0.924, better by 0.003. CI: lint failed, e2e pending, 2 passed. checks: licences gave no usable answer; toxicity waiting; modelscan answered, 2 findings, gives advice. acme/sentiment replaces a1a1a1a, live since 11 Nov 2026, with e4e4e4e: 14 commits ahead. Run 482, push on main, started by mona. 2 pull requests by li and mona. Cannot approve: li (pull request) and mona (started it, author). Open Slack to approve or deny.");
}

#[test]
fn a_limit_is_said_where_it_is_broken_or_the_value_worse() {
    let mut evidence = sample::rich_evidence();
    let text = |evidence: &Evidence| read_out(&drawn(&sample::open_request(), evidence));
    assert!(!text(&evidence).contains("(limit: at least 0.90)"), "f1 is better and within its limit");
    evidence.flags[0].subject = "f1 on acme/reviews".into();
    evidence.flags[0].rule = Some("at least 0.90".into());
    assert!(text(&evidence).contains("better by 0.003 (limit: at least 0.90)"));
}

#[test]
fn ci_is_silent_where_it_passed() {
    let mut evidence = sample::rich_evidence();
    evidence.ci.retain(|run| matches!(run.state, CiState::Passed | CiState::Neutral));
    evidence.external.clear();
    let text = |evidence: &Evidence| read_out(&drawn(&sample::open_request(), evidence));
    assert!(!text(&evidence).contains("CI:"));
    evidence.external = vec![sample::external("docs", CHECK_RUN, ExternalState::Failed { why: "skipped".into() }, 0)];
    assert!(text(&evidence).contains("- CI: docs gave no verdict, 2 passed"), "a required run that did not pass");
    evidence.ci.clear();
    assert!(text(&evidence).contains("- checks: docs did not pass"), "a required run that is not there");
}

#[test]
fn what_others_say_is_on_the_trivial_message_too() {
    let rich = sample::rich_evidence();
    let evidence = Evidence { ci: rich.ci, external: rich.external, fields: rich.fields, ..sample::trivial_evidence() };
    let text = read_out(&drawn(&sample::open_request(), &evidence));
    assert!(text.contains("No flags.") && text.contains("- CI: lint failed, e2e pending, 2 passed"), "{text}");
}

#[test]
fn a_file_whose_content_only_git_knows_is_never_called_unchanged_when_it_changed() {
    let mut evidence = sample::evidence();
    let weight = &mut evidence.models[0].weights[0];
    let unknown = WeightFile { digest: None, size: 438_000_000, ..WeightFile::default() };
    (weight.before, weight.after) = (Some(unknown.clone()), Some(unknown));
    let text = |evidence: &Evidence| read_out(&drawn(&sample::open_request(), evidence));
    assert!(text(&evidence).contains("438 MB (content not known) → 438 MB (content not known)"));
    evidence.files.remove(0);
    assert!(!text(&evidence).contains("438 MB"));
}

#[test]
fn many_models_share_one_screen() {
    insta::assert_snapshot!(read_out(&drawn(&sample::open_request(), &sample::many_models(11, 4))), @"
    # sentiment-1 and 14 more to production: approval needed
    acme/sentiment replaces a1a1a1a, live since <11 Nov 2026>, with e4e4e4e: 14 commits ahead. Run 482, push on main, started by mona.
    Risk: high - 3 flags, 2 new
    - new, high: accuracy on acme/reviews fell by 0.014
    - new, high: scaler.pkl imports code outside the allow-list
    - low: the bias section says nothing about the German data
    sentiment-1: Live → proposed, unchanged: licence and base model
    - accuracy: 0.927 → 0.913, worse by 0.014 (limit: worse by at most 0.010)
    - f1: 0.921 → 0.924, better by 0.003
    - models/sentiment/model.safetensors: 438 MB, cba06b5736fa → 11507a0e2f5e; torch zip → safetensors, 148 tensors, 7.2 B parameters, BF16; 2 tensors added, 1 reshaped
    sentiment-2: Live → proposed, unchanged: licence and base model
    - accuracy: 0.927 → 0.913, worse by 0.014 (limit: worse by at most 0.010)
    - f1: 0.921 → 0.924, better by 0.003
    - models/sentiment/model.safetensors: 438 MB, cba06b5736fa → 11507a0e2f5e; torch zip → safetensors, 148 tensors, 7.2 B parameters, BF16; 2 tensors added, 1 reshaped
    sentiment-3: Live → proposed, unchanged: licence and base model
    - accuracy: 0.927 → 0.913, worse by 0.014 (limit: worse by at most 0.010)
    - f1: 0.921 → 0.924, better by 0.003
    - models/sentiment/model.safetensors: 438 MB, cba06b5736fa → 11507a0e2f5e; torch zip → safetensors, 148 tensors, 7.2 B parameters, BF16; 2 tensors added, 1 reshaped
    and 8 more models, under See changes: sentiment-4, sentiment-5, sentiment-6 and 5 more. 4 models are what is live.
    - #41 Retrain on the 2026 reviews - mona
    - #44 Refit the scaler - li
    Approval: needs 1 of people with write access.
    [Approve production][Deny][See changes][... Request changes / Object / Take my vote back / Why? / More…]
    Expires <!date^1795435200^{date_short_pretty} at {time}|23 Nov 2026, 12:00 UTC>. | Cannot approve: li (pull request) and mona (started it, author). | Policy: the built-in one, as the repository has none. | Evidence ee8250fb76e0, request 3e4f5a6b.
    ");
    let same = read_out(&drawn(&sample::open_request(), &sample::many_models(0, 12)));
    assert!(same.contains("12 models are what is live."), "{same}");
}

#[test]
fn a_changed_card_is_never_called_unchanged() {
    let mut evidence = sample::trivial_evidence();
    evidence.models[0].card_diff = "-no known bias\n+biased\n".into();
    let text = read_out(&drawn(&sample::open_request(), &evidence));
    assert!(text.contains("card: its text changes") && !text.contains("what is live;"), "{text}");
    assert!(!text.contains("biased"), "diffs are not for the channel");
}

#[test]
fn progress_shows_names_and_votes_that_no_longer_count() {
    let message = drawn(&state("open, half way"), &sample::evidence());
    let text = read_out(&message);
    assert!(text.contains("Approval: done, 1 of 1 - @U0ANA."), "{text}");
    assert!(text.contains("Risk: needs 2 of people with write access."), "{text}");
    assert!(text.contains("1 earlier vote no longer counts."), "{text}");
    assert!(message["text"].as_str().unwrap().contains("Needs 2 of people with write access."));
}

#[test]
fn every_state_says_how_it_stands() {
    let evidence = sample::evidence();
    let text = |request: &Request| {
        let message = drawn(request, &evidence);
        message["text"].as_str().unwrap().to_owned()
    };
    let states = every_state();
    let told: Vec<String> = states.iter().map(|(name, request)| format!("{name}: {}", text(request))).collect();
    let told: Vec<String> = told.into_iter().filter(|line| !line.starts_with("open")).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    gathering: sentiment to production: gathering evidence. acme/sentiment asks to deploy e4e4e4e. Run 482, push on main, started by mona. Reading what changed since what is live. Nobody can decide before that.
    gathering, sketched: sentiment to production: gathering evidence. acme/sentiment replaces a1a1a1a, live since 11 Nov 2026, with e4e4e4e: 14 commits ahead. Run 482, push on main, started by mona. Gathering: weights of 2 models, check runs. Nobody can decide before that.
    held: sentiment to production: held. Held: .github/countersign.yml cannot be read: HTTP 403. Nobody can approve this while it is held; it stays closed at GitHub.
    approved, delivering: sentiment to production: approved, telling GitHub. Approved by <@U0ANA> in 4 min 12 s. Telling GitHub; it has not answered yet.
    approved, held by check runs: sentiment to production: approved, held back. Approved by <@U0ANA> in 4 min 12 s. GitHub is not told yet: check run bias-eval: failure. It is told by itself as soon as that is over.
    approved, delivered: sentiment to production: approved. Approved by <@U0ANA> in 4 min 12 s. GitHub took the decision.
    approved, waiting for others: sentiment to production: approved, waiting for other rules. Approved by <@U0ANA> in 4 min 12 s. GitHub took the decision; other rules of this environment still hold the jobs.
    approved, queued: sentiment to production: approved, queued. Approved by <@U0ANA> in 4 min 12 s. GitHub took the decision; the jobs are queued.
    approved, running, 29 jobs: sentiment to production: approved, deploying. Approved by <@U0ANA> in 4 min 12 s. The jobs are running, 3 of 29 live.
    live: sentiment is live in production. Approved by <@U0ANA> in 4 min 12 s. Live 42 s after the decision.
    rollout failed: sentiment to production: approved, rollout failed. Approved by <@U0ANA> in 4 min 12 s. The rollout failed 48 s after the decision: error.
    approved, telling failed: sentiment to production: approved, but GitHub was not told. Approved by <@U0ANA> in 4 min 12 s. GitHub could not be told: HTTP 403. The jobs still wait there. Decide on the run's page, or ask whoever runs Countersign.
    approved, not applied: sentiment to production: approved, not applied. Approved by <@U0ANA> in 4 min 12 s. The decision stands, but was not applied. The run was cancelled by octocat.
    denied, delivering: sentiment to production: denied. Denied by <@U0ANA> after 4 min 12 s: “the drop is not explained”. Telling GitHub; it has not answered yet.
    denied: sentiment to production: denied. Denied by <@U0ANA> after 4 min 12 s: “the drop is not explained”. GitHub has rejected the jobs.
    expired: sentiment to production: expired. Expired after 4 min 12 s: nobody decided in time. It still needed 1 of people with write access. GitHub has rejected the jobs.
    cancelled: sentiment to production: cancelled. Nothing was decided here. The run was cancelled by octocat. That was 22 Nov 2026, 12:01 UTC.
    bypassed: sentiment to production: deployed without this approval. Nothing was decided here. The jobs started without this approval, let through at GitHub by octocat. That was 22 Nov 2026, 12:01 UTC.
    new attempt: sentiment to production: replaced by a new attempt. Nothing was decided here. Attempt 2 of the run asks anew, in a message of its own. That was 22 Nov 2026, 12:01 UTC.
    decided elsewhere: sentiment to production: decided elsewhere. Nothing was decided here. Not here: rejected at GitHub by octocat. That was 22 Nov 2026, 12:01 UTC.
    run ended: sentiment to production: the run ended. Nothing was decided here. The run ended: timed_out. That was 22 Nov 2026, 12:01 UTC.
    gone: sentiment to production: gone. Nothing was decided here. The run or its repository cannot be seen any more. That was 22 Nov 2026, 12:01 UTC.
    ");
}

#[test]
fn a_live_deployment_shows_who_approved_and_how_long_it_took() {
    insta::assert_snapshot!(read_out(&drawn(&state("live"), &sample::evidence())), @"
    # sentiment is live in production
    Approved by @U0ANA in 4 min 12 s. Live 42 s after the decision.
    acme/sentiment replaces a1a1a1a, live since <11 Nov 2026>, with e4e4e4e: 14 commits ahead. Run 482, push on main, started by mona.
    Risk: high - 3 flags, 2 new
    - new, high: accuracy on acme/reviews fell by 0.014
    - new, high: scaler.pkl imports code outside the allow-list
    - and 1 more, under See changes
    Live → proposed, unchanged: licence and base model
    - accuracy: 0.927 → 0.913, worse by 0.014
    - f1: 0.921 → 0.924, better by 0.003
    - models/sentiment/model.safetensors: 438 MB, cba06b5736fa → 11507a0e2f5e
    [See changes][... Why?]
    Policy: the built-in one, as the repository has none. | Evidence ee8250fb76e0, request 3e4f5a6b.
    ");
}

#[test]
fn what_is_known_is_shown_while_the_rest_is_gathered() {
    insta::assert_snapshot!(read_out(&drawn(&sample::sketched(sample::sketch()), &sample::evidence())), @"
    # sentiment to production: gathering evidence
    Gathering: weights of 2 models, check runs. Nobody can decide before that.
    acme/sentiment replaces a1a1a1a, live since <11 Nov 2026>, with e4e4e4e: 14 commits ahead. Run 482, push on main, started by mona.
    - changing: sentiment-1, sentiment-2, sentiment-3, sentiment-4, sentiment-5 and 2 more models
    - 31 files change
    - pull requests: #41, #44
    [... Take the request back / Why?]
    Expires <!date^1795435200^{date_short_pretty} at {time}|23 Nov 2026, 12:00 UTC>. | Request 3e4f5a6b.
    ");
    let first = Sketch { reading: [Reading::Live, Reading::Policy, Reading::Files].into(), ..Sketch::default() };
    insta::assert_snapshot!(read_out(&drawn(&sample::sketched(first), &sample::evidence())), @"
    # sentiment to production: gathering evidence
    Gathering: what is live, the policy, the list of files. Nobody can decide before that.
    acme/sentiment asks to deploy e4e4e4e. Run 482, push on main, started by mona.
    [... Take the request back / Why?]
    Expires <!date^1795435200^{date_short_pretty} at {time}|23 Nov 2026, 12:00 UTC>. | Request 3e4f5a6b.
    ");
}

#[test]
fn only_an_open_request_can_be_decided_by_button() {
    for (name, request) in every_state() {
        let expected: &[&str] = match name {
            "gathering" | "gathering, sketched" => &["menu"],
            "open" | "open, half way" => &["approve", "deny", "changes", "menu"],
            _ if matches!(request.phase, Phase::Ended { .. }) => &["changes"],
            _ => &["changes", "menu"],
        };
        assert_eq!(buttons(&drawn(&request, &sample::evidence())), expected, "{name}");
    }
}

#[test]
fn nothing_is_said_to_deploy_before_github_took_the_decision() {
    let text = read_out(&drawn(&state("approved, delivering"), &sample::evidence()));
    assert!(text.contains("Telling GitHub"), "{text}");
    assert!(!text.contains("deploying") && !text.contains("running"), "{text}");
}

#[test]
fn approving_at_high_risk_asks_once_more() {
    let confirm = |evidence: &Evidence| {
        let message = drawn(&sample::open_request(), evidence);
        let blocks = message["blocks"].as_array().unwrap().clone();
        let actions = blocks.into_iter().find(|block| block["type"] == "actions").unwrap();
        actions["elements"][0]["confirm"].clone()
    };
    let confirmed = confirm(&sample::evidence());
    assert_eq!(confirmed["title"]["text"], "Approve at high risk?");
    assert!(confirmed["text"]["text"].as_str().unwrap().contains("accuracy on acme/reviews fell by 0.014"));
    let mild = Evidence { flags: vec![sample::flag("a", Severity::Medium, true)], ..sample::evidence() };
    assert_eq!(confirm(&mild), Value::Null);
}

#[test]
fn buttons_carry_the_opaque_value_and_a_name_for_screen_readers() {
    let request = sample::open_request();
    let message = drawn(&request, &sample::evidence());
    let blocks = message["blocks"].as_array().unwrap();
    let actions = blocks.iter().find(|block| block["type"] == "actions").unwrap();
    let names: Vec<&str> = actions["elements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|element| element["type"] == "button")
        .map(|button| {
            assert_eq!(button["value"], request.button_value());
            button["accessibility_label"].as_str().unwrap()
        })
        .collect();
    assert_eq!(
        names,
        ["Approve sentiment for production", "Deny sentiment for production", "See what changes in sentiment"]
    );
}

#[test]
fn where_an_approval_takes_more_than_a_click_the_button_asks_for_it() {
    let evidence = sample::evidence();
    let mut request = sample::open_request();
    let first = |request: &Request| buttons(&drawn(request, &evidence)).remove(0);
    assert_eq!(first(&request), "approve");
    request.policy.as_mut().unwrap().own.approve.comment_required = true;
    assert_eq!(first(&request), "ask_approve");
    request.policy.as_mut().unwrap().own.approve = crate::domain::rules::ApproveRules::default();
    request.superseded = Some(crate::domain::Newer { request: request.id.clone(), commit: sample::sha("b2") });
    assert_eq!(first(&request), "ask_approve");
    request.policy.as_mut().unwrap().own.supersede = crate::domain::rules::Supersede::Off;
    assert_eq!(first(&request), "approve");
    request.policy.as_mut().unwrap().own.approve.tick_flags = true;
    assert_eq!(first(&request), "ask_approve", "two flags are high");
}

#[test]
fn the_eight_requests_read_as_they_should() {
    for case in sample::eight::eight() {
        let message: Value = serde_json::from_str(&draw(&case.board()).body).unwrap();
        sample::note(&message);
        let text = message["text"].as_str().unwrap();
        let name = case.name.replace(' ', "_");
        insta::assert_snapshot!(name.clone(), format!("{}\n\n{text}", read_out(&message)));
        // What a browser draws in the tests of the demo's page.
        insta::assert_json_snapshot!(format!("{name}_drawn"), message);
    }
}

#[test]
fn a_monstrous_request_fits_and_can_be_decided_on() {
    let message: Value = serde_json::from_str(&draw(&sample::eight::monstrous().board()).body).unwrap();
    let blocks = message["blocks"].as_array().unwrap();
    let typed: Vec<SlackBlock> = blocks.iter().map(|block| serde_json::from_value(block.clone()).unwrap()).collect();
    assert!(blocks.len() <= 40 && blocks::characters(&typed) <= 8_000, "{}", blocks::characters(&typed));
    assert!(message["text"].as_str().unwrap().chars().count() <= 3_500);
    assert_eq!(buttons(&message), ["approve", "deny", "changes", "menu"]);
    let text = read_out(&message);
    for needed in
        ["Risk: high", "300 flags, 150 new", "needs 2 of ml-reviewers", "@U0REVIEWER0", "Expires", "under See changes"]
    {
        assert!(text.contains(needed), "{needed} in {text}");
    }
}

#[test]
fn only_those_who_can_act_and_have_not_are_mentioned_and_only_where_the_policy_wants_that() {
    let mentions = |case: &sample::eight::Case| {
        let body = draw(&case.board()).body;
        ["U0ANA", "U0BO", "U0CLEO", "U0RUTH"].map(|user| body.contains(user))
    };
    let mut cases = sample::eight::eight();
    let risky = cases.iter_mut().find(|case| case.name == "risky").unwrap();
    risky.request.votes[0].reason = None;
    assert_eq!(mentions(risky), [true, true, true, false], "ruth's gate is not open; ana is named for her approval");
    risky.request.policy.as_mut().unwrap().own.notify = crate::domain::rules::Notify::None;
    assert_eq!(mentions(risky), [true, false, false, false]);
    assert!(draw(&risky.board()).body.contains("bo, cleo or 3 more"));
}

#[test]
fn an_exception_is_said_while_it_holds_and_when_it_is_over() {
    let cases = sample::eight::eight();
    let contested = cases.iter().find(|case| case.name == "contested").unwrap();
    let at = |now| {
        let body = draw(&Board { now, ..contested.board() }).body;
        read_out(&serde_json::from_str(&body).unwrap())
    };
    let now = at(sample::OPENED);
    assert!(now.contains("Accepted until <1 Jan 2027> by octocat: “new test set”"), "{now}");
    assert!(now.contains("An exception for it ended <21 Nov 2026>."), "{now}");
    let later = at(sample::OPENED.plus_millis(41 * crate::domain::time::DAY_MS));
    assert!(!later.contains("Accepted") && later.contains("ended <1 Jan 2027>"), "{later}");
}

#[test]
fn a_matrix_is_one_message_that_counts_its_jobs() {
    let mut request = sample::open_request();
    request.jobs = (1..=29).map(|id| (DeploymentId::new(id), JobState::Waiting)).collect();
    assert!(read_out(&drawn(&request, &sample::evidence())).contains("One decision releases 29 jobs."));
}

#[test]
fn a_second_copy_says_that_it_is_one() {
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let body = draw(&Board { repeated: true, ..board(&request, &evidence) }).body;
    let message: Value = serde_json::from_str(&body).unwrap();
    assert!(read_out(&message).contains("Second copy"));
    assert!(message["text"].as_str().unwrap().starts_with("Second copy"));
}

#[test]
fn the_clock_does_not_change_the_drawing() {
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let at = |now| draw(&Board { now, ..board(&request, &evidence) });
    assert_eq!(at(sample::OPENED), at(sample::OPENED.plus_millis(3_600_000)));
}

#[test]
fn a_flood_of_evidence_is_counted_instead_of_refused_by_slack() {
    let mut evidence = sample::evidence();
    evidence.flags =
        (0..500).map(|n| sample::flag(&format!("{n} {}", "x".repeat(5_000)), Severity::High, true)).collect();
    evidence.models = (0..50).map(|_| sample::model()).collect();
    evidence.pull_requests = (0..300).map(|_| evidence.pull_requests[0].clone()).collect();
    let message = drawn(&sample::open_request(), &evidence);
    let text = read_out(&message);
    assert!(text.chars().count() < 9_000);
    assert!(text.contains("more, under See changes"), "{text}");
    assert_eq!(buttons(&message), ["approve", "deny", "changes", "menu"]);
}
