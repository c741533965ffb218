//! The corpus of bad input, sent to the real program over real sockets: `badinput/run_cases.py` sends and judges.
//!
//! The program talks to a simulated Slack with the corpus's people in it. What was stored is counted in its own database.

mod rig;

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::references;
use rig::Rig;

const PATHS: [&str; 5] = [
    "github_webhook=/github/webhooks",
    "slack_interactions=/slack/interactions",
    "slack_events=/slack/events",
    "slack_commands=/slack/commands",
    "audit_list=/api/v1/audit",
];

/// Before every case the program starts anew with an empty database, so that each must make its own request or none.
#[tokio::test(flavor = "multi_thread")]
async fn the_github_door_stores_what_it_should_and_nothing_else() {
    let rig = Rig::start_for_github_com().await;
    let mut command = rig.run_cases();
    for group in groups("github-") {
        command.args(["--group", &group]);
    }
    command.args(["--before-each", &rig.reset_command(), "--snapshot", &rig.count_command()]);
    passes(command).await;
    rig.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_http_and_bad_queries_harm_nobody() {
    let rig = Rig::start().await;
    let mut command = rig.run_cases();
    command.args(["--group", "http-raw", "--group", "read-api"]);
    passes(command).await;
    rig.finish();
}

/// Cases that may leave a vote or must tell the clicker something get a request of their own; all others share one.
#[tokio::test(flavor = "multi_thread")]
async fn the_slack_doors_record_votes_only_where_one_was_cast() {
    let rig = Rig::start().await;
    let (voting, harmless): (Vec<Value>, Vec<Value>) = cases("slack-").into_iter().partition(may_vote);
    assert!(voting.len() > 10 && harmless.len() > 40, "{} and {}", voting.len(), harmless.len());
    for case in &voting {
        let value = rig.open_request().await;
        passes(on_request(&rig, &value, [case])).await;
    }
    let (told, silent): (Vec<&Value>, Vec<&Value>) = harmless.iter().partition(|case| tells(case));
    let value = rig.open_request().await;
    passes(on_request(&rig, &value, silent)).await;
    for case in told {
        // Its own request: some differ so little that they would be one click delivered twice.
        let value = rig.open_request().await;
        let before = rig.private_answers();
        passes(on_request(&rig, &value, [case])).await;
        assert!(rig.hears_an_answer(before).await, "{}: the clicker heard nothing: {}", case["id"], rig.last_calls());
    }
    rig.finish();
}

fn on_request<'a>(rig: &Rig, value: &str, cases: impl IntoIterator<Item = &'a Value>) -> Command {
    let mut command = rig.run_cases();
    for case in cases {
        command.args(["--id", case["id"].as_str().unwrap()]);
    }
    let hooks = rig.slack.api_url().replace("/api", "").replace(':', "%3A").replace('/', "%2F");
    let substitutes = [
        "__ACTION_APPROVE__=approve".to_owned(),
        "__ACTION_DENY__=deny".to_owned(),
        "__CALLBACK_DENY__=deny".to_owned(),
        format!("__VALUE_OPEN__={value}"),
        format!("https%3A%2F%2Fhooks.slack.com={hooks}"),
    ];
    for substitute in substitutes {
        command.args(["--subst", &substitute]);
    }
    command.args(["--snapshot", &rig.count_command()]);
    command
}

/// Runs it away from the async threads; its own words are the failure.
async fn passes(mut command: Command) {
    let output = tokio::task::spawn_blocking(move || command.output().expect("python3 runs")).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaint}");
    println!("{}", said.trim_end());
}

fn cases(group: &str) -> Vec<Value> {
    let index = references::json("badinput/index.json");
    let all = index["cases"].as_array().unwrap().iter();
    all.filter(|case| case["group"].as_str().is_some_and(|name| name.starts_with(group))).cloned().collect()
}

fn groups(prefix: &str) -> BTreeSet<String> {
    let groups: BTreeSet<String> =
        cases(prefix).iter().filter_map(|case| case["group"].as_str().map(str::to_owned)).collect();
    assert!(!groups.is_empty());
    groups
}

fn may_vote(case: &Value) -> bool {
    case["expect"]["stored"].as_str().is_some_and(|stored| stored.starts_with("vote"))
}

/// The corpus says that whoever clicked must be told why nothing came of it.
fn tells(case: &Value) -> bool {
    let asserts = case["expect"]["assert"].as_array().into_iter().flatten();
    asserts.filter_map(Value::as_str).any(|assert| assert.contains("the clicker gets"))
}
