//! Reads the contents of files by their ids, a few at a time.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::checks::words::size;
use crate::domain::Repository;
use crate::ports::{Blob, Class, CodeHost, PortError};

/// Questions that are under way at the same time.
pub(super) const AT_A_TIME: usize = 8;

/// The host and the repository that everything is asked of.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) host: &'a dyn CodeHost,
    pub(super) repository: &'a Repository,
}

/// The content of a file, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    Unread { why: String },
}

/// Contents by their ids.
#[derive(Debug, Default)]
pub(super) struct Contents(BTreeMap<String, Content>);

impl Contents {
    pub(super) fn get(&self, blob: &str) -> Option<&Content> {
        self.0.get(blob)
    }
}

impl Reader<'_> {
    /// Reads files by id, each up to its number of bytes.
    pub(super) async fn contents(self, wanted: BTreeMap<String, usize>) -> Result<Contents, PortError> {
        let reading = wanted.into_iter().map(|(blob, max_bytes)| self.content(blob, max_bytes));
        let read: Vec<(String, Content)> = stream::iter(reading).buffer_unordered(AT_A_TIME).try_collect().await?;
        Ok(Contents(read.into_iter().collect()))
    }

    async fn content(self, blob: String, max_bytes: usize) -> Result<(String, Content), PortError> {
        let unread = |why: String| Content::Unread { why };
        let content = match lasting(self.host.blob(self.repository, &blob, max_bytes).await)? {
            Ok(Blob::Content(bytes)) if bytes.len() <= max_bytes => Content::Bytes(bytes),
            Ok(Blob::Content(_) | Blob::TooLarge { .. }) => unread(too_large(max_bytes)),
            Ok(Blob::Missing) => unread("the forge does not have its content".to_owned()),
            Err(why) => unread(why),
        };
        Ok((blob, content))
    }
}

pub(super) fn too_large(max_bytes: usize) -> String {
    format!("it is larger than {}", size(u64::try_from(max_bytes).unwrap_or(u64::MAX)))
}

/// Tells apart what will not change by trying again (inside, in words) from what may (outside, as the error it is).
pub(super) fn lasting<T>(result: Result<T, PortError>) -> Result<Result<T, String>, PortError> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) => match error.class {
            Class::Permanent | Class::Gone => Ok(Err(error.to_string())),
            Class::Retry { .. } | Class::Unknown => Err(error),
        },
    }
}
