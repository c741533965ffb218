//! The inbox: what the vendors sent.

use sqlx::FromRow;

use crate::domain::{Digest, Timestamp};
use crate::engine::receive::{Delivery, Provenance, Source};

use super::claim::Key;
use super::connection::{Conn, Pools};
use super::{Store, StoreError, Tx};

/// What storing a delivery came to. All three are acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    Stored,
    /// The same delivery is there already.
    Duplicate,
    /// Another body is there under the same id; it was kept, this one was not.
    Conflict,
}

/// A delivery to work on, and how often that was tried before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDelivery {
    pub delivery: Delivery,
    pub attempts: u32,
}

/// A delivery that was given up, for an operator to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedDelivery {
    pub delivery: Delivery,
    pub error: String,
}

/// Rows of one INSERT. Fixed sizes keep the statements prepared.
const CHUNK: usize = 8;

macro_rules! insert_delivery {
    ($($row:literal)*) => {
        concat!("INSERT INTO delivery (source, id, event, body, body_digest, received_ms, due_ms, provenance, envelope) VALUES ",
            $($row,)* " ON CONFLICT DO NOTHING RETURNING source, id")
    };
}

// Without a conflict target: the key is one, the envelope it came in another.
const INSERT_ONE: &str = insert_delivery!("($1, $2, $3, $4, $5, $6, $6, $7, $8)");
const INSERT_CHUNK: &str = insert_delivery!(
    "($1, $2, $3, $4, $5, $6, $6, $7, $8), " "($9, $10, $11, $12, $13, $14, $14, $15, $16), "
    "($17, $18, $19, $20, $21, $22, $22, $23, $24), " "($25, $26, $27, $28, $29, $30, $30, $31, $32), "
    "($33, $34, $35, $36, $37, $38, $38, $39, $40), " "($41, $42, $43, $44, $45, $46, $46, $47, $48), "
    "($49, $50, $51, $52, $53, $54, $54, $55, $56), " "($57, $58, $59, $60, $61, $62, $62, $63, $64)"
);

type StoredKey = (String, String);

macro_rules! insert_into {
    ($engine:ty, $conn:expr, $sql:expr, $deliveries:expr) => {{
        let mut query = sqlx::query_as::<$engine, StoredKey>($sql);
        for delivery in $deliveries {
            query = query
                .bind(delivery.source.word())
                .bind(&delivery.id)
                .bind(&delivery.event)
                .bind(&delivery.body)
                .bind(delivery.body_digest.to_string())
                .bind(delivery.received_at.as_millis())
                .bind(delivery.provenance.word())
                .bind(delivery.provenance.envelope());
        }
        query.fetch_all(&mut *$conn).await
    }};
}

impl Tx {
    /// Stores those that are not there yet.
    pub(super) async fn insert_deliveries(&mut self, deliveries: &[Delivery]) -> Result<Vec<Received>, StoreError> {
        let mut received = Vec::with_capacity(deliveries.len());
        let (chunks, rest) = deliveries.as_chunks::<CHUNK>();
        for chunk in chunks {
            self.insert_chunk(INSERT_CHUNK, chunk, &mut received).await?;
        }
        for one in rest.chunks(1) {
            self.insert_chunk(INSERT_ONE, one, &mut received).await?;
        }
        Ok(received)
    }

    async fn insert_chunk(
        &mut self,
        sql: &'static str,
        deliveries: &[Delivery],
        received: &mut Vec<Received>,
    ) -> Result<(), StoreError> {
        let mut stored: Vec<StoredKey> = match &mut self.conn {
            Conn::Lite(conn) => insert_into!(sqlx::Sqlite, conn, sql, deliveries)?,
            Conn::Pg(conn) => insert_into!(sqlx::Postgres, conn, sql, deliveries)?,
        };
        for delivery in deliveries {
            let is_it = |(source, id): &StoredKey| source == delivery.source.word() && *id == delivery.id;
            received.push(match stored.iter().position(is_it) {
                Some(place) => {
                    stored.swap_remove(place);
                    Received::Stored
                }
                None => self.compare_with_stored(delivery).await?,
            });
        }
        Ok(())
    }

