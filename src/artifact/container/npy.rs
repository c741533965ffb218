//! Arrays as `numpy.save` writes them: a short header in Python's notation, then raw numbers, or a pickle where the elements are
//! Python objects.
//!
//! NumPy: numpy/lib/_format_impl.py; NEP 1. The header is read as a literal, never evaluated.

mod literal;

use literal::Literal;

use super::part::some_bytes;
use super::wide;
use crate::artifact::source::{Source, SourceError};

pub const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// NumPy itself refuses headers above 10,000 bytes.
const HEADER_LIMIT: usize = 1 << 20;

#[derive(Debug, PartialEq, Eq)]
pub struct Npy {
    /// Where the header ends.
    pub data: u64,
    pub elements: Elements,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elements {
    /// A pickle follows.
    Objects,
    /// Raw numbers follow: so many bytes, where they can be told.
    Raw(Option<u64>),
    /// The header cannot be read.
    Unknown,
}

/// The array that begins at `start`; none without its magic number.
///
/// # Errors
/// When a part of the source is not here, or reading fails.
pub fn read(source: &dyn Source, start: u64) -> Result<Option<Npy>, SourceError> {
    let fixed = some_bytes(source, start, 12)?;
    if !fixed.starts_with(MAGIC) {
        return Ok(None);
    }
    let (length, offset) = match (fixed.get(6), fixed.get(8..)) {
        (Some(1), Some([a, b, ..])) => (usize::from(u16::from_le_bytes([*a, *b])), 10),
        (Some(_), Some([a, b, c, d])) => {
            (usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX), 12)
        }
        _ => (usize::MAX, 12),
    };
    let header = start.saturating_add(offset);
    let text = some_bytes(source, header, length.min(HEADER_LIMIT))?;
    let elements = if text.len() == length { elements(&text) } else { Elements::Unknown };
    Ok(Some(Npy { data: header.saturating_add(wide(text.len())), elements }))
}

fn elements(header: &[u8]) -> Elements {
    let Some(Literal::Map(pairs)) = literal::read(&String::from_utf8_lossy(header)) else {
        return Elements::Unknown;
    };
    // Python keeps the last of several values under one key.
    let value = |name: &str| {
        pairs.iter().rev().find(|(key, _)| matches!(key, Literal::Text(key) if key == name)).map(|(_, value)| value)
    };
    let Some(description) = value("descr") else { return Elements::Unknown };
    if holds_objects(description) {
        return Elements::Objects;
    }
    let count = match value("shape") {
        Some(Literal::List(lengths)) => lengths.iter().try_fold(1_u64, |product, length| match length {
            Literal::Whole(length) => product.checked_mul(*length),
            _ => None,
        }),
        _ => None,
    };
    let bytes = element_bytes(description).zip(count).and_then(|(bytes, count)| bytes.checked_mul(count));
    Elements::Raw(bytes)
}

/// Any text in a description may name a type, and `O` as well as `object` mean Python objects. Field names that contain an O
/// are taken for one too: then the data is looked at, which does no harm.
fn holds_objects(description: &Literal) -> bool {
    match description {
        Literal::Text(text) => text.contains('O') || text.contains("object"),
        Literal::List(items) => items.iter().any(holds_objects),
        Literal::Map(pairs) => pairs.iter().any(|(_, value)| holds_objects(value)),
        Literal::Whole(_) | Literal::Other => false,
    }
}

fn element_bytes(description: &Literal) -> Option<u64> {
    let Literal::Text(code) = description else { return None };
    let mut characters = code.trim_start_matches(['<', '>', '=', '|']).chars();
    let kind = characters.next()?;
    let size = characters.as_str().parse::<u64>().ok()?;
    match kind {
        'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'V' => Some(size),
        'U' => size.checked_mul(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
