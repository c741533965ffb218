//! Who somebody is at GitHub, asked by our client: on github.com and on an Enterprise Server.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::domain::Digest;
use countersign::github::SignInSettings;
use countersign::ports::forge::{Profile, SignIn, SignedIn};
use countersign::sim::github::AuthorizationKind;

use super::*;

const CALLBACK: &str = "http://127.0.0.1:9/link/callback";

async fn scene(flavour: Flavour) -> (Scene, GithubForge) {
    let scene = Scene::of(GithubOptions::of(flavour)).await;
    scene.sim.set_callback(CALLBACK);
    let (client_id, client_secret) = scene.sim.sign_in_credentials();
    let sign_in =
        Some(SignInSettings { client_id, client_secret: client_secret.into(), callback: CALLBACK.to_owned() });
    let forge = GithubForge::new(&GithubSettings { sign_in, ..settings(&scene.sim) }, scene.clock.clone()).unwrap();
    (scene, forge)
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Digest::of(verifier.as_bytes()).as_bytes())
}

/// Goes to the page that our client names, and says yes there as `login`; the code.
async fn code(forge: &GithubForge, verifier: &str, login: &str) -> String {
    let address = forge.sign_in_address(SignIn { state: "st-ate", challenge: &challenge(verifier) }).unwrap();
    let body = format!("login={login}&decision=allow");
    let answer = countersign::sim::http::post(&address, &[], body.as_bytes(), Duration::from_secs(5)).await.unwrap();
    let back = url::Url::parse(answer.header("location").unwrap()).unwrap();
    assert!(back.as_str().starts_with(CALLBACK), "{back}");
    let value = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(value("state"), "st-ate");
    value("code")
}

#[tokio::test]
async fn a_person_is_known_by_their_number_and_their_token_is_gone() {
    for flavour in [Flavour::GithubCom, Flavour::Ghes, Flavour::GheCom] {
        let (scene, forge) = scene(flavour).await;
        let code = code(&forge, "verifier", "mona").await;
        let SignedIn::Person(user) = forge.signed_in(&code, "verifier").await.unwrap() else { panic!("{flavour:?}") };
        assert_eq!((user.id.get(), user.login.as_str()), (sample::MONA, "mona"), "{flavour:?}");
        assert!(scene.sim.read(|state| state.sign_ins.tokens.is_empty()), "{flavour:?}");
        scene.finish();
    }
}

#[tokio::test]
async fn the_page_shows_the_account_picker_and_carries_no_secret() {
    let (scene, forge) = scene(Flavour::GithubCom).await;
    let address = forge.sign_in_address(SignIn { state: "a&b", challenge: "c" }).unwrap();
    let url = url::Url::parse(&address).unwrap();
    assert!(address.starts_with(&format!("{}/login/oauth/authorize?", scene.sim.web_url())));
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(value("state").as_deref(), Some("a&b"));
    assert_eq!(value("prompt").as_deref(), Some("select_account"));
    assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
    assert!(value("scope").is_none() && !address.contains(&scene.sim.sign_in_credentials().1));
    assert_eq!(scene.forge.sign_in_address(SignIn { state: "a", challenge: "c" }), None, "not set up");
}

#[tokio::test]
async fn what_github_refuses_is_told_in_its_words() {
    let (scene, forge) = scene(Flavour::GithubCom).await;
    let with_code = code(&forge, "verifier", "mona").await;
    for (code, verifier) in [("made-up", "verifier"), (with_code.as_str(), "another")] {
        let answer = forge.signed_in(code, verifier).await.unwrap();
        let SignedIn::Refused { why } = answer else { panic!("{answer:?}") };
        assert!(why.starts_with("bad_verification_code: "), "{why}");
    }
    let (client_id, _) = scene.sim.sign_in_credentials();
    let wrong = SignInSettings { client_id, client_secret: "wrong".to_owned().into(), callback: CALLBACK.to_owned() };
    let wrong = GithubSettings { sign_in: Some(wrong), ..settings(&scene.sim) };
    let wrong = GithubForge::new(&wrong, scene.clock.clone()).unwrap();
    let answer = wrong.signed_in(&code(&forge, "verifier", "mona").await, "verifier").await.unwrap();
    assert!(
        matches!(&answer, SignedIn::Refused { why } if why.starts_with("incorrect_client_credentials")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_no_answer() {
    let (scene, forge) = scene(Flavour::GithubCom).await;
    let kinds = [
        ("POST", "/login/oauth/access_token", FaultKind::CutAfterActing),
        ("POST", "/login/oauth/access_token", FaultKind::Status(200, "{}".to_owned())),
        ("POST", "/login/oauth/access_token", FaultKind::Redirected("https://evil.example/".to_owned())),
        ("GET", "/user", FaultKind::Status(200, "<html>".to_owned())),
        ("GET", "/user", FaultKind::Status(200, r#"{"type":"User"}"#.to_owned())),
        ("GET", "/user", FaultKind::Status(401, "{}".to_owned())),
    ];
    for (method, path, kind) in kinds {
        let code = code(&forge, "verifier", "mona").await;
        scene.sim.fault(Fault::once(method, path, kind.clone()));
        assert!(forge.signed_in(&code, "verifier").await.is_err(), "{kind:?}");
    }
    let elsewhere = scene.sim.calls().into_iter().filter(|call| call.authorization == AuthorizationKind::UserToken);
    assert!(elsewhere.into_iter().all(|call| call.path == "/user"));
}

#[tokio::test]
async fn profiles_are_read_with_the_address_they_show() {
    let scene = Scene::new().await;
    let shows = |email: Option<&str>| {
        scene.sim.edit(|state| state.accounts.get_mut(&sample::MONA).unwrap().public_email = email.map(str::to_owned));
    };
    let profile = async |login: &str| scene.forge.profile(&scene.repository, login).await.unwrap();
    shows(None);
    let Profile { user, is_person, email } = found(profile("mona").await);
    assert_eq!((user.id.get(), is_person, email), (sample::MONA, true, None));
    shows(Some("mona@acme.example"));
    assert_eq!(found(profile("Mona").await).email.as_deref(), Some("mona@acme.example"));
    assert!(!found(profile("acme").await).is_person, "an organisation");
    assert!(!found(profile("hubot-ci[bot]").await).is_person);
    assert_eq!(profile("nobody").await, Presence::Missing);
    assert_eq!(profile("../app").await, Presence::Missing);
    let search = async |email: &str| scene.forge.logins_by_email(&scene.repository, email).await.unwrap();
    assert_eq!(search("mona@acme.example").await, ["mona"]);
    assert!(search("mona&q=x in:login@acme.example").await.is_empty(), "it stays one parameter");
    scene.finish();
}
