//! Files of a small zip archive that is in memory: what a workflow left as an artifact. Stored and deflated entries only;
//! whatever else an archive can be is refused, so that two readers never see two contents.

use std::collections::BTreeSet;
use std::io::Read as _;

use flate2::Crc;
use flate2::read::DeflateDecoder;

/// Most entries of an archive, folders included.
pub const MAX_ENTRIES: usize = 1_000;
/// Most bytes that all files read from one archive unpack to.
pub const MAX_UNPACKED_BYTES: usize = 32 * 1024 * 1024;
/// Longest name of an entry, in bytes.
const MAX_NAME_BYTES: usize = 1_024;

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// As the archive has it: `reports/scan.sarif`.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Why an archive cannot be read. It says nothing of the content, which may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    #[error("it is no zip archive, or it is cut")]
    NotOne,
    #[error(
        "it is a kind of zip archive that is not read: large (zip64), encrypted, split, or compressed in an unusual way"
    )]
    Unusual,
    #[error("it contradicts itself")]
    Contradictory,
    #[error("it holds too many files, or unpacks to too much")]
    TooLarge,
}

/// Reads those files whose name is `wanted`, in the archive's order.
///
/// # Errors
/// When anything about the archive is not as it should be: no part of it is believed then.
pub fn files(zip: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Vec<File>, ArchiveError> {
    files_within(zip, wanted, MAX_UNPACKED_BYTES)
}

fn files_within(zip: &[u8], wanted: impl Fn(&str) -> bool, most: usize) -> Result<Vec<File>, ArchiveError> {
    let mut left = most;
    let mut names = BTreeSet::new();
    let mut files = Vec::new();
    for entry in entries(zip)? {
        if !names.insert(entry.name.clone()) {
            return Err(ArchiveError::Contradictory);
        }
        if entry.name.ends_with('/') || !wanted(&entry.name) {
            continue;
        }
        let bytes = unpack(zip, &entry, left)?;
        left = left.saturating_sub(bytes.len());
        files.push(File { name: entry.name, bytes });
    }
    Ok(files)
}

/// A line of the archive's directory.
struct Entry {
    name: String,
    is_deflated: bool,
    crc: u32,
    packed: usize,
    size: usize,
    offset: usize,
}

const END: u32 = 0x0605_4b50;
const END_BYTES: usize = 22;
const MAX_COMMENT_BYTES: usize = 65_535;
const DIRECTORY_ENTRY: u32 = 0x0201_4b50;
const DIRECTORY_ENTRY_BYTES: usize = 46;
const LOCAL_ENTRY: u32 = 0x0403_4b50;
const LOCAL_ENTRY_BYTES: usize = 30;
const ENCRYPTED: u16 = 1;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

fn entries(zip: &[u8]) -> Result<Vec<Entry>, ArchiveError> {
    let end = end_of_directory(zip).ok_or(ArchiveError::NotOne)?;
    let disks = (u16_at(end, 4), u16_at(end, 6), u16_at(end, 8));
    let (count, size, offset) = (u16_at(end, 10), u32_at(end, 12), u32_at(end, 16));
    let (Some(count), Some(size), Some(offset)) = (count, size, offset) else { return Err(ArchiveError::NotOne) };
    if count == u16::MAX || size == u32::MAX || offset == u32::MAX || disks != (Some(0), Some(0), Some(count)) {
        return Err(ArchiveError::Unusual);
    }
    if usize::from(count) > MAX_ENTRIES {
        return Err(ArchiveError::TooLarge);
    }
    let (size, offset) = (bytes(size)?, bytes(offset)?);
    let directory = offset.checked_add(size).and_then(|until| zip.get(offset..until)).ok_or(ArchiveError::NotOne)?;
    let mut rest = directory;
    let mut entries = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let (entry, length) = entry(rest)?;
        rest = rest.get(length..).ok_or(ArchiveError::NotOne)?;
        entries.push(entry);
    }
    if rest.is_empty() { Ok(entries) } else { Err(ArchiveError::Contradictory) }
}

