//! Checks outside of the server, as a policy asks for them: check runs, reports, services, and fields of the workflow.

mod callbacks;
mod examples;
mod fields;
mod reports;
mod runs;
mod service;
mod services;
mod zip;

use countersign::config::HttpCheckAccess;
use countersign::domain::{Evidence, ExternalCheck, Flag, Severity};
use countersign::engine::shown;
use countersign::sim::github::state::commits::NewCommit;
use countersign::sim::world::WorldOptions;

use super::stories::stage::{Stage, stage_with};

/// A world whose repository has this policy for production, as YAML below `checks:`.
async fn stage_asking(checks: &str) -> Stage {
    stage_with_policy(checks, |_| {}).await
}

async fn stage_with_policy(checks: &str, change: impl FnOnce(&mut WorldOptions)) -> Stage {
    let stage = stage_with(change).await;
    write_policy(&stage, checks);
    stage
}

fn write_policy(stage: &Stage, checks: &str) {
    let repository = stage.world.sample.repository;
    let indented: String = checks.lines().map(|line| format!("      {line}\n")).collect();
    let policy = format!("version: 1\nenvironments:\n  production:\n    checks:\n{indented}");
    stage.world.github.edit(|state| {
        let change = NewCommit::new(countersign::sim::github::sample::MONA, "Say which checks must pass");
        state.commit_to(repository, "main", change.write(".github/countersign.yml", policy.as_str()));
    });
}

/// The evidence of the only request, as people are shown it.
async fn evidence(stage: &Stage) -> Evidence {
    let store = &stage.world.engine().unwrap().store;
    shown::evidence(store, &stage.request().await).await.unwrap().expect("there is evidence")
}

/// Flags that are about checks outside, as code, subject and severity.
async fn told(stage: &Stage) -> Vec<(String, String, Severity)> {
    let of_others = |flag: &Flag| flag.code.starts_with("check.") || flag.code.starts_with("external.");
    let flags = evidence(stage).await.flags;
    flags.into_iter().filter(of_others).map(|flag| (flag.code, flag.subject, flag.severity)).collect()
}

async fn flag(stage: &Stage, code: &str) -> Flag {
    let flags = evidence(stage).await.flags;
    let codes: Vec<String> = flags.iter().map(|flag| flag.code.clone()).collect();
    flags.into_iter().find(|flag| flag.code == code).unwrap_or_else(|| panic!("no {code} among {codes:?}"))
}

/// The only check outside that the evidence lists.
async fn the_check(stage: &Stage) -> ExternalCheck {
    let mut checks = evidence(stage).await.external;
    assert_eq!(checks.len(), 1, "{checks:?}");
    checks.remove(0)
}

fn row(code: &str, subject: &str, severity: Severity) -> (String, String, Severity) {
    (code.to_owned(), subject.to_owned(), severity)
}

/// What the message shows, as text.
fn shown_message(stage: &Stage) -> String {
    serde_json::to_string(&stage.message().blocks).unwrap()
}
