//! Why there is no header.

use crate::artifact::source::SourceError;

/// Why a header could not be read. Only [`HeaderFault::Missing`] goes away by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    /// A part that is needed has not been fetched: fetch it and read again from the start. Says nothing about the file.
    #[error("a part of the header has not been fetched")]
    Missing,
    /// The file is not what its format demands: its usual reader would refuse it, or two readers would see two things.
    #[error("{why}")]
    Invalid {
        /// What is wrong and where, for people; text from the file in it is already visible and short.
        why: String,
    },
    /// It may be in order, and is more than this program reads.
    #[error("more than {limit} {what}")]
    TooLarge {
        /// What there is too much of, in the plural.
        what: &'static str,
        limit: u64,
    },
    /// Reading failed for reasons outside of the file.
    #[error("the file could not be read: {why}")]
    Failed { why: String },
}

impl HeaderFault {
    pub(super) fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid { why: why.into() }
    }

    pub(super) fn too_large(what: &'static str, limit: usize) -> Self {
        Self::TooLarge { what, limit: u64::try_from(limit).unwrap_or(u64::MAX) }
    }
}

impl From<SourceError> for HeaderFault {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Missing => Self::Missing,
            SourceError::Failed(why) => Self::Failed { why },
        }
    }
}
