//! Local headers, one in front of each entry's data. APPNOTE 4.3.7.

use super::directory::zip64_extra;
use super::{u16_at, u32_at, u64_at};
use crate::artifact::container::part::some_bytes;
use crate::artifact::container::wide;
use crate::artifact::source::{Source, SourceError};

pub const SIGNATURE: &[u8; 4] = b"PK\x03\x04";
const LENGTH: usize = 30;

#[derive(Debug)]
pub struct Local {
    pub name: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    /// None where the header leaves it open.
    pub packed_bytes: Option<u64>,
    /// Where the data begins.
    pub data: u64,
}

impl Local {
    /// Sizes stand behind the data, not in the header.
    pub const fn has_descriptor(&self) -> bool {
        self.flags & 8 != 0
    }

    /// Whether it looks like more than four bytes by chance.
    pub fn is_plausible(&self) -> bool {
        matches!(self.method, 0 | 8 | 9 | 12 | 14 | 93 | 95 | 99) && !self.name.is_empty() && !self.name.contains(&0)
    }
}

pub fn signature(source: &dyn Source, at: u64) -> Result<bool, SourceError> {
    Ok(some_bytes(source, at, 4)? == SIGNATURE)
}

/// The header at a position; none where there is none.
pub fn read(source: &dyn Source, at: u64) -> Result<Option<Local>, SourceError> {
    let fixed = some_bytes(source, at, LENGTH)?;
    if fixed.len() < LENGTH || !fixed.starts_with(SIGNATURE) {
        return Ok(None);
    }
    let (name_length, extra_length) = (u16_at(&fixed, 26), u16_at(&fixed, 28));
    let fixed_length = wide(LENGTH);
    let data = at.saturating_add(fixed_length + u64::from(name_length) + u64::from(extra_length));
    let is_large = u32_at(&fixed, 18) == u32::MAX;
    // Writers pad the extra field so that data is aligned; it is read only where it matters.
    let variable = usize::from(name_length) + if is_large { usize::from(extra_length) } else { 0 };
    let mut name = some_bytes(source, at.saturating_add(fixed_length), variable)?;
    let extra = name.split_off(name.len().min(usize::from(name_length)));
    let packed_bytes = if is_large {
        let after_size = if u32_at(&fixed, 22) == u32::MAX { 8 } else { 0 };
        let large = zip64_extra(&extra);
        (large.len() >= after_size + 8).then(|| u64_at(large, after_size))
    } else {
        Some(u64::from(u32_at(&fixed, 18)))
    };
    Ok(Some(Local { name, flags: u16_at(&fixed, 6), method: u16_at(&fixed, 8), packed_bytes, data }))
}
