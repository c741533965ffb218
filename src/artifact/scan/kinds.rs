//! What a file is by its first bytes, as the programs that open such files tell.

use super::Format;
use crate::artifact::container::packed::{End, Packing, unpack};
use crate::artifact::container::tar;
use crate::artifact::container::{npy, some_bytes, wide};
use crate::artifact::source::{Source, SourceError};

/// First bytes that are looked at: enough for a tar header, and for HDF5 behind a user block.
pub const HEAD_BYTES: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Zip,
    Tar,
    Npy,
    Packed(Packing),
    /// Read by nobody here; the words complete "it is …".
    Foreign(&'static str),
    Hdf5,
    Gguf,
    Safetensors,
    /// None of these.
    Other,
}

impl Kind {
    /// Other files may be inside.
    pub const fn is_container(self) -> bool {
        matches!(self, Self::Zip | Self::Tar | Self::Packed(_) | Self::Foreign(_))
    }

    pub const fn format(self) -> Format {
        match self {
            Self::Zip => Format::Zip,
            Self::Tar => Format::Tar,
            Self::Npy => Format::Npy,
            Self::Packed(Packing::Gzip) => Format::Gzip,
            Self::Packed(Packing::Zlib | Packing::Deflate) => Format::Zlib,
            Self::Packed(Packing::Bzip2) => Format::Bzip2,
            Self::Packed(Packing::Xz) => Format::Xz,
            Self::Packed(Packing::Lzma | Packing::ZipLzma) => Format::Lzma,
            Self::Foreign(_) => Format::OtherArchive,
            Self::Hdf5 => Format::Hdf5,
            Self::Gguf => Format::Gguf,
            Self::Safetensors => Format::Safetensors,
            Self::Other => Format::Unknown,
        }
    }
}

/// By `head`, the first [`HEAD_BYTES`] of a file of `size` bytes.
pub fn of(head: &[u8], size: u64) -> Kind {
    let begins = |magic: &[u8]| head.starts_with(magic);
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        return Kind::Zip;
    }
    if begins(npy::MAGIC) {
        return Kind::Npy;
    }
    if begins(b"GGUF") {
        return Kind::Gguf;
    }
    if tar::is_tar(head) {
        return Kind::Tar;
    }
    if let Some(packing) = packing(head) {
        return Kind::Packed(packing);
    }
    if let Some((_, name)) = FOREIGN.iter().find(|(magic, _)| begins(magic)) {
        return Kind::Foreign(name);
    }
    if is_hdf5(head) {
        return Kind::Hdf5;
    }
    if is_safetensors(head, size) { Kind::Safetensors } else { Kind::Other }
}

/// Kinds of archives and compressed files that are refused, by their first bytes.
const FOREIGN: [(&[u8], &str); 19] = [
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd stream"),
    (b"\x50\x2a\x4d\x18", "a zstd stream"),
    (b"\x04\x22\x4d\x18", "an lz4 stream"),
    (b"\x02\x21\x4c\x18", "an lz4 stream"),
    (b"LZIP\x01", "an lzip stream"),
    (b"\x89LZO\x00\r\n\x1a\n", "an lzop stream"),
    (b"\xff\x06\x00\x00sNaPpY", "a snappy stream"),
    (b"\x1f\x9d\x90", "a file of `compress`"),
    (b"ZF0x", "a compressed file of an old joblib"),
    (b"MSCF\x00\x00\x00\x00", "a cabinet archive"),
    (b"!<arch>\n", "an ar archive"),
    (b"070701", "a cpio archive"),
    (b"070702", "a cpio archive"),
    (b"070707", "a cpio archive"),
    (b"hsqs", "a squashfs image"),
    (b"xar!\x00\x1c", "a xar archive"),
    (b"\xed\xab\xee\xdb", "an rpm package"),
];

fn packing(head: &[u8]) -> Option<Packing> {
    match head {
        [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0 => Some(Packing::Gzip),
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
            if rest.starts_with(b"\x31\x41\x59\x26\x53\x59") || rest.starts_with(b"\x17\x72\x45\x38\x50\x90") =>
        {
            Some(Packing::Bzip2)
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
        // Two bytes are no magic number worth the name: what follows must unpack.
        [method, check, ..] if method & 0x8f == 8 && is_multiple_of_31(*method, *check) => {
            unpacks(head).then_some(Packing::Zlib)
        }
        [0x5d, 0, 0, ..] if is_lzma(head) => Some(Packing::Lzma),
        _ => None,
    }
}

/// The header of `.lzma`: properties, size of the dictionary (a power of two, or one and a half), size when unpacked.
fn is_lzma(head: &[u8]) -> bool {
    const LARGEST: u64 = 1 << 38;
    let Some([_, a, b, c, d, size @ ..]) = head.first_chunk::<13>() else { return false };
    let dictionary = u32::from_le_bytes([*a, *b, *c, *d]);
    let size = u64::from_le_bytes(*size);
    let is_usual = dictionary.is_power_of_two() || (dictionary % 3 == 0 && (dictionary / 3).is_power_of_two());
    is_usual && (size == u64::MAX || size < LARGEST)
}

fn is_multiple_of_31(method: u8, check: u8) -> bool {
    u16::from_be_bytes([method, check]).is_multiple_of(31)
}

/// Whether the first bytes are a stream of zlib: they unpack to something, and break off at most because they end.
fn unpacks(head: &[u8]) -> bool {
    const ENOUGH: u64 = 16 << 10;
    let unpacked = |bytes: &[u8]| unpack(&bytes, Packing::Zlib, ENOUGH).ok();
    let Some(whole) = unpacked(head) else { return false };
    if whole.end != End::Broken {
        return !whole.bytes.is_empty();
    }
    // Half of them must give less: what breaks in the first half already is no stream.
    let half = unpacked(head.get(..head.len() / 2).unwrap_or_default());
    half.is_some_and(|half| half.bytes.len() < whole.bytes.len())
}

const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

/// HDF5: the signature stands at 0, or behind a user block of 512, 1024, 2048 … bytes.
fn is_hdf5(head: &[u8]) -> bool {
    [0, 512, 1024, 2048].into_iter().any(|at| head.get(at..).is_some_and(|rest| rest.starts_with(HDF5)))
}

/// The same, with a user block longer than the first bytes.
pub fn is_hdf5_behind_user_block(source: &dyn Source) -> Result<bool, SourceError> {
    let mut at = wide(HEAD_BYTES);
    while at < source.size() {
        if some_bytes(source, at, HDF5.len())? == HDF5 {
            return Ok(true);
        }
        at = at.saturating_mul(2);
    }
    Ok(false)
}

/// Safetensors: eight bytes of length, then so many bytes of JSON.
fn is_safetensors(head: &[u8], size: u64) -> bool {
    const HEADER_LIMIT: u64 = 100_000_000;
    let Some((length, rest)) = head.split_first_chunk::<8>() else { return false };
    let length = u64::from_le_bytes(*length);
    let fits = (2..=HEADER_LIMIT).contains(&length) && length <= size.saturating_sub(8);
    fits && rest.trim_ascii_start().starts_with(b"{")
}

/// Whether text, and nothing but text, is in the first bytes. A character may be cut at the end.
pub fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && head.len() == HEAD_BYTES => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}'))
}

/// The first bytes of a source.
pub fn head(source: &dyn Source) -> Result<Vec<u8>, SourceError> {
    crate::artifact::container::head(source, HEAD_BYTES)
}
