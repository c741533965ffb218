//! Values from a header as short text that still tells a changed value from an unchanged one.

use sha2::{Digest as _, Sha256};

use super::HeaderFault;
use super::cursor::Cursor;
use crate::domain::Digest;

/// Longer texts are shortened.
const SHOWN_BYTES: usize = 200;

/// The SHA-256 of something, short, for people: equal for equal things.
pub(super) fn fingerprint(hasher: Sha256) -> String {
    format!("sha256 {}", Digest::from_bytes(hasher.finalize().into()).short())
}

/// A text as it is kept: whole when it is short, else its beginning, its length and its fingerprint.
pub(super) fn abbreviated(text: String) -> String {
    if text.len() <= SHOWN_BYTES {
        return text;
    }
    shortened(&text, text.len() as u64, Sha256::new_with_prefix(&text))
}

fn shortened(start: &str, bytes: u64, hasher: Sha256) -> String {
    let shown = start.get(..start.floor_char_boundary(SHOWN_BYTES)).unwrap_or_default();
    format!("{shown}… ({bytes} bytes, {})", fingerprint(hasher))
}

/// The next `length` bytes as a text that is kept, without holding more than its beginning in memory.
pub(super) fn read_abbreviated(cursor: &mut Cursor<'_>, length: u64) -> Result<String, HeaderFault> {
    let mut hasher = Sha256::new();
    let mut start = Vec::new();
    let mut seen = 0_u64;
    cursor.each_chunk(length, |chunk| {
        hasher.update(chunk);
        let room = (SHOWN_BYTES + 1).saturating_sub(start.len());
        start.extend(chunk.iter().take(room));
        seen = seen.saturating_add(chunk.len() as u64);
    })?;
    let short = start.len() <= SHOWN_BYTES;
    Ok(match (String::from_utf8(start), short) {
        (Ok(text), true) => text,
        (Ok(text), false) => shortened(&text, seen, hasher),
        (Err(error), false) if error.utf8_error().error_len().is_none() => {
            // Only cut inside a character.
            shortened(&String::from_utf8_lossy(error.as_bytes()), seen, hasher)
        }
        (Err(_), _) => format!("({seen} bytes that are not text, {})", fingerprint(hasher)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> String {
        let source: &dyn crate::artifact::source::Source = &bytes;
        read_abbreviated(&mut Cursor::new(source), bytes.len() as u64).unwrap()
    }

    #[test]
    fn short_text_is_kept_as_it_is() {
        assert_eq!(read(b"llama"), "llama");
        assert_eq!(abbreviated("llama".to_owned()), "llama");
        assert_eq!(read("é".repeat(100).as_bytes()), "é".repeat(100));
    }

    #[test]
    fn long_text_keeps_its_beginning_and_differs_where_the_text_differs() {
        let long = "a".repeat(100_000);
        let other = format!("{}b", "a".repeat(99_999));
        assert!(read(long.as_bytes()).starts_with(&format!("{}… (100000 bytes, sha256 ", "a".repeat(200))));
        assert_ne!(read(long.as_bytes()), read(other.as_bytes()));
        assert_eq!(read(long.as_bytes()), abbreviated(long));
    }

    #[test]
    fn text_is_not_cut_inside_a_character_and_bytes_are_no_text() {
        let long = format!("a{}", "é".repeat(200));
        assert!(read(long.as_bytes()).starts_with(&format!("a{}… (401 bytes", "é".repeat(99))));
        assert_eq!(read(long.as_bytes()), abbreviated(long));
        assert!(read(b"\xff\xfe").starts_with("(2 bytes that are not text, sha256 "));
    }
}
