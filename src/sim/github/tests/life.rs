use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::world::{World, text};
use crate::sim::github::{Dispatch, JobPlan};

#[tokio::test]
async fn an_approved_deployment_goes_live() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(0).await;

    let request = world.received("deployment_protection_rule").remove(0);
    assert_eq!(request["environment"], "production");
    assert_eq!(request["sha"], world.sample.good.as_str());
    assert_eq!(request["ref"], "main");
    let callback = text(&request["deployment_callback_url"]);
    assert_eq!(
        callback,
        format!("{}/repos/acme/sentiment/actions/runs/{run}/deployment_protection_rule", world.sim.api_url())
    );
    for received in world.inbox.lock().unwrap().iter() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, world.sim.webhook_secret().as_bytes());
        let mac = hex::decode(received.header("x-hub-signature-256").trim_start_matches("sha256=")).unwrap();
        hmac::verify(&key, &received.body, &mac).unwrap();
    }

    world.after(1_000).await;
    let body = json!({ "environment_name": "production", "state": "approved", "comment": "by ana" });
    assert_eq!(world.api("POST", &callback, body).await.status, 204);
    world.after(0).await;
    assert_eq!(world.sim.run(run).unwrap().status(), "queued");
    world.after(1_000).await;
    assert_eq!(world.sim.run(run).unwrap().status(), "in_progress");
    world.after(3_000).await;
    assert_eq!(world.sim.run(run).unwrap().conclusion(), Some("success"));

    let states: Vec<Value> = world
        .received("deployment_status")
        .iter()
        .map(|payload| payload["deployment_status"]["state"].clone())
        .collect();
    assert_eq!(states, ["waiting", "queued", "in_progress", "success"]);
    assert_eq!(world.actions("workflow_job"), ["waiting", "queued", "in_progress", "completed"]);
    assert_eq!(world.actions("workflow_run"), ["requested", "in_progress", "completed"]);
    assert_eq!(world.sim.decisions(run, "Production").len(), 1);
    assert!(world.sim.unexpected_calls().is_empty());
}

#[tokio::test]
async fn what_was_live_becomes_inactive_without_a_webhook() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(1_000).await;
    assert_eq!(world.approve(run).await.status, 204);
    world.after(10_000).await;
    let (live, newest) = world.sim.read(|state| {
        let all = &state.repository(world.sample.repository).deployments;
        let of =
            |sha: &str| all.iter().rfind(|one| one.sha == sha && one.environment == "production").cloned().unwrap();
        (of(&world.sample.live), of(&world.sample.good))
    });
    assert_eq!((live.state(), newest.state()), (Some("inactive"), Some("success")));
    let states = world.received("deployment_status");
    assert!(states.iter().all(|payload| payload["deployment_status"]["state"] != "inactive"));
}

#[tokio::test]
async fn a_rejection_fails_the_job_and_what_needs_it_never_starts() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.staging_then_production());
    world.after(1_000).await;
    let body = json!({ "environment_name": "staging", "state": "rejected" });
    assert_eq!(world.decide(run, body).await.status, 204);
    world.after(60_000).await;
    let run = world.sim.run(run).unwrap();
    assert_eq!(run.conclusion(), Some("failure"));
    assert_eq!(run.jobs().count(), 1);
}

#[tokio::test]
async fn a_rerun_is_a_new_attempt_with_a_fresh_gate_and_deployment() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(1_000).await;
    assert_eq!(world.approve(run).await.status, 204);
    assert!(!world.sim.rerun(run, "mona"), "a run that is not over cannot be run again");
    world.after(10_000).await;
    assert!(world.sim.rerun(run, "octocat"));
    world.after(2_000).await;
    let requests = world.received("deployment_protection_rule");
    assert_eq!(requests[0]["deployment_callback_url"], requests[1]["deployment_callback_url"]);
    assert_ne!(requests[0]["deployment"]["id"], requests[1]["deployment"]["id"]);
    assert_eq!(world.sim.run(run).unwrap().status(), "waiting");
    assert_eq!(world.approve(run).await.status, 204);
    let attempts: Vec<u32> = world.sim.decisions(run, "production").iter().map(|post| post.attempt).collect();
    assert_eq!(attempts, [1, 2]);
}

