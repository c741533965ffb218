use super::*;

const SECRET: &str = "It's a Secret to Everybody";
/// GitHub's own vector. GitHub: "Validating webhook deliveries: testing".
const BODY: &[u8] = b"Hello, World!";
const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

fn secrets(list: &[&str]) -> WebhookSecrets {
    WebhookSecrets::new(list.iter().map(|secret| SecretString::from(*secret)).collect()).unwrap()
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    map
}

fn usual() -> Vec<(&'static str, &'static str)> {
    vec![
        ("content-type", "application/json"),
        ("x-github-delivery", "5a3c1e90-0000-4000-8000-000000000001"),
        ("x-github-event", "ping"),
        ("x-github-hook-installation-target-type", "integration"),
        ("x-hub-signature-256", SIGNATURE),
    ]
}

/// The usual headers with that one set to those values instead.
fn with(name: &'static str, values: &[&'static str]) -> HeaderMap {
    let mut pairs: Vec<_> = usual().into_iter().filter(|(known, _)| *known != name).collect();
    pairs.extend(values.iter().map(|value| (name, *value)));
    headers(&pairs)
}

fn verify(headers: &HeaderMap) -> Result<Accepted, Rejection> {
    secrets(&[SECRET]).verify(headers, BODY)
}

fn is_bad_request(answer: &Result<Accepted, Rejection>) -> bool {
    matches!(answer, Err(Rejection::BadRequest { .. }))
}

#[test]
fn githubs_published_vector_is_authentic() {
    let accepted = verify(&headers(&usual())).unwrap();
    assert_eq!(accepted.event, "ping");
    assert_eq!(accepted.delivery_id, "5a3c1e90-0000-4000-8000-000000000001");
}

#[test]
fn signatures_are_over_the_bytes_and_secrets_may_be_any_text() {
    let body = "{\"environment\":\"prod\\u00fc\",  \"n\":1}\r\n".as_bytes();
    let secret = "ünïcode 秘密";
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let mut map = with("x-hub-signature-256", &[]);
    map.insert("x-hub-signature-256", signature.parse().unwrap());
    assert!(secrets(&[secret]).verify(&map, body).is_ok());
    let trimmed = body.strip_suffix(b"\r\n").unwrap();
    assert_eq!(secrets(&[secret]).verify(&map, trimmed), Err(Rejection::Unauthorized));
}

#[test]
fn every_secret_of_a_rotation_counts_and_no_other() {
    assert!(secrets(&["new secret", SECRET]).verify(&headers(&usual()), BODY).is_ok());
    let other = secrets(&["new secret", "third"]).verify(&headers(&usual()), BODY);
    assert_eq!(other, Err(Rejection::Unauthorized));
}

#[test]
fn an_empty_secret_is_no_secret() {
    assert!(WebhookSecrets::new(vec![]).is_err());
    assert!(WebhookSecrets::new(vec![SecretString::from(SECRET), SecretString::from("  ")]).is_err());
}

#[test]
fn anything_but_one_well_formed_signature_is_unauthorized() {
    let wrong = "sha256=0000000000000000000000000000000000000000000000000000000000000000";
    let bad: [&[&'static str]; 10] = [
        &[],
        &[""],
        &["sha256="],
        &["sha256=757107ea0eb2509fc211221cce984b8a"],
        &["sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1"],
        &["sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1700"],
        &["757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"],
        &["sha256=zz7107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"],
        &[SIGNATURE, wrong],
        &[wrong, SIGNATURE],
    ];
    for values in bad {
        assert_eq!(verify(&with("x-hub-signature-256", values)), Err(Rejection::Unauthorized), "{values:?}");
    }
}

#[test]
fn the_legacy_signature_alone_is_unauthorized() {
    let mut map = with("x-hub-signature-256", &[]);
    map.insert("x-hub-signature", "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59".parse().unwrap());
    assert_eq!(verify(&map), Err(Rejection::Unauthorized));
    map.insert("x-hub-signature-256", "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59".parse().unwrap());
    assert_eq!(verify(&map), Err(Rejection::Unauthorized));
}

#[test]
fn nothing_is_said_about_headers_before_the_signature_holds() {
    let map = headers(&[("x-hub-signature-256", "sha256=00")]);
    assert_eq!(verify(&map), Err(Rejection::Unauthorized));
}

#[test]
fn a_delivery_needs_one_bounded_id_and_one_plain_event() {
    let long: &'static str = Box::leak("a".repeat(MAX_DELIVERY_ID_CHARS + 1).into_boxed_str());
    for values in [&[] as &[_], &[""], &[long], &["a b"], &["one", "two"]] {
        assert!(is_bad_request(&verify(&with("x-github-delivery", values))), "{values:?}");
    }
    for values in [&[] as &[_], &[""], &[long], &["x'); DROP TABLE deliveries;--"], &["push", "ping"]] {
        assert!(is_bad_request(&verify(&with("x-github-event", values))), "{values:?}");
    }
}

#[test]
fn only_uncompressed_json_of_an_apps_webhook_is_taken() {
    for values in [&[] as &[_], &["text/plain"], &["application/x-www-form-urlencoded"]] {
        assert!(is_bad_request(&verify(&with("content-type", values))), "{values:?}");
    }
    assert!(verify(&with("content-type", &["Application/JSON; charset=utf-8"])).is_ok());
    assert!(is_bad_request(&verify(&with("content-encoding", &["gzip"]))));
    assert!(is_bad_request(&verify(&with("x-github-hook-installation-target-type", &["repository"]))));
    assert!(verify(&with("x-github-hook-installation-target-type", &[])).is_ok());
}
