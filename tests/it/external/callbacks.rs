//! Services that answer later.

use std::time::Duration;

use countersign::domain::{ExternalState, Severity};
use countersign::sim::http;
use countersign::sim::slack::sample::OCTO;
use serde_json::{Value, json};

use super::service::{Answer, Service, signed};
use super::*;

const MINUTE: i64 = 60_000;

fn later() -> Answer {
    Answer::Text(202, String::new())
}

fn answer(code: &str) -> Value {
    json!({ "findings": [{ "code": code, "severity": "critical", "subject": "sentiment", "message": "It is toxic." }] })
}

/// A service that was asked and answers later.
async fn asked(more: &str) -> (Stage, Service) {
    let service = Service::start(&[later()]).await;
    let access = service.access();
    let stage = stage_with_policy(&service.policy(more), |options| options.http_checks = access).await;
    stage.deploy_good().await;
    (stage, service)
}

async fn post(stage: &Stage, id: &str, headers: &[(String, String)], body: &[u8]) -> u16 {
    let url = format!("http://{}/api/v1/checks/{id}", stage.world.address().unwrap());
    http::post(&url, headers, body, Duration::from_secs(10)).await.unwrap().status
}

/// Calls back with a right signature.
async fn call_back(stage: &Stage, id: &str, message: &str, body: &Value) -> u16 {
    let body = body.to_string().into_bytes();
    let status = post(stage, id, &signed(&stage.world.clock, message, &body), &body).await;
    stage.settle().await;
    status
}

#[tokio::test]
async fn a_later_answer_replaces_the_gap_and_voids_votes_on_the_old_evidence() {
    let (stage, service) = asked("").await;
    assert_eq!(told(&stage).await, [row("check.late", "toxicity", Severity::High)]);
    assert_eq!(the_check(&stage).await.state, ExternalState::Waiting);
    let before = stage.request().await;
    let seen = before.button_value();
    stage.advance(MINUTE).await;
    assert_eq!(call_back(&stage, &service.heard()[0].id(), "m1", &answer("toxicity.rate")).await, 202);
    assert_eq!(told(&stage).await, [row("external.finding", "toxicity/toxicity.rate", Severity::Critical)]);
    assert_ne!(stage.request().await.evidence.unwrap().digest, before.evidence.unwrap().digest);
    stage.press_as_seen(OCTO, "approve", &seen).await;
    assert!(stage.told(OCTO).contains("read again since this button was drawn"));
    assert_eq!(service.heard().len(), 1, "it is not asked again");
    stage.finish().await;
}

#[tokio::test]
async fn an_answer_without_findings_clears_the_gap() {
    let (stage, service) = asked("").await;
    assert_eq!(call_back(&stage, &service.heard()[0].id(), "m1", &json!({ "findings": [] })).await, 202);
    assert_eq!(told(&stage).await, []);
    assert!(!stage.request().await.evidence.unwrap().has_gap);
    stage.finish().await;
}

#[tokio::test]
async fn the_address_of_a_later_answer_is_told_where_this_server_has_one() {
    let service = Service::start(&[later()]).await;
    let access = service.access();
    let mut stage = stage_with_policy(&service.policy(""), |options| options.http_checks = access).await;
    stage.world.settings.public_url = Some("https://countersign.acme.example/".parse().unwrap());
    stage.world.restart().await.unwrap();
    stage.deploy_good().await;
    let body = service.heard()[0].json();
    let id = body["id"].as_str().unwrap();
    assert_eq!(body["callback"], format!("https://countersign.acme.example/api/v1/checks/{id}"));
    stage.finish().await;
}

#[tokio::test]
async fn an_answer_that_proves_nothing_changes_nothing() {
    let (stage, service) = asked("").await;
    let id = service.heard()[0].id();
    let body = answer("x").to_string().into_bytes();
    let good = signed(&stage.world.clock, "m1", &body);
    let without = |name: &str| good.iter().filter(|(known, _)| known != name).cloned().collect::<Vec<_>>();
    let with = |name: &str, value: &str| {
        let mut headers = without(name);
        headers.push((name.to_owned(), value.to_owned()));
        headers
    };
    let forged = [
        Vec::new(),
        without("webhook-signature"),
        with("webhook-signature", "v1,AAAA"),
        with("webhook-id", "m2"),
        with("webhook-timestamp", "1"),
    ];
    for headers in forged {
        assert_eq!(post(&stage, &id, &headers, &body).await, 401, "{headers:?}");
    }
    assert_eq!(post(&stage, &id, &good, b"{\"findings\": []}").await, 401, "another body");
    assert_eq!(call_back(&stage, &"0".repeat(64), "m1", &answer("x")).await, 404);
    assert_eq!(call_back(&stage, "..%2F..%2Faudit", "m1", &answer("x")).await, 404);
    assert_eq!(told(&stage).await, [row("check.late", "toxicity", Severity::High)]);
    stage.finish().await;
}

