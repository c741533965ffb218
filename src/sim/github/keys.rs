//! The App's RSA key, and the check of the JWTs made with it.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::domain::Timestamp;

/// The private key as GitHub hands it out (PKCS#1, PEM) and the public key that checks what it signs.
#[derive(Debug, Clone)]
pub(super) struct AppKey {
    pub private_pem: String,
    public_der: Vec<u8>,
}

impl AppKey {
    /// The key of this process; made once, because making one takes a moment.
    pub fn of_this_process() -> std::io::Result<Self> {
        static KEY: OnceLock<Option<AppKey>> = OnceLock::new();
        let made = KEY.get_or_init(Self::generate).clone();
        made.ok_or_else(|| std::io::Error::other("no RSA key could be made"))
    }

    fn generate() -> Option<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
        let pkcs1 = inner_key(pkcs8.as_ref())?;
        let public_der = pair.public_key().as_ref().to_vec();
        Some(Self { private_pem: pem("RSA PRIVATE KEY", pkcs1), public_der })
    }

    /// Checks a JWT by GitHub's rules: RS256, our issuer, at most ten minutes ahead, not issued in the future.
    pub fn check_jwt(&self, token: &str, issuers: &[String], now: Timestamp) -> Result<(), &'static str> {
        const UNDECODABLE: &str = "A JSON web token could not be decoded";
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(UNDECODABLE);
        };
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| UNDECODABLE);
        let header: Value = serde_json::from_slice(&decoded(header)?).map_err(|_| UNDECODABLE)?;
        if header.get("alg").and_then(Value::as_str) != Some("RS256") {
            return Err(UNDECODABLE);
        }
        let signed = token.rsplit_once('.').map(|(signed, _)| signed).unwrap_or_default();
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_der);
        key.verify(signed.as_bytes(), &decoded(signature)?).map_err(|_| UNDECODABLE)?;
        let claims: Value = serde_json::from_slice(&decoded(claims)?).map_err(|_| UNDECODABLE)?;
        check_claims(&claims, issuers, now.as_seconds())
    }
}

/// A JWT may reach this far ahead.
const LIFETIME_SECONDS_MAX: i64 = 600;

/// The text GitHub answers (with 404) when `iss` names no App.
pub(super) const UNKNOWN_ISSUER: &str = "Integration not found";

fn check_claims(claims: &Value, issuers: &[String], now: i64) -> Result<(), &'static str> {
    let issuer = match claims.get("iss") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err("Missing 'issuer' claim ('iss') in assertion"),
    };
    let Some(expires) = claims.get("exp").and_then(Value::as_i64) else {
        return Err("Missing 'expiration time' claim ('exp') in assertion");
    };
    let Some(issued) = claims.get("iat").and_then(Value::as_i64) else {
        return Err("Missing 'issued at' claim ('iat') in assertion");
    };
    if issued > now {
        return Err("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
    }
    if expires <= now {
        return Err(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
        );
    }
    if expires - now > LIFETIME_SECONDS_MAX {
        return Err("'Expiration time' claim ('exp') is too far in the future");
    }
    if issuers.contains(&issuer) { Ok(()) } else { Err(UNKNOWN_ISSUER) }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<String> =
        text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// PKCS#8 is a sequence of version, algorithm and an octet string; the octet string holds the PKCS#1 key.
fn inner_key(pkcs8: &[u8]) -> Option<&[u8]> {
    let (sequence, _) = der_value(pkcs8, 0x30)?;
    let (_, rest) = der_value(sequence, 0x02)?;
    let (_, rest) = der_value(rest, 0x30)?;
    let (key, _) = der_value(rest, 0x04)?;
    Some(key)
}

/// Splits one DER element of that tag: (its value, what follows).
fn der_value(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first().filter(|_| *found == tag)?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let digits = usize::from(*first & 0x7f);
        let length = rest.get(..digits)?.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        (length, rest.get(digits..)?)
    };
    Some((rest.get(..length)?, rest.get(length..)?))
}

#[cfg(test)]
pub(super) fn signed_jwt(private_pem: &str, issuer: &str, issued: i64, expires: i64) -> String {
    let claims = serde_json::json!({ "iss": issuer, "iat": issued, "exp": expires });
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(private_pem.as_bytes()).unwrap();
    jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256), &claims, &key).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600;

    fn verdict(issuer: &str, issued: i64, expires: i64) -> Result<(), &'static str> {
        let key = AppKey::of_this_process().unwrap();
        let token = signed_jwt(&key.private_pem, issuer, issued, expires);
        key.check_jwt(&token, &["4711".to_owned()], Timestamp::from_seconds(NOW))
    }

    #[test]
    fn a_jwt_within_the_rules_passes() {
        assert_eq!(verdict("4711", NOW - 60, NOW + 540), Ok(()));
        assert_eq!(verdict("4711", NOW - 60, NOW + 600), Ok(()));
    }

    #[test]
    fn a_jwt_outside_the_rules_is_refused() {
        assert!(verdict("4711", NOW - 60, NOW + 601).unwrap_err().contains("too far"));
        assert!(verdict("4711", NOW - 900, NOW).unwrap_err().contains("future time"));
        assert!(verdict("4711", NOW + 1, NOW + 60).unwrap_err().contains("Issued at"));
        assert_eq!(verdict("4712", NOW - 60, NOW + 60), Err(UNKNOWN_ISSUER));
    }

    #[test]
    fn a_changed_or_unsigned_jwt_is_refused() {
        let key = AppKey::of_this_process().unwrap();
        let token = signed_jwt(&key.private_pem, "4711", NOW - 60, NOW + 60);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), signed.split('.').nth(1).unwrap());
        let at = Timestamp::from_seconds(NOW);
        let issuers = ["4711".to_owned()];
        let other = signed_jwt(&key.private_pem, "4711", NOW - 60, NOW + 61);
        let spliced = format!("{}.{signature}", other.rsplit_once('.').unwrap().0);
        for bad in [none.as_str(), spliced.as_str(), "", "a.b", "a.b.c.d"] {
            assert!(key.check_jwt(bad, &issuers, at).is_err(), "{bad}");
        }
    }
}
