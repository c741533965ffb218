//! Compressed data, looked at unpacked.

use super::Verdict;
use super::kinds::{self, Kind};
use super::look::{Look, Place};
use crate::artifact::container::packed::{End, Packing, Unpacked, unpack};
use crate::artifact::container::{npy, wide};
use crate::artifact::pickle::StreamKind;
use crate::artifact::source::{Source, SourceError};

/// First bytes of compressed data that are unpacked to see what it is.
const HEAD_BYTES: u64 = 4096;

impl Look<'_> {
    /// Unpacks into memory and looks at that; of large data only as much as tells that nothing can be in it.
    pub fn packed(&mut self, source: &dyn Source, packing: Packing, place: &Place) -> Result<(), SourceError> {
        let mut unpacked = self.unpacked(source, packing, HEAD_BYTES)?;
        if unpacked.end == End::More && wide(unpacked.bytes.len()) >= HEAD_BYTES {
            if !self.may_hold_more(&unpacked.bytes)? {
                return Ok(());
            }
            unpacked = self.unpacked(source, packing, u64::MAX)?;
        }
        match unpacked.end {
            End::Whole => {}
            End::Broken => self.say(Verdict::Unscannable, place, "The compressed data breaks off.".to_owned()),
            End::More => {
                let limit = self.options.limits.unpacked_bytes;
                let why = format!("The compressed data of the file takes more than {limit} bytes when unpacked.");
                self.say(Verdict::Unscannable, place, why);
            }
        }
        self.content(&unpacked.bytes.as_slice(), place)?;
        Ok(())
    }

    /// Unpacks at most so many bytes, and no more than are left for the file.
    pub fn unpacked(&mut self, source: &dyn Source, packing: Packing, most: u64) -> Result<Unpacked, SourceError> {
        let unpacked = unpack(source, packing, most.min(self.unpacked_left))?;
        let cost = wide(unpacked.bytes.len()).max(packing.least_cost());
        self.unpacked_left = self.unpacked_left.saturating_sub(cost);
        Ok(unpacked)
    }

    /// Whether the first bytes of unpacked data may be those of a pickle or container.
    fn may_hold_more(&mut self, head: &[u8]) -> Result<bool, SourceError> {
        let stream = self.stream(&head)?;
        if stream.kind != StreamKind::NotPickles {
            return Ok(true);
        }
        Ok(match kinds::of(head, u64::MAX) {
            Kind::Npy => !matches!(npy::read(&head, 0)?, Some(npy::Npy { elements: npy::Elements::Raw(_), .. })),
            Kind::Gguf | Kind::Safetensors | Kind::Other => false,
            _ => true,
        })
    }
}
