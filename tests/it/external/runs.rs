//! Check runs and commit statuses that must have passed.

use countersign::domain::{ExternalState, Severity, Telling, Verdict};
use countersign::sim::github::{Fault, FaultKind};
use countersign::sim::slack::sample::{ANA, OCTO};

use super::*;

const REQUIRE: &str = "check_runs: { require: [bias-eval] }";

fn set(stage: &Stage, conclusion: &str) {
    let (repository, sha) = (stage.world.sample.repository, stage.world.sample.good.clone());
    stage.world.github.edit(|state| state.add_check_run(repository, &sha, "bias-eval", conclusion));
}

/// Takes the sample's check run away, as if its workflow had not begun.
fn forget(stage: &Stage) {
    let repository = stage.world.sample.repository;
    stage.world.github.edit(|state| state.repository_mut(repository).check_runs.clear());
}

#[tokio::test]
async fn a_required_check_run_that_passed_is_no_finding() {
    let stage = stage_asking(REQUIRE).await;
    let run = stage.deploy_good().await;
    assert_eq!(told(&stage).await, []);
    let check = the_check(&stage).await;
    assert_eq!(
        (check.name.as_str(), check.kind.as_str(), check.state),
        ("bias-eval", "check run", ExternalState::Answered)
    );
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

#[tokio::test]
async fn a_required_check_run_that_failed_is_a_high_gap_and_the_policys_business() {
    let stage = stage_asking(REQUIRE).await;
    forget(&stage);
    set(&stage, "failure");
    let run = stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("check.failed", "bias-eval", Severity::High)]);
    assert!(stage.request().await.evidence.unwrap().has_gap);
    assert!(shown_message(&stage).contains("bias-eval"), "{}", shown_message(&stage));
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1, "it was red on the screen");
    stage.finish().await;
}

#[tokio::test]
async fn every_reporter_of_the_name_must_pass_and_a_named_app_alone_counts() {
    let stage = stage_asking("check_runs: { require: [bias-eval, { name: lint, app: github-actions }] }").await;
    let (repository, sha) = (stage.world.sample.repository, stage.world.sample.good.clone());
    stage.world.github.edit(|state| {
        state.add_commit_status(repository, &sha, "bias-eval", "success");
        state.add_commit_status(repository, &sha, "bias-eval", "failure");
        state.add_commit_status(repository, &sha, "lint", "success");
    });
    stage.deploy_good().await;
    let expected =
        [row("check.failed", "bias-eval", Severity::High), row("check.late", "lint (github-actions)", Severity::High)];
    assert_eq!(told(&stage).await, expected);
    stage.finish().await;
}

/// A late check run that passes clears its flag by itself, and voids nothing.
#[tokio::test]
async fn a_late_check_run_that_passes_clears_its_flag_and_voids_no_vote() {
    let stage = stage_asking(REQUIRE).await;
    forget(&stage);
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("check.late", "bias-eval", Severity::High)]);
    let digest = stage.request().await.evidence.unwrap().digest;
    set(&stage, "success");
    stage.advance(6 * 60_000).await;
    assert_eq!(told(&stage).await, []);
    assert_eq!(stage.request().await.evidence.unwrap().digest, digest, "it is not in the digest");
    assert!(!stage.thread().contains("differs"), "{}", stage.thread());
    stage.finish().await;
}

/// R5: read again at the vote; what became worse is shown before it is voted over.
#[tokio::test]
async fn a_check_run_that_fails_before_the_vote_holds_it_until_it_is_shown() {
    let stage = stage_asking(REQUIRE).await;
    let run = stage.deploy_good().await;
    set(&stage, "failure");
    stage.press(OCTO, "approve").await;
    let words = stage.told(OCTO);
    assert!(words.contains("check run bias-eval: failure") && words.contains("changed nothing"), "{words}");
    assert!(stage.is_open().await && stage.request().await.votes.is_empty());
    assert_eq!(told(&stage).await, [row("check.failed", "bias-eval", Severity::High)]);
    assert!(shown_message(&stage).contains("bias-eval"), "the message shows it now");
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1, "seen and approved all the same");
    stage.finish().await;
}

#[tokio::test]
async fn a_denial_waits_for_no_check_run() {
    let stage = stage_asking(REQUIRE).await;
    stage.deploy_good().await;
    set(&stage, "failure");
    stage.deny(ANA, "it got worse").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Denied));
    stage.advance(10_000).await;
    stage.finish().await;
}

