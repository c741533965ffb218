//! Services that are asked and answer at once, or do not.

use countersign::domain::{ExternalState, Severity};
use countersign::sim::slack::sample::OCTO;
use serde_json::json;

use super::service::{Answer, Service, secrets};
use super::*;

async fn stage_for(service: &Service, more: &str) -> Stage {
    let access = service.access();
    stage_with_policy(&service.policy(more), |options| options.http_checks = access).await
}

fn finding() -> Answer {
    let finding = json!({ "code": "toxicity.rate", "severity": "high", "subject": "sentiment", "message": "3 % of the answers are toxic.",
        "path": "eval.json", "line": 7 });
    Answer::Json(json!({ "findings": [finding] }))
}

#[tokio::test]
async fn a_service_is_told_the_evidence_signed_and_its_findings_are_flags() {
    let service = Service::start(&[finding()]).await;
    let stage = stage_for(&service, "").await;
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("external.finding", "toxicity/toxicity.rate", Severity::High)]);
    let heard = service.heard();
    assert_eq!(heard.len(), 1);
    let id = secrets().verify(&heard[0].headers, &heard[0].body, stage.world.clock.now()).expect("rightly signed");
    let body = heard[0].json();
    assert_eq!(id, body["id"].as_str().unwrap());
    assert!(id.len() >= 32 && body["callback"].is_null(), "this server has no address of its own");
    let sample = &stage.world.sample;
    assert_eq!((&body["check"], &body["repository"]), (&json!("toxicity"), &json!("acme/sentiment")));
    assert_eq!((&body["commit"], &body["base"]), (&json!(sample.good), &json!(sample.live)));
    assert_eq!(body["environment"], "production");
    assert!(body["files"].as_array().unwrap().iter().any(|file| file["path"] == "README.md"));
    assert_eq!(body["models"][0]["card"], "README.md");
    assert!(body["flags"].is_array() && heard[0].headers["user-agent"].to_str().unwrap().starts_with("countersign/"));
    assert!(heard[0].headers.get("authorization").is_none());
    stage.approve().await;
    stage.finish().await;
}

/// The same evidence is asked about once, however often it is gathered.
#[tokio::test]
async fn nobody_is_asked_twice_for_the_same_evidence() {
    let service = Service::start(&[finding()]).await;
    let checks = format!("check_runs: {{ require: [never] }}\n{}", service.policy(""));
    let access = service.access();
    let stage = stage_with_policy(&checks, |options| options.http_checks = access).await;
    stage.deploy_good().await;
    stage.advance(60 * 60_000).await;
    assert_eq!(service.heard().len(), 1);
    assert!(told(&stage).await.contains(&row("external.finding", "toxicity/toxicity.rate", Severity::High)));
    stage.finish().await;
}

#[tokio::test]
async fn a_service_that_is_unwell_is_asked_again_and_may_recover() {
    let service =
        Service::start(&[Answer::Text(503, String::new()), Answer::Text(500, "<html>".into()), finding()]).await;
    let stage = stage_for(&service, ", retries: 2").await;
    stage.deploy_good().await;
    stage.advance(30_000).await;
    let heard = service.heard();
    assert_eq!(heard.len(), 3);
    assert!(heard.iter().all(|one| one.id() == heard[0].id()), "it is the same question");
    assert_eq!(told(&stage).await, [row("external.finding", "toxicity/toxicity.rate", Severity::High)]);
    stage.finish().await;
}

