//! The outbox: things to do outside or later.

use sqlx::FromRow;

use crate::domain::{Due, Effect, RequestId, Timestamp};

use super::claim::Key;
use super::connection::Pools;
use super::sql::bound;
use super::{Store, StoreError, Tx};

/// An effect to perform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedEffect {
    pub id: String,
    pub request: RequestId,
    pub effect: Effect,
    /// What it keeps order in; see [`Effect::lane`].
    pub lane: Option<String>,
    /// How often it was tried before.
    pub attempts: u32,
    pub first_due: Timestamp,
}

/// An effect that waits or was given up, for an operator to look at.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct PendingEffect {
    pub id: String,
    pub request: String,
    pub kind: String,
    pub lane: Option<String>,
    /// Milliseconds since the epoch.
    pub due_ms: i64,
    pub attempts: i64,
    /// Given up: it will not be tried again.
    pub failed: bool,
    pub error_class: Option<String>,
    pub last_error: Option<String>,
}

impl Tx {
    /// Adds an effect to the outbox: the `index`th that the request asked for in its revision. Asking twice changes
    /// nothing. The request must be locked, or new, in this transaction.
    pub async fn enqueue(
        &mut self,
        request: &RequestId,
        revision: u64,
        index: usize,
        due: &Due,
    ) -> Result<(), StoreError> {
        self.add_effect(format!("{request}/{revision}/{index}"), request, due).await
    }

    /// Adds an effect that follows from another one of the same request, which ends in this transaction.
    pub async fn enqueue_after(&mut self, after: &ClaimedEffect, index: usize, due: &Due) -> Result<(), StoreError> {
        self.add_effect(format!("{}/{index}", after.id), &after.request, due).await
    }

    async fn add_effect(&mut self, id: String, request: &RequestId, due: &Due) -> Result<(), StoreError> {
        const ENQUEUE: &str = "INSERT INTO effect (id, request, lane, kind, payload, due_ms, first_due_ms, seq)
            VALUES ($1, $2, $3, $4, $5, $6, $6,
                (SELECT COALESCE(MAX(seq), 0) + 1 FROM effect WHERE lane = $3 AND done_ms IS NULL))
            ON CONFLICT (id) DO NOTHING";
        let payload = serde_json::to_string(&due.effect).map_err(StoreError::corrupt)?;
        let lane = due.effect.lane(request);
        let kind = due.effect.kind();
        let added = exec!(self, ENQUEUE, id, request.as_str(), lane, kind, payload, due.at.as_millis())?;
        self.changes.wakes |= added > 0;
        Ok(())
    }

    /// From here until its outcome is stored nobody can tell whether the effect was done: should this process end in
    /// between, [`Store::is_in_doubt`] says so.
    pub async fn begin_effect(&mut self, id: &str) -> Result<(), StoreError> {
        const BEGIN: &str =
            "UPDATE effect SET error_class = CASE error_class WHEN 'unknown' THEN 'unknown' ELSE 'begun' END
            WHERE id = $1 AND done_ms IS NULL AND lease_owner IS NOT DISTINCT FROM $2";
        let lease = self.lease();
        match exec!(self, BEGIN, id, lease)? {
            0 => Err(StoreError::LeaseLost),
            _ => Ok(()),
        }
    }

    /// Whether the effect is still ours to do: another replica takes it over when our lease ends.
    pub async fn still_ours(&mut self, id: &str) -> Result<bool, StoreError> {
        const OURS: &str = "SELECT COUNT(*) FROM effect
            WHERE id = $1 AND done_ms IS NULL AND lease_owner IS NOT DISTINCT FROM $2";
        let lease = self.lease();
        let row: Option<(i64,)> = fetch!(fetch_optional, (i64,), self, OURS, id, lease)?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }

    /// The effect is done; what it said goes.
    pub async fn finish_effect(&mut self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        const FINISH: &str = "UPDATE effect SET done_ms = $1, payload = '', lease_owner = NULL, lease_until_ms = NULL
            WHERE id = $2 AND done_ms IS NULL AND lease_owner IS NOT DISTINCT FROM $3";
        let lease = self.lease();
        let changed = exec!(self, FINISH, at.as_millis(), id, lease)?;
        self.ended(changed, Key::Effect(id.to_owned()))
    }