    async fn compare_with_stored(&mut self, delivery: &Delivery) -> Result<Received, StoreError> {
        const DIGEST: &str =
            "SELECT body_digest FROM delivery WHERE (source = $1 AND id = $2) OR envelope = $3 ORDER BY id";
        let (source, envelope) = (delivery.source.word(), delivery.provenance.envelope());
        let stored = fetch!(fetch_all, (String,), self, DIGEST, source, &delivery.id, envelope)?;
        let same = stored.iter().any(|(digest,)| *digest == delivery.body_digest.to_string());
        Ok(if same { Received::Duplicate } else { Received::Conflict })
    }

    /// The delivery is dealt with: its body goes, its digest stays.
    pub async fn finish_delivery(&mut self, source: Source, id: &str, at: Timestamp) -> Result<(), StoreError> {
        const FINISH: &str = "UPDATE delivery SET done_ms = $1, body = '', lease_owner = NULL, lease_until_ms = NULL
            WHERE source = $2 AND id = $3 AND done_ms IS NULL AND lease_owner IS NOT DISTINCT FROM $4";
        let lease = self.lease();
        let changed = exec!(self, FINISH, at.as_millis(), source.word(), id, lease)?;
        self.ended(changed, Key::Delivery(source, id.to_owned()))
    }

    /// Tries the delivery again at `due`.
    pub async fn reschedule_delivery(
        &mut self,
        source: Source,
        id: &str,
        due: Timestamp,
        error: &str,
    ) -> Result<(), StoreError> {
        const RESCHEDULE: &str = "UPDATE delivery SET due_ms = $1, last_error = $2, attempts = attempts + 1,
            lease_owner = NULL, lease_until_ms = NULL
            WHERE source = $3 AND id = $4 AND done_ms IS NULL AND lease_owner IS NOT DISTINCT FROM $5";
        let lease = self.lease();
        let changed = exec!(self, RESCHEDULE, due.as_millis(), error, source.word(), id, lease)?;
        self.ended(changed, Key::Delivery(source, id.to_owned()))
    }

    /// Gives the delivery up; it is kept whole for an operator.
    pub async fn park_delivery(
        &mut self,
        source: Source,
        id: &str,
        at: Timestamp,
        error: &str,
    ) -> Result<(), StoreError> {
        const PARK: &str = "UPDATE delivery SET done_ms = $1, parked = TRUE, last_error = $2, attempts = attempts + 1,
            lease_owner = NULL, lease_until_ms = NULL
            WHERE source = $3 AND id = $4 AND done_ms IS NULL AND lease_owner IS NOT DISTINCT FROM $5";
        let lease = self.lease();
        let changed = exec!(self, PARK, at.as_millis(), error, source.word(), id, lease)?;
        self.ended(changed, Key::Delivery(source, id.to_owned()))
    }

    /// Takes a parked delivery up again; `false` when there is none with this id.
    pub async fn replay_delivery(&mut self, source: Source, id: &str, due: Timestamp) -> Result<bool, StoreError> {
        const REPLAY: &str = "UPDATE delivery SET done_ms = NULL, parked = FALSE, attempts = 0, due_ms = $1
            WHERE source = $2 AND id = $3 AND parked = TRUE";
        let changed = exec!(self, REPLAY, due.as_millis(), source.word(), id)?;
        self.changes.wakes |= changed > 0;
        Ok(changed > 0)
    }

    /// The claim of a row ends with this commit, if the row was still ours to change.
    pub(super) fn ended(&mut self, changed: u64, key: Key) -> Result<(), StoreError> {
        if changed == 0 {
            return Err(StoreError::LeaseLost);
        }
        self.changes.freed.push(key);
        Ok(())
    }
}

