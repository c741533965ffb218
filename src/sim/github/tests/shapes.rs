use serde_json::{Value, json};

use super::world::{World, json_of, text};
use crate::domain::Timestamp;
use crate::sim::github::{
    Blob, CommitData, Dispatch, GithubOptions, NewCommit, NewPullRequest, PayloadShape, Signature,
};

async fn request_with(shape: PayloadShape) -> Value {
    let options = GithubOptions { payload: shape, ..GithubOptions::default() };
    let world = World::with(options).await;
    let repository = world.sample.repository;
    world.sim.edit(|state| {
        let tip = world.sample.risky.clone();
        state.set_branch(repository, "idea", &tip);
        state.commit_to(repository, "idea", NewCommit::new(21_001, "Try an idea").write("idea.txt", "1\n"));
        let (title, head) = ("An idea".to_owned(), "idea".to_owned());
        state.open_pull_request(repository, NewPullRequest { author: 21_001, title, body: None, head })
    });
    world.sim.dispatch(Dispatch::new(repository, "idea", "mona", "production").triggered_by("pull_request"));
    world.after(0).await;
    world.received("deployment_protection_rule").remove(0)
}

#[tokio::test]
async fn a_request_of_a_pull_request_names_it_without_the_members_lists_lack() {
    let request = request_with(PayloadShape::default()).await;
    assert_eq!((&request["event"], &request["ref"]), (&json!("pull_request"), &json!("idea")));
    let pull = &request["pull_requests"][0];
    assert_eq!(pull["number"], 3);
    assert!(pull.get("merged").is_none() && pull.get("additions").is_none());
    assert!(request.get("workflow_run").is_none() && request.get("run_attempt").is_none());
}

#[tokio::test]
async fn every_published_shape_of_the_request_can_be_sent() {
    let old = request_with(PayloadShape { without_sha_and_ref: true, ..PayloadShape::default() }).await;
    assert!(old.get("sha").is_none() && old.get("ref").is_none());
    assert_eq!(old["deployment"]["ref"], "idea");
    let bare = PayloadShape { deployment_null: true, no_pull_requests: true, ..PayloadShape::default() };
    let bare = request_with(bare).await;
    assert_eq!((&bare["deployment"], &bare["pull_requests"]), (&Value::Null, &json!([])));
    let foreign = request_with(PayloadShape { foreign_callback: true, ..PayloadShape::default() }).await;
    assert!(text(&foreign["deployment_callback_url"]).starts_with("https://api.github.evil.example/repos/acme/"));
}

#[tokio::test]
async fn all_webhooks_of_a_matrix_can_arrive_at_once() {
    let options = GithubOptions { deliver_in_parallel: true, ..GithubOptions::default() };
    let world = World::with(options).await;
    world.sim.dispatch(world.sample.matrix(29));
    world.after(0).await;
    let requests = world.received("deployment_protection_rule");
    let mut deployments: Vec<u64> = requests.iter().filter_map(|one| one["deployment"]["id"].as_u64()).collect();
    deployments.sort_unstable();
    deployments.dedup();
    assert_eq!(deployments.len(), 29);
    let callbacks: std::collections::BTreeSet<String> =
        requests.iter().map(|one| text(&one["deployment_callback_url"])).collect();
    assert_eq!(callbacks.len(), 1);
}

#[tokio::test]
async fn commits_of_a_real_repository_keep_their_ids() {
    let world = World::new().await;
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let who = |email: &str| Signature {
        name: "Mona Lisa".to_owned(),
        email: email.to_owned(),
        at: Timestamp::from_seconds(1_700_000_000),
    };
    let data = CommitData {
        sha: sha.to_owned(),
        parents: vec![world.sample.live.clone()],
        author: who("mona@acme.example"),
        committer: who("nobody@elsewhere.example"),
        message: "From a real repository".to_owned(),
        files: vec![("README.md".to_owned(), Blob::from("# Other\n"))],
    };
    world.sim.edit(|state| state.add_commit(world.sample.repository, data));
    let commit = json_of(&world.get(&format!("/repos/acme/sentiment/commits/{sha}")).await);
    assert_eq!((&commit["sha"], &commit["author"]["login"]), (&json!(sha), &json!("mona")));
    assert_eq!(commit["committer"], Value::Null);
    assert_eq!(commit["commit"]["author"]["date"], "2023-11-14T22:13:20Z");
    let removed = commit["files"].as_array().unwrap().iter().filter(|file| file["status"] == "removed").count();
    assert_eq!(removed, 5);
}