#[tokio::test]
async fn all_rules_of_an_environment_must_pass() {
    let world = World::new().await;
    let repository = world.sample.repository;
    world.sim.edit(|state| {
        state.add_other_rule(repository, "production", "load-check");
        let environment = state.environment_mut(repository, "production").unwrap();
        environment.reviewers.push(crate::sim::github::state::environments::Reviewer::User(21_003));
        environment.wait_timer_minutes = 5;
    });
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(1_000).await;
    assert_eq!(world.approve(run).await.status, 204);
    world.after(1_000).await;
    assert_eq!(world.sim.run(run).unwrap().status(), "waiting");
    world.sim.edit(|state| state.answer_other_rule(run, "production", "load-check", true));
    world.sim.edit(|state| state.review_as_person(run, "production", "ana", true));
    assert_eq!(world.sim.run(run).unwrap().status(), "waiting");
    world.after(5 * 60_000 + 10_000).await;
    assert_eq!(world.sim.run(run).unwrap().conclusion(), Some("success"));
    assert_eq!(world.actions("deployment_review"), ["approved"]);
}

#[tokio::test]
async fn a_gate_nobody_answers_fails_after_thirty_days() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(30 * 86_400_000 - 1).await;
    assert_eq!(world.sim.run(run).unwrap().status(), "waiting");
    world.after(1).await;
    assert_eq!(world.sim.run(run).unwrap().conclusion(), Some("failure"));
}

#[tokio::test]
async fn cancel_bypass_and_a_deleted_environment_end_the_wait() {
    let world = World::new().await;
    let runs: Vec<u64> = (0..4).map(|_| world.sim.dispatch(world.sample.good_change())).collect();
    world.after(1_000).await;
    assert!(world.sim.cancel(runs[0], "octocat"));
    assert!(world.sim.bypass(runs[1], "ana"));
    world
        .sim
        .edit(|state| state.environment_mut(world.sample.repository, "production").unwrap().can_admins_bypass = false);
    assert!(!world.sim.bypass(runs[2], "ana"));
    world.sim.edit(|state| state.delete_environment(world.sample.repository, "production"));
    world.after(60_000).await;
    let ends = runs.iter().map(|run| world.sim.run(*run).unwrap().conclusion().unwrap().to_owned());
    assert_eq!(ends.collect::<Vec<_>>(), ["cancelled", "success", "failure", "failure"]);
}

#[tokio::test]
async fn an_unknown_environment_is_created_without_rules() {
    let world = World::new().await;
    let sneaky = Dispatch::new(world.sample.repository, "main", "mona", "prod-copy");
    let run = world.sim.dispatch(sneaky);
    world.after(60_000).await;
    assert_eq!(world.sim.run(run).unwrap().conclusion(), Some("success"));
    assert!(world.received("deployment_protection_rule").is_empty());
}

#[tokio::test]
async fn a_job_without_deployment_fails_at_once_on_a_custom_rule() {
    let world = World::new().await;
    let mut plan = JobPlan::deploying("deploy", "production");
    plan.deployment = false;
    let run = world.sim.dispatch(world.sample.good_change().with_jobs(vec![plan]));
    assert_eq!(world.sim.run(run).unwrap().conclusion(), Some("failure"));
}

#[tokio::test]
async fn late_lost_and_doubled_webhooks_are_possible() {
    use crate::sim::github::{HookRule, OnTheWay};
    let world = World::new().await;
    let rule = |event: &str, fate| HookRule { event: event.to_owned(), action: None, fate, times: 1 };
    world.sim.edit(|state| {
        state.hook_rules.push(rule("deployment_protection_rule", OnTheWay::Late(60_000)));
        state.hook_rules.push(rule("deployment_status", OnTheWay::Lost));
        state.hook_rules.push(rule("workflow_job", OnTheWay::Twice));
    });
    world.sim.dispatch(world.sample.good_change());
    world.after(0).await;
    assert!(world.received("deployment_protection_rule").is_empty());
    assert!(world.received("deployment_status").is_empty());
    assert_eq!(world.actions("workflow_job"), ["waiting", "waiting"]);
    world.after(60_000).await;
    assert_eq!(world.received("deployment_protection_rule").len(), 1);
}
