//! `password=...`, `"client_secret": "..."`: values given to names that say they are secret.

use std::ops::Range;

use super::{Found, SecretKind, run};

/// A secret value to the right of the `=` or `:` at `at`.
pub(super) fn assigned_secret_at(bytes: &[u8], at: usize) -> Option<Found> {
    let demand = demand_for(&name_before(bytes, at)?)?;
    let range = value_after(bytes, at + 1, demand)?;
    Some(Found { kind: SecretKind::Assigned, range })
}

/// How much a value must look like a secret, given its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Demand {
    /// Quoted: any value of 8 or more. Bare: 16 or more with letters and digits.
    Any,
    /// Always 16 or more with letters and digits: `token` alone also names words of a vocabulary.
    Random,
}

const MAX_NAME: usize = 64;
const MIN_QUOTED: usize = 8;
const MIN_BARE: usize = 16;
/// How far a value is looked at before it is believed; keeps failed looks cheap.
const LOOK: usize = 512;

/// Endings of names, lower case, without `_`, `-` and `.`.
#[rustfmt::skip]
const SECRET_NAMES: [&str; 21] = [
    "password", "passwd", "passphrase", "secret", "apikey", "accesskey", "secretkey", "authtoken", "accesstoken",
    "refreshtoken", "bearertoken", "apitoken", "bottoken", "apptoken", "hftoken", "githubtoken", "ghtoken", "slacktoken",
    "secrettoken", "accountkey", "sharedkey",
];

fn demand_for(name: &str) -> Option<Demand> {
    if SECRET_NAMES.iter().any(|ending| name.ends_with(ending)) {
        return Some(Demand::Any);
    }
    (name == "token").then_some(Demand::Random)
}

/// The name to the left of a separator, past spaces and one quote.
fn name_before(bytes: &[u8], at: usize) -> Option<String> {
    let before = bytes.get(at.saturating_sub(MAX_NAME)..at)?;
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before);
    let letters =
        before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let name: Vec<u8> = letters.filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    (!name.is_empty()).then(|| name.iter().rev().map(|byte| char::from(*byte)).collect())
}

fn value_after(bytes: &[u8], at: usize, demand: Demand) -> Option<Range<usize>> {
    let at = at + run(bytes, at, |byte| matches!(byte, b'=' | b'>')).min(1);
    let at = at + run(bytes, at, |byte| matches!(byte, b' ' | b'\t')).min(8);
    match bytes.get(at)? {
        quote @ (b'"' | b'\'') => quoted_value(bytes, at + 1, *quote, demand).or_else(|| bare_value(bytes, at + 1)),
        _ => bare_value(bytes, at),
    }
}

fn quoted_value(bytes: &[u8], at: usize, quote: u8, demand: Demand) -> Option<Range<usize>> {
    let look = bytes.get(at..bytes.len().min(at + LOOK))?;
    let length = run(look, 0, |byte| byte != quote && is_value(byte));
    let closed = look.get(length) == Some(&quote);
    let believable = length >= MIN_QUOTED && (demand == Demand::Any || looks_random(look.get(..length)?));
    (closed && believable && !is_a_known_token(bytes, at)).then_some(at..at + length)
}

fn bare_value(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let look = bytes.get(at..bytes.len().min(at + LOOK))?;
    let length = run(look, 0, is_value);
    // A call, an index or a template is code that fetches a secret, not the secret.
    let is_code = look.get(length).is_some_and(|next| matches!(next, b'(' | b'[' | b'{' | b'<' | b'$'));
    let believable = looks_random(look.get(..length)?) && !is_code && !is_a_known_token(bytes, at);
    believable.then(|| at..at + run(bytes, at, is_value))
}

/// Known tokens are left for their own, more telling mask.
fn is_a_known_token(bytes: &[u8], at: usize) -> bool {
    super::token::token_at(bytes, at, false).is_some()
}

fn looks_random(value: &[u8]) -> bool {
    value.len() >= MIN_BARE && value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic)
}

fn is_value(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'"' | b'\'' | b'`' | b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'$'
        )
}
