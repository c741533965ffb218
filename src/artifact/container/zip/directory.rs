//! The central directory: one record per entry. APPNOTE 4.3.12.

use super::{ENTRIES_LIMIT, u16_at, u32_at, u64_at};
use crate::artifact::container::part::some_bytes;
use crate::artifact::container::wide;
use crate::artifact::source::{Source, SourceError};

/// A directory of more bytes is not read to its end.
const DIRECTORY_LIMIT: usize = 32 << 20;
const RECORD_LENGTH: usize = 46;

#[derive(Debug)]
pub struct Directory {
    pub listed: Vec<Listed>,
    pub end: u64,
    pub is_cut: bool,
}

#[derive(Debug)]
pub struct Listed {
    pub name: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    pub packed_bytes: u64,
    /// Where the local header is, as written.
    pub at: u64,
}

/// Reads records as long as they follow one another: readers go by their number or by their size, and both may be false.
pub fn read(source: &dyn Source, start: u64, end: u64) -> Result<Directory, SourceError> {
    let length = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
    let bytes = some_bytes(source, start, length.min(DIRECTORY_LIMIT))?;
    let mut directory = Directory { listed: Vec::new(), end: start, is_cut: false };
    let mut rest = bytes.as_slice();
    while rest.starts_with(b"PK\x01\x02") {
        let Some((listed, after)) = record(rest) else {
            directory.is_cut = true;
            break;
        };
        if directory.listed.len() >= ENTRIES_LIMIT {
            directory.is_cut = true;
            break;
        }
        directory.listed.push(listed);
        rest = after;
    }
    let read = bytes.len().saturating_sub(rest.len());
    directory.end = start.saturating_add(wide(read));
    directory.is_cut |= length > DIRECTORY_LIMIT && rest.len() < RECORD_LENGTH;
    Ok(directory)
}

fn record(bytes: &[u8]) -> Option<(Listed, &[u8])> {
    let (fixed, rest) = bytes.split_at_checked(RECORD_LENGTH)?;
    let (name, rest) = rest.split_at_checked(usize::from(u16_at(fixed, 28)))?;
    let (extra, rest) = rest.split_at_checked(usize::from(u16_at(fixed, 30)))?;
    let (_comment, rest) = rest.split_at_checked(usize::from(u16_at(fixed, 32)))?;
    let (mut packed_bytes, mut at) = (u64::from(u32_at(fixed, 20)), u64::from(u32_at(fixed, 42)));
    // In zip64 the values that do not fit stand in the extra field, in this order: size, packed size, position.
    let mut large = zip64_extra(extra).chunks_exact(8).map(|value| u64_at(value, 0));
    if u32_at(fixed, 24) == u32::MAX {
        large.next();
    }
    if u32_at(fixed, 20) == u32::MAX {
        packed_bytes = large.next().unwrap_or(packed_bytes);
    }
    if u32_at(fixed, 42) == u32::MAX {
        at = large.next().unwrap_or(at);
    }
    let listed = Listed { name: name.to_vec(), flags: u16_at(fixed, 8), method: u16_at(fixed, 10), packed_bytes, at };
    Some((listed, rest))
}

/// The zip64 part of an extra field; empty without one.
pub fn zip64_extra(extra: &[u8]) -> &[u8] {
    let mut rest = extra;
    while let Some((header, after)) = rest.split_at_checked(4) {
        let length = usize::from(u16_at(header, 2)).min(after.len());
        let (value, after) = after.split_at_checked(length).unwrap_or_default();
        if u16_at(header, 0) == 1 {
            return value;
        }
        rest = after;
    }
    &[]
}
