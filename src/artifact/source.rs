//! Random access to a file that may be large, far away, and only partly here.
//!
//! Readers of weight files ask for ranges. A file on disk answers all of them; of a file in remote storage only some parts
//! are here, and a reader that needs another one stops with [`SourceError::Missing`]. Whoever fetches asks
//! [`SparseSource::missing`] for the positions, adds what is there and runs the reader again from its start: readers stay
//! plain functions, and a budget on the bytes fetched is kept outside of them. A reader that knows of several places it
//! needs tries all of them before it stops, so that they can be fetched at once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// A file's bytes, by position.
pub trait Source {
    /// Bytes in all.
    fn size(&self) -> u64;

    /// Reads some bytes from `offset` into `buffer`, and says how many; 0 only at the end or for an empty buffer.
    ///
    /// # Errors
    /// When the part is not here, or reading failed.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError>;
}

/// Why bytes could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// They exist and are not here: fetch them and start again.
    #[error("this part of the file has not been fetched")]
    Missing,
    #[error("{0}")]
    Failed(String),
}

impl From<SourceError> for io::Error {
    fn from(error: SourceError) -> Self {
        Self::other(error)
    }
}

impl Source for &[u8] {
    fn size(&self) -> u64 {
        u64::try_from(self.len()).unwrap_or(u64::MAX)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(copy(self.get(start..).unwrap_or_default(), buffer))
    }
}

/// The parts of a file that were fetched so far.
#[derive(Debug, Default)]
pub struct SparseSource {
    size: u64,
    /// By position; they do not overlap.
    parts: BTreeMap<u64, Vec<u8>>,
    missing: RefCell<BTreeSet<u64>>,
}

/// Positions asked for in vain that are kept.
const MISSING_LIMIT: usize = 4_096;

impl SparseSource {
    pub fn new(size: u64) -> Self {
        Self { size, ..Self::default() }
    }

    /// Adds a part. Bytes that are here already are kept as they are.
    pub fn add(&mut self, offset: u64, bytes: Vec<u8>) {
        self.parts.entry(offset).or_insert(bytes);
        self.missing.get_mut().clear();
    }

    /// Where readers asked for bytes in vain, since the last part was added; in ascending order.
    pub fn missing(&self) -> Vec<u64> {
        self.missing.borrow().iter().copied().collect()
    }

    /// How many bytes from `offset` on are not here: up to the next part, or the end.
    pub fn gap_at(&self, offset: u64) -> u64 {
        let next = self.parts.range(offset..).next().map_or(self.size, |(start, _)| *start);
        next.saturating_sub(offset)
    }
}

impl Source for SparseSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        if buffer.is_empty() || offset >= self.size {
            return Ok(0);
        }
        let before = self.parts.range(..=offset).next_back();
        let held = before.and_then(|(start, bytes)| bytes.get(usize::try_from(offset.checked_sub(*start)?).ok()?..));
        match held.filter(|bytes| !bytes.is_empty()) {
            Some(bytes) => Ok(copy(bytes, buffer)),
            None => {
                let mut missing = self.missing.borrow_mut();
                if missing.len() < MISSING_LIMIT {
                    missing.insert(offset);
                }
                Err(SourceError::Missing)
            }
        }
    }
}

fn copy(from: &[u8], into: &mut [u8]) -> usize {
    let count = from.len().min(into.len());
    if let (Some(from), Some(into)) = (from.get(..count), into.get_mut(..count)) {
        into.copy_from_slice(from);
    }
    count
}

/// Reads a stretch of a source from its start to its end, in large steps.
pub struct Stretch<'a> {
    source: &'a dyn Source,
    at: u64,
    end: u64,
}

impl<'a> Stretch<'a> {
    /// From `start`, at most `length` bytes; less where the file ends before.
    pub fn new(source: &'a dyn Source, start: u64, length: u64) -> Self {
        Self { source, at: start, end: start.saturating_add(length).min(source.size()) }
    }

    /// Where the next byte is read.
    pub const fn position(&self) -> u64 {
        self.at
    }
}

impl io::Read for Stretch<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let room = left.min(buffer.len());
        let read = self.source.read_at(self.at, buffer.get_mut(..room).unwrap_or_default())?;
        self.at = self.at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

/// All of a stretch, which must not be longer than `limit` bytes.
///
/// # Errors
/// When it is longer, ends early, or cannot be read.
pub fn read_exactly(source: &dyn Source, start: u64, length: u64, limit: u64) -> Result<Vec<u8>, SourceError> {
    let length = usize::try_from(length).ok().filter(|_| length <= limit);
    let Some(length) = length else {
        return Err(SourceError::Failed(format!("more than {limit} bytes would have to be read at once")));
    };
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        let at = start.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
        match source.read_at(at, bytes.get_mut(filled..).unwrap_or_default())? {
            0 => return Err(SourceError::Failed("the file ends early".to_owned())),
            read => filled = filled.saturating_add(read),
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_sparse_source_names_the_bytes_that_are_missing() {
        let mut source = SparseSource::new(10);
        source.add(0, vec![0, 1, 2, 3]);
        source.add(8, vec![8, 9]);
        assert_eq!(read_exactly(&source, 1, 3, 10), Ok(vec![1, 2, 3]));
        assert_eq!(read_exactly(&source, 2, 5, 10), Err(SourceError::Missing));
        assert_eq!(read_exactly(&source, 4, 1, 10), Err(SourceError::Missing));
        assert_eq!(read_exactly(&source, 6, 1, 10), Err(SourceError::Missing));
        assert_eq!((source.missing(), source.gap_at(4)), (vec![4, 6], 4));
        source.add(4, vec![4, 5, 6, 7]);
        assert_eq!(source.missing(), Vec::<u64>::new());
        assert_eq!(read_exactly(&source, 2, 8, 10), Ok(vec![2, 3, 4, 5, 6, 7, 8, 9]));
    }

    #[test]
    fn a_stretch_ends_where_it_or_the_file_ends() {
        let bytes: &[u8] = b"0123456789";
        let mut read = String::new();
        Stretch::new(&bytes, 7, 100).read_to_string(&mut read).unwrap();
        assert_eq!(read, "789");
        read.clear();
        Stretch::new(&bytes, 2, 3).read_to_string(&mut read).unwrap();
        assert_eq!(read, "234");
    }

    #[test]
    fn nothing_larger_than_the_limit_is_read_and_no_end_is_made_up() {
        let bytes: &[u8] = b"0123";
        assert!(matches!(read_exactly(&bytes, 0, 4, 3), Err(SourceError::Failed(_))));
        assert!(matches!(read_exactly(&bytes, 2, 4, 10), Err(SourceError::Failed(_))));
        assert!(matches!(read_exactly(&bytes, u64::MAX, 1, 10), Err(SourceError::Failed(_))));
    }
}
