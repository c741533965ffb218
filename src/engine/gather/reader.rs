//! Asks the host, a few questions at a time, and no question twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::stream::{self, StreamExt};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use crate::checks::words::size;
use crate::domain::{CommitSha, Repository};
use crate::ports::{Blob, Class, CodeHost, PortError, Presence};

use super::known::Known;
use super::news::News;
use super::patience::{Patience, late};
use super::scans::Bounds;
use super::trees::Files;

/// Questions of one gathering that are under way at the same time; also most questions of one part of it that wait for
/// their turn, so that no part keeps the others waiting.
pub(super) const AT_A_TIME: usize = 8;

/// The host and the repository that everything is asked of.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) host: &'a dyn CodeHost,
    pub(super) repository: &'a Repository,
    pub(super) known: &'a Known,
    pub(super) news: &'a News,
    pub(super) desk: &'a Desk,
}

/// What the parts of one gathering share.
pub(super) struct Desk {
    pub(super) patience: Patience,
    pub(super) bounds: Bounds,
    turns: Semaphore,
    /// Lists of files by commit: the policy's commit is often one of the two that are compared.
    trees: Mutex<BTreeMap<CommitSha, Arc<OnceCell<Listed>>>>,
}

type Listed = Result<Presence<Arc<Files>>, PortError>;

impl Desk {
    pub(super) fn new(patience: Patience, bounds: Bounds) -> Self {
        Self { patience, bounds, turns: Semaphore::new(AT_A_TIME), trees: Mutex::default() }
    }
}

/// The content of a file, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Bytes(Arc<[u8]>),
    Unread { why: String },
}

/// Contents by their ids.
#[derive(Debug, Default)]
pub(super) struct Contents {
    read: BTreeMap<String, Content>,
    /// Why all others were not read.
    others: Option<Content>,
}

impl Contents {
    /// None of them was read.
    pub(super) fn unread(why: String) -> Self {
        Self { read: BTreeMap::new(), others: Some(Content::Unread { why }) }
    }

    pub(super) fn get(&self, blob: &str) -> Option<&Content> {
        self.read.get(blob).or(self.others.as_ref())
    }
}

impl<'a> Reader<'a> {
    /// Waits until a question may be asked. Nobody closes the semaphore, so there always is a turn.
    pub(super) async fn turn(self) -> Option<SemaphorePermit<'a>> {
        self.desk.turns.acquire().await.ok()
    }

    /// All files of a commit.
    pub(super) async fn files(self, commit: &CommitSha) -> Listed {
        let cell =
            self.desk.trees.lock().unwrap_or_else(PoisonError::into_inner).entry(commit.clone()).or_default().clone();
        let ask = || async {
            let _turn = self.turn().await;
            Ok(match self.host.tree(self.repository, commit).await? {
                Presence::Found(tree) => Presence::Found(Arc::new(Files::of(tree))),
                Presence::Missing => Presence::Missing,
            })
        };
        cell.get_or_init(ask).await.clone()
    }

    /// Reads files by id, each up to its number of bytes.
    pub(super) async fn contents(self, wanted: BTreeMap<String, usize>) -> Result<Contents, PortError> {
        let limit = self.desk.patience.read;
        let mut contents = Contents::default();
        match tokio::time::timeout(limit, self.read_into(&mut contents, wanted)).await {
            Ok(read) => read?,
            Err(_) => contents.others = Some(Content::Unread { why: late(limit) }),
        }
        Ok(contents)
    }

    /// The same, for as long as it takes.
    pub(super) async fn read_into(
        self,
        contents: &mut Contents,
        wanted: BTreeMap<String, usize>,
    ) -> Result<(), PortError> {
        let questions: Vec<_> =
            wanted.into_iter().map(|(blob, max_bytes)| self.named_content(blob, max_bytes)).collect();
        let mut answers = stream::iter(questions).buffer_unordered(AT_A_TIME);
        while let Some((blob, content)) = answers.next().await {
            contents.read.insert(blob, content?);
        }
        Ok(())
    }

    async fn named_content(self, blob: String, max_bytes: usize) -> (String, Result<Content, PortError>) {
        let content = self.content(&blob, max_bytes).await;
        (blob, content)
    }

    /// One file by its id, up to that number of bytes.
    pub(super) async fn content(self, blob: &str, max_bytes: usize) -> Result<Content, PortError> {
        let unread = |why: String| Ok(Content::Unread { why });
        if let Some(content) = self.known.content(self.repository.id, blob) {
            return if content.len() <= max_bytes { Ok(Content::Bytes(content)) } else { unread(too_large(max_bytes)) };
        }
        let _turn = self.turn().await;
        match lasting(self.host.blob(self.repository, blob, max_bytes).await)? {
            Ok(Blob::Content(bytes)) if bytes.len() <= max_bytes => {
                let content = Arc::from(bytes);
                self.known.note_content(self.repository.id, blob, &content);
                Ok(Content::Bytes(content))
            }
            Ok(Blob::Content(_) | Blob::TooLarge { .. }) => unread(too_large(max_bytes)),
            Ok(Blob::Missing) => unread("the forge does not have its content".to_owned()),
            Err(why) => unread(why),
        }
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
