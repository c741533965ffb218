//! How much is read of large files.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::checks::words::size;

const MIB: u64 = 1024 * 1024;
/// Held in memory by all gatherings of this process together, in MiB.
const HELD_MIB: u32 = 96;

/// How much is read, in bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::gather) struct Bounds {
    /// Of one file at the first look: most headers and directories are shorter.
    pub(in crate::engine::gather) first_look: u64,
    /// Of one file, where the first look does not tell.
    pub(in crate::engine::gather) file: u64,
    /// Of all files of one proposal.
    pub(in crate::engine::gather) proposal: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { first_look: 512 * 1024, file: 32 * MIB, proposal: 256 * MIB }
    }
}

/// What one proposal may still read.
#[derive(Debug)]
pub(super) struct Budget {
    all: u64,
    left: AtomicU64,
}

impl Budget {
    pub(super) const fn new(all: u64) -> Self {
        Self { all, left: AtomicU64::new(all) }
    }

    /// Takes so many bytes; `Err` says that they are used up, and stays that way.
    pub(super) fn take(&self, bytes: u64) -> Result<(), String> {
        let taken = self.left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        taken.map(drop).map_err(|_| {
            self.left.store(0, Ordering::Relaxed);
            format!("no more than {} are read for one request", size(self.all))
        })
    }
}

/// Room in memory for contents that are being looked into.
#[derive(Debug)]
pub(in crate::engine::gather) struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(usize::try_from(HELD_MIB).unwrap_or(usize::MAX)))
    }
}

impl Room {
    /// Waits for room for so many bytes. Nobody closes the semaphore, so there always comes some.
    pub(in crate::engine::gather) async fn take(&self, bytes: u64) -> Option<SemaphorePermit<'_>> {
        let mib = u32::try_from(bytes.div_ceil(MIB)).unwrap_or(u32::MAX).clamp(1, HELD_MIB);
        self.0.acquire_many(mib).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends_for_all_once_it_was_not_enough_for_one() {
        let budget = Budget::new(100);
        assert!(budget.take(90).is_ok());
        assert!(budget.take(11).is_err());
        assert!(budget.take(1).is_err(), "which file was unlucky must not depend on the order of answers alone");
    }
}
