//! Claims on PostgreSQL: a lease in the row, so that replicas never take the same one. The one place where the
//! engines' statements differ.

use std::sync::atomic::Ordering;

use sqlx::PgPool;

use crate::domain::{PreviewKey, Timestamp};

use super::delivery::DeliveryRow;
use super::effect::EffectRow;
use super::preview::PreviewRow;
use super::sql::bound;
use super::{Store, StoreError};

/// Claims of effects wait for each other: two that do not see each other could take two rows of one lane.
const CLAIM_LOCK: i64 = 0x636f_756e_7465_7273;

impl Store {
    pub(super) async fn lease_deliveries(
        &self,
        pool: &PgPool,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        const LEASE: &str = "WITH due AS MATERIALIZED (SELECT source, id FROM delivery
                WHERE done_ms IS NULL AND due_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
                ORDER BY due_ms, source, id LIMIT $2 FOR UPDATE SKIP LOCKED)
            UPDATE delivery AS mine SET lease_owner = $3, lease_until_ms = $4 FROM due
            WHERE mine.source = due.source AND mine.id = due.id AND mine.done_ms IS NULL
            AND (mine.lease_until_ms IS NULL OR mine.lease_until_ms <= $1)
            RETURNING mine.source, mine.id, mine.event, mine.body, mine.body_digest, mine.received_ms, mine.due_ms,
                mine.attempts, mine.last_error, mine.provenance, mine.envelope";
        let query = sqlx::query_as(LEASE).bind(now.as_millis()).bind(bound(limit));
        let query = query.bind(self.inner.shared.owner.as_ref()).bind(self.lease_end(now).as_millis());
        let mut rows: Vec<DeliveryRow> = query.fetch_all(pool).await?;
        self.inner.shared.commits.fetch_add(1, Ordering::Relaxed);
        rows.sort_by(|a, b| a.place().cmp(&b.place()));
        Ok(rows)
    }

    pub(super) async fn lease_effects(
        &self,
        pool: &PgPool,
        now: Timestamp,
        limit: usize,
        but: &str,
    ) -> Result<Vec<EffectRow>, StoreError> {
        const LEASE: &str = "WITH due AS MATERIALIZED (SELECT mine.id FROM effect AS mine
                WHERE mine.done_ms IS NULL AND mine.due_ms <= $1 AND mine.kind <> $5
                AND (mine.lease_until_ms IS NULL OR mine.lease_until_ms <= $1)
                AND (mine.lane IS NULL OR NOT EXISTS (SELECT 1 FROM effect AS other WHERE other.lane = mine.lane
                    AND other.done_ms IS NULL AND other.id <> mine.id
                    AND ((other.seq < mine.seq AND other.due_ms <= $1) OR other.lease_until_ms > $1)))
                ORDER BY mine.due_ms, mine.seq, mine.id LIMIT $2 FOR UPDATE OF mine SKIP LOCKED)
            UPDATE effect AS mine SET lease_owner = $3, lease_until_ms = $4 FROM due
            WHERE mine.id = due.id AND mine.done_ms IS NULL
            AND (mine.lease_until_ms IS NULL OR mine.lease_until_ms <= $1)
            RETURNING mine.id, mine.request, mine.lane, mine.payload, mine.attempts, mine.seq, mine.due_ms,
                mine.first_due_ms";
        let mut transaction = pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(CLAIM_LOCK).execute(&mut *transaction).await?;
        let query = sqlx::query_as(LEASE).bind(now.as_millis()).bind(bound(limit));
        let query = query.bind(self.inner.shared.owner.as_ref()).bind(self.lease_end(now).as_millis()).bind(but);
        let mut rows: Vec<EffectRow> = query.fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        self.inner.shared.commits.fetch_add(1, Ordering::Relaxed);
        rows.sort_by_key(EffectRow::place);
        Ok(rows)
    }

    /// Due time of the first row that could be leased now.
    pub(super) async fn next_leasable(&self, pool: &PgPool, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        const NEXT: &str = "SELECT MIN(due_ms) FROM (
            SELECT MIN(due_ms) AS due_ms FROM delivery
            WHERE done_ms IS NULL AND due_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
            UNION ALL SELECT MIN(mine.due_ms) FROM effect AS mine
            WHERE mine.done_ms IS NULL AND mine.due_ms <= $1
            AND (mine.lease_until_ms IS NULL OR mine.lease_until_ms <= $1)
            AND (mine.lane IS NULL OR NOT EXISTS (SELECT 1 FROM effect AS other WHERE other.lane = mine.lane
                AND other.done_ms IS NULL AND other.id <> mine.id
                AND ((other.seq < mine.seq AND other.due_ms <= $1) OR other.lease_until_ms > $1)))) AS due";
        let (next,): (Option<i64>,) = sqlx::query_as(NEXT).bind(now.as_millis()).fetch_one(pool).await?;
        Ok(next.map(Timestamp::from_millis))
    }

    /// When the first lease or hold ends: that row can be taken then, should its holder be gone.
    pub(super) async fn next_lease_end(&self, pool: &PgPool, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        const NEXT: &str = "SELECT MIN(lease_until_ms) FROM (
            SELECT MIN(lease_until_ms) AS lease_until_ms FROM delivery WHERE done_ms IS NULL AND lease_until_ms > $1
            UNION ALL SELECT MIN(lease_until_ms) FROM effect WHERE done_ms IS NULL AND lease_until_ms > $1) AS leases";
        let (next,): (Option<i64>,) = sqlx::query_as(NEXT).bind(now.as_millis()).fetch_one(pool).await?;
        Ok(next.map(Timestamp::from_millis))
    }

    pub(super) async fn lease_previews(
        &self,
        pool: &PgPool,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<PreviewRow>, StoreError> {
        const LEASE: &str = "WITH due AS MATERIALIZED (SELECT id FROM preview
                WHERE due_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
                ORDER BY due_ms, id LIMIT $2 FOR UPDATE SKIP LOCKED)
            UPDATE preview AS mine SET lease_owner = $3, lease_until_ms = $4 FROM due
            WHERE mine.id = due.id AND mine.due_ms <= $1
            AND (mine.lease_until_ms IS NULL OR mine.lease_until_ms <= $1)
            RETURNING mine.id, mine.due_ms, mine.body";
        let query = sqlx::query_as(LEASE).bind(now.as_millis()).bind(bound(limit));
        let query = query.bind(self.inner.shared.owner.as_ref()).bind(self.lease_end(now).as_millis());
        let mut rows: Vec<PreviewRow> = query.fetch_all(pool).await?;
        self.inner.shared.commits.fetch_add(1, Ordering::Relaxed);
        rows.sort_by_key(PreviewRow::place);
        Ok(rows)
    }

    /// Due time of the first preview that could be leased now, and when the first lease ends.
    pub(super) async fn next_preview_leases(
        &self,
        pool: &PgPool,
        now: Timestamp,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), StoreError> {
        const NEXT: &str = "SELECT MIN(due_ms) FROM preview
            WHERE due_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)";
        const END: &str = "SELECT MIN(lease_until_ms) FROM preview WHERE due_ms IS NOT NULL AND lease_until_ms > $1";
        let (next,): (Option<i64>,) = sqlx::query_as(NEXT).bind(now.as_millis()).fetch_one(pool).await?;
        let (end,): (Option<i64>,) = sqlx::query_as(END).bind(now.as_millis()).fetch_one(pool).await?;
        Ok((next.map(Timestamp::from_millis), end.map(Timestamp::from_millis)))
    }

    pub(super) async fn renew_preview_lease(
        &self,
        pool: &PgPool,
        key: &PreviewKey,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const RENEW: &str = "UPDATE preview SET lease_until_ms = $1 WHERE id = $2 AND lease_owner = $3";
        let query = sqlx::query(RENEW).bind(self.lease_end(now).as_millis()).bind(key.to_string());
        let renewed = query.bind(self.inner.shared.owner.as_ref()).execute(pool).await?;
        Ok(renewed.rows_affected() > 0)
    }

    pub(super) async fn renew_effect_lease(&self, pool: &PgPool, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        const RENEW: &str =
            "UPDATE effect SET lease_until_ms = $1 WHERE id = $2 AND lease_owner = $3 AND done_ms IS NULL";
        let query = sqlx::query(RENEW).bind(self.lease_end(now).as_millis()).bind(id);
        let renewed = query.bind(self.inner.shared.owner.as_ref()).execute(pool).await?;
        Ok(renewed.rows_affected() > 0)
    }

    fn lease_end(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(self.inner.lease_ms)
    }
}
