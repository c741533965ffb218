//! A stretch of a source, as a source of its own.

use super::wide;
use crate::artifact::source::{Source, SourceError};

pub struct Part<'a> {
    source: &'a dyn Source,
    start: u64,
    length: u64,
}

impl<'a> Part<'a> {
    /// From `start`, at most `length` bytes; less where the source ends before.
    pub fn new(source: &'a dyn Source, start: u64, length: u64) -> Self {
        Self { source, start, length: length.min(source.size().saturating_sub(start)) }
    }
}

impl Source for Part<'_> {
    fn size(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let room = left.min(buffer.len());
        self.source.read_at(self.start.saturating_add(offset), buffer.get_mut(..room).unwrap_or_default())
    }
}

/// The first bytes, at most `most`, of a source.
pub fn head(source: &dyn Source, most: usize) -> Result<Vec<u8>, SourceError> {
    some_bytes(source, 0, most)
}

/// The bytes from `start` on, at most `most` of them and fewer where the source ends.
pub fn some_bytes(source: &dyn Source, start: u64, most: usize) -> Result<Vec<u8>, SourceError> {
    let left = usize::try_from(source.size().saturating_sub(start)).unwrap_or(usize::MAX);
    let mut bytes = vec![0; left.min(most)];
    let mut filled = 0;
    while filled < bytes.len() {
        let at = start.saturating_add(wide(filled));
        match source.read_at(at, bytes.get_mut(filled..).unwrap_or_default())? {
            0 => bytes.truncate(filled),
            read => filled = filled.saturating_add(read),
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_ends_where_it_or_its_source_ends() {
        let bytes: &[u8] = b"0123456789";
        let part = Part::new(&bytes, 3, 4);
        assert_eq!((part.size(), head(&part, 100)), (4, Ok(b"3456".to_vec())));
        assert_eq!(some_bytes(&part, 2, 1), Ok(b"5".to_vec()));
        assert_eq!(Part::new(&bytes, 8, 4).size(), 2);
        assert_eq!(Part::new(&bytes, 11, 4).size(), 0);
    }
}
