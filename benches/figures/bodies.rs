//! Deliveries as GitHub sends them: `deployment_protection_rule` bodies of eight kilobytes, signed.

use aws_lc_rs::hmac;
use countersign::sim::github::state::deliveries::Delivery;

/// Eight kilobytes: what GitHub's own payloads of this event weigh.
const BODY_BYTES: usize = 8 * 1024;
const PATH: &str = "/github/webhooks";

/// A whole HTTP request that carries `body`, signed.
pub fn request(id: &str, body: &[u8], secret: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hex::encode(hmac::sign(&key, body));
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: GitHub-Hookshot/044aadd\r\nContent-Type: application/json\r\n\
         X-GitHub-Event: deployment_protection_rule\r\nX-GitHub-Delivery: {id}\r\nX-Hub-Signature-256: sha256={signature}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A member that GitHub may add any day fills the body up to its usual size.
pub fn padded(body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    let room = BODY_BYTES.saturating_sub(body.len());
    if body.pop_if(|last| *last == b'}').is_some() {
        let filling = "x".repeat(room.saturating_sub(14));
        body.extend_from_slice(format!(",\"unknown\":\"{filling}\"}}").as_bytes());
    }
    body
}

/// That many deliveries of distinct ids, runs and deployments, made from one real one.
pub fn made_from(sample: &Delivery, number: usize, secret: &str) -> anyhow::Result<Vec<Vec<u8>>> {
    let text = String::from_utf8(padded(&sample.body))?;
    let value: serde_json::Value = serde_json::from_slice(&sample.body)?;
    let deployment = value.pointer("/deployment/id").map(ToString::to_string).unwrap_or_default();
    let callback = value.pointer("/deployment_callback_url").and_then(serde_json::Value::as_str).unwrap_or_default();
    let run = callback.rsplit('/').nth(1).unwrap_or_default().to_owned();
    anyhow::ensure!(deployment.len() == 8 && run.len() == 8, "the sample names no run or deployment");
    let one = |place: usize| {
        let body = text
            .replace(&run, &format!("{}", 20_000_000 + place))
            .replace(&deployment, &format!("{}", 50_000_000 + place));
        request(&uuid::Uuid::new_v4().to_string(), body.as_bytes(), secret)
    };
    Ok((0..number).map(one).collect())
}
