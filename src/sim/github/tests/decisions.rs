use std::time::Duration;

use serde_json::{Value, json};

use super::world::{World, json_of, refusal};
use crate::sim::github::{Fault, FaultKind, GithubOptions, RefusalShape};

const NONE_PENDING: &str = "No pending deployment requests to approve or reject";

#[tokio::test]
async fn a_decision_in_the_first_second_finds_nothing_pending() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(999).await;
    assert_eq!(refusal(&world.approve(run).await), (422, NONE_PENDING.to_owned()));
    world.after(1).await;
    assert_eq!(world.approve(run).await.status, 204);
}

#[tokio::test]
async fn a_second_decision_is_refused_with_the_vendors_texts() {
    let world = World::new().await;
    world.sim.edit(|state| state.add_other_rule(world.sample.repository, "production", "load-check"));
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(1_000).await;
    assert_eq!(world.approve(run).await.status, 204);
    let again = refusal(&world.approve(run).await);
    assert_eq!(again, (422, "Deployment protection rule has already been reviewed".to_owned()));
    world.sim.cancel(run, "mona");
    assert_eq!(refusal(&world.approve(run).await), (422, NONE_PENDING.to_owned()));
    world.sim.edit(|state| state.options.refusal_shape = RefusalShape::ErrorsString);
    let body = json_of(&world.approve(run).await);
    assert_eq!((&body["message"], &body["errors"]), (&json!("Validation Failed"), &json!(NONE_PENDING)));
    let statuses: Vec<u16> = world.sim.decisions(run, "production").iter().map(|post| post.status).collect();
    assert_eq!(statuses, [204, 422, 422, 422]);
}

#[tokio::test]
async fn one_decision_settles_every_pending_job_of_the_environment_and_a_later_wave_needs_another() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.matrix(29));
    world.after(1_000).await;
    assert_eq!(world.received("deployment_protection_rule").len(), 29);
    assert_eq!(world.approve(run).await.status, 204);
    assert_eq!(world.sim.decisions(run, "production")[0].jobs.len(), 29);
    world.sim.later_wave(run, "production", 3);
    world.after(1_000).await;
    assert_eq!(world.sim.read(|state| state.waiting_jobs(run, "production").len()), 3);
    assert_eq!(world.approve(run).await.status, 204);
    world.after(60_000).await;
    assert_eq!(world.sim.run(run).unwrap().conclusion(), Some("success"));
}

#[tokio::test]
async fn parallel_decisions_on_a_matrix_leave_jobs_stuck() {
    let mut options = GithubOptions::default();
    options.timing.matrix_decision_takes = Duration::from_millis(500);
    let world = World::with(options).await;
    let run = world.sim.dispatch(world.sample.matrix(8));
    world.after(1_000).await;
    assert_eq!(world.get("/installation/repositories").await.status, 200);
    let (one, other) = tokio::join!(world.approve(run), world.approve(run));
    let text = "There was a problem approving one of the gates".to_owned();
    assert_eq!((refusal(&one), refusal(&other)), ((422, text.clone()), (422, text)));
    assert!(!world.sim.read(|state| state.waiting_jobs(run, "production")).is_empty());
}

#[tokio::test]
async fn a_partly_applied_decision_leaves_the_environment_pending() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.matrix(4));
    world.after(1_000).await;
    world.sim.fault(Fault::once("POST", "deployment_protection_rule", FaultKind::PartlyApplied));
    assert_eq!(world.approve(run).await.status, 422);
    let pending = json_of(&world.get(&format!("/repos/acme/sentiment/actions/runs/{run}/pending_deployments")).await);
    assert_eq!(pending[0]["current_user_can_approve"], true);
    assert_eq!(world.approve(run).await.status, 204);
    let pending = json_of(&world.get(&format!("/repos/acme/sentiment/actions/runs/{run}/pending_deployments")).await);
    assert_eq!(pending, json!([]));
}

#[tokio::test]
async fn a_cut_connection_after_acting_has_acted() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(1_000).await;
    assert_eq!(world.get("/installation/repositories").await.status, 200);
    let token = world.sim.read(|state| state.tokens.keys().next().cloned().unwrap());
    let path = format!("/repos/acme/sentiment/actions/runs/{run}/deployment_protection_rule");
    let body = json!({ "environment_name": "production", "state": "approved" }).to_string();
    let authorization = format!("Bearer {token}");
    for kind in [FaultKind::CutBeforeActing, FaultKind::CutAfterActing] {
        world.sim.fault(Fault::once("POST", "deployment_protection_rule", kind));
        assert!(world.try_call("POST", &path, &[("Authorization", &authorization)], &body).await.is_err());
    }
    assert_eq!(world.sim.decisions(run, "production").len(), 1);
    assert_eq!(world.sim.run(run).unwrap().status(), "queued");
    let cut: Vec<u16> = world.sim.calls().iter().filter(|call| call.cut).map(|call| call.status).collect();
    assert_eq!(cut, [0, 204]);
}

#[tokio::test]
async fn ten_status_reports_of_1024_characters_are_the_limit() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(1_000).await;
    let report = |comment: String| json!({ "environment_name": "production", "comment": comment });
    assert_eq!(world.decide(run, report("x".repeat(1_025))).await.status, 422);
    for _ in 0..10 {
        assert_eq!(world.decide(run, report("ö".repeat(1_024))).await.status, 204);
    }
    assert_eq!(world.decide(run, report("one more".to_owned())).await.status, 422);
    assert_eq!(world.sim.status_reports(run, "production").len(), 12);
    let approvals = json_of(&world.get(&format!("/repos/acme/sentiment/actions/runs/{run}/approvals")).await);
    assert!(approvals.as_array().unwrap().iter().all(|review| review["state"] == "pending"));
}

#[tokio::test]
async fn bodies_that_do_not_fit_are_refused() {
    let world = World::new().await;
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(1_000).await;
    let name = "production";
    for body in [
        json!({ "state": "approved" }),
        json!({ "environment_name": name }),
        json!({ "environment_name": name, "state": "approve", "comment": "x" }),
        json!({ "environment_name": name, "state": "APPROVED" }),
        json!({ "environment_name": name, "state": "approved", "comment": null }),
        json!({ "environment_name": name, "state": "approved", "comment": "" }),
        json!({ "environment_name": name, "state": "approved", "run": 1 }),
    ] {
        assert_eq!(world.decide(run, body.clone()).await.status, 422, "{body}");
    }
    assert_eq!(world.decide(run, Value::String("no object".to_owned())).await.status, 400);
    assert_eq!(world.sim.run(run).unwrap().status(), "waiting");
}

#[tokio::test]
async fn environments_are_told_apart_by_name_in_any_case() {
    let world = World::new().await;
    let name = "Prüfung/eu west";
    world.sim.edit(|state| state.add_environment(world.sample.repository, name, true));
    let jobs = ["production", name].map(|name| crate::sim::github::JobPlan::deploying(name, name));
    let run = world.sim.dispatch(world.sample.good_change().with_jobs(jobs.to_vec()));
    world.after(1_000).await;
    let body = json!({ "environment_name": "PRÜFUNG/EU WEST", "state": "approved" });
    assert_eq!(world.decide(run, body).await.status, 204);
    assert_eq!(world.sim.read(|state| state.waiting_jobs(run, "production").len()), 1);
    let path = "/repos/acme/sentiment/environments/Pr%C3%BCfung%2Feu%20west/deployment_protection_rules";
    assert_eq!(json_of(&world.get(path).await)["total_count"], 1);
}
