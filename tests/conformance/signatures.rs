//! The vendors' signature vectors.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use countersign::domain::Timestamp;
use countersign::github::WebhookSecrets;
use countersign::slack::SigningSecrets;
use secrecy::SecretString;
use serde_json::Value;

use super::references;

#[test]
fn githubs_vectors_are_accepted_and_every_changed_byte_is_not() {
    let vectors = references::json("github/signature-vectors.json");
    let vectors = vectors["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 4);
    for vector in vectors {
        let mut body = github_body(vector);
        let secrets = WebhookSecrets::new(vec![SecretString::from(text(vector, "secret"))]).unwrap();
        let (sha256, sha1) = (text(vector, "x_hub_signature_256"), text(vector, "x_hub_signature"));
        let signed = |header: &str, signature: &str| {
            let headers = [
                (header, signature),
                ("content-type", "application/json"),
                ("x-github-event", "push"),
                ("x-github-delivery", "7f0a1c2e"),
            ];
            header_map(&headers)
        };
        secrets.verify(&signed("x-hub-signature-256", sha256), &body).expect("the vendor's own signature");
        assert!(secrets.verify(&signed("x-hub-signature", sha1), &body).is_err(), "SHA-1 alone is no proof");
        assert!(secrets.verify(&signed("x-hub-signature-256", sha1), &body).is_err());
        body[0] ^= 1;
        assert!(secrets.verify(&signed("x-hub-signature-256", sha256), &body).is_err(), "{vector}");
    }
}

#[test]
fn slacks_vectors_are_decided_as_published() {
    let file = references::json("slack/signing/vectors.json");
    let vectors = file["vectors"].as_array().unwrap();
    let secrets = SigningSecrets::new([SecretString::from(text(&file, "secret"))]);
    let expected = |vector: &&Value| vector["accept"].as_bool().unwrap();
    assert!(vectors.iter().any(|vector| expected(&vector)) && !vectors.iter().all(|vector| expected(&vector)));
    for vector in vectors {
        let headers = vector["headers"].as_object().unwrap();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let now = Timestamp::from_seconds(vector["now"].as_i64().unwrap());
        let accepted = secrets.verify(&header_map(&headers), text(vector, "body").as_bytes(), now).is_ok();
        assert_eq!(accepted, expected(&vector), "{}: {}", vector["name"], vector["why"]);
    }
}

fn github_body(vector: &Value) -> Vec<u8> {
    match vector["payload_utf8"].as_str() {
        Some(body) => body.as_bytes().to_vec(),
        None => references::bytes(&format!("github/webhooks/{}", text(vector, "payload_file"))),
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}"))
}

fn header_map(headers: &[(&str, &str)]) -> HeaderMap {
    let pairs = headers.iter().map(|(name, value)| {
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    });
    pairs.collect()
}
