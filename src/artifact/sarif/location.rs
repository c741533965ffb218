//! Places: URIs relative to a base, sometimes by number (3.4, 3.14.14, 3.29).

use std::collections::BTreeMap;

use super::wire::{ArtifactLocation, Place, Run};
use super::{LOCATION_LIMIT, Location};
use crate::artifact::text::cut;

/// The files of `places`, in order.
pub(super) fn all(run: &Run, places: &super::bounded::Bounded<Place, LOCATION_LIMIT>) -> Vec<Location> {
    places.items.iter().filter_map(|place| one(run, place)).collect()
}

fn one(run: &Run, place: &Place) -> Option<Location> {
    let physical = place.physical_location.as_ref()?;
    let named = physical.artifact_location.as_ref()?;
    let full = if named.uri.is_some() { named } else { by_number(run, named)? };
    let line = physical.region.as_ref().and_then(|region| region.start_line).filter(|line| *line > 0);
    Some(Location { path: cut(&path(run, full)?, PATH_LIMIT_CHARS).into_owned(), line })
}

const PATH_LIMIT_CHARS: usize = 1_024;
/// Bases that refer to other bases are followed this far.
const BASE_LIMIT: usize = 8;

fn by_number<'a>(run: &'a Run, named: &ArtifactLocation) -> Option<&'a ArtifactLocation> {
    let index = usize::try_from(named.index?).ok()?;
    run.artifacts.as_ref()?.items.get(index)?.location.as_ref()
}

/// Relative to the repository: bases that are themselves relative are put in front, an absolute one ends there.
fn path(run: &Run, location: &ArtifactLocation) -> Option<String> {
    // Short before anything is done with it: one artifact may be the place of many results.
    let mut uri = shortened(location.uri.as_deref()?);
    let mut base_id = location.uri_base_id.as_deref();
    let none = BTreeMap::new();
    let bases = run.original_uri_base_ids.as_ref().unwrap_or(&none);
    for _ in 0..BASE_LIMIT {
        if uri.len() > PATH_LIMIT_CHARS {
            break;
        }
        let Some(base) = base_id.and_then(|id| bases.get(id)).filter(|_| !is_absolute(&uri)) else { break };
        let Some(prefix) = base.uri.as_deref().map(shortened).filter(|prefix| !is_absolute(prefix)) else { break };
        uri = format!("{}/{uri}", prefix.trim_end_matches('/'));
        base_id = base.uri_base_id.as_deref();
    }
    Some(if is_absolute(&uri) { uri } else { decode(uri.trim_start_matches("./")) })
}

/// Longer than any path that is shown, also when all of it is percent-encoded.
fn shortened(uri: &str) -> String {
    const MAX_CHARS: usize = 4 * PATH_LIMIT_CHARS;
    uri.char_indices().nth(MAX_CHARS).and_then(|(end, _)| uri.get(..end)).unwrap_or(uri).to_owned()
}

/// Has a scheme, or begins at a root.
fn is_absolute(uri: &str) -> bool {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    uri.starts_with('/')
        || (!scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)))
}

/// Percent-decoding; what is not UTF-8 afterwards is left as it is.
fn decode(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| byte == b'%');
        match code.and_then(|code| hex::decode(code).ok()) {
            Some(decoded) => {
                bytes.extend(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| uri.to_owned())
}

/// Percent-encoding of a path for a relative URI: all but letters, digits and `-._~/` (RFC 3986, 2.3), so that no part can
/// be taken for a scheme, a query or a fragment.
pub(super) fn encode(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_through_and_back() {
        for path in ["a b/ü.md", "100%.txt", "a:b", "x?y#z", "%41", "-._~/", "😀"] {
            assert!(!is_absolute(&encode(path)), "{path}");
            assert_eq!(decode(&encode(path)), path);
        }
        assert_eq!(encode("a b/ü"), "a%20b/%C3%BC");
    }

    #[test]
    fn broken_codes_stay() {
        for uri in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(uri), uri);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_path_comes_through_and_back(path in "\\PC{0,40}") {
            proptest::prop_assert_eq!(decode(&encode(&path)), path);
        }
    }
}
