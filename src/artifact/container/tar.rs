//! Tar archives: ustar, with the long names of pax and GNU.
//!
//! POSIX: pax, "ustar Interchange Format" and "pax Extended Header". Python: Lib/tarfile.py, which reads any first block
//! whose checksum fits, with or without a magic number.

mod header;

use header::{BLOCK, Header};

use super::part::some_bytes;
use super::{OUTSIDE, Oddity, kept_name, leads_out, wide};
use crate::artifact::scan::Verdict;
use crate::artifact::source::{Source, SourceError};

const ENTRIES_LIMIT: usize = 100_000;
const ODDITIES_LIMIT: usize = 200;
/// Bytes of an extended header: a long name and some attributes.
const EXTENDED_LIMIT: u64 = 1 << 20;

#[derive(Debug, Default)]
pub struct Tar {
    pub entries: Vec<Entry>,
    pub oddities: Vec<Oddity>,
    /// Bytes behind the end mark that are not zero, by position and length.
    pub rest: Option<(u64, u64)>,
    /// Limits ended the reading.
    pub is_cut: bool,
}

/// One member with data.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub data: u64,
    pub bytes: u64,
}

/// Whether a file's first bytes are a tar header.
pub fn is_tar(head: &[u8]) -> bool {
    Header::read(head).is_some()
}

/// Reads a file that begins with a tar header.
///
/// # Errors
/// When a part of the source is not here, or reading fails.
pub fn read(source: &dyn Source) -> Result<Tar, SourceError> {
    let mut reading = Reading { source, tar: Tar::default(), long_name: None, long_bytes: None };
    let mut at = 0;
    for _ in 0..ENTRIES_LIMIT {
        let block = some_bytes(source, at, BLOCK)?;
        let Some(header) = Header::read(&block) else {
            reading.end(at, &block)?;
            return Ok(reading.tar);
        };
        at = at.saturating_add(BLOCK_BYTES);
        let bytes = reading.member(&header, at)?;
        at = at.saturating_add(bytes.div_ceil(BLOCK_BYTES).saturating_mul(BLOCK_BYTES));
    }
    reading.tar.is_cut = true;
    Ok(reading.tar)
}

const BLOCK_BYTES: u64 = 512;

struct Reading<'a> {
    source: &'a dyn Source,
    tar: Tar,
    /// From an extended header, for the next member.
    long_name: Option<Vec<u8>>,
    long_bytes: Option<u64>,
}

impl Reading<'_> {
    /// Takes in one member, and says how many bytes its data has.
    fn member(&mut self, header: &Header, data: u64) -> Result<u64, SourceError> {
        match header.kind {
            b'L' | b'K' | b'x' | b'X' | b'g' => {
                self.extended(header, data)?;
                return Ok(header.bytes);
            }
            _ => {}
        }
        let raw_name = self.long_name.take().unwrap_or_else(|| header.name.clone());
        let name = kept_name(&raw_name);
        let bytes = self.long_bytes.take().unwrap_or(header.bytes);
        if leads_out(&name) || (matches!(header.kind, b'1' | b'2') && leads_out(&kept_name(&header.link))) {
            self.oddity(Verdict::Suspicious, &name, OUTSIDE);
        }
        // Links, devices and folders have no data, whatever their size says.
        if matches!(header.kind, b'1'..=b'6') {
            return Ok(0);
        }
        if header.kind == b'S' {
            self.oddity(Verdict::Unscannable, &name, "It is stored with holes, which are not filled in here.");
        }
        if data.saturating_add(bytes) > self.source.size() {
            self.oddity(Verdict::Unscannable, &name, "It reaches beyond the end of the archive.");
        }
        if bytes > 0 {
            self.tar.entries.push(Entry { name, data, bytes });
        }
        Ok(bytes)
    }

    fn extended(&mut self, header: &Header, data: u64) -> Result<(), SourceError> {
        if header.bytes > EXTENDED_LIMIT {
            self.tar.is_cut = true;
            return Ok(());
        }
        let length = usize::try_from(header.bytes).unwrap_or(usize::MAX);
        let bytes = some_bytes(self.source, data, length)?;
        match header.kind {
            b'L' => self.long_name = Some(bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()),
            b'x' | b'X' | b'g' => {
                for (key, value) in header::pax_records(&bytes) {
                    match key {
                        b"path" => self.long_name = Some(value.to_vec()),
                        b"size" => self.long_bytes = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()),
                        _ if key.starts_with(b"GNU.sparse") => {
                            self.oddity(
                                Verdict::Unscannable,
                                "",
                                "A member is stored with holes, which are not filled in here.",
                            );
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The archive ends at a block of zeros, at the end of the file, or where it breaks.
    fn end(&mut self, at: u64, block: &[u8]) -> Result<(), SourceError> {
        if block.iter().any(|byte| *byte != 0) {
            self.oddity(Verdict::Unscannable, "", "The tar archive breaks off.");
            self.tar.rest = Some((at, self.source.size().saturating_sub(at)));
            return Ok(());
        }
        // Archives are filled up with zeros to a multiple of 10 KiB, tapes to more.
        const PADDING_LIMIT: u64 = 1 << 20;
        let mut position = at;
        while position < self.source.size() {
            let bytes = some_bytes(self.source, position, 64 << 10)?;
            let start = bytes.iter().position(|byte| *byte != 0);
            if start.is_some() || position.saturating_sub(at) > PADDING_LIMIT {
                self.oddity(Verdict::Suspicious, "", "Bytes follow the end of the tar archive.");
                let start =
                    position.saturating_add(start.and_then(|start| u64::try_from(start).ok()).unwrap_or_default());
                self.tar.rest = Some((start, self.source.size().saturating_sub(start)));
                break;
            }
            position = position.saturating_add(wide(bytes.len()));
        }
        Ok(())
    }

    fn oddity(&mut self, verdict: Verdict, name: &str, why: &'static str) {
        if self.tar.oddities.len() < ODDITIES_LIMIT {
            self.tar.oddities.push(Oddity::new(verdict, name, why));
        } else {
            self.tar.is_cut = true;
        }
    }
}

#[cfg(test)]
mod tests;
