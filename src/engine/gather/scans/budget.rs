//! How much is read of large files.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::checks::words::size;

const MIB: u64 = 1024 * 1024;
/// Of one file, where the first look does not tell.
pub(super) const FILE_BYTES: u64 = 32 * MIB;
/// Of one file at the first look: most headers and directories are shorter.
pub(super) const FIRST_LOOK_BYTES: u64 = 512 * 1024;
/// Of all files of one proposal.
const PROPOSAL_BYTES: u64 = 256 * MIB;
/// Held in memory by all gatherings of this process together, in MiB.
const HELD_MIB: usize = 96;

/// What one proposal may still read.
#[derive(Debug)]
pub(super) struct Budget(AtomicU64);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU64::new(PROPOSAL_BYTES))
    }
}

impl Budget {
    /// Takes so many bytes; `Err` says that they are used up, and stays that way.
    pub(super) fn take(&self, bytes: u64) -> Result<(), String> {
        let taken = self.0.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        taken.map(drop).map_err(|_| {
            self.0.store(0, Ordering::Relaxed);
            format!("no more than {} are read for one request", size(PROPOSAL_BYTES))
        })
    }
}

/// Room in memory for contents that are being looked into.
#[derive(Debug)]
pub(in crate::engine::gather) struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(HELD_MIB))
    }
}

impl Room {
    /// Waits for room for so many bytes. Nobody closes the semaphore, so there always comes some.
    pub(super) async fn take(&self, bytes: u64) -> Option<SemaphorePermit<'_>> {
        let mib = u32::try_from(bytes.div_ceil(MIB)).unwrap_or(u32::MAX).clamp(1, HELD_MIB as u32);
        self.0.acquire_many(mib).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends_for_all_once_it_was_not_enough_for_one() {
        let budget = Budget::default();
        assert!(budget.take(PROPOSAL_BYTES - 10).is_ok());
        assert!(budget.take(11).is_err());
        assert!(budget.take(1).is_err(), "which file was unlucky must not depend on the order of answers alone");
    }
}
