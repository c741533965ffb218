//! Looks into the weight files that a proposal brings: what loading them would run, and what their headers say.
//!
//! Contents in large-file storage are read in parts, as their readers ask for them. Beyond the budgets, and whatever goes
//! wrong on the way, a file is unscanned and says why; it is never taken for clean.

mod budget;
mod chunks;
mod examine;
mod large;
mod targets;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::stream::{self, StreamExt};

use crate::artifact::scan::FileScan;
use crate::checks::ScanState;
use crate::ports::{LargeFile, Located, PortError};

use super::patience::late;
use super::reader::{Content, Reader};
use budget::Budget;
use examine::{ScanKey, examine};
use large::{Look, too_hungry};
use targets::Stored;

pub(super) use budget::{Bounds, Room};
pub(super) use examine::bytes_of;
pub(super) use targets::{IN_GIT_BYTES, Target, of_places};

/// The name that [`super::known`] keeps scans by.
pub(super) type Key = ScanKey;

/// Files looked into at the same time, at a first look and where much of them is read.
const FIRST_AT_A_TIME: usize = 4;
const HUNGRY_AT_A_TIME: usize = 2;

/// What was found, by path and id in git.
#[derive(Debug, Default)]
pub(super) struct Scans(BTreeMap<(String, String), Found>);

#[derive(Debug, Clone)]
enum Found {
    Scan(Arc<FileScan>),
    Unscanned { why: String },
}

impl Scans {
    /// What is known of a file's inside, once. What nobody had to look into is just that.
    pub(super) fn take(&mut self, path: &str, blob: &str) -> ScanState {
        match self.0.remove(&(path.to_owned(), blob.to_owned())) {
            Some(Found::Scan(scan)) => ScanState::Scanned(Box::new(Arc::unwrap_or_clone(scan))),
            Some(Found::Unscanned { why }) => ScanState::Unscanned { why },
            None => ScanState::NotLooked,
        }
    }
}

/// Looks into all targets. Fails only where reading the repository itself may work another time.
pub(super) async fn run(reader: Reader<'_>, targets: &[Target<'_>]) -> Result<Scans, PortError> {
    let mut found: Vec<Option<Found>> = targets.iter().map(|target| already(reader, target)).collect();
    let limit = reader.desk.patience.scan;
    if let Ok(done) = tokio::time::timeout(limit, look_into(reader, targets, &mut found)).await {
        done?;
    }
    let named = targets.iter().zip(found).map(|(target, found)| {
        let found = found.unwrap_or_else(|| Found::Unscanned { why: late(limit) });
        ((target.path.to_owned(), target.blob.to_owned()), found)
    });
    Ok(Scans(named.collect()))
}

/// What is known without looking.
fn already(reader: Reader<'_>, target: &Target<'_>) -> Option<Found> {
    if let Stored::Nowhere { why } = &target.content {
        return Some(Found::Unscanned { why: why.clone() });
    }
    reader.known.scan(&ScanKey::of(reader.repository.id, target)).map(Found::Scan)
}

/// A target by its place in the list, and its content in large-file storage.
type Large = (usize, LargeFile, crate::ports::LargeFileAddress);

async fn look_into(reader: Reader<'_>, targets: &[Target<'_>], found: &mut [Option<Found>]) -> Result<(), PortError> {
    let open: Vec<usize> = (0..targets.len()).filter(|index| matches!(found.get(*index), Some(None))).collect();
    in_git(reader, targets, &open, found).await?;
    let bounds = reader.desk.bounds;
    let budget = Budget::new(bounds.proposal);
    let large = located(reader, targets, &open, found).await;
    let hungry = look_at_large(reader, targets, large, bounds.first_look, &budget, found).await;
    look_at_large(reader, targets, hungry, bounds.file, &budget, found).await;
    Ok(())
}

fn settle(found: &mut [Option<Found>], index: usize, what: Found) {
    if let Some(place) = found.get_mut(index) {
        *place = Some(what);
    }
}

