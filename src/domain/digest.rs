//! SHA-256 digests, shown as 64 lower-case hex digits.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Digest of a value's canonical JSON (RFC 8785): the same for equal values, whatever order they were built in.
    pub fn of_json(value: &impl Serialize) -> Self {
        // Values of ours always serialise; an empty digest would still differ from every real one.
        Self::of(&serde_json_canonicalizer::to_vec(value).unwrap_or_default())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// `None` unless `text` is 64 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.bytes().all(|b| !b.is_ascii_uppercase());
        let mut bytes = [0u8; 32];
        (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(Self(bytes))
    }

    /// The first 12 hex digits: what people and buttons carry.
    pub fn short(&self) -> String {
        let mut text = hex::encode(self.0);
        text.truncate(12);
        text
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a SHA-256 digest: 64 lower-case hex digits")
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_nothing_is_the_published_one() {
        let empty = Digest::of(b"");
        assert_eq!(empty.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(Digest::parse(&empty.to_string()), Some(empty));
        assert_eq!(empty.short(), "e3b0c44298fc");
        assert_eq!(Digest::parse("E3"), None);
        assert_eq!(Digest::parse(&empty.to_string().to_uppercase()), None, "one digest has one spelling");
    }
}
