//! A file on disk as a source of bytes. Memory does not grow with the file.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::artifact::source::{Source, SourceError};

/// Reads ahead start small, as archives are read here and there, and grow where one read follows the other.
const FIRST_AHEAD_BYTES: usize = 4 << 10;
const MOST_AHEAD_BYTES: usize = 256 << 10;

/// A file that is open, with some of its bytes at hand.
pub struct FileSource {
    file: File,
    size: u64,
    ahead: RefCell<Ahead>,
}

struct Ahead {
    /// Position of the first byte in the buffer.
    start: u64,
    buffer: Vec<u8>,
    /// How much the latest read asked the system for.
    step: usize,
    failure: Option<String>,
}

impl FileSource {
    /// Opens a regular file; waits for no pipe and no device.
    ///
    /// # Errors
    /// When it cannot be opened, or is something else.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Opening a pipe would wait for whoever writes into it.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        // Files that the system makes up say they are empty, whatever is in them.
        if size == 0 && read_some(&file, 0, &mut [0])? > 0 {
            return Err(io::Error::other("it does not tell its size"));
        }
        let ahead = Ahead { start: 0, buffer: Vec::new(), step: FIRST_AHEAD_BYTES, failure: None };
        Ok(Self { file, size, ahead: RefCell::new(ahead) })
    }

    /// What the system said, if ever it could not give bytes.
    pub fn failure(&self) -> Option<String> {
        self.ahead.borrow().failure.clone()
    }
}

impl Source for FileSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let mut ahead = self.ahead.borrow_mut();
        if let Some(held) = ahead.held(offset) {
            return Ok(copy(held, buffer));
        }
        ahead.pace(offset);
        let read = if buffer.len() >= ahead.step {
            ahead.forget(offset, buffer.len());
            read_some(&self.file, offset, buffer)
        } else {
            ahead.fill(&self.file, offset).map(|()| copy(&ahead.buffer, buffer))
        };
        read.map_err(|error| {
            let why = error.to_string();
            ahead.failure.get_or_insert_with(|| why.clone());
            SourceError::Failed(why)
        })
    }
}

impl Ahead {
    fn held(&self, offset: u64) -> Option<&[u8]> {
        let at = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.buffer.get(at..).filter(|held| !held.is_empty())
    }

    /// Doubles the step where reading goes on, and starts again where it jumps.
    fn pace(&mut self, offset: u64) {
        let end = self.start.saturating_add(self.buffer.len() as u64);
        self.step = if offset == end { (self.step * 2).min(MOST_AHEAD_BYTES) } else { FIRST_AHEAD_BYTES };
    }

    /// A large read goes past the buffer; the next one still sees that it follows.
    fn forget(&mut self, offset: u64, length: usize) {
        self.buffer.clear();
        self.start = offset.saturating_add(length as u64);
    }

    fn fill(&mut self, file: &File, offset: u64) -> io::Result<()> {
        self.start = offset;
        self.buffer.resize(self.step, 0);
        let read = read_some(file, offset, &mut self.buffer);
        self.buffer.truncate(*read.as_ref().unwrap_or(&0));
        read.map(|_| ())
    }
}

fn read_some(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_regular_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(FileSource::open(folder.path()).is_err());
        assert!(FileSource::open(&folder.path().join("absent")).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_read_gives_the_bytes_that_stand_there(
            reads in proptest::collection::vec((0_u64..700_000, 0_usize..300_000), 1..30),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("file");
            let bytes: Vec<u8> = (0..600_000_u32).flat_map(|at| (at % 251).to_le_bytes()).take(600_000).collect();
            std::fs::write(&path, &bytes).unwrap();
            let source = FileSource::open(&path).unwrap();
            let mut next = 0;
            for (offset, length) in reads {
                // Every other read follows the one before, as most do.
                for offset in [offset, next] {
                    let mut buffer = vec![0; length];
                    let read = source.read_at(offset, &mut buffer).unwrap();
                    let there = bytes.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
                    prop_assert_eq!(&buffer[..read], &there[..read]);
                    prop_assert_eq!(read == 0, there.is_empty() || length == 0);
                    next = offset + u64::try_from(read).unwrap();
                }
            }
        }
    }
}
