//! Archives put together byte by byte, honest or not, for tests.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

/// A zip archive in the making.
#[derive(Default)]
pub struct Zip {
    body: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

/// How an entry is written. What differs from the honest way is set on purpose.
pub struct Entry<'a> {
    pub name: &'a str,
    pub local_name: &'a str,
    pub data: &'a [u8],
    pub method: u16,
    pub local_method: u16,
    pub flags: u16,
    pub crc: u32,
    pub is_listed: bool,
    /// Sizes stand behind the data.
    pub has_descriptor: bool,
    /// Sizes in the directory stand in its zip64 field.
    pub is_zip64: bool,
}

impl<'a> Entry<'a> {
    pub fn stored(name: &'a str, data: &'a [u8]) -> Self {
        Self {
            name,
            local_name: name,
            data,
            method: 0,
            local_method: 0,
            flags: 0,
            crc: 0,
            is_listed: true,
            has_descriptor: false,
            is_zip64: false,
        }
    }

    /// `data` is packed already.
    pub fn packed(name: &'a str, method: u16, data: &'a [u8]) -> Self {
        Self { method, local_method: method, ..Self::stored(name, data) }
    }
}

impl Zip {
    pub fn with(mut self, entry: &Entry<'_>) -> Self {
        let at = length(&self.body);
        let size = length(entry.data);
        let flags = entry.flags | if entry.has_descriptor { 8 } else { 0 };
        let local_size = if entry.has_descriptor { 0 } else { size };
        self.body.extend(b"PK\x03\x04\x14\0");
        self.body.extend(flags.to_le_bytes());
        self.body.extend(entry.local_method.to_le_bytes());
        self.body.extend([0; 4]);
        self.body.extend(entry.crc.to_le_bytes());
        self.body.extend(local_size.to_le_bytes());
        self.body.extend(local_size.to_le_bytes());
        self.body.extend(short(entry.local_name.as_bytes()).to_le_bytes());
        self.body.extend([0; 2]);
        self.body.extend(entry.local_name.as_bytes());
        self.body.extend(entry.data);
        if entry.has_descriptor {
            self.body.extend(b"PK\x07\x08\0\0\0\0");
            self.body.extend(size.to_le_bytes());
            self.body.extend(size.to_le_bytes());
        }
        if entry.is_listed {
            self.list(entry, at, flags, size);
        }
        self
    }

    /// Lists the first entry again and again, under other names and each time a byte longer.
    pub fn with_listed_again(mut self, entry: &Entry<'_>, times: u32) -> Self {
        for number in 1..=times {
            let name = format!("{number}");
            self.list(&Entry::stored(&name, entry.data), 0, 0, length(entry.data) + number);
        }
        self
    }

    /// Bytes that belong to no entry.
    pub fn with_stray(mut self, bytes: &[u8]) -> Self {
        self.body.extend(bytes);
        self
    }

    pub fn build(self) -> Vec<u8> {
        self.build_with_comment(b"")
    }

    pub fn build_with_comment(self, comment: &[u8]) -> Vec<u8> {
        let (at, size) = (length(&self.body), length(&self.directory));
        let mut zip = [self.body, self.directory].concat();
        zip.extend(b"PK\x05\x06\0\0\0\0");
        zip.extend(self.count.to_le_bytes());
        zip.extend(self.count.to_le_bytes());
        zip.extend(size.to_le_bytes());
        zip.extend(at.to_le_bytes());
        zip.extend(short(comment).to_le_bytes());
        zip.extend(comment);
        zip
    }

    /// With its directory described by zip64 records only.
    pub fn build_zip64(self) -> Vec<u8> {
        let (at, size) = (u64::from(length(&self.body)), u64::from(length(&self.directory)));
        let mut zip = [self.body, self.directory].concat();
        let record = length(&zip);
        zip.extend(b"PK\x06\x06");
        zip.extend(44_u64.to_le_bytes());
        zip.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        zip.extend(u64::from(self.count).to_le_bytes());
        zip.extend(u64::from(self.count).to_le_bytes());
        zip.extend(size.to_le_bytes());
        zip.extend(at.to_le_bytes());
        zip.extend(b"PK\x06\x07\0\0\0\0");
        zip.extend(u64::from(record).to_le_bytes());
        zip.extend(1_u32.to_le_bytes());
        zip.extend(b"PK\x05\x06\0\0\0\0");
        zip.extend([0xff; 12]);
        zip.extend([0, 0]);
        zip
    }

    fn list(&mut self, entry: &Entry<'_>, at: u32, flags: u16, size: u32) {
        let extra: Vec<u8> = if entry.is_zip64 {
            [
                b"\x01\0\x18\0".as_slice(),
                &u64::from(size).to_le_bytes(),
                &u64::from(size).to_le_bytes(),
                &u64::from(at).to_le_bytes(),
            ]
            .concat()
        } else {
            Vec::new()
        };
        let or_large = |value: u32| if entry.is_zip64 { u32::MAX } else { value };
        self.directory.extend(b"PK\x01\x02\x14\0\x14\0");
        self.directory.extend(flags.to_le_bytes());
        self.directory.extend(entry.method.to_le_bytes());
        self.directory.extend([0; 4]);
        self.directory.extend(entry.crc.to_le_bytes());
        self.directory.extend(or_large(size).to_le_bytes());
        self.directory.extend(or_large(size).to_le_bytes());
        self.directory.extend(short(entry.name.as_bytes()).to_le_bytes());
        self.directory.extend(short(&extra).to_le_bytes());
        self.directory.extend([0; 10]);
        self.directory.extend(or_large(at).to_le_bytes());
        self.directory.extend(entry.name.as_bytes());
        self.directory.extend(&extra);
        self.count += 1;
    }
}

/// An honest archive of stored entries.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    entries.iter().fold(Zip::default(), |zip, (name, data)| zip.with(&Entry::stored(name, data))).build()
}

pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One tar member with its padding.
pub fn tar_member(name: &str, kind: u8, data: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
    block[156] = kind;
    block[257..263].copy_from_slice(b"ustar\0");
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.extend(data);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let members: Vec<u8> = members.iter().flat_map(|(name, data)| tar_member(name, b'0', data)).collect();
    [members, vec![0; 1024]].concat()
}

/// An array with that description of its elements.
pub fn npy(description: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {description}, 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\0".as_slice(), &length, header.as_bytes(), data].concat()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

fn short(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap()
}
