//! Bytes of a pickle, one after the other, from a source that may be large: what is not needed is skipped, not read.

use super::fault::Fault;
use crate::artifact::container::wide;
use crate::artifact::source::{Source, SourceError};

/// Bytes kept of one line: names and numbers are shorter, and of longer text only place and length matter.
pub const LINE_KEPT: usize = 4096;
/// A line of more than this many bytes ends the reading: names, numbers and keys are short.
pub const SHORT_LINE: u64 = 64 << 10;
/// The same for lines of text.
pub const LONG_LINE: u64 = 16 << 20;
/// Reads start small, as most files that are looked at turn out to be no pickle at their first bytes, and grow.
const FIRST_READ: usize = 512;
const LARGEST_READ: usize = 64 << 10;

pub struct Input<'a> {
    source: &'a dyn Source,
    size: u64,
    buffer: Vec<u8>,
    /// Next byte in the buffer.
    at: usize,
    /// Position of the buffer's first byte.
    base: u64,
    step: usize,
    failure: Option<SourceError>,
}

impl<'a> Input<'a> {
    pub fn new(source: &'a dyn Source) -> Self {
        Self { source, size: source.size(), buffer: Vec::new(), at: 0, base: 0, step: FIRST_READ, failure: None }
    }

    /// Where the next byte is.
    pub fn position(&self) -> u64 {
        self.base.saturating_add(wide(self.at))
    }

    pub fn is_at_end(&self) -> bool {
        self.position() >= self.size
    }

    /// Goes back or forth; a position behind the end is the end.
    pub fn seek(&mut self, position: u64) {
        let within = position.checked_sub(self.base).map(narrow).filter(|at| *at <= self.buffer.len());
        match within {
            Some(at) => self.at = at,
            None => {
                self.base = position.min(self.size);
                self.buffer.clear();
                self.at = 0;
                self.step = FIRST_READ;
            }
        }
    }

    /// What the source said, after [`Fault::Source`].
    pub fn failure(&self) -> Option<&SourceError> {
        self.failure.as_ref()
    }

    #[inline]
    pub fn byte(&mut self) -> Result<u8, Fault> {
        match self.buffer.get(self.at) {
            Some(byte) => {
                self.at += 1;
                Ok(*byte)
            }
            None => self.byte_after_refill(),
        }
    }

    /// The next byte, which stays.
    pub fn peek(&mut self) -> Result<u8, Fault> {
        let byte = self.byte()?;
        self.at = self.at.saturating_sub(1);
        Ok(byte)
    }

    #[inline]
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        match self.buffer.get(self.at..).and_then(|rest| rest.first_chunk::<N>()) {
            Some(chunk) => {
                self.at += N;
                Ok(*chunk)
            }
            None => self.bytes_over_the_edge(),
        }
    }

    #[inline]
    pub fn skip(&mut self, count: u64) -> Result<(), Fault> {
        let left = self.buffer.len().saturating_sub(self.at);
        if count <= wide(left) {
            self.at = self.at.saturating_add(narrow(count));
            return Ok(());
        }
        let target = self.position().saturating_add(count);
        self.seek(target);
        if target > self.size { Err(Fault::End) } else { Ok(()) }
    }

    /// Reads up to a line feed, which is taken and not kept, at most about `limit` bytes. [`LINE_KEPT`] of them go into `kept`;
    /// the whole line's length is returned.
    pub fn line(&mut self, limit: u64, kept: &mut Vec<u8>) -> Result<u64, Fault> {
        kept.clear();
        let mut length: u64 = 0;
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            let end = memchr::memchr(b'\n', rest);
            let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let room = LINE_KEPT.saturating_sub(kept.len()).min(part.len());
            kept.extend_from_slice(part.get(..room).unwrap_or_default());
            length = length.saturating_add(wide(part.len()));
            self.at = self.at.saturating_add(part.len());
            if end.is_some() {
                self.at = self.at.saturating_add(1);
                return Ok(length);
            }
            if length > limit {
                return Err(Fault::LineTooLong);
            }
            self.refill()?;
        }
    }

    /// Reads again what stands somewhere else; the position stays.
    pub fn text(&mut self, at: u64, length: usize, into: &mut Vec<u8>) -> Result<(), Fault> {
        into.clear();
        let start = at.checked_sub(self.base).map(narrow);
        let held = start.and_then(|start| self.buffer.get(start..start.checked_add(length)?));
        if let Some(held) = held {
            into.extend_from_slice(held);
            return Ok(());
        }
        into.resize(length, 0);
        let mut filled = 0;
        while filled < length {
            let room = into.get_mut(filled..).unwrap_or_default();
            match self.source.read_at(at.saturating_add(wide(filled)), room) {
                Ok(0) => return Err(Fault::End),
                Ok(read) => filled = filled.saturating_add(read),
                Err(error) => return Err(self.failed(error)),
            }
        }
        Ok(())
    }

    #[cold]
    fn byte_after_refill(&mut self) -> Result<u8, Fault> {
        self.refill()?;
        let byte = self.buffer.first().copied().ok_or(Fault::End)?;
        self.at = 1;
        Ok(byte)
    }

    #[cold]
    fn bytes_over_the_edge<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    fn refill(&mut self) -> Result<(), Fault> {
        self.base = self.base.saturating_add(wide(self.buffer.len()));
        self.at = 0;
        self.buffer.resize(self.step, 0);
        self.step = self.step.saturating_mul(8).min(LARGEST_READ);
        match self.source.read_at(self.base, &mut self.buffer) {
            Ok(read) => {
                self.buffer.truncate(read);
                if read == 0 { Err(Fault::End) } else { Ok(()) }
            }
            Err(error) => {
                self.buffer.clear();
                Err(self.failed(error))
            }
        }
    }

    fn failed(&mut self, error: SourceError) -> Fault {
        self.failure = Some(error);
        Fault::Source
    }
}

/// What does not fit is more than any buffer holds.
pub fn narrow(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
