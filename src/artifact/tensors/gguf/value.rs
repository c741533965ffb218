//! Values of GGUF's metadata, each as a short text.

use sha2::{Digest as _, Sha256};

use super::HeaderFault;
use crate::artifact::tensors::cursor::Cursor;
use crate::artifact::tensors::words::{fingerprint, read_abbreviated};

pub(super) const U32: u32 = 4;
pub(super) const STRING: u32 = 8;

const U8: u32 = 0;
const I8: u32 = 1;
const U16: u32 = 2;
const I16: u32 = 3;
const I32: u32 = 5;
const F32: u32 = 6;
const BOOL: u32 = 7;
const ARRAY: u32 = 9;
const U64: u32 = 10;
const I64: u32 = 11;
const F64: u32 = 12;

/// Arrays inside arrays; the text allows them, no reader uses them.
const DEPTH_LIMIT: usize = 4;
/// Longer arrays, or of longer texts, are told by their length and fingerprint.
const SHOWN_ELEMENTS: u64 = 16;
const SHOWN_BYTES: u64 = 200;

/// Reads a value of a type.
pub(super) fn read(cursor: &mut Cursor<'_>, kind: u32) -> Result<String, HeaderFault> {
    match kind {
        STRING => {
            let length = cursor.u64()?;
            read_abbreviated(cursor, length)
        }
        ARRAY => read_array(cursor),
        _ => scalar(cursor, kind),
    }
}

fn scalar(cursor: &mut Cursor<'_>, kind: u32) -> Result<String, HeaderFault> {
    Ok(match kind {
        U8 => cursor.byte()?.to_string(),
        I8 => i8::from_le_bytes(cursor.array()?).to_string(),
        U16 => u16::from_le_bytes(cursor.array()?).to_string(),
        I16 => i16::from_le_bytes(cursor.array()?).to_string(),
        U32 => cursor.u32()?.to_string(),
        I32 => i32::from_le_bytes(cursor.array()?).to_string(),
        F32 => f32::from_le_bytes(cursor.array()?).to_string(),
        U64 => cursor.u64()?.to_string(),
        I64 => i64::from_le_bytes(cursor.array()?).to_string(),
        F64 => f64::from_le_bytes(cursor.array()?).to_string(),
        BOOL => match cursor.byte()? {
            0 => "false".to_owned(),
            1 => "true".to_owned(),
            other => format!("{other} (neither true nor false)"),
        },
        _ => return Err(unknown_type(cursor, kind)),
    })
}

fn unknown_type(cursor: &Cursor<'_>, kind: u32) -> HeaderFault {
    HeaderFault::invalid(format!("metadata at byte {} is of the unknown type {kind}", cursor.position()))
}

/// Reads an array; a long one is hashed, so that a changed vocabulary is seen.
fn read_array(cursor: &mut Cursor<'_>) -> Result<String, HeaderFault> {
    let start = cursor.position();
    let mut hasher = Sha256::new();
    let (kind, count) = hash_array(cursor, &mut hasher, 1)?;
    let end = cursor.position();
    if kind == ARRAY || count > SHOWN_ELEMENTS || end.saturating_sub(start) > SHOWN_BYTES {
        return Ok(format!("{count} {}, {}", plural(kind), fingerprint(hasher)));
    }
    cursor.seek(start.saturating_add(ARRAY_START_BYTES));
    let elements = (0..count).map(|_| read(cursor, kind)).collect::<Result<Vec<String>, _>>()?;
    Ok(format!("[{}]", elements.join(", ")))
}

/// Type and length of an array.
const ARRAY_START_BYTES: u64 = 12;

/// Goes over an array, and says what it is made of. Ends with the header at the latest: every element takes bytes.
fn hash_array(cursor: &mut Cursor<'_>, hasher: &mut Sha256, depth: usize) -> Result<(u32, u64), HeaderFault> {
    if depth > DEPTH_LIMIT {
        return Err(HeaderFault::too_large("arrays inside each other", DEPTH_LIMIT));
    }
    let (kind, count) = (cursor.u32()?, cursor.u64()?);
    hasher.update(kind.to_le_bytes());
    hasher.update(count.to_le_bytes());
    match kind {
        ARRAY => {
            for _ in 0..count {
                hash_array(cursor, hasher, depth.saturating_add(1))?;
            }
        }
        STRING => {
            for _ in 0..count {
                let length = cursor.u64()?;
                hasher.update(length.to_le_bytes());
                cursor.each_chunk(length, |chunk| hasher.update(chunk))?;
            }
        }
        _ => {
            let width = width(kind).ok_or_else(|| unknown_type(cursor, kind))?;
            cursor.each_chunk(count.saturating_mul(width), |chunk| hasher.update(chunk))?;
        }
    }
    Ok((kind, count))
}

/// Bytes of a number.
fn width(kind: u32) -> Option<u64> {
    Some(match kind {
        U8 | I8 | BOOL => 1,
        U16 | I16 => 2,
        U32 | I32 | F32 => 4,
        U64 | I64 | F64 => 8,
        _ => return None,
    })
}

fn plural(kind: u32) -> &'static str {
    match kind {
        STRING => "texts",
        ARRAY => "lists",
        BOOL => "truth values",
        _ => "numbers",
    }
}
