//! Files in files: zip, tar and compressed streams, read by content and with limits.
//!
//! Strangers' archives lie, and programs believe different parts of them, so these readers take in everything any program
//! could find there: what no directory lists, what two headers describe differently, what lies between.

pub mod keras;
pub mod npy;
pub mod packed;
mod part;
pub mod tar;
pub mod zip;

#[cfg(test)]
pub(super) mod assemble;

pub use part::{Part, head, some_bytes};

use super::scan::Verdict;

/// Something about an archive that its content alone does not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    pub verdict: Verdict,
    /// The member it is about; empty for the archive as a whole.
    pub member: String,
    /// One sentence.
    pub why: &'static str,
}

impl Oddity {
    fn new(verdict: Verdict, member: &str, why: &'static str) -> Self {
        Self { verdict, member: member.to_owned(), why }
    }
}

/// Whether a member's name leads out of the folder that an archive is unpacked to.
fn leads_out(name: &str) -> bool {
    let is_absolute = name.starts_with(['/', '\\']) || name.as_bytes().get(1) == Some(&b':');
    is_absolute || name.split(['/', '\\']).any(|part| part == "..")
}

/// A member's name as it is kept: real ones are shorter.
fn kept_name(raw: &[u8]) -> String {
    const KEPT_BYTES: usize = 512;
    String::from_utf8_lossy(raw.get(..KEPT_BYTES).unwrap_or(raw)).into_owned()
}

const OUTSIDE: &str = "Its name leads out of the folder that the archive is unpacked to.";

/// No platform has more than 64 bits to a `usize`.
pub const fn wide(count: usize) -> u64 {
    count as u64
}
