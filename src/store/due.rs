//! Which rows are due, and when the next one is.

use crate::domain::Timestamp;

use super::claim::{Held, Key};
use super::connection::Pools;
use super::delivery::source_of;
use super::effect::EffectRow;
use super::preview::PreviewRow;
use super::sql::bound;
use super::{Store, StoreError};

/// Fewest and most rows looked at in one go.
const PAGE: std::ops::RangeInclusive<usize> = 16..=128;

/// Due time, source and id of a delivery: the order they are taken in.
type Place = (i64, String, String);

impl Store {
    /// When there is next something to claim: the earliest due time of rows that nobody works on, past ones included,
    /// or the end of a hold. `None` when nothing waits.
    pub async fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let (claimable, later) = match &self.inner.pools {
            Pools::Lite(_) => self.next_claimable(now).await?,
            Pools::Pg(pool) => (self.next_leasable(pool, now).await?, self.next_lease_end(pool, now).await?),
        };
        let future = self.next_future(now).await?;
        Ok(claimable.or_else(|| [later, future].into_iter().flatten().min()))
    }

    async fn next_claimable(&self, now: Timestamp) -> Result<(Option<Timestamp>, Option<Timestamp>), StoreError> {
        let mut held = self.inner.shared.claims.held().await;
        held.let_go(now);
        let deliveries = self.claimable_deliveries(now, 1, &held).await?;
        let effects = self.claimable_effects(now, 1, "", &held).await?;
        let dues = deliveries.iter().map(|(due, ..)| *due).chain(effects.iter().map(|effect| effect.due_ms));
        Ok((dues.min().map(Timestamp::from_millis), held.next_end()))
    }

    async fn next_future(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        const FUTURE: &str = "SELECT MIN(due_ms) FROM (
            SELECT MIN(due_ms) AS due_ms FROM delivery WHERE done_ms IS NULL AND due_ms > $1
            UNION ALL SELECT MIN(due_ms) FROM effect WHERE done_ms IS NULL AND due_ms > $1) AS future";
        let next = read!(fetch_optional, (Option<i64>,), &self.inner.pools, FUTURE, now.as_millis())?;
        Ok(next.and_then(|(due,)| due).map(Timestamp::from_millis))
    }

    /// SQLite: due deliveries without a claim, page by page, so that a long row of claimed ones is no obstacle.
    pub(super) async fn claimable_deliveries(
        &self,
        now: Timestamp,
        limit: usize,
        held: &Held,
    ) -> Result<Vec<Place>, StoreError> {
        const DUE: &str = "SELECT due_ms, source, id FROM delivery
            WHERE done_ms IS NULL AND due_ms <= $1 AND (due_ms, source, id) > ($2, $3, $4)
            ORDER BY due_ms, source, id LIMIT $5";
        let (mut found, mut last) = (Vec::new(), (i64::MIN, String::new(), String::new()));
        loop {
            let page = read!(
                fetch_all,
                Place,
                &self.inner.pools,
                DUE,
                now.as_millis(),
                last.0,
                &last.1,
                &last.2,
                page_of(limit)
            )?;
            let Some(end) = page.last().cloned() else { return Ok(found) };
            for place in page {
                if !held.has(&Key::Delivery(source_of(&place.1)?, place.2.clone())) {
                    found.push(place);
                }
                if found.len() == limit {
                    return Ok(found);
                }
            }
            last = end;
        }
    }

    /// SQLite: due effects without a claim, the oldest of each lane, unless the lane has a claimed one.
    pub(super) async fn claimable_effects(
        &self,
        now: Timestamp,
        limit: usize,
        but: &str,
        held: &Held,
    ) -> Result<Vec<EffectRow>, StoreError> {
        const DUE: &str = "SELECT id, request, lane, payload, attempts, seq, due_ms, first_due_ms
            FROM effect AS mine
            WHERE done_ms IS NULL AND due_ms <= $1 AND (due_ms, seq, id) > ($2, $3, $4) AND kind <> $6
            AND (lane IS NULL OR NOT EXISTS (SELECT 1 FROM effect AS older WHERE older.lane = mine.lane
                AND older.done_ms IS NULL AND older.seq < mine.seq AND older.due_ms <= $1))
            ORDER BY due_ms, seq, id LIMIT $5";
        let (mut found, mut last) = (Vec::new(), (i64::MIN, i64::MIN, String::new()));
        loop {
            let page = read!(
                fetch_all,
                EffectRow,
                &self.inner.pools,
                DUE,
                now.as_millis(),
                last.0,
                last.1,
                &last.2,
                page_of(limit),
                but
            )?;
            let Some(end) = page.last().map(EffectRow::place) else { return Ok(found) };
            for effect in page {
                let lane_taken = effect.lane.as_deref().is_some_and(|lane| held.has_lane(lane));
                if !lane_taken && !held.has(&effect.key()) {
                    found.push(effect);
                }
                if found.len() == limit {
                    return Ok(found);
                }
            }
            last = end;
        }
    }

    /// SQLite: due previews without a claim.
    pub(super) async fn claimable_previews(
        &self,
        now: Timestamp,
        limit: usize,
        held: &Held,
    ) -> Result<Vec<PreviewRow>, StoreError> {
        const DUE: &str = "SELECT id, due_ms, body FROM preview WHERE due_ms <= $1 AND (due_ms, id) > ($2, $3)
            ORDER BY due_ms, id LIMIT $4";
        let (mut found, mut last) = (Vec::new(), (i64::MIN, String::new()));
        while found.len() < limit {
            let pools = &self.inner.pools;
            let page = read!(fetch_all, PreviewRow, pools, DUE, now.as_millis(), last.0, &last.1, page_of(limit))?;
            let Some(end) = page.last().map(PreviewRow::place) else { break };
            found.extend(page.into_iter().filter(|row| !held.has(&Key::Preview(row.id.clone()))));
            last = end;
        }
        found.truncate(limit);
        Ok(found)
    }
}

fn page_of(limit: usize) -> i64 {
    bound(limit.clamp(*PAGE.start(), *PAGE.end()))
}
