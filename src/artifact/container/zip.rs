//! Zip archives as strangers write them.
//!
//! Readers of zip differ: by the central directory (Python), without looking at checksums, names or the encryption bit of the
//! local headers (PyTorch), or by the local headers one after the other. An [`Archive`] has what any of them would find.
//!
//! PKWARE: APPNOTE.TXT 4.3 (structure), 4.4 (fields), 4.5.3 (zip64). Python: Lib/zipfile, `_EndRecData`.

mod directory;
mod end;
mod gaps;
mod local;

use std::collections::{BTreeMap, BTreeSet};

use super::packed::Packing;
use super::{OUTSIDE, Oddity, kept_name, leads_out};
use crate::artifact::scan::Verdict;
use crate::artifact::source::{Source, SourceError};

/// Entries in one archive, listed or not.
const ENTRIES_LIMIT: usize = 100_000;
/// Oddities of one archive that are kept.
const ODDITIES_LIMIT: usize = 200;

/// Everything in a zip file.
#[derive(Debug, Default)]
pub struct Archive {
    pub entries: Vec<Entry>,
    pub oddities: Vec<Oddity>,
    /// Bytes that belong to no entry, by position and length.
    pub strays: Vec<(u64, u64)>,
    /// Limits ended the reading.
    pub is_cut: bool,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// Where its data is, packed or not.
    pub data: u64,
    pub packed_bytes: u64,
    pub method: Method,
    pub is_encrypted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Stored,
    Packed(Packing),
    /// By its number in APPNOTE 4.4.5.
    Other(u16),
}

impl Method {
    fn new(number: u16) -> Self {
        match number {
            0 => Self::Stored,
            8 => Self::Packed(Packing::Deflate),
            12 => Self::Packed(Packing::Bzip2),
            14 => Self::Packed(Packing::ZipLzma),
            95 => Self::Packed(Packing::Xz),
            other => Self::Other(other),
        }
    }
}

/// Reads a file as a zip archive; none where no reader would.
///
/// # Errors
/// When a part of the source is not here, or reading fails.
pub fn read(source: &dyn Source) -> Result<Option<Archive>, SourceError> {
    let begins_like_zip = local::signature(source, 0)?;
    let ends = end::find(source)?;
    let mut reading = Reading {
        source,
        archive: Archive::default(),
        claims: Vec::new(),
        names: BTreeMap::new(),
        known: BTreeSet::new(),
    };
    let Some((last, earlier)) = ends.split_last() else {
        if !begins_like_zip {
            return Ok(None);
        }
        reading.oddity(Verdict::Unscannable, "", "A zip archive without a directory: it is cut off or broken.");
        gaps::read(&mut reading)?;
        return Ok(Some(reading.archive));
    };
    reading.take_in(last)?;
    for end in earlier {
        // What lies inside an entry belongs to an archive in the archive.
        if !reading.is_claimed(end.at) && !end.directories.is_empty() {
            reading.oddity(
                Verdict::Suspicious,
                "",
                "The archive has two directories, and readers differ in which they use.",
            );
            reading.take_in(end)?;
        }
    }
    if reading.archive.entries.is_empty() && !begins_like_zip && last.is_doubtful {
        return Ok(None);
    }
    gaps::read(&mut reading)?;
    Ok(Some(reading.archive))
}

struct Reading<'a> {
    source: &'a dyn Source,
    archive: Archive,
    /// Stretches that something accounts for: start, end, and whether a descriptor may follow.
    claims: Vec<(u64, u64, bool)>,
    /// Places by name.
    names: BTreeMap<Vec<u8>, u64>,
    /// Place, length and method of what was taken in.
    known: BTreeSet<(u64, u64, Method)>,
}

impl Reading<'_> {
    fn take_in(&mut self, end: &end::End) -> Result<(), SourceError> {
        self.claims.push((end.at, end.end, false));
        self.claims.extend(end.zip64.iter().map(|(start, end)| (*start, *end, false)));
        if end.directories.len() > 1 {
            self.oddity(Verdict::Suspicious, "", "The archive's directory may be in two places, and readers differ.");
        }
        if end.directories.is_empty() && !end.is_empty {
            self.oddity(Verdict::Unscannable, "", "The archive's directory is not where it should be.");
        }
        for place in &end.directories {
            let directory = directory::read(self.source, place.start, end.at)?;
            self.claims.push((place.start, directory.end, false));
            self.archive.is_cut |= directory.is_cut;
            let mut outcome = Ok(());
            for listed in directory.listed {
                match self.add_listed(&listed, place.base) {
                    // The other entries' headers are asked for before it stops: they can be fetched at once.
                    Err(SourceError::Missing) => outcome = Err(SourceError::Missing),
                    added => added?,
                }
            }
            outcome?;
        }
        Ok(())
    }

    fn add_listed(&mut self, listed: &directory::Listed, base: u64) -> Result<(), SourceError> {
        let name = kept_name(&listed.name);
        let at = listed.at.saturating_add(base);
        if self.names.insert(listed.name.clone(), at).is_some_and(|before| before != at) {
            self.oddity(
                Verdict::Suspicious,
                &name,
                "Two entries bear this name, and readers differ in which they use.",
            );
        }
        if leads_out(&name) {
            self.oddity(Verdict::Suspicious, &name, OUTSIDE);
        }
        let Some(local) = local::read(self.source, at)? else {
            self.oddity(Verdict::Unscannable, &name, "The directory lists it where no entry begins.");
            return Ok(());
        };
        let end = local.data.saturating_add(listed.packed_bytes);
        if end > self.source.size() {
            self.oddity(Verdict::Unscannable, &name, "It reaches beyond the end of the archive.");
        }
        let claim = (at, end, local.has_descriptor());
        if self.claims.last() != Some(&claim) {
            self.claims.push(claim);
        }
        let is_encrypted = (listed.flags | local.flags) & 1 != 0;
        let entry =
            |method, packed_bytes| Entry { name: name.clone(), data: local.data, packed_bytes, method, is_encrypted };
        let by_directory = entry(Method::new(listed.method), listed.packed_bytes);
        let local_bytes = local.packed_bytes.filter(|_| !local.has_descriptor()).unwrap_or(listed.packed_bytes);
        let by_header = entry(Method::new(local.method), local_bytes);
        if local.name != listed.name {
            self.oddity(Verdict::Suspicious, &name, "Its own header gives it another name than the directory.");
        }
        if by_header != by_directory {
            self.oddity(Verdict::Suspicious, &name, "Its own header and the directory describe its data differently.");
            self.add(by_header);
        }
        self.add(by_directory);
        Ok(())
    }

    fn add(&mut self, entry: Entry) {
        if !self.known.insert((entry.data, entry.packed_bytes, entry.method)) {
            return;
        }
        if self.archive.entries.len() >= ENTRIES_LIMIT {
            self.archive.is_cut = true;
        } else {
            self.archive.entries.push(entry);
        }
    }

    fn oddity(&mut self, verdict: Verdict, name: &str, why: &'static str) {
        if self.archive.oddities.len() < ODDITIES_LIMIT {
            self.archive.oddities.push(Oddity::new(verdict, name, why));
        } else {
            self.archive.is_cut = true;
        }
    }

    fn is_claimed(&self, position: u64) -> bool {
        self.claims.iter().any(|(start, end, _)| (*start..*end).contains(&position))
    }
}

/// Little-endian numbers by their place in a record; zero behind its end, which callers rule out by its length.
fn u16_at(record: &[u8], at: usize) -> u16 {
    record.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(record: &[u8], at: usize) -> u32 {
    record.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(record: &[u8], at: usize) -> u64 {
    record.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests;
