//! Whether the tensors lie inside the file, aligned, none in another.

use std::collections::BTreeMap;

use super::types;
use crate::artifact::tensors::{Header, HeaderFault, Tensor, product};
use crate::artifact::text::quoted;

/// A tensor and where it lies, counted from the first aligned byte after the list.
pub(super) struct Stored {
    pub tensor: Tensor,
    /// The number of its type.
    pub kind: u32,
    pub offset: u64,
}

/// Checks the tensors against the file; `list_end` is where their list ends.
pub(super) fn check(
    tensors: &BTreeMap<String, Stored>,
    list_end: u64,
    alignment: u32,
    file_bytes: u64,
    header: &mut Header,
) -> Result<(), HeaderFault> {
    let alignment = u64::from(alignment);
    let room = file_bytes.saturating_sub(align(list_end, alignment));
    let mut in_order: Vec<(&String, &Stored)> = tensors.iter().collect();
    in_order.sort_by_key(|(_, stored)| stored.offset);
    // None after a tensor whose length is not known.
    let mut expected = Some(0);
    for (name, stored) in in_order {
        let fault = |why: String| HeaderFault::invalid(format!("tensor `{}` {why}", quoted(name)));
        check_place(stored, alignment, expected).map_err(fault)?;
        if expected.is_some_and(|expected| align(expected, alignment) < stored.offset) {
            header.add_oddity(format!("bytes before tensor `{}` belong to no tensor", quoted(name)));
        }
        let length = length(stored).map_err(fault)?;
        if length.is_none() {
            let (name, kind) = (quoted(name), stored.kind);
            header.add_oddity(format!("tensor `{name}` is of type {kind}, whose size is not known here"));
        }
        let end = length.map_or(stored.offset, |length| stored.offset.saturating_add(length));
        if end > room {
            return Err(fault(format!("ends {} bytes after the file's end", end.saturating_sub(room))));
        }
        expected = length.map(|_| end);
    }
    match expected {
        Some(end) if align(end, alignment) < room => {
            header.add_oddity(format!("{} bytes follow the last tensor", room.saturating_sub(end)));
        }
        _ => {}
    }
    Ok(())
}

fn check_place(stored: &Stored, alignment: u64, expected: Option<u64>) -> Result<(), String> {
    let offset = stored.offset;
    if !offset.is_multiple_of(alignment) {
        return Err(format!("starts at {offset}, which is no multiple of {alignment}"));
    }
    match expected {
        Some(end) if offset < end => Err(format!("starts at {offset}, inside the one before, which ends at {end}")),
        _ => Ok(()),
    }
}

/// Bytes of a tensor; none when its type is not known.
fn length(stored: &Stored) -> Result<Option<u64>, String> {
    let Some(kind) = types::find(stored.kind) else {
        return Ok(None);
    };
    let shape = &stored.tensor.shape;
    let row = shape.first().copied().unwrap_or(1);
    if !row.is_multiple_of(kind.block_values) {
        return Err(format!("has rows of {row} values, which are no blocks of {}", kind.block_values));
    }
    let bytes = product(shape).and_then(|values| (values / kind.block_values).checked_mul(kind.block_bytes));
    bytes.map(Some).ok_or_else(|| "has a shape that multiplies beyond any file".to_owned())
}

fn align(position: u64, alignment: u64) -> u64 {
    position.checked_next_multiple_of(alignment).unwrap_or(u64::MAX)
}
