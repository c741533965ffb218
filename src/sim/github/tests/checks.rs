//! Check runs with GitHub's limits, pull requests that tell the App of every move, and comments.

use serde_json::{Value, json};

use super::world::{World, json_of, refusal, text};
use crate::sim::github::options::Level;
use crate::sim::github::sample::{BO, MONA};
use crate::sim::github::{NewCommit, NewPullRequest};

const RUNS: &str = "/repos/acme/sentiment/check-runs";

async fn create(world: &World, more: Value) -> crate::sim::http::Response {
    let mut body = json!({ "name": "Countersign", "head_sha": world.sample.good, "external_id": "mark" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.api("POST", RUNS, body).await
}

fn annotations(count: usize) -> Value {
    let one = |line: usize| json!({ "path": "README.md", "start_line": line, "end_line": line, "annotation_level": "warning", "message": "x" });
    json!({ "output": { "title": "t", "summary": "s", "annotations": (1..=count).map(one).collect::<Vec<_>>() } })
}

fn pull(head: &str) -> NewPullRequest {
    NewPullRequest { author: MONA, title: "Retrain".into(), body: None, head: head.into() }
}

fn open(world: &World) -> u64 {
    let repository = world.sample.repository;
    world.sim.edit(|state| {
        let tip = state.repository(repository).branches["main"].clone();
        state.set_branch(repository, "retrain", &tip);
        state.commit_to(repository, "retrain", NewCommit::new(MONA, "Retrain").write("train.py", "EPOCHS = 9\n"));
        state.open_pull_request(repository, pull("retrain"))
    })
}

#[tokio::test]
async fn annotations_are_added_by_every_update_fifty_at_a_time() {
    let world = World::new().await;
    let created = create(&world, annotations(50)).await;
    assert_eq!(created.status, 201);
    let id = json_of(&created)["id"].as_u64().unwrap();
    let path = format!("{RUNS}/{id}");
    let updated = json_of(&world.api("PATCH", &path, annotations(20)).await);
    assert_eq!(updated["output"]["annotations_count"], 70);
    let listed = json_of(&world.get(&format!("{path}/annotations?per_page=100")).await);
    assert_eq!(listed.as_array().unwrap().len(), 70);
    let refused = refusal(&world.api("PATCH", &path, annotations(51)).await);
    assert_eq!(refused, (422, "Invalid request.\n\nNo more than 50 items are allowed; 51 were supplied.".to_owned()));
}

#[tokio::test]
async fn a_conclusion_completes_and_another_status_begins_again() {
    let world = World::new().await;
    let created = json_of(&create(&world, json!({ "status": "in_progress" })).await);
    assert_eq!((&created["status"], &created["conclusion"]), (&json!("in_progress"), &Value::Null));
    let path = format!("{RUNS}/{}", created["id"]);
    let ended = json_of(&world.api("PATCH", &path, json!({ "conclusion": "neutral" })).await);
    assert_eq!((&ended["status"], &ended["conclusion"]), (&json!("completed"), &json!("neutral")));
    let again = json_of(&world.api("PATCH", &path, json!({ "status": "in_progress" })).await);
    assert_eq!((&again["conclusion"], &again["completed_at"]), (&Value::Null, &Value::Null));
    let refused = world.api("PATCH", &path, json!({ "status": "completed" })).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn texts_are_held_to_characters_and_to_bytes() {
    let world = World::new().await;
    let output = |summary: String| json!({ "output": { "title": "t", "summary": summary } });
    let refused = refusal(&create(&world, output("x".repeat(65_536))).await);
    assert_eq!(refused.1, "Invalid request.\n\nOnly 65535 characters are allowed; 65536 were supplied.");
    let refused = create(&world, output("ß".repeat(40_000))).await;
    assert!(String::from_utf8_lossy(&refused.body).contains("exceeds a maximum bytesize of 65535"));
    let action = |label: &str| json!({ "actions": [{ "label": label, "description": "d", "identifier": "i" }] });
    assert_eq!(create(&world, action(&"x".repeat(21))).await.status, 422);
    assert_eq!(create(&world, action("Gather again")).await.status, 201);
    assert_eq!(create(&world, json!({ "output": { "title": "t" } })).await.status, 422);
    assert_eq!(create(&world, json!({ "head_sha": "ab".repeat(20) })).await.status, 422);
}

#[tokio::test]
async fn check_runs_are_listed_by_app_name_and_newest() {
    let world = World::new().await;
    for _ in 0..2 {
        assert_eq!(create(&world, json!({})).await.status, 201);
    }
    let list = |query: &'static str| {
        let path = format!("/repos/acme/sentiment/commits/{}/check-runs?{query}", world.sample.good);
        let world = &world;
        async move { json_of(&world.get(&path).await)["total_count"].as_u64().unwrap() }
    };
    assert_eq!((list("").await, list("filter=all").await), (2, 3), "bias-eval, and the newest of ours");
    assert_eq!((list("app_id=4711").await, list("app_id=4711&filter=all").await), (1, 2));
    assert_eq!(list("check_name=bias-eval").await, 1);
    let other = json_of(&world.get(&format!("/repos/acme/sentiment/commits/{}/check-runs", world.sample.good)).await);
    let workflow = other["check_runs"][0]["id"].as_u64().unwrap();
    let refused = refusal(&world.api("PATCH", &format!("{RUNS}/{workflow}"), json!({ "conclusion": "success" })).await);
    assert_eq!(refused.0, 403);
    assert!(refused.1.contains("can only be modified by the GitHub App that created it"), "{}", refused.1);
}

#[tokio::test]
async fn without_the_permission_nothing_is_written() {
    let world = World::new().await;
    let installation = world.sample.installation;
    world.sim.edit(|state| {
        let granted = &mut state.installations.get_mut(&installation).unwrap().permissions;
        granted.insert("checks".into(), Level::Read);
    });
    let refused = create(&world, json!({})).await;
    assert_eq!(refusal(&refused), (403, "Resource not accessible by integration".to_owned()));
    let comment = world.api("POST", "/repos/acme/sentiment/issues/1/comments", json!({ "body": "x" })).await;
    assert_eq!((comment.status, comment.header("x-accepted-github-permissions")), (403, Some("pull_requests=write")));
}

#[tokio::test]
async fn every_move_of_a_pull_request_is_told() {
    let world = World::new().await;
    let repository = world.sample.repository;
    let number = open(&world);
    world.sim.edit(|state| {
        state.commit_to(repository, "retrain", NewCommit::new(MONA, "Longer").write("train.py", "EPOCHS = 11\n"));
        state.set_draft(repository, number, true, MONA);
        state.set_draft(repository, number, false, MONA);
        state.close_pull_request(repository, number, BO);
        state.reopen_pull_request(repository, number, BO);
        state.retarget_pull_request(repository, number, "main", MONA);
    });
    world.after(0).await;
    let told = ["opened", "synchronize", "converted_to_draft", "ready_for_review", "closed", "reopened", "edited"];
    assert_eq!(world.actions("pull_request"), told);
    let pushed = &world.received("pull_request")[1];
    assert_eq!(pushed["pull_request"]["head"]["sha"], pushed["after"]);
    assert_ne!(pushed["before"], pushed["after"]);
    let tip = world.sim.read(|state| state.repository(repository).branches["retrain"].clone());
    assert_eq!(text(&json_of(&world.get(&format!("/repos/acme/sentiment/pulls/{number}")).await)["head"]["sha"]), tip);
}

#[tokio::test]
async fn a_pull_request_from_a_fork_names_no_repository() {
    let world = World::new().await;
    let repository = world.sample.repository;
    let number = world.sim.edit(|state| {
        let tip = state.repository(repository).branches["main"].clone();
        let sha =
            state.commit(repository, NewCommit::new(BO, "From a fork").on(&tip).write("train.py", "EPOCHS = 1\n"));
        state.open_fork_pull_request(repository, pull("patch-1"), &sha)
    });
    let shown = json_of(&world.get(&format!("/repos/acme/sentiment/pulls/{number}")).await);
    assert_eq!((&shown["head"]["repo"], &shown["changed_files"]), (&Value::Null, &json!(1)));
}

#[tokio::test]
async fn buttons_of_a_check_run_reach_its_app() {
    let world = World::new().await;
    let repository = world.sample.repository;
    let action = json!({ "label": "Again", "description": "Once more", "identifier": "refresh" });
    let created = json_of(&create(&world, json!({ "conclusion": "neutral", "actions": [action] })).await);
    let id = created["id"].as_u64().unwrap();
    let pressed = world.sim.edit(|state| {
        state.rerequest_check_run(repository, id, MONA);
        state.rerequest_check_suite(repository, &world.sample.good, MONA);
        [
            state.press_check_action(repository, id, "refresh", MONA),
            state.press_check_action(repository, id, "no", MONA),
        ]
    });
    assert_eq!(pressed, [true, false]);
    world.after(0).await;
    assert_eq!(world.actions("check_run"), ["rerequested", "requested_action"]);
    assert_eq!(world.actions("check_suite"), ["rerequested"]);
    let told = &world.received("check_run")[1];
    assert_eq!(
        (&told["check_run"]["external_id"], &told["requested_action"]["identifier"]),
        (&json!("mark"), &json!("refresh"))
    );
    assert_eq!(told["check_run"]["app"]["id"], 4_711);
}

#[tokio::test]
async fn comments_are_listed_posted_and_edited() {
    let world = World::new().await;
    let installation = world.sample.installation;
    world.sim.edit(|state| {
        let granted = &mut state.installations.get_mut(&installation).unwrap().permissions;
        granted.insert("pull_requests".into(), Level::Write);
        state.comment_on_pull_request(world.sample.repository, 1, MONA, "Nice");
    });
    let posted = world.api("POST", "/repos/acme/sentiment/issues/1/comments", json!({ "body": "ours" })).await;
    assert_eq!(posted.status, 201);
    let posted = json_of(&posted);
    assert_eq!(posted["performed_via_github_app"]["id"], 4_711);
    assert_eq!(posted["user"]["login"], "countersign[bot]");
    let path = format!("/repos/acme/sentiment/issues/comments/{}", posted["id"]);
    assert_eq!(json_of(&world.api("PATCH", &path, json!({ "body": "edited" })).await)["body"], "edited");
    let listed = json_of(&world.get("/repos/acme/sentiment/issues/1/comments").await);
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["performed_via_github_app"]), (2, &Value::Null));
    world.sim.edit(|state| state.delete_comment(world.sample.repository, posted["id"].as_u64().unwrap()));
    assert_eq!(world.api("PATCH", &path, json!({ "body": "x" })).await.status, 404);
}
