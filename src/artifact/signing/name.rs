//! The subject of a certificate as text: `CN=release, O=Acme`.
//!
//! RFC 5280 4.1.2.4 (Name), RFC 4514 for the short names. For people only: nothing is decided by it.

use crate::artifact::text::quoted;

/// Reads the content of a Name. What is not one of the usual parts, or not text, is left out.
pub(super) fn read(name: &[u8]) -> String {
    let mut parts = Vec::new();
    let mut sets = name;
    while let Some((SET, mut set, rest)) = next(sets).filter(|_| parts.len() < PART_LIMIT) {
        while let Some((SEQUENCE, pair, after)) = next(set).filter(|_| parts.len() < PART_LIMIT) {
            parts.extend(part(pair));
            set = after;
        }
        sets = rest;
    }
    parts.join(", ")
}

/// At most this many parts are shown.
const PART_LIMIT: usize = 16;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
/// UTF8String, PrintableString and IA5String: what names are written in today.
const TEXTS: [u8; 3] = [0x0c, 0x13, 0x16];

/// Object ids below 2.5.4, and their short names.
const SHORT_NAMES: [(u8, &str); 6] = [(3, "CN"), (10, "O"), (11, "OU"), (6, "C"), (8, "ST"), (7, "L")];

/// One `CN=release`.
fn part(pair: &[u8]) -> Option<String> {
    let (OBJECT_ID, id, rest) = next(pair)? else { return None };
    let [0x55, 0x04, number] = id else { return None };
    let (_, short) = SHORT_NAMES.iter().find(|(known, _)| known == number)?;
    let (tag, value, _) = next(rest)?;
    let text = std::str::from_utf8(value).ok().filter(|_| TEXTS.contains(&tag))?;
    Some(format!("{short}={}", quoted(text)))
}

/// Tag, content and what follows of one DER value with a length below 64 KiB. Always takes at least two bytes.
fn next(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => rest.split_first().map(|(&length, rest)| (usize::from(length), rest))?,
        0x82 => rest.split_first_chunk().map(|(length, rest)| (usize::from(u16::from_be_bytes(*length)), rest))?,
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_parts_are_shown_and_others_left_out() {
        let name =
            b"\x31\x10\x30\x0e\x06\x03\x55\x04\x03\x0c\x07release\x31\x0b\x30\x09\x06\x03\x55\x04\x05\x13\x02\x34\x32\
                     \x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x13\x04Acme";
        assert_eq!(read(name), "CN=release, O=Acme");
        assert_eq!(read(b""), "");
        assert_eq!(read(b"\x31\x82\xff\xff"), "");
    }

    #[test]
    fn what_hides_in_a_name_is_made_visible() {
        let name = "\u{31}\u{f}\u{30}\u{d}\u{6}\u{3}\u{55}\u{4}\u{3}\u{c}\u{6}a\u{202e}bc";
        assert_eq!(read(name.as_bytes()), "CN=a\\u{202e}bc");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            read(&bytes);
        }
    }
}
