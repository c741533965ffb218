use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::world::{World, json_of, refusal, text};
use crate::sim::github::{Blob, Host, NewCommit};

const REPO: &str = "/repos/acme/sentiment";

fn names(list: &Value, member: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| text(&one[member])).collect()
}

#[tokio::test]
async fn a_comparison_has_commits_files_and_patches() {
    let world = World::new().await;
    let path = format!("{REPO}/compare/{}...{}", world.sample.live, world.sample.risky);
    let body = json_of(&world.get(&path).await);
    assert_eq!((&body["status"], &body["total_commits"]), (&json!("ahead"), &json!(5)));
    let files = &body["files"];
    assert_eq!(
        names(files, "filename"),
        ["README.md", "config.json", "model.safetensors", "postprocess.pkl", "train.py"]
    );
    assert!(text(&files[0]["patch"]).contains("-license: apache-2.0\n+license: cc-by-nc-4.0"));
    assert_eq!(files[3]["status"], "added");
    assert_eq!(body["commits"][0]["author"]["login"], "mona");
}

#[tokio::test]
async fn a_comparison_shows_250_commits_or_pages_and_300_files_at_most() {
    let world = World::new().await;
    let (repository, base) = (world.sample.repository, world.sample.risky.clone());
    world.sim.edit(|state| {
        for index in 0..260 {
            let new = NewCommit::new(21_001, &format!("step {index}")).write(&format!("data/{index}.txt"), "a\n");
            let new = if index == 0 {
                (0..60).fold(new, |new, file| new.write(&format!("more/{file}.bin"), Blob::of_size(9)))
            } else {
                new
            };
            state.commit_to(repository, "main", new);
        }
    });
    let path = format!("{REPO}/compare/{base}...main");
    let body = json_of(&world.get(&path).await);
    assert_eq!(body["total_commits"], 260);
    let commits = body["commits"].as_array().unwrap();
    assert_eq!((commits.len(), &commits[249]["commit"]["message"]), (250, &json!("step 259")));
    assert_eq!(body["files"].as_array().unwrap().len(), 300);
    assert!(
        body["files"]
            .as_array()
            .unwrap()
            .iter()
            .all(|file| file.get("patch").is_some() != text(&file["filename"]).ends_with(".bin"))
    );
    let second = world.get(&format!("{path}?per_page=100&page=3")).await;
    assert!(second.header("link").unwrap().contains("rel=\"prev\""));
    let second = json_of(&second);
    assert_eq!(second["commits"].as_array().unwrap().len(), 60);
    assert!(second.get("files").is_none());
}

#[tokio::test]
async fn contents_follow_the_size_limits() {
    let world = World::new().await;
    world.sim.edit(|state| {
        let new = NewCommit::new(21_001, "Add files").write("a/b c.txt", "hello\n");
        let new =
            new.write("big.bin", Blob::of_size(2 * 1024 * 1024)).write("huge.bin", Blob::of_size(200 * 1024 * 1024));
        state.commit_to(world.sample.repository, "main", new);
    });
    let small = json_of(&world.get(&format!("{REPO}/contents/a/b%20c.txt?ref=main")).await);
    assert_eq!(STANDARD.decode(text(&small["content"]).replace('\n', "")).unwrap(), b"hello\n");
    let folder = json_of(&world.get(&format!("{REPO}/contents/?ref=main")).await);
    assert!(names(&folder, "name").contains(&"a".to_owned()));
    let token = world.sim.read(|state| state.tokens.keys().next().cloned().unwrap());
    let authorization = format!("Bearer {token}");
    let status = |file: &'static str, accept: &'static str| {
        let (world, authorization) = (&world, authorization.as_str());
        async move {
            let headers = [("Authorization", authorization), ("Accept", accept)];
            world.try_call("GET", &format!("{REPO}/contents/{file}"), &headers, "").await.unwrap()
        }
    };
    assert_eq!(status("big.bin", "application/vnd.github+json").await.status, 403);
    assert_eq!(status("big.bin", "application/vnd.github.raw+json").await.body.len(), 2 * 1024 * 1024);
    let object = json_of(&status("big.bin", "application/vnd.github.object+json").await);
    assert_eq!((&object["content"], &object["encoding"]), (&json!(""), &json!("none")));
    assert_eq!(status("huge.bin", "application/vnd.github.raw+json").await.status, 403);
    assert_eq!(status("missing.txt", "application/vnd.github.raw+json").await.status, 404);
}

#[tokio::test]
async fn trees_are_cut_and_say_so() {
    let world = World::new().await;
    let whole = json_of(&world.get(&format!("{REPO}/git/trees/{}?recursive=1", world.sample.live)).await);
    assert_eq!(whole["truncated"], false);
    assert!(names(&whole["tree"], "path").contains(&".github/workflows/deploy.yml".to_owned()));
    world.sim.edit(|state| state.options.limits.tree_entries = 2);
    let cut = json_of(&world.get(&format!("{REPO}/git/trees/main?recursive=1")).await);
    assert_eq!((&cut["truncated"], cut["tree"].as_array().unwrap().len()), (&json!(true), 2));
}

