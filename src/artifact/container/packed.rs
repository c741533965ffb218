//! Compressed streams, unpacked into memory up to a limit.

use std::cell::Cell;
use std::io::{self, BufRead as _, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use lzma_rust2::{Action, LzmaReader, XzReader, XzStream};

use super::wide;
use crate::artifact::source::{Source, SourceError};

/// How bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Packing {
    /// Without header, as in zip.
    Deflate,
    Gzip,
    Zlib,
    Bzip2,
    Xz,
    /// `.lzma`, the older format.
    Lzma,
    /// LZMA as zip writes its header.
    ZipLzma,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Unpacked {
    pub bytes: Vec<u8>,
    pub end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All of it.
    Whole,
    /// There is more than the limit.
    More,
    /// It breaks off here: what comes before is what a reader would have got.
    Broken,
}

/// Dictionaries larger than this (KiB) are refused; the largest preset of xz takes 64 MiB.
const DICTIONARY_KIB: u32 = 80 << 10;
/// Packed bytes that may be read before anything comes out: a block of bzip2 is smaller.
const PACKED_IN_ADVANCE: u64 = 2 << 20;
/// Streams in a row that are read as one.
const STREAMS_LIMIT: u32 = 1024;

impl Packing {
    /// What unpacking costs at least, in bytes of memory: counted against the limit, however little comes out.
    pub const fn least_cost(self) -> u64 {
        match self {
            Self::Deflate | Self::Gzip | Self::Zlib => 4 << 10,
            Self::Bzip2 | Self::Xz | Self::Lzma | Self::ZipLzma => 1 << 20,
        }
    }
}

/// Unpacks a source from its start on, at most `limit` bytes.
///
/// # Errors
/// When a part of the source is not here.
pub fn unpack(source: &dyn Source, packing: Packing, limit: u64) -> Result<Unpacked, SourceError> {
    let (out, failure) = (Cell::new(0), Cell::new(None));
    let open = || BufReader::with_capacity(16 << 10, Tap { source, at: 0, out: &out, failure: &failure });
    let mut into = Into { bytes: Vec::new(), limit, out: &out };
    let mut input = open();
    let end = match packing {
        Packing::Deflate => into.copy(&mut DeflateDecoder::new(&mut input)),
        Packing::Gzip => into.copy(&mut MultiGzDecoder::new(&mut input)),
        Packing::Bzip2 => into.copy(&mut MultiBzDecoder::new(&mut input)),
        Packing::Zlib => zlib(&mut input, &mut into),
        Packing::Xz => into.copy(&mut XzReader::new_mem_limit(&mut input, true, DICTIONARY_KIB)),
        Packing::Lzma => into.copy_lzma(LzmaReader::new_mem_limit(&mut input, DICTIONARY_KIB, None)),
        Packing::ZipLzma => into.copy_lzma(zip_lzma(&mut input)),
    };
    if packing == Packing::Xz && end == End::Broken {
        broken_xz(open, &mut into);
    }
    match failure.take() {
        Some(SourceError::Missing) => Err(SourceError::Missing),
        _ => Ok(Unpacked { bytes: into.bytes, end }),
    }
}

/// What a broken xz file gives before it breaks: the reader above hands out whole chunks only, other programs every byte.
/// The first round finds out how far whole steps lead, the second one goes on from there byte by byte.
fn broken_xz<'a>(open: impl Fn() -> BufReader<Tap<'a>>, into: &mut Into<'_>) {
    // Its decoder wants to see so many bytes beyond the ones it uses.
    const AHEAD: [u8; 20] = [0; 20];
    let mut whole_steps = u64::MAX;
    for _ in 0..2 {
        into.bytes.clear();
        into.out.set(0);
        let (mut input, mut stream) = (open(), XzStream::new_mem_limit(true, DICTIONARY_KIB));
        let (mut buffer, mut ahead) = ([0; 4096], AHEAD.as_slice());
        while wide(into.bytes.len()) < into.limit {
            let left = usize::try_from(whole_steps.saturating_sub(wide(into.bytes.len()))).unwrap_or(usize::MAX);
            let room = buffer.get_mut(..left.clamp(1, 4096)).unwrap_or_default();
            let Ok(available) = input.fill_buf() else { break };
            let is_over = available.is_empty();
            let packed = if is_over { ahead } else { available };
            let Ok(step) = stream.process(packed, room, Action::Run) else { break };
            into.bytes.extend_from_slice(room.get(..step.bytes_produced).unwrap_or_default());
            into.out.set(wide(into.bytes.len()));
            if is_over {
                ahead = ahead.get(step.bytes_consumed..).unwrap_or_default();
            } else {
                input.consume(step.bytes_consumed);
            }
            if step.bytes_produced == 0 && step.bytes_consumed == 0 {
                break;
            }
        }
        whole_steps = wide(into.bytes.len());
    }
}

