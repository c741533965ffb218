//! Signing in with the App, asked as a browser and as the App would ask.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::world::{World, json_of};
use crate::sim::github::sample::{HUBOT_CI, MONA};
use crate::sim::http::{Response, request};

const CALLBACK: &str = "https://countersign.example/link/callback";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn world() -> World {
    let world = World::new().await;
    world.sim.set_callback(CALLBACK);
    world
}

fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn web(world: &World, method: &str, path: &str, accept: &str, body: &str) -> Response {
    let headers = [("Accept".to_owned(), accept.to_owned())];
    let url = format!("{}{path}", world.sim.web_url());
    request(method, &url, &headers, body.as_bytes(), Duration::from_secs(5)).await.unwrap()
}

fn page(world: &World, redirect_uri: &str, method: &str) -> String {
    let (client_id, _) = world.sim.sign_in_credentials();
    let query = form(&[
        ("client_id", &client_id),
        ("redirect_uri", redirect_uri),
        ("state", "xyz"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", method),
    ]);
    format!("/login/oauth/authorize?{query}")
}

/// Signs in as mona; the code.
async fn code(world: &World) -> String {
    let answer =
        web(world, "POST", &page(world, CALLBACK, "S256"), "", &form(&[("login", "mona"), ("decision", "allow")]))
            .await;
    let location = url::Url::parse(answer.header("location").unwrap()).unwrap();
    assert!(answer.status == 302 && location.as_str().starts_with(CALLBACK), "{location}");
    let value = |name: &str| location.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(value("state"), "xyz");
    value("code")
}

async fn exchange(world: &World, changed: &[(&str, &str)]) -> Value {
    let (client_id, client_secret) = world.sim.sign_in_credentials();
    let mut fields = vec![
        ("client_id", client_id.as_str()),
        ("client_secret", &client_secret),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    fields.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    fields.extend(changed);
    let answer = web(world, "POST", "/login/oauth/access_token", "application/json", &form(&fields)).await;
    assert_eq!(answer.status, 200, "mistakes come with 200");
    json_of(&answer)
}

#[tokio::test]
async fn a_code_is_exchanged_for_a_token_that_says_who_it_is() {
    let world = world().await;
    let shown = web(&world, "GET", &page(&world, CALLBACK, "S256"), "text/html", "").await;
    assert!(shown.status == 200 && String::from_utf8_lossy(&shown.body).contains("value=\"mona\""));
    let token = exchange(&world, &[("code", &code(&world).await)]).await;
    assert_eq!(
        (&token["token_type"], &token["scope"], &token["expires_in"]),
        (&json!("bearer"), &json!(""), &json!(28_800))
    );
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    assert!(bearer.starts_with("Bearer ghu_"));
    let user = json_of(&world.call("GET", "/user", &bearer, "").await);
    assert_eq!((&user["login"], &user["id"], &user["type"]), (&json!("mona"), &json!(MONA), &json!("User")));
    assert_eq!(world.call("GET", "/repos/acme/sentiment", &bearer, "").await.status, 404, "it is no installation's");
}

#[tokio::test]
async fn wrong_exchanges_are_told_apart_as_documented() {
    let world = world().await;
    for (changed, error) in [
        (("client_secret", "wrong"), "incorrect_client_credentials"),
        (("client_id", "Iv1.0000000000000000"), "incorrect_client_credentials"),
        (("redirect_uri", "https://evil.example/"), "redirect_uri_mismatch"),
        (("code_verifier", "another"), "bad_verification_code"),
        (("code_verifier", ""), "bad_verification_code"),
    ] {
        let code = code(&world).await;
        assert_eq!(exchange(&world, &[("code", &code), changed]).await["error"], error, "{changed:?}");
    }
    assert_eq!(exchange(&world, &[("code", "made-up")]).await["error"], "bad_verification_code");
    let answer = web(&world, "POST", "/login/oauth/access_token", "*/*", "").await;
    assert!(String::from_utf8_lossy(&answer.body).starts_with("error="), "a form, unless JSON is asked for");
}

#[tokio::test]
async fn a_code_works_once_and_for_ten_minutes() {
    let world = world().await;
    let once = code(&world).await;
    assert!(exchange(&world, &[("code", &once)]).await["access_token"].is_string());
    assert_eq!(exchange(&world, &[("code", &once)]).await["error"], "bad_verification_code");
    let burnt = code(&world).await;
    exchange(&world, &[("code", &burnt), ("code_verifier", "another")]).await;
    assert_eq!(exchange(&world, &[("code", &burnt)]).await["error"], "bad_verification_code", "a wrong try burns it");
    let late = code(&world).await;
    world.after(600_000).await;
    assert_eq!(exchange(&world, &[("code", &late)]).await["error"], "bad_verification_code");
}

#[tokio::test]
async fn mistakes_go_to_the_apps_own_address_and_never_to_a_wrong_one() {
    let world = world().await;
    let wrong = web(&world, "GET", &page(&world, "https://evil.example/", "S256"), "", "").await;
    let to = wrong.header("location").unwrap();
    assert!(to.starts_with(CALLBACK) && to.contains("error=redirect_uri_mismatch") && to.contains("state=xyz"), "{to}");
    assert_eq!(web(&world, "GET", &page(&world, CALLBACK, "plain"), "", "").await.status, 400);
    assert_eq!(web(&world, "GET", "/login/oauth/authorize?client_id=unknown", "", "").await.status, 404);
    let denied = web(&world, "POST", &page(&world, CALLBACK, "S256"), "", &form(&[("decision", "deny")])).await;
    assert!(denied.header("location").unwrap().contains("error=access_denied"));
    for nobody in ["hubot-ci[bot]", "acme", "nobody"] {
        let (page, fields) = (page(&world, CALLBACK, "S256"), form(&[("login", nobody), ("decision", "allow")]));
        assert_eq!(web(&world, "POST", &page, "", &fields).await.status, 422, "{nobody}");
    }
    assert!(world.sim.read(|state| state.accounts.contains_key(&HUBOT_CI)));
}

#[tokio::test]
async fn a_token_ends_after_eight_hours_or_when_the_app_revokes_it() {
    let world = world().await;
    let fresh = async || {
        let token = exchange(&world, &[("code", &code(&world).await)]).await;
        token["access_token"].as_str().unwrap().to_owned()
    };
    let (client_id, client_secret) = world.sim.sign_in_credentials();
    let (path, token) = (format!("/applications/{client_id}/token"), fresh().await);
    let body = json!({ "access_token": token }).to_string();
    let basic = |password: &str| format!("Basic {}", STANDARD.encode(format!("{client_id}:{password}")));
    assert_eq!(world.call("DELETE", &path, &basic("wrong"), &body).await.status, 401);
    assert_eq!(world.call("DELETE", &path, &basic(&client_secret), &body).await.status, 204);
    assert_eq!(world.call("DELETE", &path, &basic(&client_secret), &body).await.status, 404);
    assert_eq!(world.call("GET", "/user", &format!("Bearer {token}"), "").await.status, 401);
    let late = fresh().await;
    world.after(8 * 3_600_000).await;
    assert_eq!(world.call("GET", "/user", &format!("Bearer {late}"), "").await.status, 401);
}
