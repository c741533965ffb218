mod pulls;

use serde_json::{Value, json};

use super::*;
use crate::domain::{Digest, Timestamp};
use crate::engine::receive::{Provenance, Source};

const API: &str = "https://api.github.com";
const APP: &str = "4711";
const SHA: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";

fn delivery(event: &str, body: String) -> Delivery {
    Delivery {
        source: Source::Forge,
        id: "1".to_owned(),
        event: event.to_owned(),
        body_digest: Digest::of(body.as_bytes()),
        body,
        received_at: Timestamp::default(),
        provenance: Provenance::Signed,
    }
}

fn signal(event: &str, body: &Value) -> Result<ForgeSignal, String> {
    interpret(&delivery(event, body.to_string()), API, APP)
}

fn ask() -> Value {
    json!({
        "action": "requested",
        "environment": "production",
        "event": "push",
        "sha": SHA,
        "ref": "main",
        "deployment_callback_url": "https://api.github.com/repos/acme/scorer/actions/runs/77/deployment_protection_rule",
        "deployment": { "id": 501, "sha": SHA, "ref": "main", "created_at": "2026-01-01T00:00:00Z", "payload": {} },
        "pull_requests": [{ "number": 4 }],
        "repository": { "id": 5, "name": "scorer", "full_name": "acme/scorer", "owner": { "login": "acme", "id": 2 } },
        "installation": { "id": 9 },
        "sender": { "id": 3, "login": "mona", "type": "User" }
    })
}

/// The usual ask with the member at `pointer` set to something else; without it for `None`.
fn changed(pointer: &str, value: Option<Value>) -> Value {
    let mut body = ask();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    body
}

fn asked(body: &Value) -> Result<AskSignal, String> {
    match signal("deployment_protection_rule", body)? {
        ForgeSignal::Asked(ask) => Ok(*ask),
        other => panic!("not an ask: {other:?}"),
    }
}

fn is_ignored(signal: Result<ForgeSignal, String>) -> bool {
    matches!(signal, Ok(ForgeSignal::Ignored { .. }))
}

#[test]
fn a_waiting_job_asks() {
    let ask = asked(&ask()).unwrap();
    assert_eq!((ask.run.get(), ask.repository.id.get(), ask.repository.installation.get()), (77, 5, 9));
    assert_eq!((ask.environment.as_str(), ask.commit.as_str()), ("production", SHA));
    assert_eq!((ask.reference.as_str(), ask.trigger.as_str()), ("main", "push"));
    assert_eq!(ask.deployment, Some(DeploymentId::new(501)));
    assert_eq!(ask.created_at, Timestamp::parse_rfc3339("2026-01-01T00:00:00Z"));
    assert_eq!(ask.sender.unwrap().login, "mona");
}

#[test]
fn older_and_newer_shapes_ask_too() {
    let mut older = changed("/sha", None);
    older.as_object_mut().unwrap().remove("ref");
    assert_eq!(asked(&older).unwrap().commit.as_str(), SHA);
    assert_eq!(asked(&older).unwrap().reference, "main");
    let newer = asked(&changed("/deployment", Some(Value::Null))).unwrap();
    assert_eq!((newer.deployment, newer.created_at), (None, None));
}

#[test]
fn what_cannot_be_acted_on_is_unusable() {
    let missing =
        ["/action", "/environment", "/deployment_callback_url", "/repository", "/repository/id", "/installation"];
    for pointer in missing {
        assert!(asked(&changed(pointer, None)).is_err(), "{pointer}");
    }
    let wrong = [
        ("/environment", json!("")),
        ("/environment", json!("x".repeat(256))),
        ("/environment", json!("prod\u{0}")),
        ("/environment", json!(1)),
        ("/installation/id", json!("9")),
        ("/installation/id", json!(-9)),
        ("/repository/id", json!(u64::MAX)),
        ("/repository/id", json!(0)),
        ("/repository/name", json!("../scorer")),
        ("/repository/full_name", json!("acme/other")),
        ("/repository/full_name", json!("acme/scorer/x")),
        ("/sha", json!("main")),
        ("/sha", json!("0".repeat(40))),
        ("/deployment/id", json!(1.5)),
        (
            "/deployment_callback_url",
            json!("https://evil.example/repos/acme/scorer/actions/runs/77/deployment_protection_rule"),
        ),
    ];
    for (pointer, value) in wrong {
        assert!(asked(&changed(pointer, Some(value.clone()))).is_err(), "{pointer} {value}");
    }
}