#[tokio::test]
async fn a_service_that_stays_unwell_has_failed_and_people_can_decide() {
    let service = Service::start(&[Answer::Text(503, String::new())]).await;
    let stage = stage_for(&service, ", retries: 1").await;
    let run = stage.deploy_good().await;
    stage.advance(30_000).await;
    assert_eq!(service.heard().len(), 2);
    assert_eq!(told(&stage).await, [row("check.failed", "toxicity", Severity::High)]);
    assert!(flag(&stage, "check.failed").await.message.contains("HTTP 503"));
    assert!(stage.request().await.evidence.unwrap().has_gap);
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_none_has_failed_without_another_try() {
    let long = "x".repeat(1_100_000);
    let cases: [(&str, Answer); 7] = [
        ("unreadable", Answer::Text(200, "<html>welcome</html>".into())),
        ("unreadable", Answer::Text(200, String::new())),
        ("findings", Answer::Json(json!({ "result": "fine" }))),
        ("longer than", Answer::Text(200, long)),
        ("HTTP 404", Answer::Text(404, String::new())),
        ("HTTP 204", Answer::Text(204, String::new())),
        ("HTTP 401", Answer::Text(401, String::new())),
    ];
    for (why, answer) in cases {
        let service = Service::start(&[answer]).await;
        let stage = stage_for(&service, "").await;
        stage.deploy_good().await;
        stage.advance(30_000).await;
        assert_eq!(told(&stage).await, [row("check.failed", "toxicity", Severity::High)], "{why}");
        let message = flag(&stage, "check.failed").await.message;
        assert!(message.contains(why), "{why}: {message}");
        assert_eq!(service.heard().len(), 1, "{why}");
        stage.finish().await;
    }
}

#[tokio::test]
async fn a_silent_service_has_failed_when_its_time_is_over() {
    let service = Service::start(&[Answer::Silence]).await;
    let stage = stage_for(&service, ", timeout: 1s, retries: 0").await;
    stage.deploy_good().await;
    assert!(flag(&stage, "check.failed").await.message.contains("no answer within 1 s"));
    stage.finish().await;
}

/// P26: a redirect, a host nobody listed, and addresses that lead inside.
#[tokio::test]
async fn no_redirect_is_followed() {
    let inside = Service::start(&[finding()]).await;
    let service = Service::start(&[Answer::Redirect(format!("http://{}/secret", inside.address))]).await;
    let mut access = service.access();
    access.hosts.push(("127.0.0.1".to_owned(), inside.address.port()));
    let stage = stage_with_policy(&service.policy(""), |options| options.http_checks = access).await;
    stage.deploy_good().await;
    assert!(flag(&stage, "check.failed").await.message.contains("redirects are not followed"));
    assert!(inside.heard().is_empty());
    stage.finish().await;
}

#[tokio::test]
async fn only_listed_hosts_are_asked_and_private_ones_where_the_operator_says_so() {
    let service = Service::start(&[finding()]).await;
    let port = service.address.port();
    let listed = |hosts: &[&str], allow_private| {
        let hosts = hosts.iter().map(|host| ((*host).to_owned(), port)).collect();
        HttpCheckAccess { hosts, allow_private, ..service.access() }
    };
    let ask = |host: &str| format!("http: [{{ name: toxicity, url: \"https://{host}:{port}/\", retries: 0 }}]");
    let cases = [
        (service.policy(""), listed(&["checks.acme.example"], true), "checks.http.allow_hosts"),
        (service.policy(""), listed(&["127.0.0.1"], false), "https"),
        (ask("127.0.0.1"), listed(&["127.0.0.1"], false), "checks.http.allow_private"),
        (ask("localhost"), listed(&["localhost"], false), "checks.http.allow_private"),
        (ask("169.254.169.254"), listed(&["169.254.169.254"], true), "private, local or reserved"),
    ];
    for (policy, access, why) in cases {
        let stage = stage_with_policy(&policy, |options| options.http_checks = access).await;
        stage.deploy_good().await;
        let message = flag(&stage, "check.failed").await.message;
        assert!(message.contains(why), "{why}: {message}");
        stage.finish().await;
    }
    assert!(service.heard().is_empty());
}

#[tokio::test]
async fn without_a_secret_nobody_is_asked() {
    let service = Service::start(&[finding()]).await;
    let access = HttpCheckAccess { secrets: Vec::new(), ..service.access() };
    let stage = stage_with_policy(&service.policy(""), |options| options.http_checks = access).await;
    stage.deploy_good().await;
    assert!(flag(&stage, "check.failed").await.message.contains("checks.http.signing_secret"));
    assert!(service.heard().is_empty());
    stage.finish().await;
}

#[tokio::test]
async fn optional_and_advisory_services_weigh_less_and_are_gaps_all_the_same() {
    for (more, severity) in [(", required: false", Severity::Low), (", advisory: true", Severity::Info)] {
        let service = Service::start(&[Answer::Text(404, String::new())]).await;
        let stage = stage_for(&service, more).await;
        stage.deploy_good().await;
        assert_eq!(told(&stage).await, [row("check.failed", "toxicity", severity)]);
        assert!(stage.request().await.evidence.unwrap().has_gap);
        stage.finish().await;
    }
    let service = Service::start(&[finding()]).await;
    let stage = stage_for(&service, ", advisory: true").await;
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, []);
    let check = the_check(&stage).await;
    assert_eq!(check.state, ExternalState::Answered);
    assert!(check.advice.unwrap().contains("3 % of the answers are toxic"));
    stage.press(OCTO, "approve").await;
    stage.advance(3_000).await;
    stage.finish().await;
}

/// A crash between the question and its answer asks the same question again, under the same id.
#[tokio::test]
async fn a_restart_keeps_what_was_asked_and_answered() {
    let service = Service::start(&[Answer::Text(503, String::new()), finding()]).await;
    let mut stage = stage_for(&service, "").await;
    stage.deploy_good().await;
    stage.world.restart().await.unwrap();
    stage.advance(30_000).await;
    let heard = service.heard();
    assert_eq!((heard.len(), heard[0].id()), (2, heard[1].id()));
    assert_eq!(told(&stage).await, [row("external.finding", "toxicity/toxicity.rate", Severity::High)]);
    stage.finish().await;
}
