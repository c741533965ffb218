//! Whether the tensors fill the file: each as long as its type and shape say, one after the other, no gap and no overlap.

use std::collections::BTreeMap;

use super::HeaderFault;
use super::json::Stored;
use crate::artifact::text::quoted;

/// Checks the tensors against the bytes that follow the header.
pub(super) fn check(tensors: &BTreeMap<String, Stored>, room: u64) -> Result<(), HeaderFault> {
    let mut in_order: Vec<(&String, &Stored)> = tensors.iter().collect();
    in_order.sort_by_key(|(_, stored)| (stored.start, stored.end));
    let mut expected = 0;
    for (name, stored) in in_order {
        check_place(stored, expected).and_then(|()| check_length(stored)).map_err(|why| {
            let name = quoted(name);
            HeaderFault::invalid(format!("tensor `{name}` {why}"))
        })?;
        expected = stored.end;
    }
    match room.checked_sub(expected) {
        Some(0) => Ok(()),
        Some(more) => Err(HeaderFault::invalid(format!("{more} bytes follow the last tensor"))),
        None => {
            Err(HeaderFault::invalid(format!("the tensors need {expected} bytes, and the file has {room} for them")))
        }
    }
}

fn check_place(stored: &Stored, expected: u64) -> Result<(), String> {
    let (start, end) = (stored.start, stored.end);
    if end < start {
        return Err(format!("ends at byte {end}, before its start at {start}"));
    }
    match start.cmp(&expected) {
        std::cmp::Ordering::Less => {
            Err(format!("starts at byte {start}, inside the one before, which ends at {expected}"))
        }
        std::cmp::Ordering::Greater => Err(format!("starts at byte {start}, after a hole that begins at {expected}")),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

fn check_length(stored: &Stored) -> Result<(), String> {
    let dtype = &stored.tensor.dtype;
    let bits = bits(dtype).ok_or_else(|| format!("is of the unknown type `{}`", quoted(dtype)))?;
    // Step by step like the usual reader, which refuses an overflow even where a later dimension is 0.
    let values = stored.tensor.shape.iter().try_fold(1_u64, |product, dimension| product.checked_mul(*dimension));
    let total =
        values.and_then(|values| values.checked_mul(bits)).ok_or("has a shape that multiplies beyond any file")?;
    if total % 8 != 0 {
        return Err("does not end at the end of a byte".to_owned());
    }
    let (needed, has) = (total / 8, stored.end.saturating_sub(stored.start));
    if needed != has {
        return Err(format!("needs {needed} bytes by its type and shape, and has {has}"));
    }
    Ok(())
}

/// Bits of one value: safetensors 0.8, `Dtype::bitsize`.
pub(super) fn bits(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" => 8,
        "I16" | "U16" | "F16" | "BF16" => 16,
        "I32" | "U32" | "F32" => 32,
        "I64" | "U64" | "F64" | "C64" => 64,
        _ => return None,
    })
}
