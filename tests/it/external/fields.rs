//! What the workflow says about itself.

use countersign::domain::{GateState, Severity};

use super::zip::zip;
use super::*;

async fn deploy_with(checks: &str, files: &[(&str, &[u8])]) -> Stage {
    let stage = stage_asking(checks).await;
    let run = stage.world.github.dispatch(stage.world.sample.good_change());
    stage.world.github.edit(|state| state.add_artifact(run, "countersign", zip(files)));
    stage.settle().await;
    stage
}

#[tokio::test]
async fn fields_are_kept_masked_and_in_order() {
    let token = format!("hf_{}", "a1B2".repeat(9));
    let file = format!(r#"{{"fields": {{"run": "482", "key": "{token}", "experiment": "wide"}}}}"#);
    let stage = deploy_with("fields: {}", &[("countersign.json", file.as_bytes())]).await;
    let fields = evidence(&stage).await.fields;
    let fields: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    assert_eq!(fields, [("run", "482"), ("key", "[masked: Hugging Face token]"), ("experiment", "wide")]);
    assert_eq!(flag(&stage, "secret.exposed").await.subject, "workflow field key");
    stage.finish().await;
}

#[tokio::test]
async fn fields_that_are_not_as_documented_weigh_little_and_are_said() {
    let files: [&[(&str, &[u8])]; 3] = [
        &[("countersign.json", b"[]")],
        &[("other.json", b"{}")],
        &[("countersign.json", b"{\"fields\": {\"a\": 1}}")],
    ];
    for files in files {
        let stage = deploy_with("fields: { artifact: countersign }", files).await;
        let flag = flag(&stage, "fields.unreadable").await;
        assert_eq!((flag.severity, flag.is_gap()), (Severity::Low, false));
        assert!(evidence(&stage).await.fields.is_empty());
        stage.finish().await;
    }
}

#[tokio::test]
async fn a_field_decides_whether_a_gate_applies() {
    const POLICY: &str = "\
version: 1
groups:
  reviewers: { permission: write }
  leads: { permission: admin }
environments:
  production:
    checks: { fields: {} }
    gates:
      - { name: Review, group: reviewers, quorum: 1 }
      - { name: Release, group: leads, quorum: 1, when: 'has(fields.audience) && fields.audience == \"everybody\"' }
";
    for (audience, expected) in [("everybody", GateState::Later), ("staff", GateState::Skipped)] {
        let stage = stage_with(|_| {}).await;
        stage.write_policy(POLICY);
        let run = stage.world.github.dispatch(stage.world.sample.good_change());
        let file = format!(r#"{{"fields": {{"audience": "{audience}"}}}}"#);
        let archive = zip(&[("countersign.json", file.as_bytes())]);
        stage.world.github.edit(|state| state.add_artifact(run, "countersign", archive));
        stage.settle().await;
        let states: Vec<GateState> = stage.request().await.progress().iter().map(|gate| gate.state).collect();
        assert_eq!(states, [GateState::Open, expected], "{audience}");
        stage.finish().await;
    }
}

/// Without a rule nothing is asked for; with one, fields that are not there yet are no gap and are found later.
#[tokio::test]
async fn fields_are_read_only_where_a_rule_names_them() {
    let file: &[(&str, &[u8])] = &[("countersign.json", b"{\"fields\": {\"run\": \"482\"}}")];
    let stage = deploy_with("check_runs: {}", file).await;
    assert!(evidence(&stage).await.fields.is_empty());
    assert!(!stage.world.github.calls().iter().any(|call| call.path.contains("artifacts")));
    stage.finish().await;
    let stage = stage_asking("fields: {}").await;
    let run = stage.deploy_good().await;
    assert!(!stage.request().await.evidence.unwrap().has_gap);
    stage.world.github.edit(|state| state.add_artifact(run, "countersign", zip(file)));
    stage.advance(6 * 60_000).await;
    assert_eq!(evidence(&stage).await.fields.len(), 1);
    stage.finish().await;
}
