//! SARIF reports, from artifacts of the run and from code scanning.

use countersign::domain::{ExternalState, Severity};
use countersign::sim::github::{Fault, FaultKind, Level};
use countersign::sim::slack::sample::OCTO;
use serde_json::json;

use super::zip::zip;
use super::*;

const ARTIFACT: &str = "sarif: [{ name: modelscan, artifact: modelscan-results }]";
const SCANNING: &str = "sarif: [{ name: codeql, code_scanning: CodeQL }]";

/// A report with one result of that security severity.
fn sarif(score: &str) -> String {
    let rule = json!({ "id": "PKL001", "properties": { "security-severity": score } });
    let place = json!([{ "physicalLocation": { "artifactLocation": { "uri": "postprocess.pkl" }, "region": { "startLine": 1 } } }]);
    let result = json!({ "ruleId": "PKL001", "message": { "text": "os.system is imported" }, "locations": place });
    let run = json!({ "tool": { "driver": { "name": "modelscan", "rules": [rule] } }, "results": [result] });
    json!({ "version": "2.1.0", "runs": [run] }).to_string()
}

/// Deploys the good change, with an artifact that is there before the gate is looked at.
async fn deploy_with(stage: &Stage, name: &str, archive: Vec<u8>) -> u64 {
    let run = stage.world.github.dispatch(stage.world.sample.good_change());
    stage.world.github.edit(|state| state.add_artifact(run, name, archive));
    stage.settle().await;
    run
}

#[tokio::test]
async fn findings_of_an_artifact_are_flags_with_their_place() {
    let stage = stage_asking(ARTIFACT).await;
    deploy_with(&stage, "modelscan-results", zip(&[("out/scan.sarif", sarif("9.8").as_bytes()), ("log.txt", b"x")]))
        .await;
    assert_eq!(told(&stage).await, [row("external.finding", "modelscan/PKL001", Severity::Critical)]);
    let flag = flag(&stage, "external.finding").await;
    let short = &stage.world.sample.good[..7];
    assert_eq!(flag.source.as_deref(), Some(format!("postprocess.pkl@{short}#1").as_str()));
    let check = the_check(&stage).await;
    assert_eq!((check.kind.as_str(), check.state, check.findings), ("artifact", ExternalState::Answered, 1));
    stage.approve().await;
    assert!(stage.told(OCTO).contains("external.finding (modelscan/PKL001) cannot be approved"));
    stage.finish().await;
}

#[tokio::test]
async fn an_advisory_report_is_shown_and_raises_nothing() {
    let stage = stage_asking("sarif: [{ name: modelscan, artifact: modelscan-results, advisory: true }]").await;
    deploy_with(&stage, "modelscan-results", zip(&[("scan.sarif", sarif("9.8").as_bytes())])).await;
    assert_eq!(told(&stage).await, []);
    let check = the_check(&stage).await;
    assert!(check.advice.unwrap().contains("1 critical"), "people are told");
    stage.finish().await;
}

#[tokio::test]
async fn a_report_that_is_not_there_yet_is_late_and_found_later() {
    let stage = stage_asking(ARTIFACT).await;
    let run = stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("check.late", "modelscan", Severity::High)]);
    let before = stage.request().await.evidence.unwrap().digest;
    stage
        .world
        .github
        .edit(|state| state.add_artifact(run, "modelscan-results", zip(&[("a.sarif", sarif("5.0").as_bytes())])));
    stage.advance(6 * 60_000).await;
    assert_eq!(told(&stage).await, [row("external.finding", "modelscan/PKL001", Severity::Medium)]);
    assert_ne!(stage.request().await.evidence.unwrap().digest, before, "it is what people vote on");
    stage.finish().await;
}

#[tokio::test]
async fn an_artifact_that_proves_nothing_has_failed() {
    let empty = json!({ "version": "2.1.0", "runs": [] }).to_string();
    let huge = vec![b' '; 9 * 1024 * 1024];
    let cases: [(&str, Vec<u8>); 5] = [
        ("no .sarif file", zip(&[("report.txt", b"clean")])),
        ("no zip archive", b"<html>".to_vec()),
        ("not SARIF", zip(&[("scan.sarif", b"{\"runs\": 1}")])),
        ("no run", zip(&[("scan.sarif", empty.as_bytes())])),
        ("larger than", zip(&[("scan.sarif", &huge)])),
    ];
    for (why, archive) in cases {
        let stage = stage_asking(ARTIFACT).await;
        deploy_with(&stage, "modelscan-results", archive).await;
        assert_eq!(told(&stage).await, [row("check.failed", "modelscan", Severity::High)], "{why}");
        let message = flag(&stage, "check.failed").await.message;
        assert!(message.contains(why), "{why}: {message}");
        stage.finish().await;
    }
}

