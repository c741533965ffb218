//! The records at the end of an archive, which say where its directory is. APPNOTE 4.3.14 to 4.3.16.

use memchr::memmem;

use super::{u16_at, u32_at, u64_at};
use crate::artifact::container::part::some_bytes;
use crate::artifact::container::wide;
use crate::artifact::source::{Source, SourceError};

const SIGNATURE: &[u8; 4] = b"PK\x05\x06";
const LENGTH: usize = 22;
/// The record and the longest comment behind it.
const TAIL_LIMIT: usize = LENGTH + 0xffff;
/// Records looked at, from the last one on.
const RECORDS_LIMIT: usize = 8;
const LOCATOR_LENGTH: u64 = 20;
const ZIP64_LENGTH: u64 = 56;

/// One end record.
#[derive(Debug)]
pub struct End {
    pub at: u64,
    /// Where it and its comment end.
    pub end: u64,
    /// It says that the archive has no entries.
    pub is_empty: bool,
    /// It may be four bytes by chance: nothing it says is there.
    pub is_doubtful: bool,
    /// Where a directory really begins, by any of the ways to read the record.
    pub directories: Vec<Place>,
    /// Its zip64 records.
    pub zip64: Vec<(u64, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub start: u64,
    /// Added to the positions in the directory: bytes in front of the archive.
    pub base: u64,
}

/// The end records of a file, by position. The last one is the one that Python and PyTorch use.
pub fn find(source: &dyn Source) -> Result<Vec<End>, SourceError> {
    let tail_start = source.size().saturating_sub(wide(TAIL_LIMIT));
    let tail = some_bytes(source, tail_start, TAIL_LIMIT)?;
    let mut ends = Vec::new();
    for at in memmem::rfind_iter(&tail, SIGNATURE).take(RECORDS_LIMIT) {
        if let Some(record) = tail.get(at..).filter(|rest| rest.len() >= LENGTH) {
            ends.push(read(source, tail_start.saturating_add(wide(at)), record)?);
        }
    }
    ends.reverse();
    Ok(ends)
}

fn read(source: &dyn Source, at: u64, record: &[u8]) -> Result<End, SourceError> {
    let (count, size, offset) = (u16_at(record, 10), u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)));
    let comment = u64::from(u16_at(record, 20));
    let length = wide(LENGTH);
    let mut places = vec![Place { start: offset, base: 0 }];
    places.extend(before(at, size, offset));
    let zip64 = zip64(source, at, &mut places)?;
    let mut directories: Vec<Place> = Vec::new();
    for place in places {
        if !directories.iter().any(|known| known.start == place.start) && is_directory(source, place.start, at)? {
            directories.push(place);
        }
    }
    let is_empty = count == 0 && size == 0;
    let is_doubtful = directories.is_empty() && !(is_empty && at.saturating_add(length + comment) == source.size());
    Ok(End {
        at,
        end: at.saturating_add(length + comment).min(source.size()),
        is_empty,
        is_doubtful,
        directories,
        zip64,
    })
}

/// The directory right before its end record, as Python finds it behind foreign bytes.
fn before(end: u64, size: u64, offset: u64) -> Option<Place> {
    let start = end.checked_sub(size)?;
    Some(Place { start, base: start.checked_sub(offset)? })
}

/// The zip64 record where its locator says, and right before the locator, where Python looks.
fn zip64(source: &dyn Source, end: u64, places: &mut Vec<Place>) -> Result<Vec<(u64, u64)>, SourceError> {
    let Some(locator_at) = end.checked_sub(LOCATOR_LENGTH) else { return Ok(Vec::new()) };
    let locator = some_bytes(source, locator_at, 20)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(Vec::new());
    }
    let mut found = vec![(locator_at, end)];
    for at in [Some(u64_at(&locator, 8)), locator_at.checked_sub(ZIP64_LENGTH)].into_iter().flatten() {
        let record = some_bytes(source, at, 56)?;
        if record.len() == 56 && record.starts_with(b"PK\x06\x06") {
            let (size, offset) = (u64_at(&record, 40), u64_at(&record, 48));
            places.push(Place { start: offset, base: 0 });
            places.extend(before(at, size, offset));
            let length = u64_at(&record, 4).saturating_add(12);
            found.push((at, at.saturating_add(length).min(locator_at)));
            found.dedup();
        }
    }
    Ok(found)
}

fn is_directory(source: &dyn Source, start: u64, end: u64) -> Result<bool, SourceError> {
    Ok(start < end && some_bytes(source, start, 4)? == b"PK\x01\x02")
}