#[test]
fn a_callback_elsewhere_is_told_as_such() {
    let body = changed("/deployment_callback_url", Some(json!("http://127.0.0.1/")));
    assert_eq!(asked(&body), Err("callback url points elsewhere".to_owned()));
}

#[test]
fn members_said_twice_are_refused() {
    let body = ask().to_string().replacen("\"environment\":", "\"environment\":\"staging\",\"environment\":", 1);
    assert!(interpret(&delivery("deployment_protection_rule", body), API, APP).is_err());
}

#[test]
fn deep_and_wide_bodies_are_skipped_without_being_kept() {
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let body = ask().to_string().replacen("\"payload\":{}", &format!("\"payload\":{deep}"), 1);
    assert!(interpret(&delivery("deployment_protection_rule", body), API, APP).is_ok());
}

#[test]
fn an_unreadable_creation_time_is_no_time() {
    for value in [json!("yesterday"), Value::Null] {
        assert_eq!(asked(&changed("/deployment/created_at", Some(value))).unwrap().created_at, None);
    }
}

#[test]
fn the_body_must_be_the_events() {
    assert!(is_ignored(signal("push", &ask())));
    assert!(is_ignored(signal("deployment_status", &ask())));
    assert!(is_ignored(signal("workflow_run", &ask())));
    assert!(is_ignored(signal("deployment_protection_rule", &status("success"))));
    assert!(is_ignored(signal("ping", &json!({ "zen": "x" }))));
    assert!(is_ignored(signal("deployment_protection_rule", &changed("/action", Some(json!("Requested"))))));
}

fn status(state: &str) -> Value {
    json!({
        "action": "created",
        "deployment_status": { "id": 1, "state": state, "description": "" },
        "deployment": { "id": 501, "sha": SHA, "environment": "production" },
        "repository": { "id": 5, "full_name": "acme/scorer" }
    })
}

#[test]
fn deployment_statuses_move_jobs() {
    let expected = [
        ("waiting", Some(JobState::Waiting)),
        ("pending", Some(JobState::Waiting)),
        ("queued", Some(JobState::Queued)),
        ("in_progress", Some(JobState::Running)),
        ("success", Some(JobState::Live)),
        ("failure", Some(JobState::Failed)),
        ("error", Some(JobState::Failed)),
        ("inactive", None),
        ("brand_new", None),
    ];
    for (word, state) in expected {
        match (signal("deployment_status", &status(word)).unwrap(), state) {
            (ForgeSignal::JobMoved { repository, job }, Some(expected)) => {
                assert_eq!((repository.get(), job.deployment.get(), job.state), (5, 501, expected));
                assert_eq!(job.detail, word);
                assert_eq!(job.commit.as_ref().map(CommitSha::as_str), Some(SHA));
            }
            (ForgeSignal::Ignored { .. }, None) => {}
            (other, _) => panic!("{word}: {other:?}"),
        }
    }
}

fn run(action: &str, conclusion: Value) -> Value {
    json!({
        "action": action,
        "workflow_run": { "id": 77, "run_attempt": 2, "conclusion": conclusion },
        "repository": { "id": 5 },
        "sender": { "id": 3, "login": "mona" }
    })
}

#[test]
fn an_ended_run_names_who_cancelled_it() {
    let ended = |conclusion: &str, by: Option<&str>| ForgeSignal::RunEnded {
        repository: RepositoryId::new(5),
        run: RunId::new(77),
        attempt: 2,
        conclusion: conclusion.to_owned(),
        by: by.map(str::to_owned),
    };
    assert_eq!(signal("workflow_run", &run("completed", json!("cancelled"))), Ok(ended("cancelled", Some("mona"))));
    assert_eq!(signal("workflow_run", &run("completed", json!("failure"))), Ok(ended("failure", None)));
    assert!(is_ignored(signal("workflow_run", &run("completed", Value::Null))));
    let requested = json!({
        "action": "requested", "repository": { "id": 99 },
        "workflow_run": { "id": 78, "run_number": 12, "name": "deploy", "conclusion": null },
    });
    let begun = ForgeSignal::RunRequested { repository: RepositoryId::new(99), workflow: "deploy".into(), number: 12 };
    assert_eq!(signal("workflow_run", &requested), Ok(begun));
    assert!(is_ignored(signal("workflow_run", &run("requested", Value::Null))), "it says neither name nor number");
}
