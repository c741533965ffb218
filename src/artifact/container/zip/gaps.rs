//! What an archive holds besides what its directory lists: entries that are not listed, and bytes of no entry.

use memchr::memmem;

use super::{Entry, Method, Reading, local};
use crate::artifact::container::kept_name;
use crate::artifact::container::part::some_bytes;
use crate::artifact::container::wide;
use crate::artifact::scan::Verdict;
use crate::artifact::source::{Source, SourceError};

/// Bytes of gaps that are looked through in one archive.
const SEARCH_LIMIT: u64 = 64 << 20;
const CHUNK: usize = 1 << 20;
/// Behind an entry's data its sizes may follow: 12 to 24 bytes.
const DESCRIPTOR_LIMIT: u64 = 24;
const STRAYS_LIMIT: usize = 200;

/// Looks through everything that nothing accounts for.
pub fn read(reading: &mut Reading<'_>) -> Result<(), SourceError> {
    let mut claims = std::mem::take(&mut reading.claims);
    claims.sort_unstable();
    let mut left = SEARCH_LIMIT;
    let (mut at, mut may_have_descriptor, mut overlaps) = (0, false, false);
    let size = reading.source.size();
    for (start, end, has_descriptor) in claims.into_iter().chain([(size, size, false)]) {
        overlaps |= start < at && end > start;
        let is_descriptor = may_have_descriptor && start.saturating_sub(at) <= DESCRIPTOR_LIMIT;
        if start > at && !is_descriptor {
            gap(reading, at, start, &mut left)?;
        }
        if end >= at {
            (at, may_have_descriptor) = (end, has_descriptor);
        }
    }
    if overlaps {
        reading.oddity(Verdict::Suspicious, "", "Entries of the archive overlap.");
    }
    Ok(())
}

fn gap(reading: &mut Reading<'_>, start: u64, end: u64, left: &mut u64) -> Result<(), SourceError> {
    let mut at = start;
    while at < end {
        let Some(found) = search(reading.source, at, end, left)? else {
            reading.oddity(Verdict::Unscannable, "", "The archive has more bytes of no entry than are looked through.");
            return Ok(());
        };
        if found.has_content {
            stray(reading, at, found.next);
        }
        at = match local::read(reading.source, found.next)? {
            Some(local) if found.next < end && local.is_plausible() => hidden(reading, &local, end),
            _ => found.next.saturating_add(1),
        };
    }
    Ok(())
}

/// An entry that no directory lists; gives where it ends.
fn hidden(reading: &mut Reading<'_>, local: &local::Local, gap_end: u64) -> u64 {
    let name = kept_name(&local.name);
    reading.oddity(
        Verdict::Suspicious,
        &name,
        "The archive's directory does not list it; some readers find it all the same.",
    );
    let room = gap_end.saturating_sub(local.data);
    let packed_bytes = local.packed_bytes.filter(|bytes| *bytes > 0 || !local.has_descriptor()).unwrap_or(room);
    reading.add(Entry {
        name,
        data: local.data,
        packed_bytes,
        method: Method::new(local.method),
        is_encrypted: local.flags & 1 != 0,
    });
    local.data.saturating_add(packed_bytes.min(room))
}

fn stray(reading: &mut Reading<'_>, start: u64, end: u64) {
    let why = if start == 0 {
        "Foreign bytes stand in front of the archive."
    } else {
        "The archive has bytes that belong to no entry."
    };
    if reading.archive.strays.is_empty() {
        reading.oddity(Verdict::Suspicious, "", why);
    }
    // What stands at the start of the file is looked at there.
    if start > 0 && reading.archive.strays.len() < STRAYS_LIMIT {
        reading.archive.strays.push((start, end.saturating_sub(start)));
    } else if start > 0 {
        reading.archive.is_cut = true;
    }
}

struct Found {
    /// Where the next local header is, or the end.
    next: u64,
    /// Bytes before it are not all zero.
    has_content: bool,
}

/// The next local header from `start` on; none where more bytes would have to be looked at than are left.
fn search(source: &dyn Source, start: u64, end: u64, left: &mut u64) -> Result<Option<Found>, SourceError> {
    let mut found = Found { next: end, has_content: false };
    let mut at = start;
    while at < end {
        let room = usize::try_from(end - at).unwrap_or(usize::MAX).min(CHUNK);
        let bytes = some_bytes(source, at, room)?;
        let Some(after) = left.checked_sub(wide(bytes.len())) else {
            return Ok(None);
        };
        *left = after;
        let place = memmem::find(&bytes, local::SIGNATURE);
        let before = bytes.get(..place.unwrap_or(bytes.len())).unwrap_or_default();
        found.has_content |= before.iter().any(|byte| *byte != 0);
        if let Some(place) = place {
            found.next = at.saturating_add(wide(place));
            return Ok(Some(found));
        }
        // A signature may lie across two chunks.
        let step = if bytes.len() < CHUNK { bytes.len() } else { CHUNK - 3 };
        if step == 0 {
            break;
        }
        at = at.saturating_add(wide(step));
    }
    Ok(Some(found))
}
