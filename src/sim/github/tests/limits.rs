use serde_json::json;

use super::world::{World, json_of, refusal, text};
use crate::sim::github::keys::signed_jwt;
use crate::sim::github::options::Level;
use crate::sim::github::{AuthorizationKind, Fault, FaultKind, Flavour, GithubOptions, TokenFormat};

const REPO: &str = "/repos/acme/sentiment";

#[tokio::test]
async fn tokens_come_in_both_forms_and_last_an_hour() {
    let world = World::new().await;
    let long = text(&json_of(&world.token_with(json!({})).await)["token"]);
    assert!(long.starts_with("ghs_4711_eyJ") && long.contains('.'));
    assert!((500..540).contains(&long.len()), "{}", long.len());
    world.sim.edit(|state| state.options.token_format = TokenFormat::Short);
    let short = text(&json_of(&world.token_with(json!({})).await)["token"]);
    assert_eq!(short.len(), 40);
    for token in [&long, &short] {
        assert_eq!(world.call("GET", REPO, &format!("Bearer {token}"), "").await.status, 200);
    }
    world.after(3_600_000).await;
    let late = world.call("GET", REPO, &format!("Bearer {short}"), "").await;
    assert_eq!(refusal(&late), (401, "Bad credentials".to_owned()));
}

#[tokio::test]
async fn a_token_does_no_more_than_it_was_asked_for() {
    let world = World::new().await;
    let other = world.sim.edit(|state| {
        let other = state.add_repository(world.sample.owner, "other");
        state.add_to_installation(world.sample.installation, other);
        other
    });
    let narrow = json!({ "repository_ids": [other], "permissions": { "deployments": "write" } });
    let answer = json_of(&world.token_with(narrow).await);
    assert_eq!(answer["permissions"], json!({ "deployments": "write", "metadata": "read" }));
    let token = format!("token {}", text(&answer["token"]));
    assert_eq!(world.call("GET", REPO, &token, "").await.status, 404);
    assert_eq!(world.call("GET", "/repos/acme/other", &token, "").await.status, 200);
    let denied = world.call("GET", "/repos/acme/other/actions/runs", &token, "").await;
    assert_eq!(refusal(&denied), (403, "Resource not accessible by integration".to_owned()));
    assert_eq!(denied.header("x-accepted-github-permissions"), Some("actions=read"));
    for beyond in [
        json!({ "permissions": { "administration": "write" } }),
        json!({ "permissions": { "actions": "write" } }),
        json!({ "repository_ids": [1] }),
        json!({ "repositories": ["unknown"] }),
    ] {
        assert_eq!(world.token_with(beyond.clone()).await.status, 422, "{beyond}");
    }
}

#[tokio::test]
async fn permissions_not_accepted_yet_are_not_granted() {
    let world = World::new().await;
    let installation = world.sample.installation;
    world.sim.edit(|state| {
        state.installations.get_mut(&installation).unwrap().permissions.insert("deployments".to_owned(), Level::Read);
    });
    let run = world.sim.dispatch(world.sample.good_change());
    world.after(1_000).await;
    assert_eq!(world.approve(run).await.status, 403);
    world.sim.edit(|state| state.remove_from_installation(installation, world.sample.repository));
    assert_eq!(world.approve(run).await.status, 404);
    world.sim.edit(|state| state.set_suspended(installation, true));
    assert_eq!(refusal(&world.approve(run).await), (403, "This installation has been suspended".to_owned()));
}

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let world = World::new().await;
    let now = world.clock.now().as_seconds();
    let stranger = signed_jwt(&world.sim.private_key_pem(), "99", now - 60, now + 60);
    let app = |authorization: String| {
        let world = &world;
        async move { world.call("GET", "/app", &authorization, "").await.status }
    };
    assert_eq!(app(format!("Bearer {}", world.jwt())).await, 200);
    assert_eq!(app(format!("token {}", world.jwt())).await, 401);
    assert_eq!(app(format!("Bearer {stranger}")).await, 404);
    assert_eq!(app("Bearer ghs_unknown".to_owned()).await, 401);
    assert_eq!(app("Bearer x".to_owned()).await, 401);
    let kinds: Vec<AuthorizationKind> = world.sim.calls().iter().map(|call| call.authorization).collect();
    use AuthorizationKind::{InstallationToken, Jwt, Other};
    assert_eq!(kinds, [Jwt, Other, Jwt, InstallationToken, Other]);
    let headers = [("User-Agent", ""), ("Authorization", "Bearer x")];
    assert_eq!(world.try_call("GET", "/app", &headers[1..], "").await.unwrap().status, 401);
}

