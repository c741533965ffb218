//! Whether a file is an ONNX model: protobuf has no magic number, but only a model has these fields in these types.

use crate::artifact::container::some_bytes;
use crate::artifact::source::{Source, SourceError};

/// Fields of the outermost message that are looked at.
const FIELDS_LIMIT: usize = 256;

/// Onnx: onnx/onnx.proto, `ModelProto`. A file that is cut off is one too, if it begins like one.
pub fn is_onnx(source: &dyn Source) -> Result<bool, SourceError> {
    let (mut at, mut fields) = (0, Vec::new());
    while at < source.size() && fields.len() < FIELDS_LIMIT {
        let bytes = some_bytes(source, at, 20)?;
        let Some((number, length)) = field(&bytes) else { return Ok(false) };
        fields.push(number);
        at = at.saturating_add(length);
    }
    let has = |number: u64| fields.contains(&number);
    let has_versions = has(VERSION) || has(OPERATORS);
    Ok(has_versions && (has(GRAPH) || has(FUNCTIONS)) && fields.len() > 1)
}

const VERSION: u64 = 1;
const GRAPH: u64 = 7;
const OPERATORS: u64 = 8;
const FUNCTIONS: u64 = 25;

/// A field's number, and how many bytes it takes with its tag; none where a model has no such field.
fn field(bytes: &[u8]) -> Option<(u64, u64)> {
    let (tag, rest) = varint(bytes)?;
    let (number, wire_type) = (tag >> 3, tag & 7);
    let (value, after) = varint(rest)?;
    let taken = u64::try_from(bytes.len().checked_sub(after.len())?).ok()?;
    match (number, wire_type) {
        (1 | 5, 0) => Some((number, taken)),
        (2 | 3 | 4 | 6 | 7 | 8 | 14 | 20 | 25 | 26, 2) => Some((number, taken.saturating_add(value))),
        _ => None,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(at * 7).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}
