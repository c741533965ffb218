//! Looking into a content of large-file storage: parts are fetched as its reader asks for them.

use std::sync::Arc;

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::artifact::scan::FileScan;
use crate::artifact::source::{SourceError, SparseSource};
use crate::checks::words::size;
use crate::ports::{Class, LargeFile, LargeFileAddress, Located, PortError};

use super::budget::Budget;
use super::chunks::{Chunk, Chunks};
use super::examine::examine;
use super::targets::Target;
use crate::engine::gather::reader::Reader;

/// Rounds of fetching for one file.
const MAX_ROUNDS: usize = 600;
/// Parts of one file that are under way at the same time.
const PARTS_AT_A_TIME: usize = 4;
/// How often a part is asked for that may be had another time. There is no pause between: a longer outage is told.
const TRIES: usize = 3;

/// What came of it.
pub(super) enum Look {
    Found(Arc<FileScan>),
    /// More would have to be read than this look may.
    Hungry,
    Unscanned {
        why: String,
    },
}

/// Looks into `file` and reads at most `most` bytes of it.
pub(super) async fn look(
    reader: Reader<'_>,
    target: &Target<'_>,
    file: LargeFile,
    address: LargeFileAddress,
    most: u64,
    budget: &Budget,
) -> Look {
    let mut fetching = Fetching { reader, file, address, was_renewed: false };
    let (mut source, mut chunks, mut held) = (SparseSource::new(file.size), Chunks::new(file.size), 0_u64);
    for _ in 0..MAX_ROUNDS {
        match examine(target, &source) {
            Ok(scan) => return Look::Found(scan),
            Err(SourceError::Failed(why)) => return Look::Unscanned { why },
            Err(SourceError::Missing) => {}
        }
        tokio::task::yield_now().await;
        let wanted = chunks.next(&source.missing(), |offset| source.gap_at(offset));
        let bytes = wanted.iter().fold(0_u64, |sum, chunk| sum.saturating_add(chunk.length));
        held = held.saturating_add(bytes);
        if held > most {
            return Look::Hungry;
        }
        if let Err(why) = budget.take(bytes) {
            return Look::Unscanned { why };
        }
        match fetching.parts(&wanted).await {
            Ok(parts) => parts.into_iter().for_each(|(offset, bytes)| source.add(offset, bytes)),
            Err(error) => return Look::Unscanned { why: error.to_string() },
        }
    }
    Look::Unscanned { why: format!("it would have to be read in more than {MAX_ROUNDS} pieces") }
}

/// Why a file is not looked into that needs more than `most` bytes of it.
pub(super) fn too_hungry(most: u64) -> String {
    format!("more than {} of it would have to be read", size(most))
}

struct Fetching<'a> {
    reader: Reader<'a>,
    file: LargeFile,
    address: LargeFileAddress,
    was_renewed: bool,
}

impl Fetching<'_> {
    /// The wanted parts. An address works for a while only: when it does no longer, another one is asked for, once.
    async fn parts(&mut self, wanted: &[Chunk]) -> Result<Vec<(u64, Vec<u8>)>, PortError> {
        match self.all(wanted).await {
            Err(error) if error.is_gone() && !self.was_renewed => {
                self.was_renewed = true;
                self.address = self.renewed(error).await?;
                self.all(wanted).await
            }
            outcome => outcome,
        }
    }

    async fn all(&self, wanted: &[Chunk]) -> Result<Vec<(u64, Vec<u8>)>, PortError> {
        let asking: Vec<_> = wanted.iter().map(|chunk| self.part(*chunk)).collect();
        stream::iter(asking).buffer_unordered(PARTS_AT_A_TIME).try_collect().await
    }

    async fn part(&self, chunk: Chunk) -> Result<(u64, Vec<u8>), PortError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.reader.host.large_file_part(&self.address, chunk.offset, chunk.length).await {
                Ok(bytes) if bytes.is_empty() => {
                    return Err(PortError::permanent(
                        "read a large file",
                        "the storage has fewer bytes than the pointer says",
                    ));
                }
                Ok(bytes) => return Ok((chunk.offset, bytes)),
                Err(error) if may_help(&error) && tries < TRIES => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn renewed(&self, error: PortError) -> Result<LargeFileAddress, PortError> {
        match self.reader.host.large_files(self.reader.repository, &[self.file]).await?.pop() {
            Some(Located::At(address)) => Ok(address),
            Some(Located::Missing | Located::Refused { .. }) | None => Err(error),
        }
    }
}

/// Whether asking again at once may help. Who is told to wait does not.
fn may_help(error: &PortError) -> bool {
    matches!(error.class, Class::Retry { after_ms: None } | Class::Unknown)
}

/// Where the contents are, in the order asked for; `Err` says for all of them why that cannot be told.
pub(super) async fn locate(reader: Reader<'_>, wanted: &[LargeFile]) -> Result<Vec<Located>, String> {
    let mut tries = 0;
    loop {
        tries += 1;
        let _turn = reader.turn().await;
        match reader.host.large_files(reader.repository, wanted).await {
            Ok(located) => return Ok(located),
            Err(error) if may_help(&error) && tries < TRIES => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}
