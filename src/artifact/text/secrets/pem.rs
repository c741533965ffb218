//! PEM private keys: the whole block, also inside a diff or as one line with written-out `\n`.
//!
//! RFC 7468. Only lines that look like key material are taken, so that a forged BEGIN line cannot hide what follows it.

use super::{Found, SecretKind, run};

/// A private key whose BEGIN line starts at `at`.
pub(super) fn private_key_at(bytes: &[u8], at: usize) -> Option<Found> {
    let mut end = marker_end(bytes, at, b"-----BEGIN ")?;
    let mut lines = 0;
    while let Some(line_end) = body_line(bytes, skip_between(bytes, end)) {
        end = line_end;
        lines += 1;
    }
    let closing = skip_between(bytes, end);
    let end = marker_end(bytes, closing, b"-----END ").unwrap_or(end);
    (lines > 0).then_some(Found { kind: SecretKind::PrivateKey, range: at..end })
}

/// Shorter lines are key material only right before the END line.
const MIN_BODY_LINE: usize = 16;
const MAX_HEADER_LINE: usize = 120;

/// End of `-----BEGIN ... PRIVATE KEY-----` (or `PRIVATE KEY BLOCK`), if one starts at `at`.
fn marker_end(bytes: &[u8], at: usize, start: &[u8]) -> Option<usize> {
    if !bytes.get(at..)?.starts_with(start) {
        return None;
    }
    let label_start = at + start.len();
    let label_end = label_start
        + run(bytes, label_start, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
    let label = bytes.get(label_start..label_end)?;
    let names_private_key = label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK");
    (names_private_key && bytes.get(label_end..)?.starts_with(b"-----")).then_some(label_end + 5)
}

/// Skips what may stand between two lines of a block: white space, written-out line ends, quotes, a diff's sign.
fn skip_between(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = match bytes.get(at..).unwrap_or_default() {
            [b'\\', b'n' | b'r' | b't', ..] => at + 2,
            [b'\n', b'+', ..] => at + 2,
            [b'\n', b'-', next, ..] if *next != b'-' => at + 2,
            [b'\n', b'-', b'-', b'-', b'-', b'-', b'-', ..] => at + 2,
            [b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b',', ..] => at + 1,
            _ => return at,
        };
    }
}

fn body_line(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    if rest.starts_with(b"Proc-Type: ") || rest.starts_with(b"DEK-Info: ") {
        return Some(
            at + run(rest.get(..MAX_HEADER_LINE.min(rest.len()))?, 0, |byte| !matches!(byte, b'\n' | b'\r' | b'\\')),
        );
    }
    let end = at + run(bytes, at, is_base64);
    let is_last = || bytes.get(skip_between(bytes, end)..).is_some_and(|rest| rest.starts_with(b"-----END "));
    let is_key_material = end - at >= MIN_BODY_LINE || (end > at && is_last());
    is_key_material.then_some(end)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}