/// The record at the very end, whose comment ends with the archive.
fn end_of_directory(zip: &[u8]) -> Option<&[u8]> {
    let last = zip.len().checked_sub(END_BYTES)?;
    let first = last.saturating_sub(MAX_COMMENT_BYTES);
    (first..=last).rev().find_map(|at| {
        let record = zip.get(at..)?;
        let comment = usize::from(u16_at(record, 20)?);
        let is_end = u32_at(record, 0)? == END && record.len() == END_BYTES.saturating_add(comment);
        is_end.then_some(record)
    })
}

/// The first entry of what is left of the directory, and its length there.
fn entry(directory: &[u8]) -> Result<(Entry, usize), ArchiveError> {
    let short = ArchiveError::NotOne;
    if u32_at(directory, 0) != Some(DIRECTORY_ENTRY) {
        return Err(short);
    }
    let half = |at| u16_at(directory, at).ok_or(short);
    let whole = |at| u32_at(directory, at).ok_or(short);
    let (flags, method) = (half(8)?, half(10)?);
    let (packed, size, offset) = (whole(20)?, whole(24)?, whole(42)?);
    let is_usual = flags & ENCRYPTED == 0 && [STORED, DEFLATED].contains(&method);
    if !is_usual || [packed, size, offset].contains(&u32::MAX) {
        return Err(ArchiveError::Unusual);
    }
    let name_bytes = usize::from(half(28)?);
    if name_bytes > MAX_NAME_BYTES {
        return Err(ArchiveError::TooLarge);
    }
    let after_name = DIRECTORY_ENTRY_BYTES.saturating_add(name_bytes);
    let name = directory.get(DIRECTORY_ENTRY_BYTES..after_name).ok_or(short)?;
    let name = std::str::from_utf8(name).map_err(|_| ArchiveError::Unusual)?.to_owned();
    let length = after_name.saturating_add(usize::from(half(30)?)).saturating_add(usize::from(half(32)?));
    let is_deflated = method == DEFLATED;
    let (packed, size, offset) = (bytes(packed)?, bytes(size)?, bytes(offset)?);
    Ok((Entry { name, is_deflated, crc: whole(16)?, packed, size, offset }, length))
}

fn unpack(zip: &[u8], entry: &Entry, most: usize) -> Result<Vec<u8>, ArchiveError> {
    if entry.size > most {
        return Err(ArchiveError::TooLarge);
    }
    let content = packed_content(zip, entry).ok_or(ArchiveError::Contradictory)??;
    let mut unpacked = Vec::new();
    if entry.is_deflated {
        // One byte more than promised is enough to see that the promise is broken.
        let limit = u64::try_from(entry.size).unwrap_or(u64::MAX).saturating_add(1);
        let read = DeflateDecoder::new(content).take(limit).read_to_end(&mut unpacked);
        read.map_err(|_| ArchiveError::Contradictory)?;
    } else {
        unpacked.extend_from_slice(content);
    }
    let mut crc = Crc::new();
    crc.update(&unpacked);
    let holds = unpacked.len() == entry.size && crc.sum() == entry.crc;
    if holds { Ok(unpacked) } else { Err(ArchiveError::Contradictory) }
}

/// The bytes behind the file's own header, which must name the same file.
fn packed_content<'z>(zip: &'z [u8], entry: &Entry) -> Option<Result<&'z [u8], ArchiveError>> {
    let local = zip.get(entry.offset..)?;
    if u32_at(local, 0)? != LOCAL_ENTRY {
        return None;
    }
    let name_end = LOCAL_ENTRY_BYTES.checked_add(usize::from(u16_at(local, 26)?))?;
    if local.get(LOCAL_ENTRY_BYTES..name_end)? != entry.name.as_bytes() {
        return Some(Err(ArchiveError::Contradictory));
    }
    let start = name_end.checked_add(usize::from(u16_at(local, 28)?))?;
    Some(Ok(local.get(start..start.checked_add(entry.packed)?)?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn bytes(number: u32) -> Result<usize, ArchiveError> {
    usize::try_from(number).map_err(|_| ArchiveError::TooLarge)
}

#[cfg(test)]
pub(crate) mod tests;