impl Store {
    /// Due deliveries that nobody works on, oldest first; they are ours until finished, rescheduled, parked or released.
    pub async fn claim_deliveries(&self, now: Timestamp, limit: usize) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let rows = match &self.inner.pools {
            Pools::Lite(_) => self.pick_deliveries(now, limit).await?,
            Pools::Pg(pool) => self.lease_deliveries(pool, now, limit).await?,
        };
        rows.into_iter().map(DeliveryRow::claimed).collect()
    }

    async fn pick_deliveries(&self, now: Timestamp, limit: usize) -> Result<Vec<DeliveryRow>, StoreError> {
        const BODY: &str = "SELECT source, id, event, body, body_digest, received_ms, due_ms, attempts, last_error,
            provenance, envelope FROM delivery WHERE source = $1 AND id = $2";
        let mut held = self.inner.shared.claims.held().await;
        held.let_go(now);
        let mut rows = Vec::new();
        for (_, source, id) in self.claimable_deliveries(now, limit, &held).await? {
            rows.extend(read!(fetch_optional, DeliveryRow, &self.inner.pools, BODY, &source, &id)?);
            held.claim(Key::Delivery(source_of(&source)?, id), None);
        }
        Ok(rows)
    }

    /// Gives a claim back unchanged, for somebody else to take.
    pub async fn release_delivery(&self, source: Source, id: &str) -> Result<(), StoreError> {
        const RELEASE: &str = "UPDATE delivery SET lease_owner = NULL, lease_until_ms = NULL
            WHERE source = $1 AND id = $2 AND lease_owner = $3";
        match &self.inner.pools {
            Pools::Lite(_) => self.inner.shared.claims.free(vec![Key::Delivery(source, id.to_owned())]),
            Pools::Pg(pool) => {
                let owner = self.inner.shared.owner.as_ref();
                sqlx::query(RELEASE).bind(source.word()).bind(id).bind(owner).execute(pool).await?;
            }
        }
        Ok(())
    }

    /// Whether a click that came before `moment` is not worked off yet.
    pub async fn click_waits_since_before(&self, moment: Timestamp) -> Result<bool, StoreError> {
        const WAITING: &str =
            "SELECT COUNT(*) FROM delivery WHERE done_ms IS NULL AND source = $1 AND received_ms < $2";
        let source = Source::ChatInteraction.word();
        let waiting = read!(fetch_optional, (i64,), &self.inner.pools, WAITING, source, moment.as_millis())?;
        Ok(waiting.is_some_and(|(count,)| count > 0))
    }

    /// How many frames are kept that could not be read, replayed ones included.
    pub async fn kept_frames(&self) -> Result<u64, StoreError> {
        const KEPT: &str = "SELECT COUNT(*) FROM delivery WHERE source = $1";
        let kept = read!(fetch_optional, (i64,), &self.inner.pools, KEPT, Source::ChatFrame.word())?;
        Ok(kept.map_or(0, |(count,)| count.unsigned_abs()))
    }

    /// Deliveries that were given up, newest first.
    pub async fn parked_deliveries(&self, limit: usize) -> Result<Vec<ParkedDelivery>, StoreError> {
        const PARKED: &str = "SELECT source, id, event, body, body_digest, received_ms, due_ms, attempts, last_error,
            provenance, envelope FROM delivery WHERE parked = TRUE ORDER BY received_ms DESC LIMIT $1";
        let rows = read!(fetch_all, DeliveryRow, &self.inner.pools, PARKED, super::sql::bound(limit))?;
        rows.into_iter().map(DeliveryRow::parked).collect()
    }
}

#[derive(FromRow)]
pub(super) struct DeliveryRow {
    source: String,
    id: String,
    event: String,
    body: String,
    body_digest: String,
    received_ms: i64,
    due_ms: i64,
    attempts: i64,
    last_error: Option<String>,
    provenance: String,
    envelope: Option<String>,
}

impl DeliveryRow {
    /// Its place in the order that deliveries are taken in.
    pub(super) fn place(&self) -> (i64, &str, &str) {
        (self.due_ms, &self.source, &self.id)
    }

    fn claimed(self) -> Result<ClaimedDelivery, StoreError> {
        let attempts = u32::try_from(self.attempts).unwrap_or(u32::MAX);
        Ok(ClaimedDelivery { attempts, delivery: self.delivery()? })
    }

    fn parked(mut self) -> Result<ParkedDelivery, StoreError> {
        let error = self.last_error.take().unwrap_or_default();
        Ok(ParkedDelivery { error, delivery: self.delivery()? })
    }

    fn delivery(self) -> Result<Delivery, StoreError> {
        let body_digest = Digest::parse(&self.body_digest)
            .ok_or_else(|| StoreError::corrupt(format_args!("the digest of delivery `{}`", self.id)))?;
        let provenance = Provenance::parse(&self.provenance, self.envelope)
            .ok_or_else(|| StoreError::corrupt(format_args!("the provenance of delivery `{}`", self.id)))?;
        Ok(Delivery {
            source: source_of(&self.source)?,
            id: self.id,
            event: self.event,
            body: self.body,
            body_digest,
            received_at: Timestamp::from_millis(self.received_ms),
            provenance,
        })
    }
}

pub(super) fn source_of(word: &str) -> Result<Source, StoreError> {
    Source::parse(word).ok_or_else(|| StoreError::corrupt(format_args!("a delivery from `{word}`")))
}