/// R5: read again just before the forge is told.
#[tokio::test]
async fn a_check_run_that_fails_after_the_decision_holds_the_telling() {
    let stage = stage_asking(REQUIRE).await;
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    stage.world.github.fault(Fault::once("POST", "deployment_protection_rule", FaultKind::Status(502, String::new())));
    stage.press(OCTO, "approve").await;
    set(&stage, "failure");
    stage.advance(20_000).await;
    let decision = stage.request().await.decision().unwrap().clone();
    assert_eq!((decision.verdict, &decision.telling), (Verdict::Approved, &Telling::Delivering));
    assert_eq!(decision.held.as_deref(), Some("check run bias-eval: failure"));
    assert!(stage.taken(run).is_empty(), "GitHub hears nothing");
    let words = stage.told(OCTO);
    assert!(words.contains("not told yet") && words.contains("bias-eval"), "{words}");
    assert!(shown_message(&stage).contains("not told yet"), "{}", shown_message(&stage));
    set(&stage, "success");
    stage.advance(15 * 60_000).await;
    assert!(stage.is_delivered().await);
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(stage.told(OCTO), "", "said once");
    stage.finish().await;
}

#[tokio::test]
async fn an_approval_that_is_held_until_the_deadline_is_given_up_visibly() {
    let stage = stage_asking(REQUIRE).await;
    let run = stage.deploy_good().await;
    stage.world.github.fault(Fault::once("POST", "deployment_protection_rule", FaultKind::Status(502, String::new())));
    stage.press(OCTO, "approve").await;
    set(&stage, "failure");
    stage.advance(25 * 3_600_000).await;
    let decision = stage.request().await.decision().unwrap().clone();
    assert!(matches!(decision.telling, Telling::Failed { .. }), "{decision:?}");
    assert!(stage.taken(run).is_empty());
    let _ = stage.told(OCTO);
    assert!(shown_message(&stage).contains("bias-eval"), "{}", shown_message(&stage));
}

#[tokio::test]
async fn check_runs_that_cannot_be_read_have_failed_and_the_permission_is_named() {
    let stage = stage_asking(REQUIRE).await;
    let installation = stage.world.sample.installation;
    stage.world.github.edit(|state| {
        state.installations.get_mut(&installation).unwrap().permissions.remove("statuses");
    });
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("check.failed", "bias-eval", Severity::High)]);
    let message = flag(&stage, "check.failed").await.message;
    assert!(message.contains("statuses: read"), "{message}");
    stage.approve().await;
    stage.finish().await;
}

/// A wall is no answer: the click is kept and checked again, as with people who cannot be looked up.
#[tokio::test]
async fn a_forge_that_does_not_answer_about_check_runs_delays_the_vote() {
    let stage = stage_asking(REQUIRE).await;
    let run = stage.deploy_good().await;
    stage.world.github.fault(Fault::once("GET", "check-runs", FaultKind::Status(502, String::new())));
    stage.press(OCTO, "approve").await;
    assert!(stage.told(OCTO).contains("checked again by itself"));
    stage.advance(10_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// What this App reports itself proves nothing.
#[tokio::test]
async fn our_own_check_run_is_never_counted() {
    const ACTIONS: u64 = 15_368;
    let stage = stage_with_policy(REQUIRE, |options| options.github.app_id = ACTIONS).await;
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("check.late", "bias-eval", Severity::High)]);
    stage.finish().await;
}

#[tokio::test]
async fn without_required_runs_nobody_asks_for_them() {
    let stage = stage_asking("check_runs: { require: [] }").await;
    stage.deploy_good().await;
    stage.approve().await;
    let asked = stage.world.github.calls();
    assert!(!asked.iter().any(|call| call.path.contains("check-runs") || call.path.ends_with("/status")));
    stage.finish().await;
}

/// Two requests with one digest: each shows how its own check runs stand.
#[tokio::test]
async fn requests_that_share_a_digest_do_not_share_check_runs() {
    let stage = stage_asking(REQUIRE).await;
    forget(&stage);
    let run = stage.deploy_good().await;
    let first = stage.request().await;
    stage.press(OCTO, "approve").await;
    stage.advance(30_000).await;
    assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
    set(&stage, "success");
    let store = &stage.world.engine().unwrap().store;
    let kept = shown::evidence(store, &first).await.unwrap().unwrap();
    assert!(kept.flags.iter().any(|flag| flag.code == "check.late"), "the record keeps what was shown");
    let stored = store.evidence(&first.evidence.as_ref().unwrap().digest).await.unwrap().unwrap();
    assert!(stored.flags.iter().all(|flag| !flag.volatile) && stored.ci.is_empty() && stored.external.is_empty());
    stage.finish().await;
}
