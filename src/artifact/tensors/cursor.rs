//! Reading a file's header from its start, value by value, jumping over what is not needed.

use super::HeaderFault;
use crate::artifact::source::Source;

/// Bytes that are asked for at once.
const BUFFER_BYTES: usize = 16 * 1024;

/// A position in a file, with the bytes around it. Never reads beyond its end, which is the file's or a limit's.
pub(super) struct Cursor<'a> {
    source: &'a dyn Source,
    end: u64,
    at: u64,
    buffer: Box<[u8]>,
    /// Where in the file the buffer begins, and how much of it is filled.
    buffer_start: u64,
    filled: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(source: &'a dyn Source) -> Self {
        Self::limited(source, u64::MAX)
    }

    /// A cursor that refuses to go further than `limit` bytes into the file.
    pub fn limited(source: &'a dyn Source, limit: u64) -> Self {
        let end = source.size().min(limit);
        Self { source, end, at: 0, buffer: vec![0; BUFFER_BYTES].into(), buffer_start: 0, filled: 0 }
    }

    pub const fn position(&self) -> u64 {
        self.at
    }

    /// Bytes up to the end of the file or the limit.
    pub const fn left(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    /// Goes to a position that is known to be inside the file.
    pub fn seek(&mut self, position: u64) {
        self.at = position.min(self.end);
    }

    pub fn skip(&mut self, count: u64) -> Result<(), HeaderFault> {
        self.demand(count)?;
        self.at = self.at.saturating_add(count);
        Ok(())
    }

    pub fn byte(&mut self) -> Result<u8, HeaderFault> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    /// A little-endian number of 32 bits.
    pub fn u32(&mut self) -> Result<u32, HeaderFault> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A little-endian number of 64 bits.
    pub fn u64(&mut self) -> Result<u64, HeaderFault> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], HeaderFault> {
        let mut bytes = [0; N];
        let mut room = bytes.iter_mut();
        self.each_chunk(N as u64, |chunk| room.by_ref().zip(chunk).for_each(|(into, from)| *into = *from))?;
        Ok(bytes)
    }

    /// The next `count` bytes; the caller has compared `count` with a limit. `what` names them in the plural.
    pub fn take(&mut self, count: u64, limit: usize, what: &'static str) -> Result<Vec<u8>, HeaderFault> {
        self.demand(count)?;
        let length = usize::try_from(count).ok().filter(|length| *length <= limit);
        let mut bytes = Vec::with_capacity(length.ok_or_else(|| HeaderFault::too_large(what, limit))?);
        self.each_chunk(count, |chunk| bytes.extend_from_slice(chunk))?;
        Ok(bytes)
    }

    /// Shows the next `count` bytes in pieces.
    pub fn each_chunk(&mut self, count: u64, mut show: impl FnMut(&[u8])) -> Result<(), HeaderFault> {
        self.demand(count)?;
        let mut left = count;
        while left > 0 {
            let held = self.held()?;
            let shown = held.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            show(held.get(..shown).unwrap_or_default());
            let shown = u64::try_from(shown).unwrap_or(left);
            left = left.saturating_sub(shown);
            self.at = self.at.saturating_add(shown);
        }
        Ok(())
    }

    /// The bytes in memory from the present position on; at least one.
    fn held(&mut self) -> Result<&[u8], HeaderFault> {
        if self.offset().is_none_or(|offset| offset >= self.filled) {
            self.filled = self.source.read_at(self.at, &mut self.buffer)?.min(BUFFER_BYTES);
            self.buffer_start = self.at;
            if self.filled == 0 {
                return Err(HeaderFault::Failed { why: "the file ends before its size says so".to_owned() });
            }
        }
        let offset = self.offset().unwrap_or_default();
        Ok(self.buffer.get(offset..self.filled).unwrap_or_default())
    }

    fn offset(&self) -> Option<usize> {
        usize::try_from(self.at.checked_sub(self.buffer_start)?).ok()
    }

    /// Checks, before anything is allocated or read, that so many bytes are there.
    fn demand(&self, count: u64) -> Result<(), HeaderFault> {
        if count <= self.left() {
            return Ok(());
        }
        if self.end < self.source.size() {
            return Err(HeaderFault::TooLarge { what: "bytes of header", limit: self.end });
        }
        let why = format!("the file ends after {} bytes, inside its header", self.source.size());
        Err(HeaderFault::Invalid { why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::source::SparseSource;

    #[test]
    fn numbers_are_little_endian_and_jumps_read_nothing() {
        let mut source = SparseSource::new(1 << 40);
        source.add(0, vec![1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        source.add((1 << 40) - 1, vec![7]);
        let mut cursor = Cursor::new(&source);
        assert_eq!((cursor.u32(), cursor.u64()), (Ok(1), Ok(2)));
        cursor.skip((1 << 40) - 13).unwrap();
        assert_eq!((cursor.byte(), cursor.left()), (Ok(7), 0));
    }

    #[test]
    fn a_part_that_is_not_here_is_missing_and_an_end_is_a_fault_of_the_file() {
        let mut source = SparseSource::new(12);
        source.add(0, vec![0; 10]);
        let mut cursor = Cursor::new(&source);
        cursor.skip(8).unwrap();
        assert_eq!(cursor.u32(), Err(HeaderFault::Missing));
        cursor.seek(8);
        assert!(matches!(cursor.u64(), Err(HeaderFault::Invalid { .. })));
        let mut cursor = Cursor::limited(&source, 10);
        cursor.skip(8).unwrap();
        assert_eq!(cursor.u32(), Err(HeaderFault::TooLarge { what: "bytes of header", limit: 10 }));
    }

    #[test]
    fn no_length_is_believed_before_it_fits_file_and_limit() {
        let bytes: &[u8] = &[0; 100];
        let mut cursor = Cursor::new(&bytes);
        assert!(matches!(cursor.take(u64::MAX, usize::MAX, "bytes"), Err(HeaderFault::Invalid { .. })));
        assert_eq!(cursor.take(100, 99, "bytes"), Err(HeaderFault::too_large("bytes", 99)));
        assert_eq!(cursor.take(100, 100, "bytes").unwrap().len(), 100);
    }
}
