//! Who sent a message: Standard Webhooks, symmetric (`v1`).
//!
//! Standard Webhooks: "Webhook signatures". Headers `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature`, a
//! list of `v1,` and base64, parted by spaces; signed is `id.timestamp.body` with HMAC-SHA256.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

use crate::domain::Timestamp;

pub const ID: &str = "webhook-id";
pub const TIMESTAMP: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

/// How far a message's time may be from ours, either way, in seconds.
const WINDOW_SECONDS: u64 = 300;
const MAX_ID_BYTES: usize = 256;
/// Signatures looked at in one header.
const MAX_SIGNATURES: usize = 10;

/// The message is not signed with a secret of ours, or too old. Nothing more is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not signed with a secret of this server")]
pub struct Unauthorized;

/// Secrets shared with checks: several while one is being replaced, the newest first.
#[derive(Clone, Default)]
pub struct SigningSecrets(Vec<SecretSlice<u8>>);

impl SigningSecrets {
    pub fn new(secrets: Vec<SecretSlice<u8>>) -> Self {
        Self(secrets)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of the signature's header: one signature for each secret, so that a check may know the old one or the new.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let time = at.as_seconds().to_string();
        let signed = self.0.iter().filter_map(|secret| mac(secret, id, &time, body));
        let signatures: Vec<String> =
            signed.map(|mac| format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))).collect();
        signatures.join(" ")
    }

    /// The message's id, when each header is there once, the time is within five minutes of `now`, and one of the secrets
    /// signed the raw bytes of `body`.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<String, Unauthorized> {
        let id = the_only(headers, ID)?;
        let time = the_only(headers, TIMESTAMP)?;
        let claimed: Vec<Vec<u8>> = the_only(headers, SIGNATURE)?
            .split(' ')
            .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
            .take(MAX_SIGNATURES)
            .collect();
        if id.is_empty() || id.len() > MAX_ID_BYTES || !is_fresh(time, now) {
            return Err(Unauthorized);
        }
        // Every pair is tried, each compared in constant time.
        let signed = |secret: &SecretSlice<u8>, claimed: &[u8]| {
            mac(secret, id, time, body).is_some_and(|mac| mac.verify_slice(claimed).is_ok())
        };
        let pairs = self.0.iter().flat_map(|secret| claimed.iter().map(move |claimed| (secret, claimed)));
        let matches = pairs.filter(|(secret, claimed)| signed(secret, claimed)).count();
        if matches > 0 { Ok(id.to_owned()) } else { Err(Unauthorized) }
    }
}

fn mac(secret: &SecretSlice<u8>, id: &str, time: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret()).ok()?;
    for part in [id.as_bytes(), b".", time.as_bytes(), b".", body] {
        mac.update(part);
    }
    Some(mac)
}

fn the_only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Unauthorized> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Unauthorized) };
    value.to_str().map_err(|_| Unauthorized)
}

fn is_fresh(time: &str, now: Timestamp) -> bool {
    let is_number = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: Option<i64> = time.parse().ok().filter(|_| is_number);
    seconds.is_some_and(|seconds| seconds.abs_diff(now.as_seconds()) <= WINDOW_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own libraries; its secret is no credential.
    const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const MESSAGE: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIME: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn secrets(texts: &[&str]) -> SigningSecrets {
        SigningSecrets::new(texts.iter().map(|text| STANDARD.decode(text).unwrap().into()).collect())
    }

    fn headers(signature: &str) -> HeaderMap {
        let pairs = [(ID, MESSAGE), (TIMESTAMP, "1614265330"), (SIGNATURE, signature)];
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn verified(headers: &HeaderMap, body: &[u8], now: i64) -> bool {
        secrets(&[SECRET]).verify(headers, body, Timestamp::from_seconds(now)).is_ok()
    }

    #[test]
    fn the_published_example_is_signed_and_recognised() {
        assert_eq!(secrets(&[SECRET]).sign(MESSAGE, Timestamp::from_seconds(TIME), BODY), SIGNED);
        let id = secrets(&[SECRET]).verify(&headers(SIGNED), BODY, Timestamp::from_seconds(TIME));
        assert_eq!(id.as_deref(), Ok(MESSAGE));
    }

    #[test]
    fn any_of_several_secrets_and_signatures_may_match() {
        let other = STANDARD.encode([7; 32]);
        let both = secrets(&[&other, SECRET]);
        let signed = both.sign(MESSAGE, Timestamp::from_seconds(TIME), BODY);
        assert_eq!(signed.split(' ').count(), 2);
        assert!(verified(&headers(&signed), BODY, TIME) && verified(&headers(&format!("v2,x {SIGNED}")), BODY, TIME));
        assert!(SigningSecrets::default().verify(&headers(SIGNED), BODY, Timestamp::from_seconds(TIME)).is_err());
    }

    #[test]
    fn whatever_is_changed_late_or_doubled_is_refused() {
        assert!(verified(&headers(SIGNED), BODY, TIME + 300) && verified(&headers(SIGNED), BODY, TIME - 300));
        assert!(!verified(&headers(SIGNED), BODY, TIME + 301) && !verified(&headers(SIGNED), BODY, TIME - 301));
        assert!(!verified(&headers(SIGNED), b"{}", TIME));
        for signature in ["", "v1,", "v1,AAAA", &SIGNED[3..], &SIGNED.replace("v1", "v1a")] {
            assert!(!verified(&headers(signature), BODY, TIME), "{signature}");
        }
        for name in [ID, TIMESTAMP, SIGNATURE] {
            let mut missing = headers(SIGNED);
            missing.remove(name);
            assert!(!verified(&missing, BODY, TIME), "{name}");
            let mut twice = headers(SIGNED);
            twice.append(name, headers(SIGNED)[name].clone());
            assert!(!verified(&twice, BODY, TIME), "{name} twice");
        }
        let mut other_id = headers(SIGNED);
        other_id.insert(ID, "msg_other".parse().unwrap());
        assert!(!verified(&other_id, BODY, TIME));
    }
}
