//! How long each part of gathering may take. A part that takes longer is a gap with its name, not the end of everything.

use std::time::Duration;

/// The time for each part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) find_live: Duration,
    pub(super) compare: Duration,
    pub(super) list_files: Duration,
    /// All pull requests, or all contents of one kind.
    pub(super) read: Duration,
    /// All weights of a proposal, and one of them.
    pub(super) scan: Duration,
    pub(super) scan_one: Duration,
    /// What other tools left behind, each.
    pub(super) others: Duration,
}

impl Default for Patience {
    /// What waits for the one before it adds up: finding what is live, comparing, reading pointers, looking into weights.
    /// Together that is less than the two minutes for which an effect is claimed, so that no other replica starts anew;
    /// whoever asks services besides, each with a time of its own, renews the claim.
    fn default() -> Self {
        Self {
            find_live: Duration::from_secs(10),
            compare: Duration::from_secs(15),
            list_files: Duration::from_secs(15),
            read: Duration::from_secs(20),
            scan: Duration::from_secs(60),
            scan_one: Duration::from_secs(20),
            others: Duration::from_secs(15),
        }
    }
}

/// The result of `part`; `Err` says how long was waited for it, in words.
pub(super) async fn within<T>(limit: Duration, part: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(limit, part).await.map_err(|_| late(limit))
}

pub(super) fn late(limit: Duration) -> String {
    format!("it took longer than {} s", limit.as_secs_f32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_ends_before_the_claim_does() {
        let Patience { find_live, compare, list_files, read, scan, .. } = Patience::default();
        let longest = find_live + compare.max(list_files) + read + scan;
        let lease = crate::store::StoreOptions::default().lease_ms.unsigned_abs();
        assert!(longest + Duration::from_secs(15) <= Duration::from_millis(lease), "{longest:?}");
    }
}
