//! Proves that a delivery comes from GitHub: HMAC-SHA256 over the raw bytes. Nothing is parsed before that.
//!
//! GitHub: "Validating webhook deliveries", "Webhook events and payloads: delivery headers".

use hmac::{Hmac, KeyInit, Mac};
use hyper::HeaderMap;
use hyper::http::HeaderValue;
use hyper::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Longest delivery id taken, in characters. GitHub sends a GUID of 36.
pub const MAX_DELIVERY_ID_CHARS: usize = 200;
/// Longest event name taken, in characters.
pub const MAX_EVENT_CHARS: usize = 100;

/// The webhook secrets that count: one, or two while they are being rotated.
pub struct WebhookSecrets(Vec<SecretString>);

/// What an authentic delivery's headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// `X-GitHub-Delivery`: the same for a redelivery.
    pub delivery_id: String,
    /// `X-GitHub-Event`: not covered by the signature.
    pub event: String,
}

/// Why a delivery is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The signature is missing, doubled, malformed or wrong. Says no more than that.
    Unauthorized,
    /// Authentic, but not a delivery we can take.
    BadRequest { why: &'static str },
}

impl WebhookSecrets {
    /// Refuses an empty list and an empty secret: an unset secret must stop the start, not act as an empty key.
    pub fn new(secrets: Vec<SecretString>) -> Result<Self, &'static str> {
        if secrets.is_empty() {
            return Err("no webhook secret is set");
        }
        if secrets.iter().any(|secret| secret.expose_secret().trim().is_empty()) {
            return Err("a webhook secret is empty");
        }
        Ok(Self(secrets))
    }

    /// Authenticates `body` as received, then reads the headers.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Accepted, Rejection> {
        let signature = signature(headers).ok_or(Rejection::Unauthorized)?;
        if !self.signed(&signature, body) {
            return Err(Rejection::Unauthorized);
        }
        is_json(headers)?;
        is_for_an_app(headers)?;
        Ok(Accepted { delivery_id: delivery_id(headers)?, event: event(headers)? })
    }

    /// Compares in constant time, with every secret, whichever fits.
    fn signed(&self, signature: &[u8; 32], body: &[u8]) -> bool {
        self.0.iter().fold(false, |known, secret| known | signed_with(secret, signature, body))
    }
}

fn signed_with(secret: &SecretString, signature: &[u8; 32], body: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else { return false };
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

/// The one `X-Hub-Signature-256`: two are ambiguous, the legacy SHA-1 header is neither needed nor trusted.
fn signature(headers: &HeaderMap) -> Option<[u8; 32]> {
    let value = one(headers, "x-hub-signature-256")?.as_bytes();
    let digits = value.strip_prefix(b"sha256=")?;
    let mut signature = [0; 32];
    hex::decode_to_slice(digits, &mut signature).ok()?;
    Some(signature)
}

/// GitHub can also send forms; the App is set to JSON. Nothing is decompressed: GitHub does not compress.
fn is_json(headers: &HeaderMap) -> Result<(), Rejection> {
    let kind = one(headers, CONTENT_TYPE.as_str()).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Rejection::BadRequest { why: "the content type must be application/json" });
    }
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Rejection::BadRequest { why: "the body must not be compressed" });
    }
    Ok(())
}

/// Hooks of a repository or an organisation carry no installation that we could act for.
fn is_for_an_app(headers: &HeaderMap) -> Result<(), Rejection> {
    let mut targets = headers.get_all("x-github-hook-installation-target-type").iter();
    if targets.all(|target| target == "integration") {
        return Ok(());
    }
    Err(Rejection::BadRequest { why: "not the webhook of a GitHub App" })
}

fn delivery_id(headers: &HeaderMap) -> Result<String, Rejection> {
    let id = one(headers, "x-github-delivery").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let usable = (1..=MAX_DELIVERY_ID_CHARS).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    if usable { Ok(id.to_owned()) } else { Err(Rejection::BadRequest { why: "one X-GitHub-Delivery is required" }) }
}

fn event(headers: &HeaderMap) -> Result<String, Rejection> {
    let name = one(headers, "x-github-event").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let of_a_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let usable = (1..=MAX_EVENT_CHARS).contains(&name.len()) && name.bytes().all(of_a_name);
    if usable { Ok(name.to_owned()) } else { Err(Rejection::BadRequest { why: "one X-GitHub-Event is required" }) }
}

/// The value of a header that is there exactly once.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests;