/// Files of the repository itself: whole, and small.
async fn in_git(
    reader: Reader<'_>,
    targets: &[Target<'_>],
    open: &[usize],
    found: &mut [Option<Found>],
) -> Result<(), PortError> {
    let looks: Vec<_> = open
        .iter()
        .filter_map(|index| match targets.get(*index) {
            Some(target @ Target { content: Stored::InGit { blob }, .. }) => {
                Some(one_in_git(reader, *index, target, blob))
            }
            _ => None,
        })
        .collect();
    let mut looks = stream::iter(looks).buffer_unordered(HUNGRY_AT_A_TIME);
    while let Some(outcome) = looks.next().await {
        let (index, what) = outcome?;
        settle(found, index, what);
    }
    Ok(())
}

async fn one_in_git(
    reader: Reader<'_>,
    index: usize,
    target: &Target<'_>,
    blob: &str,
) -> Result<(usize, Found), PortError> {
    let _room = reader.known.room().take(2 * IN_GIT_BYTES).await;
    let most = usize::try_from(IN_GIT_BYTES).unwrap_or(usize::MAX);
    let what = match reader.content(blob, most).await? {
        Content::Unread { why } => Found::Unscanned { why },
        Content::Bytes(bytes) => match examine(target, &&*bytes) {
            Ok(scan) => noted(reader, target, scan),
            Err(error) => Found::Unscanned { why: error.to_string() },
        },
    };
    tokio::task::yield_now().await;
    Ok((index, what))
}

fn noted(reader: Reader<'_>, target: &Target<'_>, scan: Arc<FileScan>) -> Found {
    reader.known.note_scan(ScanKey::of(reader.repository.id, target), &scan);
    Found::Scan(scan)
}

/// Asks for all addresses at once.
async fn located(
    reader: Reader<'_>,
    targets: &[Target<'_>],
    open: &[usize],
    found: &mut [Option<Found>],
) -> Vec<Large> {
    let wanted: Vec<(usize, LargeFile)> = open
        .iter()
        .filter_map(|index| match targets.get(*index)?.content {
            Stored::Large(file) => Some((*index, file)),
            Stored::InGit { .. } | Stored::Nowhere { .. } => None,
        })
        .collect();
    let files: Vec<LargeFile> = wanted.iter().map(|(_, file)| *file).collect();
    if files.is_empty() {
        return Vec::new();
    }
    let located = match large::locate(reader, &files).await {
        Ok(located) => located,
        Err(why) => vec![Located::Refused { why }; files.len()],
    };
    let mut large = Vec::new();
    for ((index, file), located) in wanted.into_iter().zip(located) {
        match located {
            Located::At(address) => large.push((index, file, address)),
            Located::Missing => {
                let why = "large-file storage does not have its content".to_owned();
                settle(found, index, Found::Unscanned { why });
            }
            Located::Refused { why } => {
                let why = format!("its content cannot be had ({why})");
                settle(found, index, Found::Unscanned { why });
            }
        }
    }
    large
}

/// Looks at each and reads at most `most` bytes of it. Gives back those that need more, smallest first.
async fn look_at_large(
    reader: Reader<'_>,
    targets: &[Target<'_>],
    large: Vec<Large>,
    most: u64,
    budget: &Budget,
    found: &mut [Option<Found>],
) -> Vec<Large> {
    let is_first = most < reader.desk.bounds.file;
    let looks: Vec<_> = large
        .into_iter()
        .filter_map(|large| Some(one_large(reader, targets.get(large.0)?, large, most, budget)))
        .collect();
    let at_a_time = if is_first { FIRST_AT_A_TIME } else { HUNGRY_AT_A_TIME };
    let mut looks = stream::iter(looks).buffer_unordered(at_a_time);
    let mut hungry = Vec::new();
    while let Some((large, look)) = looks.next().await {
        match look {
            Look::Found(scan) => {
                if let Some(target) = targets.get(large.0) {
                    settle(found, large.0, noted(reader, target, scan));
                }
            }
            Look::Hungry if is_first => hungry.push(large),
            Look::Hungry => settle(found, large.0, Found::Unscanned { why: too_hungry(most) }),
            Look::Unscanned { why } => settle(found, large.0, Found::Unscanned { why }),
        }
    }
    hungry.sort_by_key(|(index, file, _)| (file.size, *index));
    hungry
}

async fn one_large(reader: Reader<'_>, target: &Target<'_>, large: Large, most: u64, budget: &Budget) -> (Large, Look) {
    let (index, file, address) = large;
    let _room = reader.known.room().take(most.min(file.size)).await;
    let limit = reader.desk.patience.scan_one;
    let looking = large::look(reader, target, file, address.clone(), most, budget);
    let look = match tokio::time::timeout(limit, looking).await {
        Ok(look) => look,
        Err(_) => Look::Unscanned { why: late(limit) },
    };
    ((index, file, address), look)
}