#[tokio::test]
async fn the_merged_pull_request_of_a_commit_is_found() {
    let world = World::new().await;
    let of = |sha: &str| format!("{REPO}/commits/{sha}/pulls");
    assert_eq!(json_of(&world.get(&of(&world.sample.good)).await)[0]["number"], 1);
    assert_eq!(json_of(&world.get(&of(&world.sample.live)).await), json!([]));
    let pull = json_of(&world.get(&format!("{REPO}/pulls/1")).await);
    assert_eq!((&pull["merged"], &pull["changed_files"]), (&json!(true), &json!(3)));
    assert_eq!(names(&json_of(&world.get(&format!("{REPO}/pulls/1/files")).await), "filename").len(), 3);
    assert_eq!(json_of(&world.get(&format!("{REPO}/pulls/1/reviews")).await)[0]["state"], "APPROVED");
    assert_eq!(json_of(&world.get(&format!("{REPO}/pulls/2/commits")).await).as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_permission_follows_the_account_not_the_login() {
    let world = World::new().await;
    let of = |login: &str| format!("{REPO}/collaborators/{login}/permission");
    let mona = json_of(&world.get(&of("mona")).await);
    assert_eq!((&mona["permission"], &mona["user"]["id"]), (&json!("write"), &json!(21_001)));
    assert_eq!(json_of(&world.get(&of("bo")).await)["permission"], "read");
    world.sim.edit(|state| {
        state.rename_account(21_001, "mona-b");
        state.add_user("mona", 21_777);
    });
    let taken = json_of(&world.get(&of("mona")).await);
    assert_eq!((&taken["permission"], &taken["user"]["id"]), (&json!("none"), &json!(21_777)));
    assert_eq!(json_of(&world.get(&of("mona-b")).await)["user"]["id"], 21_001);
    assert_eq!(world.get(&of("nobody")).await.status, 404);
}

#[tokio::test]
async fn a_renamed_repository_redirects_by_id() {
    let world = World::new().await;
    world.sim.edit(|state| state.rename_repository(world.sample.repository, "mood"));
    let moved = world.get(&format!("{REPO}/deployments?environment=production")).await;
    assert_eq!(moved.status, 301);
    let there = world.get(moved.header("location").unwrap()).await;
    assert_eq!(json_of(&there)[0]["sha"], world.sample.live.as_str());
    assert_eq!(world.api("POST", &format!("{REPO}/actions/runs/1/cancel"), json!({})).await.status, 307);
}

#[tokio::test]
async fn deployments_are_newest_first_with_their_statuses() {
    let world = World::new().await;
    let list = json_of(&world.get(&format!("{REPO}/deployments?environment=Production")).await);
    assert_eq!(names(&list, "sha"), [world.sample.live.clone(), world.sample.first.clone()]);
    let statuses = json_of(&world.get(&format!("{REPO}/deployments/{}/statuses", list[1]["id"])).await);
    assert_eq!(names(&statuses, "state"), ["inactive", "success"]);
}

#[tokio::test]
async fn lfs_lives_on_the_web_host_and_its_media_elsewhere() {
    let world = World::new().await;
    assert_eq!(world.get("/rate_limit").await.status, 200);
    assert_eq!(world.get(REPO).await.status, 200);
    let (oid, size) = world
        .sim
        .read(|state| state.lfs.objects.iter().next().map(|(oid, one)| (oid.clone(), one.content.size)).unwrap());
    let token = world.sim.read(|state| state.tokens.keys().next().cloned().unwrap());
    let basic = format!("Basic {}", STANDARD.encode(format!("x-access-token:{token}")));
    let kind = "application/vnd.git-lfs+json";
    let headers = [("Authorization", basic.as_str()), ("Accept", kind), ("Content-Type", kind)];
    let body = json!({ "operation": "download", "objects": [{ "oid": oid, "size": size }, { "oid": "0".repeat(64), "size": 1 }] });
    let batch = format!("{}/acme/sentiment.git/info/lfs/objects/batch", world.sim.web_url());
    let answer = json_of(&world.try_call("POST", &batch, &headers, &body.to_string()).await.unwrap());
    assert_eq!(answer["objects"][1]["error"]["code"], 404);
    let href = text(&answer["objects"][0]["actions"]["download"]["href"]);
    assert!(!href.starts_with(&world.sim.web_url()) && !href.starts_with(&world.sim.api_url()));
    let part = world.try_call("GET", &href, &[("Range", "bytes=0-7")], "").await.unwrap();
    assert_eq!((part.status, part.body.len()), (206, 8));
    assert!(world.sim.unexpected_calls().is_empty());
    let leaked = world.try_call("GET", &href, &headers[..1], "").await.unwrap();
    assert_eq!(leaked.status, 400);
    assert_eq!(world.sim.unexpected_calls()[0].host, Host::Storage);
    let on_api = world.try_call("POST", "/acme/sentiment.git/info/lfs/objects/batch", &headers, "{}").await.unwrap();
    assert_eq!(on_api.status, 404);
}

#[tokio::test]
async fn a_commit_nobody_knows_is_said_so() {
    let world = World::new().await;
    let unknown = world.get(&format!("{REPO}/commits/{}", "0".repeat(40))).await;
    assert_eq!(refusal(&unknown).0, 422);
    assert_eq!(world.get(&format!("{REPO}/compare/{}...main", "0".repeat(40))).await.status, 404);
}
