//! `https://user:password@host`: passwords inside of URLs.
//!
//! RFC 3986 section 3.2.1 and the WHATWG URL standard: what stands before the last `@` of the authority is user and password, parted by the
//! first `:`.

use super::{Found, SecretKind, run};

/// A password in the URL whose `://` begins at `at`. The name of the user stays: alone it is no secret.
///
/// The look ends at the next `/` at the latest, so that looks from all over a text never overlap.
pub(super) fn password_at(bytes: &[u8], at: usize) -> Option<Found> {
    let has_scheme = at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphanumeric);
    let start = at + slashes(bytes.get(at..)?).filter(|_| has_scheme)?;
    let authority = bytes.get(start..start + run(bytes, start, is_authority))?;
    let user_and_password = authority.get(..authority.iter().rposition(|byte| *byte == b'@')?)?;
    let colon = user_and_password.iter().position(|byte| *byte == b':')?;
    let range = start + colon + 1..start + user_and_password.len();
    // Manuals write what may be left out in brackets: `scheme://[user[:password]@]host`.
    let is_grammar = user_and_password.get(..colon)?.contains(&b'[');
    let is_secret = !is_grammar && is_secret(bytes.get(range.clone())?) && !is_a_known_token(bytes, &range);
    is_secret.then_some(Found { kind: SecretKind::UrlPassword, range })
}

/// Length of `://`, also as some programs write it into JSON.
fn slashes(rest: &[u8]) -> Option<usize> {
    [&b"://"[..], b":\\/\\/"].into_iter().find(|slashes| rest.starts_with(slashes)).map(<[u8]>::len)
}

fn is_authority(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'/' | b'?' | b'#' | b'\\' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'{' | b'}' | b'|' | b'^')
}

/// Stars, and the places that a program fills in, are no secret.
fn is_secret(password: &[u8]) -> bool {
    let is_place =
        password.starts_with(b"$") || password.starts_with(b"%(") || matches!(password, b"%s" | b"%v" | b"%d");
    password.iter().any(u8::is_ascii_alphanumeric) && !is_place
}

/// Known tokens are left for their own, more telling mask, when it covers all of the password.
fn is_a_known_token(bytes: &[u8], range: &std::ops::Range<usize>) -> bool {
    super::token::token_at(bytes, range.start, false).is_some_and(|token| token.range.end >= range.end)
}
