//! Identifiers, each its own type, valid once constructed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Numeric ids are written as text: JSON's numbers are exact up to 2^53 only, and records must be exact.
macro_rules! numeric_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(u64);

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = std::num::ParseIntError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse().map(Self)
            }
        }

        impl $name {
            pub const fn new(id: u64) -> Self {
                Self(id)
            }

            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

numeric_id! {
    /// The forge's numeric id of a repository: stays when the repository is renamed or transferred.
    RepositoryId;
    /// The forge's numeric id of the app's installation on an owner.
    InstallationId;
    /// The forge's numeric id of a workflow run: the same for all its attempts.
    RunId;
    /// The forge's numeric id of one deployment: one per job and attempt.
    DeploymentId;
    /// The forge's numeric id of a user: never reused, unlike a login.
    ForgeUserId;
    /// The forge's numeric id of a team: never reused, unlike its name.
    TeamId;
}

/// Our id of a request: a UUIDv7, opaque to everybody else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(String);

impl RequestId {
    pub fn from_uuid(id: uuid::Uuid) -> Self {
        Self(id.hyphenated().to_string())
    }

    /// `None` unless `text` is a UUID in its usual lower-case form.
    pub fn parse(text: &str) -> Option<Self> {
        let id = uuid::Uuid::try_parse(text).ok()?;
        let canonical = id.hyphenated().to_string();
        (canonical == text).then_some(Self(canonical))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The end of the id, enough for people to tell two requests apart.
    pub fn short(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(8)..).unwrap_or(&self.0)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A full commit id: 40 lower-case hex digits (or 64 with SHA-256 repositories), never all zeros.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommitSha(String);

impl CommitSha {
    pub fn parse(text: &str) -> Option<Self> {
        let right_length = text.len() == 40 || text.len() == 64;
        let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let zeros = text.bytes().all(|b| b == b'0');
        (right_length && hex && !zeros).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, as people write it.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl fmt::Display for CommitSha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CommitSha {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a full commit id")
    }
}

impl From<CommitSha> for String {
    fn from(sha: CommitSha) -> Self {
        sha.0
    }
}

/// The name of an environment, as the forge sent it: 1 to 255 characters. Two names that differ in case only are one
/// environment, so [`EnvironmentName::folded`] is what keys use; the name itself goes back to the forge unchanged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnvironmentName(String);

impl EnvironmentName {
    /// The forge's own limit on the length of a name, in characters.
    pub const MAX_CHARS: usize = 255;

    pub fn parse(text: &str) -> Option<Self> {
        let length = text.chars().take(Self::MAX_CHARS + 1).count();
        let usable = (1..=Self::MAX_CHARS).contains(&length) && !text.contains('\0');
        usable.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without regard to case: equal for names the forge treats as equal.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EnvironmentName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not an environment name: 1 to 255 characters")
    }
}

impl From<EnvironmentName> for String {
    fn from(name: EnvironmentName) -> Self {
        name.0
    }
}

/// What makes two asks the same request (R1): host, repository, run, run attempt and environment without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestKey {
    pub host: String,
    pub repository: RepositoryId,
    pub run: RunId,
    pub attempt: u32,
    /// [`EnvironmentName::folded`].
    pub environment: String,
}

impl fmt::Display for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}/{}", self.host, self.repository, self.run, self.attempt, self.environment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commit_ids_are_full_lower_case_hex_and_not_zero() {
        assert!(CommitSha::parse(&"a1".repeat(20)).is_some());
        for bad in ["a1b2c3", &"A1".repeat(20), &"0".repeat(40), &"g1".repeat(20), &"a".repeat(39)] {
            assert!(CommitSha::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn environment_names_keep_their_case_but_compare_without_it() {
        let upper = EnvironmentName::parse("PRODUCTION").unwrap();
        assert_eq!(upper.as_str(), "PRODUCTION");
        assert_eq!(upper.folded(), "production");
        assert!(EnvironmentName::parse("").is_none());
        assert!(EnvironmentName::parse(&"x".repeat(256)).is_none());
    }

    #[test]
    fn request_ids_are_canonical_uuids() {
        let id = RequestId::from_uuid(uuid::Uuid::from_u128(7));
        assert_eq!(RequestId::parse(id.as_str()), Some(id.clone()));
        assert!(RequestId::parse(&id.as_str().to_uppercase().replace('0', "A")).is_none());
        assert!(RequestId::parse("1 OR 1=1").is_none());
    }
}
