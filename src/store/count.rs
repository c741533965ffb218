//! How much of everything there is.

use sqlx::FromRow;

use super::{Store, StoreError};

/// Numbers of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, FromRow)]
pub struct Counts {
    pub deliveries: i64,
    /// Deliveries not dealt with yet.
    pub deliveries_pending: i64,
    /// Deliveries given up.
    pub parked: i64,
    pub requests: i64,
    pub open_requests: i64,
    pub votes: i64,
    pub effects_pending: i64,
    /// Effects given up.
    pub effects_failed: i64,
    pub audit: i64,
}

impl Store {
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        const COUNTS: &str = "SELECT
            (SELECT COUNT(*) FROM delivery) AS deliveries,
            (SELECT COUNT(*) FROM delivery WHERE done_ms IS NULL) AS deliveries_pending,
            (SELECT COUNT(*) FROM delivery WHERE parked = TRUE) AS parked,
            (SELECT COUNT(*) FROM request) AS requests,
            (SELECT COUNT(*) FROM request WHERE is_open = TRUE) AS open_requests,
            (SELECT COUNT(*) FROM vote) AS votes,
            (SELECT COUNT(*) FROM effect WHERE done_ms IS NULL) AS effects_pending,
            (SELECT COUNT(*) FROM effect WHERE failed = TRUE) AS effects_failed,
            (SELECT seq FROM audit_head WHERE id = 1) AS audit";
        let counts = read!(fetch_optional, Counts, &self.inner.pools, COUNTS)?;
        Ok(counts.unwrap_or_default())
    }

    /// Says whether the database answers and has its tables: for readiness.
    pub async fn check(&self) -> Result<(), StoreError> {
        const HEAD: &str = "SELECT seq FROM audit_head WHERE id = 1";
        let head = read!(fetch_optional, (i64,), &self.inner.pools, HEAD)?;
        head.map(drop).ok_or_else(|| StoreError::corrupt("the head of the record is missing"))
    }
}
