//! One block of a tar archive as a header.

pub const BLOCK: usize = 512;

pub struct Header {
    pub name: Vec<u8>,
    pub link: Vec<u8>,
    pub bytes: u64,
    pub kind: u8,
}

impl Header {
    /// None where the checksum does not fit.
    pub fn read(block: &[u8]) -> Option<Self> {
        let block = block.get(..BLOCK)?;
        let checksum = octal(block.get(148..156)?)?;
        let (unsigned, signed) = sums(block);
        if i64::try_from(checksum).ok().is_none_or(|sum| sum != unsigned && sum != signed) {
            return None;
        }
        let name = text(block.get(..100)?);
        let prefix = text(block.get(345..500)?);
        let is_ustar = block.get(257..262)? == b"ustar";
        let name = if is_ustar && !prefix.is_empty() { [prefix, b"/", name].concat() } else { name.to_vec() };
        let bytes = number(block.get(124..136)?)?;
        Some(Self { name, link: text(block.get(157..257)?).to_vec(), bytes, kind: block.get(156).copied()? })
    }
}

/// The sum of all bytes with the checksum taken as spaces, and the same with signed bytes, as some old programs wrote it.
fn sums(block: &[u8]) -> (i64, i64) {
    let bytes = || block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { b' ' } else { *byte });
    (bytes().map(i64::from).sum(), bytes().map(|byte| i64::from(byte.cast_signed())).sum())
}

fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text(field)).ok()?.trim();
    u64::from_str_radix(text, 8).ok()
}

/// Octal text, or with the first bit set a number of 95 bits.
fn number(field: &[u8]) -> Option<u64> {
    match field.split_first()? {
        (0x80, rest) => {
            let (high, low) = rest.split_at_checked(rest.len().checked_sub(8)?)?;
            let low = low.first_chunk::<8>()?;
            high.iter().all(|byte| *byte == 0).then(|| u64::from_be_bytes(*low))
        }
        _ if text(field).trim_ascii().is_empty() => Some(0),
        _ => octal(field),
    }
}

/// `length key=value\n`, one after the other, as far as they are well-formed.
pub fn pax_records(bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut records = Vec::new();
    let mut rest = bytes;
    while let Some((record, after)) = pax_record(rest) {
        records.push(record);
        rest = after;
    }
    records
}

type Record<'a> = (&'a [u8], &'a [u8]);

fn pax_record(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let space = bytes.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(bytes.get(..space)?).ok()?.parse().ok()?;
    let (record, after) = bytes.split_at_checked(length)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some(((record.get(..equals)?, record.get(equals + 1..)?), after))
}