/// Where unpacked bytes go.
struct Into<'a> {
    bytes: Vec<u8>,
    limit: u64,
    out: &'a Cell<u64>,
}

impl Into<'_> {
    fn copy(&mut self, from: &mut dyn Read) -> End {
        let mut buffer = vec![0; 32 << 10];
        loop {
            let length = wide(self.bytes.len());
            self.out.set(length);
            if length > self.limit {
                self.bytes.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
                return End::More;
            }
            match from.read(&mut buffer) {
                Ok(0) => return End::Whole,
                Ok(read) => self.bytes.extend_from_slice(buffer.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return End::Broken,
            }
        }
    }

    fn copy_lzma<R: Read>(&mut self, reader: io::Result<LzmaReader<R>>) -> End {
        let Ok(mut reader) = reader else { return End::Broken };
        reader.set_defer_errors(true);
        self.copy(&mut reader)
    }
}

/// Streams of zlib one after the other, as joblib reads them.
fn zlib(input: &mut BufReader<Tap<'_>>, into: &mut Into<'_>) -> End {
    for _ in 0..STREAMS_LIMIT {
        let end = into.copy(&mut ZlibDecoder::new(&mut *input));
        match (end, input.fill_buf()) {
            (End::Whole, Ok([])) => return End::Whole,
            (End::Whole, Ok(_)) => {}
            (End::Whole, Err(_)) => return End::Broken,
            (end, _) => return end,
        }
    }
    End::Broken
}

/// Zip's LZMA: version, length of the properties, properties (5 bytes), then the stream up to its end mark.
fn zip_lzma<'i, 'a>(input: &'i mut BufReader<Tap<'a>>) -> io::Result<LzmaReader<&'i mut BufReader<Tap<'a>>>> {
    let mut header = [0; 9];
    input.read_exact(&mut header)?;
    let [_, _, _, _, properties, a, b, c, d] = header;
    let dictionary = u32::from_le_bytes([a, b, c, d]);
    if dictionary / 1024 > DICTIONARY_KIB {
        return Err(io::Error::other("a dictionary too large"));
    }
    LzmaReader::new_with_props(input, u64::MAX, properties, dictionary, None)
}

/// The packed bytes. It stops where far more is read than comes out, and keeps what the source said.
struct Tap<'a> {
    source: &'a dyn Source,
    at: u64,
    out: &'a Cell<u64>,
    failure: &'a Cell<Option<SourceError>>,
}

impl Read for Tap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at > self.out.get().saturating_mul(2).saturating_add(PACKED_IN_ADVANCE) {
            return Err(io::Error::other("almost nothing comes out"));
        }
        match self.source.read_at(self.at, buffer) {
            Ok(read) => {
                self.at = self.at.saturating_add(wide(read));
                Ok(read)
            }
            Err(error) => {
                self.failure.set(Some(error));
                Err(io::Error::other("the packed bytes could not be read"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