#[tokio::test]
async fn the_newest_artifact_counts_and_an_expired_one_has_failed() {
    let stage = stage_asking(ARTIFACT).await;
    let run = stage.world.github.dispatch(stage.world.sample.good_change());
    stage.world.github.edit(|state| {
        state.add_artifact(run, "modelscan-results", zip(&[("a.sarif", sarif("9.0").as_bytes())]));
        state.add_artifact(run, "modelscan-results", zip(&[("a.sarif", sarif("1.0").as_bytes())]));
        state.add_artifact(run, "other", zip(&[]));
    });
    stage.settle().await;
    assert_eq!(told(&stage).await, [row("external.finding", "modelscan/PKL001", Severity::Low)]);
    stage.finish().await;
    let stage = stage_asking(ARTIFACT).await;
    let run = stage.world.github.dispatch(stage.world.sample.good_change());
    stage.world.github.edit(|state| {
        state.add_artifact(run, "modelscan-results", zip(&[]));
        state.artifacts[0].expired = true;
    });
    stage.settle().await;
    assert!(flag(&stage, "check.failed").await.message.contains("expired"));
    stage.finish().await;
}

/// The download leads to another host, which is never told our token: `finish` looks for that.
#[tokio::test]
async fn storage_that_is_unwell_is_asked_again_with_a_new_address() {
    let stage = stage_asking(ARTIFACT).await;
    stage.world.github.fault(Fault::once("GET", "/artifacts/", FaultKind::Status(503, String::new())));
    deploy_with(&stage, "modelscan-results", zip(&[("a.sarif", sarif("9.0").as_bytes())])).await;
    stage.advance(10_000).await;
    assert_eq!(told(&stage).await, [row("external.finding", "modelscan/PKL001", Severity::Critical)]);
    stage.finish().await;
}

fn grant_scanning(stage: &Stage) {
    let installation = stage.world.sample.installation;
    stage.world.github.edit(|state| {
        let installation = state.installations.get_mut(&installation).unwrap();
        installation.permissions.insert("security_events".to_owned(), Level::Read);
    });
}

#[tokio::test]
async fn code_scanning_without_its_permission_has_failed_and_the_permission_is_named() {
    let stage = stage_asking(SCANNING).await;
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("check.failed", "codeql", Severity::High)]);
    let message = flag(&stage, "check.failed").await.message;
    assert!(message.contains("security_events: read"), "{message}");
    stage.finish().await;
}

#[tokio::test]
async fn code_scanning_that_is_off_has_failed() {
    let stage = stage_asking(SCANNING).await;
    grant_scanning(&stage);
    stage.deploy_good().await;
    let message = flag(&stage, "check.failed").await.message;
    assert!(message.contains("404") && message.contains("security_events: read"), "{message}");
    stage.finish().await;
}

#[tokio::test]
async fn an_analysis_of_this_commit_and_this_tool_counts() {
    let stage = stage_asking(SCANNING).await;
    grant_scanning(&stage);
    let (repository, good, live) =
        (stage.world.sample.repository, stage.world.sample.good.clone(), stage.world.sample.live.clone());
    stage.world.github.edit(|state| {
        state.add_analysis(repository, &good, "CodeQL", &sarif("9.9"));
        // The newest of a tool and category replaces the older one.
        state.add_analysis(repository, &good, "CodeQL", &sarif("7.5"));
        state.add_analysis(repository, &good, "Trivy", &sarif("9.9"));
        state.add_analysis(repository, &live, "CodeQL", &sarif("9.9"));
    });
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("external.finding", "modelscan/PKL001", Severity::High)]);
    stage.finish().await;
}

#[tokio::test]
async fn an_analysis_of_another_commit_only_is_late_and_one_that_failed_has_failed() {
    let stage = stage_asking(SCANNING).await;
    grant_scanning(&stage);
    let (repository, live) = (stage.world.sample.repository, stage.world.sample.live.clone());
    stage.world.github.edit(|state| state.add_analysis(repository, &live, "CodeQL", &sarif("9.9")));
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("check.late", "codeql", Severity::High)]);
    let good = stage.world.sample.good.clone();
    stage.world.github.edit(|state| {
        state.add_analysis(repository, &good, "CodeQL", "");
        state.analyses[1].error = "unsupported language".to_owned();
    });
    stage.advance(6 * 60_000).await;
    assert_eq!(told(&stage).await, [row("check.failed", "codeql", Severity::High)]);
    stage.finish().await;
}