    /// Tries the effect again at `due`. Once an answer was lost, later refusals do not tell what became of that try: its
    /// class stays.
    pub async fn reschedule_effect(
        &mut self,
        id: &str,
        due: Timestamp,
        error_class: &str,
        error: &str,
    ) -> Result<(), StoreError> {
        const RESCHEDULE: &str = "UPDATE effect SET due_ms = $1, last_error = $3,
            error_class = CASE error_class WHEN 'unknown' THEN 'unknown' ELSE $2 END,
            attempts = attempts + 1, lease_owner = NULL, lease_until_ms = NULL
            WHERE id = $4 AND done_ms IS NULL AND lease_owner IS NOT DISTINCT FROM $5";
        let lease = self.lease();
        let changed = exec!(self, RESCHEDULE, due.as_millis(), error_class, error, id, lease)?;
        self.ended(changed, Key::Effect(id.to_owned()))
    }

    /// Gives the effect up, visibly.
    pub async fn fail_effect(
        &mut self,
        id: &str,
        at: Timestamp,
        error_class: &str,
        error: &str,
    ) -> Result<(), StoreError> {
        const FAIL: &str = "UPDATE effect SET done_ms = $1, failed = TRUE, error_class = $2, last_error = $3,
            attempts = attempts + 1, lease_owner = NULL, lease_until_ms = NULL
            WHERE id = $4 AND done_ms IS NULL AND lease_owner IS NOT DISTINCT FROM $5";
        let lease = self.lease();
        let changed = exec!(self, FAIL, at.as_millis(), error_class, error, id, lease)?;
        self.ended(changed, Key::Effect(id.to_owned()))
    }
}

impl Store {
    /// Due effects that nobody works on, oldest first, at most one of each lane and none that an older due one of its
    /// lane waits before. They are ours until finished, rescheduled, failed, held or released.
    pub async fn claim_effects(&self, now: Timestamp, limit: usize) -> Result<Vec<ClaimedEffect>, StoreError> {
        self.claim_effects_but(now, limit, "").await
    }