#[tokio::test]
async fn the_hourly_limit_holds_and_a_304_is_free() {
    let mut options = GithubOptions::default();
    options.limits.requests_per_hour = Some(3);
    let world = World::with(options).await;
    let first = world.get(REPO).await;
    assert_eq!(first.header("x-ratelimit-remaining"), Some("2"));
    let token = world.sim.read(|state| state.tokens.keys().next().cloned().unwrap());
    let authorization = format!("Bearer {token}");
    let headers = [("Authorization", authorization.as_str()), ("If-None-Match", first.header("etag").unwrap())];
    for _ in 0..5 {
        let unchanged = world.try_call("GET", REPO, &headers, "").await.unwrap();
        assert_eq!((unchanged.status, unchanged.header("x-ratelimit-remaining")), (304, Some("2")));
    }
    assert_eq!(world.get(REPO).await.status, 200);
    assert_eq!(world.get(REPO).await.status, 200);
    let over = world.get(REPO).await;
    assert_eq!((over.status, over.header("x-ratelimit-remaining")), (403, Some("0")));
    assert_eq!(world.get("/rate_limit").await.status, 200);
    world.clock.advance(3_599_999);
    let token = text(&json_of(&world.token_with(json!({})).await)["token"]);
    assert_eq!(world.call("GET", REPO, &format!("Bearer {token}"), "").await.status, 403);
    world.clock.advance(1);
    assert_eq!(world.call("GET", REPO, &format!("Bearer {token}"), "").await.status, 200);
}

#[tokio::test]
async fn points_per_minute_run_out_and_come_back() {
    let mut options = GithubOptions::default();
    options.limits.points_per_minute = Some(10);
    let world = World::with(options).await;
    for _ in 0..10 {
        assert_eq!(world.get(REPO).await.status, 200);
    }
    let over = world.get(REPO).await;
    assert_eq!(over.status, 403);
    let wait: i64 = over.header("retry-after").unwrap().parse().unwrap();
    world.clock.advance(wait * 1_000);
    assert_eq!(world.get(REPO).await.status, 200);
}

#[tokio::test]
async fn declared_faults_answer_instead() {
    let world = World::new().await;
    assert_eq!(world.get(REPO).await.status, 200);
    world.sim.fault(Fault::once("GET", "sentiment", FaultKind::Status(502, "<html>Bad Gateway</html>".to_owned())));
    world.sim.fault(Fault::once("", "sentiment", FaultKind::SecondaryLimit));
    world.sim.fault(Fault::once("", "sentiment", FaultKind::TooManyRequests { retry_after: 7 }));
    world.sim.fault(Fault::once("", "sentiment", FaultKind::RateLimited { retry_after: 90 }));
    assert_eq!(world.get(REPO).await.status, 502);
    assert_eq!(world.get(REPO).await.header("retry-after"), Some("60"));
    let many = world.get(REPO).await;
    assert_eq!((many.status, many.header("retry-after")), (429, Some("7")));
    let limited = world.get(REPO).await;
    let reset = (super::world::START + 90).to_string();
    assert_eq!((limited.status, limited.header("x-ratelimit-reset")), (403, Some(reset.as_str())));
    assert_eq!(world.get(REPO).await.status, 200);
}

#[tokio::test]
async fn ghes_has_its_api_below_the_web_host_and_no_limits() {
    let world = World::with(GithubOptions::of(Flavour::Ghes)).await;
    assert_eq!(world.sim.api_url(), format!("{}/api/v3", world.sim.web_url()));
    let answer = world.get(REPO).await;
    assert_eq!((answer.status, answer.header("x-ratelimit-limit")), (200, None));
    assert_eq!(json_of(&answer)["url"], format!("{}{REPO}", world.sim.api_url()));
    world.sim.dispatch(world.sample.good_change());
    world.after(0).await;
    let inbox = world.inbox.lock().unwrap();
    assert!(inbox.iter().all(|one| one.header("x-github-enterprise-version") == "3.19.1"));
}

#[tokio::test]
async fn ghe_com_answers_nobody_anonymous() {
    let world = World::with(GithubOptions::of(Flavour::GheCom)).await;
    assert_eq!(world.try_call("GET", "/meta", &[], "").await.unwrap().status, 401);
    assert_eq!(World::new().await.try_call("GET", "/meta", &[], "").await.unwrap().status, 200);
}

#[tokio::test]
async fn calls_to_unknown_routes_are_noted() {
    let world = World::new().await;
    assert_eq!(world.api("POST", &format!("{REPO}/issues/1/labels"), json!({ "body": "x" })).await.status, 404);
    assert_eq!(world.get(&format!("{REPO}/actions/runs/1")).await.status, 404);
    let unexpected = world.sim.unexpected_calls();
    assert_eq!(unexpected.len(), 1);
    assert_eq!((unexpected[0].method.as_str(), unexpected[0].status), ("POST", 404));
}
