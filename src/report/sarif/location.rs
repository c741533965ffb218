//! Where a finding stands, as an address relative to the repository's root.

use std::fmt::Write as _;

use crate::domain::{Evidence, Flag};
use crate::report::source;

use super::document::{ArtifactLocation, Location, PhysicalLocation, Region};

/// Where findings without any better place stand.
const FALLBACK: &str = "README.md";
const BASE: &str = "%SRCROOT%";

/// The finding's own place in the proposed commit; else the file it is about; else the card of its model, or the first card.
pub(super) fn of(flag: &Flag, evidence: &Evidence) -> Location {
    let place = flag.source.as_deref().and_then(|source| source::place(source, evidence));
    let place = place.filter(|place| place.is_proposed);
    let (path, line) = match place {
        Some(place) => (place.path, place.line.unwrap_or(1)),
        None => (file_about(flag, evidence), 1),
    };
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(path), uri_base_id: BASE.to_owned() },
            region: Region { start_line: line },
        },
    }
}

fn file_about<'a>(flag: &'a Flag, evidence: &'a Evidence) -> &'a str {
    let changed = evidence.files.iter().map(|file| file.path.as_str()).find(|path| *path == flag.subject);
    let card = evidence.models.iter().find(|model| model.name == flag.subject).or(evidence.models.first());
    changed.or(card.map(|model| model.card_path.as_str())).unwrap_or(FALLBACK)
}

/// A relative reference: everything but letters, digits, `-._~` and the slashes is percent-encoded (RFC 3986).
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            other => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    if out.is_empty() { FALLBACK.to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_addresses() {
        for (path, expected) in [
            ("models/a b/README.md", "models/a%20b/README.md"),
            ("c:\\x?#%", "c%3A%5Cx%3F%23%25"),
            ("日", "%E6%97%A5"),
            ("//evil.example/x", "evil.example/x"),
            ("", "README.md"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