#[tokio::test]
async fn the_same_message_again_is_no_news_and_another_one_does_not_replace_it() {
    let (stage, service) = asked("").await;
    let id = service.heard()[0].id();
    assert_eq!(call_back(&stage, &id, "m1", &answer("a")).await, 202);
    let revision = stage.request().await.revision;
    assert_eq!(call_back(&stage, &id, "m1", &answer("a")).await, 200);
    assert_eq!(call_back(&stage, &id, "m2", &answer("b")).await, 409);
    assert_eq!(call_back(&stage, &id, "m1", &answer("b")).await, 409);
    assert_eq!(stage.request().await.revision, revision);
    assert_eq!(told(&stage).await, [row("external.finding", "toxicity/a", Severity::Critical)]);
    stage.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_none_is_told_so_and_the_right_one_is_still_taken() {
    let (stage, service) = asked("").await;
    let id = service.heard()[0].id();
    assert_eq!(call_back(&stage, &id, "m1", &json!({ "verdict": "fine" })).await, 400);
    let large = json!({ "findings": [], "padding": "x".repeat(1_100_000) });
    assert_eq!(call_back(&stage, &id, "m1", &large).await, 400);
    let huge = json!({ "findings": [], "padding": "x".repeat(3_000_000) });
    assert_eq!(call_back(&stage, &id, "m1", &huge).await, 413);
    assert_eq!(told(&stage).await, [row("check.late", "toxicity", Severity::High)]);
    assert_eq!(call_back(&stage, &id, "m1", &json!({ "findings": [] })).await, 202);
    assert_eq!(told(&stage).await, []);
    stage.finish().await;
}

#[tokio::test]
async fn after_its_time_an_answer_is_refused_and_the_gap_stays() {
    let (stage, service) = asked(", wait: 5m").await;
    let id = service.heard()[0].id();
    stage.advance(6 * MINUTE).await;
    assert_eq!(call_back(&stage, &id, "m1", &answer("a")).await, 410);
    assert_eq!(told(&stage).await, [row("check.late", "toxicity", Severity::High)]);
    assert!(flag(&stage, "check.late").await.message.contains("has 5m to call back"));
    let rows = stage.world.engine().unwrap().store.audit_rows(0, 1_000).await.unwrap();
    assert!(rows.iter().any(|row| row.name == "check.refused"), "and that is on record");
    stage.finish().await;
}

#[tokio::test]
async fn after_the_decision_an_answer_is_refused() {
    let (stage, service) = asked("").await;
    stage.approve().await;
    let revision = stage.request().await.revision;
    assert_eq!(call_back(&stage, &service.heard()[0].id(), "m1", &answer("a")).await, 410);
    assert_eq!(stage.request().await.revision, revision);
    stage.finish().await;
}

/// P1: an answer that got its 202 survives a crash.
#[tokio::test]
async fn an_answer_that_was_acknowledged_survives_a_restart() {
    let (mut stage, service) = asked("").await;
    stage.world.restart().await.unwrap();
    let id = service.heard()[0].id();
    let body = answer("a").to_string().into_bytes();
    assert_eq!(post(&stage, &id, &signed(&stage.world.clock, "m1", &body), &body).await, 202);
    stage.world.restart().await.unwrap();
    stage.settle().await;
    assert_eq!(told(&stage).await, [row("external.finding", "toxicity/a", Severity::Critical)]);
    stage.finish().await;
}

/// A service that was asked in vain, and had heard all the same.
#[tokio::test]
async fn a_service_that_seemed_to_fail_may_answer_in_time() {
    let service = Service::start(&[Answer::Text(500, String::new())]).await;
    let access = service.access();
    let policy = service.policy(", retries: 0");
    let stage = stage_with_policy(&policy, |options| options.http_checks = access).await;
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("check.failed", "toxicity", Severity::High)]);
    assert_eq!(call_back(&stage, &service.heard()[0].id(), "m1", &json!({ "findings": [] })).await, 202);
    assert_eq!(told(&stage).await, []);
    stage.finish().await;
}

/// Without any service there is no such address.
#[tokio::test]
async fn a_server_that_asks_nobody_takes_no_answer() {
    let stage = stage_asking("check_runs: {}").await;
    assert_eq!(call_back(&stage, &"0".repeat(64), "m1", &answer("a")).await, 404);
    stage.finish().await;
}
