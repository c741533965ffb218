//! Pull requests and the buttons of check runs, as they come.

use serde_json::{Value, json};

use super::{APP, SHA, is_ignored, signal};
use crate::ports::forge::ForgeSignal;

fn pull(action: &str, state: &str) -> Value {
    json!({
        "action": action, "number": 7,
        "pull_request": {
            "number": 7, "state": state, "draft": true, "title": "x",
            // A fork that was deleted has no repository any more.
            "head": { "ref": "retrain", "sha": SHA, "repo": null }, "base": { "ref": "main", "sha": SHA },
        },
        "repository": { "id": 5, "name": "scorer", "full_name": "acme/scorer", "owner": { "login": "acme", "id": 2 } },
        "installation": { "id": 9 },
    })
}

fn check(action: &str, app: &Value, mark: &str) -> Value {
    let mut body = pull(action, "open");
    let members = body.as_object_mut().unwrap();
    members.remove("pull_request");
    members.remove("number");
    members.insert("check_run".into(), json!({ "id": 3, "head_sha": SHA, "external_id": mark, "app": app }));
    members.insert("requested_action".into(), json!({ "identifier": "refresh" }));
    body
}

fn ours() -> Value {
    json!({ "id": APP.parse::<u64>().unwrap(), "slug": "countersign" })
}

#[test]
fn moves_of_a_pull_request_are_read_drafts_and_forks_too() {
    for (action, state) in [("opened", "open"), ("synchronize", "open"), ("reopened", "open"), ("closed", "closed")] {
        let read = signal("pull_request", &pull(action, state)).unwrap();
        let ForgeSignal::PullRequestMoved { number: 7, head, is_open, .. } = read else { panic!("{read:?}") };
        assert_eq!((head.as_str(), is_open), (SHA, state == "open"));
    }
}

#[test]
fn edits_count_when_they_change_the_base() {
    let mut edited = pull("edited", "open");
    edited["changes"] = json!({ "title": { "from": "y" } });
    assert!(is_ignored(signal("pull_request", &edited)));
    edited["changes"] = json!({ "base": { "ref": { "from": "develop" }, "sha": { "from": SHA } } });
    assert!(matches!(signal("pull_request", &edited), Ok(ForgeSignal::PullRequestMoved { .. })));
}

#[test]
fn what_changes_nothing_we_look_at_is_ignored() {
    for action in ["labeled", "assigned", "locked", "converted_to_draft", "review_requested"] {
        assert!(is_ignored(signal("pull_request", &pull(action, "open"))), "{action}");
    }
    let mut review = pull("edited", "open");
    review["review"] = json!({ "id": 1 });
    assert!(is_ignored(signal("pull_request", &review)), "another event's body");
}

#[test]
fn a_pull_request_that_cannot_be_looked_at_is_unusable() {
    for (pointer, value) in [
        ("/pull_request/head/sha", json!("main")),
        ("/number", json!(0)),
        ("/repository/full_name", json!("acme/../evil")),
    ] {
        let mut body = pull("opened", "open");
        *body.pointer_mut(pointer).unwrap() = value;
        assert!(signal("pull_request", &body).is_err(), "{pointer}");
    }
}

#[test]
fn a_pull_request_without_an_installation_is_somebody_elses() {
    let mut body = pull("opened", "open");
    *body.pointer_mut("/installation").unwrap() = Value::Null;
    assert!(is_ignored(signal("pull_request", &body)));
}

#[test]
fn buttons_of_our_own_check_runs_are_read() {
    let read = signal("check_run", &check("rerequested", &ours(), "countersign/pull/7")).unwrap();
    let ForgeSignal::SheetPressed { mark, button: None, .. } = read else { panic!("{read:?}") };
    assert_eq!(mark, "countersign/pull/7");
    let read = signal("check_run", &check("requested_action", &ours(), "countersign/pull/7")).unwrap();
    let ForgeSignal::SheetPressed { button: Some(button), .. } = read else { panic!("{read:?}") };
    assert_eq!(button, "refresh");
}

#[test]
fn check_runs_of_others_are_not_ours_whatever_they_are_marked_with() {
    for app in [json!({ "id": 15_368 }), json!({}), Value::Null] {
        assert!(is_ignored(signal("check_run", &check("rerequested", &app, "countersign/pull/7"))), "{app}");
    }
    for mark in ["", "countersign/pull/", "countersign/pull/x", "build-7"] {
        assert!(is_ignored(signal("check_run", &check("rerequested", &ours(), mark))), "{mark}");
    }
    for action in ["created", "completed"] {
        assert!(is_ignored(signal("check_run", &check(action, &ours(), "countersign/pull/7"))), "{action}");
    }
}

#[test]
fn all_check_runs_of_a_commit_can_be_wanted_again() {
    let mut body = check("rerequested", &ours(), "");
    body.as_object_mut().unwrap().remove("check_run");
    body["check_suite"] = json!({ "id": 4, "head_sha": SHA, "app": ours() });
    let read = signal("check_suite", &body).unwrap();
    assert!(matches!(&read, ForgeSignal::SheetsPressed { commit, .. } if commit.as_str() == SHA), "{read:?}");
    body["action"] = json!("requested");
    assert!(is_ignored(signal("check_suite", &body)));
    body["action"] = json!("rerequested");
    body["check_suite"]["app"] = json!({ "id": 15_368 });
    assert!(is_ignored(signal("check_suite", &body)));
}