    /// The same, leaving out one kind ([`Effect::kind`]): a wave of what has no place now must not hide what has.
    pub async fn claim_effects_but(
        &self,
        now: Timestamp,
        limit: usize,
        but: &str,
    ) -> Result<Vec<ClaimedEffect>, StoreError> {
        let rows = match &self.inner.pools {
            Pools::Lite(_) => self.pick_effects(now, limit, but).await?,
            Pools::Pg(pool) => self.lease_effects(pool, now, limit, but).await?,
        };
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            match row.claimed() {
                Ok(effect) => claimed.push(effect),
                Err((id, error)) => self.fail_unreadable(id, now, error).await?,
            }
        }
        Ok(claimed)
    }

    async fn pick_effects(&self, now: Timestamp, limit: usize, but: &str) -> Result<Vec<EffectRow>, StoreError> {
        let mut held = self.inner.shared.claims.held().await;
        held.let_go(now);
        let rows = self.claimable_effects(now, limit, but, &held).await?;
        for row in &rows {
            held.claim(row.key(), row.lane.clone());
        }
        Ok(rows)
    }

    /// One row that an older version wrote and this one cannot read must not stop all others.
    async fn fail_unreadable(&self, id: String, at: Timestamp, error: String) -> Result<(), StoreError> {
        self.write(move |tx| {
            let (id, error) = (id.clone(), error.clone());
            Box::pin(async move { tx.fail_effect(&id, at, "permanent", &error).await })
        })
        .await
    }

    /// Gives a claim back unchanged, for somebody else to take.
    pub async fn release_effect(&self, id: &str) -> Result<(), StoreError> {
        const RELEASE: &str =
            "UPDATE effect SET lease_owner = NULL, lease_until_ms = NULL WHERE id = $1 AND lease_owner = $2";
        match &self.inner.pools {
            Pools::Lite(_) => self.inner.shared.claims.free(vec![Key::Effect(id.to_owned())]),
            Pools::Pg(pool) => {
                sqlx::query(RELEASE).bind(id).bind(self.inner.shared.owner.as_ref()).execute(pool).await?;
            }
        }
        Ok(())
    }

    /// Keeps a claim for another while; `false` when it is somebody else's now.
    pub async fn renew_effect(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        match &self.inner.pools {
            Pools::Lite(_) => Ok(true),
            Pools::Pg(pool) => self.renew_effect_lease(pool, id, now).await,
        }
    }

    /// Leaves a claimed effect, and its lane, alone until `until`, without counting an attempt; then it can be claimed
    /// again.
    pub async fn hold_effect(&self, id: &str, until: Timestamp) -> Result<(), StoreError> {
        const HOLD: &str = "UPDATE effect SET lease_until_ms = $1 WHERE id = $2 AND lease_owner = $3";
        match &self.inner.pools {
            Pools::Lite(_) => self.inner.shared.claims.held().await.hold(&Key::Effect(id.to_owned()), until),
            Pools::Pg(pool) => {
                let owner = self.inner.shared.owner.as_ref();
                sqlx::query(HOLD).bind(until.as_millis()).bind(id).bind(owner).execute(pool).await?;
            }
        }
        Ok(())
    }

    /// Whether an undone effect of that lane and kind may have been done all the same: its answer was lost, or the
    /// process ended before it came.
    pub async fn is_in_doubt(&self, lane: &str, kind: &str) -> Result<bool, StoreError> {
        const IN_DOUBT: &str = "SELECT COUNT(*) FROM effect
            WHERE lane = $1 AND done_ms IS NULL AND kind = $2 AND error_class IN ('begun', 'unknown')";
        let row = read!(fetch_optional, (i64,), &self.inner.pools, IN_DOUBT, lane, kind)?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }

    /// Effects that wait, soonest first.
    pub async fn pending_effects(&self, limit: usize) -> Result<Vec<PendingEffect>, StoreError> {
        const PENDING: &str = "SELECT id, request, kind, lane, due_ms, attempts, failed, error_class, last_error
            FROM effect WHERE done_ms IS NULL ORDER BY due_ms, seq, id LIMIT $1";
        read!(fetch_all, PendingEffect, &self.inner.pools, PENDING, bound(limit))
    }

    /// Effects that were given up, newest first.
    pub async fn failed_effects(&self, limit: usize) -> Result<Vec<PendingEffect>, StoreError> {
        const FAILED: &str = "SELECT id, request, kind, lane, due_ms, attempts, failed, error_class, last_error
            FROM effect WHERE failed = TRUE ORDER BY due_ms DESC LIMIT $1";
        read!(fetch_all, PendingEffect, &self.inner.pools, FAILED, bound(limit))
    }
}

#[derive(FromRow)]
pub(super) struct EffectRow {
    id: String,
    request: String,
    pub(super) lane: Option<String>,
    payload: String,
    attempts: i64,
    seq: i64,
    pub(super) due_ms: i64,
    first_due_ms: i64,
}

impl EffectRow {
    pub(super) fn key(&self) -> Key {
        Key::Effect(self.id.clone())
    }

    /// Its place in the order that effects are taken in.
    pub(super) fn place(&self) -> (i64, i64, String) {
        (self.due_ms, self.seq, self.id.clone())
    }

    /// `Err` is the row's id and why it cannot be read.
    fn claimed(self) -> Result<ClaimedEffect, (String, String)> {
        let Some(request) = RequestId::parse(&self.request) else {
            return Err((self.id, "it names no request".to_owned()));
        };
        match serde_json::from_str(&self.payload) {
            Err(error) => Err((self.id, format!("it is not understood: {error}"))),
            Ok(effect) => Ok(ClaimedEffect {
                id: self.id,
                request,
                effect,
                lane: self.lane,
                attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
                first_due: Timestamp::from_millis(self.first_due_ms),
            }),
        }
    }
}
