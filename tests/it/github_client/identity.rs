//! Who we are to GitHub: keys, JWTs and installation tokens.

use super::*;
use countersign::ports::CodeHost as _;

#[tokio::test]
async fn each_token_is_for_one_repository_and_the_least_it_needs() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.forge.run(&scene.repository, run).await.unwrap();
    scene.default_branch().await.unwrap();
    scene.decide(run, "mark").await.unwrap();
    scene.answered(run, "mark").await;
    let mut wishes: Vec<String> = scene.token_calls().into_iter().map(|call| call.body).collect();
    wishes.sort();
    let id = scene.sample.repository;
    let wish = |permissions: &str| format!(r#"{{"repository_ids":[{id}],"permissions":{{{permissions}}}}}"#);
    let expected = [
        wish(r#""actions":"read","deployments":"read""#),
        wish(r#""contents":"read","metadata":"read","pull_requests":"read""#),
        wish(r#""deployments":"write""#),
    ];
    assert_eq!(wishes, expected);
    scene.finish();
}

#[tokio::test]
async fn a_long_opaque_token_is_kept_and_renewed_before_its_hour_ends() {
    let scene = Scene::new().await;
    scene.default_branch().await.unwrap();
    let longest = scene.sim.read(|state| state.tokens.keys().map(String::len).max());
    assert!(longest > Some(400), "{longest:?}");
    scene.clock.advance(54 * MINUTE_MS);
    scene.default_branch().await.unwrap();
    assert_eq!(scene.token_calls().len(), 1);
    scene.clock.advance(2 * MINUTE_MS);
    scene.default_branch().await.unwrap();
    assert_eq!(scene.token_calls().len(), 2);
    scene.finish();
}

#[tokio::test]
async fn parallel_first_calls_ask_for_one_token() {
    let scene = Scene::new().await;
    let calls = (0..10).map(|_| scene.default_branch());
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(scene.token_calls().len(), 1);
}

#[tokio::test]
async fn a_token_that_github_forgot_is_replaced_once() {
    let scene = Scene::new().await;
    scene.default_branch().await.unwrap();
    scene.sim.edit(|state| state.tokens.clear());
    scene.default_branch().await.unwrap();
    assert_eq!(scene.token_calls().len(), 2);
    let refused = r#"{"message":"Bad credentials"}"#.to_owned();
    scene.sim.fault(Fault::once("GET", "/repos/", FaultKind::Status(401, refused)).times(2));
    assert_eq!(scene.default_branch().await.unwrap_err().class, Class::Permanent);
    scene.finish();
}

#[tokio::test]
async fn a_foreign_identity_is_told_apart_from_an_uninstalled_app() {
    let scene = Scene::new().await;
    let stranger = GithubSettings { app_id: "999".to_owned(), ..settings(&scene.sim) };
    let stranger = GithubForge::new(&stranger, scene.clock.clone()).unwrap();
    let error = stranger.default_branch(&scene.repository).await.unwrap_err();
    assert_eq!(error.class, Class::Permanent);
    assert!(error.why.contains("github.app_id"), "{}", error.why);
    let late = Clock::manual(scene.clock.now().plus_millis(-60 * MINUTE_MS));
    let error =
        GithubForge::new(&settings(&scene.sim), late).unwrap().default_branch(&scene.repository).await.unwrap_err();
    assert!(error.class == Class::Permanent && error.why.contains("clock"), "{error:?}");
    scene.sim.edit(|state| state.uninstall(scene.sample.installation));
    assert_eq!(scene.default_branch().await.unwrap_err().class, Class::Gone);
}

#[tokio::test]
async fn keys_are_taken_as_pkcs1_and_as_pkcs8() {
    let scene = Scene::new().await;
    let pkcs8 = GithubSettings { private_key: as_pkcs8(&scene.sim.private_key_pem()).into(), ..settings(&scene.sim) };
    let forge = GithubForge::new(&pkcs8, scene.clock.clone()).unwrap();
    assert_eq!(forge.default_branch(&scene.repository).await.unwrap().as_str(), scene.sample.risky);
    let no_key = GithubSettings { private_key: "no key".to_owned().into(), ..settings(&scene.sim) };
    assert!(GithubForge::new(&no_key, scene.clock.clone()).is_err());
}

/// Wraps a PKCS#1 key (more than 255 and less than 65,000 bytes) as PKCS#8 does.
fn as_pkcs8(pkcs1_pem: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let text: String = pkcs1_pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = STANDARD.decode(text).unwrap();
    let long = |tag: u8, value: &[u8]| {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], length.as_slice(), value].concat()
    };
    let rsa = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let body = [&[0x02, 0x01, 0x00], rsa.as_slice(), &long(0x04, &key)].concat();
    let text = STANDARD.encode(long(0x30, &body));
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}
