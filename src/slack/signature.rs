//! Whether a request is Slack's: its `v0` signature over the raw body.
//!
//! Slack: [Verifying requests from Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack)

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::domain::Timestamp;

const SIGNATURE: &str = "x-slack-signature";
const TIMESTAMP: &str = "x-slack-request-timestamp";

/// How far a request's time may be from ours, either way, in seconds.
const WINDOW_SECONDS: u64 = 300;

/// The request is not Slack's, or too old. Nothing more is said: whoever sent it learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not signed by Slack")]
pub struct Unauthorized;

/// The app's signing secrets: several while one is being replaced.
#[derive(Debug, Clone)]
pub struct SigningSecrets(Vec<SecretString>);

impl SigningSecrets {
    /// Empty secrets are left out: anybody could sign with one.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Self(secrets.into_iter().filter(|secret| !secret.expose_secret().trim().is_empty()).collect())
    }

    /// `Ok` when exactly one signature and one timestamp are there, the timestamp is within five minutes of `now`, and one of
    /// the secrets signed the raw bytes of `body`.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Unauthorized> {
        let timestamp = the_only(headers, TIMESTAMP)?;
        let signature = the_only(headers, SIGNATURE)?;
        if !is_fresh(timestamp, now) {
            return Err(Unauthorized);
        }
        let claimed = read_signature(signature).ok_or(Unauthorized)?;
        let signed = |secret: &SecretString| has_signed(secret, timestamp, body, &claimed);
        // Every secret is tried, so that the time taken does not tell which one matched.
        let matches = self.0.iter().filter(|secret| signed(secret)).count();
        if matches > 0 { Ok(()) } else { Err(Unauthorized) }
    }
}

fn the_only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Unauthorized> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Unauthorized) };
    value.to_str().map_err(|_| Unauthorized)
}

fn is_fresh(timestamp: &str, now: Timestamp) -> bool {
    let is_number = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: Option<i64> = timestamp.parse().ok().filter(|_| is_number);
    seconds.is_some_and(|seconds| seconds.abs_diff(now.as_seconds()) <= WINDOW_SECONDS)
}

fn read_signature(signature: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(signature.strip_prefix("v0=")?, &mut bytes).ok()?;
    Some(bytes)
}

fn has_signed(secret: &SecretString, timestamp: &str, body: &[u8], claimed: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else { return false };
    for part in [b"v0:", timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    // Compares in constant time.
    mac.verify_slice(claimed).is_ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// The example of Slack's own page; its secret is no credential.
    const OFFICIAL: (&str, &str, &str, &str) = (
        "8f742231b10e8888abcd99yyyzzz85a5",
        "1531420618",
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar\
         &user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com\
         %2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d\
         10d2c447fce8b6703c",
    );

    fn secrets(list: &[&str]) -> SigningSecrets {
        SigningSecrets::new(list.iter().map(|secret| SecretString::from(*secret)))
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        map
    }

    fn signed_headers() -> HeaderMap {
        headers(&[(TIMESTAMP, OFFICIAL.1), (SIGNATURE, OFFICIAL.2)])
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn slacks_own_example_is_accepted_within_five_minutes_either_way() {
        let (secret, _, _, body) = OFFICIAL;
        for (now, good) in [(0, true), (300, true), (-300, true), (301, false), (-301, false), (86_400, false)] {
            let answer = secrets(&[secret]).verify(&signed_headers(), body.as_bytes(), at(1_531_420_618 + now));
            assert_eq!(answer.is_ok(), good, "{now} s");
        }
    }

    #[test]
    fn any_of_several_secrets_may_have_signed_and_an_empty_one_never() {
        let (secret, _, _, body) = OFFICIAL;
        let now = at(1_531_420_618);
        assert!(secrets(&["other", secret]).verify(&signed_headers(), body.as_bytes(), now).is_ok());
        assert!(secrets(&["other", ""]).verify(&signed_headers(), body.as_bytes(), now).is_err());
        assert!(secrets(&[]).verify(&signed_headers(), body.as_bytes(), now).is_err());

        let mut empty = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        empty.update(b"v0:1531420618:hello");
        let forged = format!("v0={}", hex::encode(empty.finalize().into_bytes()));
        let headers = headers(&[(TIMESTAMP, "1531420618"), (SIGNATURE, &forged)]);
        assert!(secrets(&[""]).verify(&headers, b"hello", now).is_err());
    }

    #[test]
    fn one_changed_byte_a_second_header_or_another_scheme_is_refused() {
        let (secret, ts, signature, body) = OFFICIAL;
        let refuses = |headers: &HeaderMap, body: &str| {
            secrets(&[secret]).verify(headers, body.as_bytes(), at(1_531_420_618)).is_err()
        };
        assert!(refuses(&signed_headers(), &body.replacen("roadrunner", "roadrunnet", 1)));
        let with = |ts: &[&str], signatures: &[&str]| {
            let stamps = ts.iter().map(|value| (TIMESTAMP, *value));
            headers(&stamps.chain(signatures.iter().map(|value| (SIGNATURE, *value))).collect::<Vec<_>>())
        };
        for bad in [
            with(&[ts], &[]),
            with(&[], &[signature]),
            with(&[ts], &[signature, signature]),
            with(&[ts, ts], &[signature]),
            with(&["+1531420618"], &[signature]),
            with(&["1531420618.0"], &[signature]),
            with(&["999999999999999999999999999999"], &[signature]),
            with(&[ts], &[&signature.replacen("v0", "v1", 1)]),
            with(&[ts], &[&signature[3..]]),
            with(&[ts], &[&signature[..40]]),
            with(&[ts], &[""]),
        ] {
            assert!(refuses(&bad, body), "{bad:?}");
        }
    }
}
