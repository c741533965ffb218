//! Looks at pull requests: the whole value as JSON, the columns that are queried, and who is looking right now.

use sqlx::FromRow;

use crate::domain::{CommitSha, EnvironmentName, Preview, PreviewKey, RepositoryId, Timestamp};

use super::claim::Key;
use super::connection::Pools;
use super::sql::bound;
use super::{Store, StoreError, Tx};

type Body = (String,);

impl Tx {
    /// Locks a preview until the commit, and reads it.
    pub async fn lock_preview(&mut self, key: &PreviewKey) -> Result<Option<Preview>, StoreError> {
        const LOCK: &str = "UPDATE preview SET version = version + 1 WHERE id = $1 RETURNING body";
        let row = fetch!(fetch_optional, Body, self, LOCK, key.to_string())?;
        row.map(read_preview).transpose()
    }

    /// Adds a preview; when another one was faster, [`StoreError::RequestMoved`]: lock that one instead.
    pub async fn insert_preview(&mut self, preview: &Preview) -> Result<(), StoreError> {
        const INSERT: &str =
            "INSERT INTO preview (id, host, repository, number, head, body, due_ms, attempts, last_error)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
        let (key, columns) = (&preview.key, Columns::of(preview)?);
        let added = exec!(
            self,
            INSERT,
            key.to_string(),
            &key.host,
            key.repository.get().cast_signed(),
            key.number.cast_signed(),
            preview.head.as_str(),
            columns.body,
            columns.due_ms,
            columns.attempts,
            columns.last_error,
        )?;
        self.changes.wakes |= preview.due.is_some();
        if added == 0 { Err(StoreError::RequestMoved) } else { Ok(()) }
    }

    /// Replaces a preview that is locked in this transaction. Whoever is looking goes on looking.
    pub async fn save_preview(&mut self, preview: &Preview) -> Result<(), StoreError> {
        const SAVE: &str = "UPDATE preview SET head = $1, body = $2, due_ms = $3, attempts = $4, last_error = $5
            WHERE id = $6";
        let (id, columns) = (preview.key.to_string(), Columns::of(preview)?);
        let head = preview.head.as_str();
        exec!(self, SAVE, head, columns.body, columns.due_ms, columns.attempts, columns.last_error, id)?;
        self.changes.wakes |= preview.due.is_some();
        Ok(())
    }

    /// The same by the one who looks, who must still be the one.
    pub async fn save_claimed_preview(&mut self, preview: &Preview) -> Result<(), StoreError> {
        const HELD: &str =
            "UPDATE preview SET version = version + 1 WHERE id = $1 AND lease_owner IS NOT DISTINCT FROM $2";
        let (id, lease) = (preview.key.to_string(), self.lease());
        if exec!(self, HELD, id, lease)? == 0 {
            return Err(StoreError::LeaseLost);
        }
        self.save_preview(preview).await
    }

    /// The look is over: its outcome is stored, and the claim ends with this commit.
    pub async fn end_preview(&mut self, preview: &Preview) -> Result<(), StoreError> {
        const END: &str = "UPDATE preview SET lease_owner = NULL, lease_until_ms = NULL
            WHERE id = $1 AND lease_owner IS NOT DISTINCT FROM $2";
        let (id, lease) = (preview.key.to_string(), self.lease());
        let changed = exec!(self, END, &id, lease)?;
        self.ended(changed, Key::Preview(id))?;
        self.save_preview(preview).await
    }
}

impl Store {
    pub async fn preview(&self, key: &PreviewKey) -> Result<Option<Preview>, StoreError> {
        const GET: &str = "SELECT body FROM preview WHERE id = $1";
        read!(fetch_optional, Body, &self.inner.pools, GET, key.to_string())?.map(read_preview).transpose()
    }

    /// Previews whose newest commit is `head`.
    pub async fn previews_at(
        &self,
        host: &str,
        repository: RepositoryId,
        head: &CommitSha,
    ) -> Result<Vec<Preview>, StoreError> {
        const AT: &str = "SELECT body FROM preview WHERE head = $1 AND repository = $2 AND host = $3 ORDER BY number";
        let repository = repository.get().cast_signed();
        let rows = read!(fetch_all, Body, &self.inner.pools, AT, head.as_str(), repository, host)?;
        rows.into_iter().map(read_preview).collect()
    }

    /// Environments that requests of the repository were for, the newest request's first.
    pub async fn environments_of(
        &self,
        host: &str,
        repository: RepositoryId,
        limit: usize,
    ) -> Result<Vec<EnvironmentName>, StoreError> {
        const OF: &str = "SELECT environment FROM request WHERE host = $1 AND repository = $2
            GROUP BY environment ORDER BY MAX(opened_ms) DESC, environment LIMIT $3";
        let repository = repository.get().cast_signed();
        let rows = read!(fetch_all, Body, &self.inner.pools, OF, host, repository, bound(limit))?;
        let name = |(name,): Body| EnvironmentName::parse(&name).ok_or_else(|| StoreError::corrupt("an environment"));
        rows.into_iter().map(name).collect()
    }

    /// Due previews that nobody looks at, longest due first; they are ours until ended or released.
    pub async fn claim_previews(&self, now: Timestamp, limit: usize) -> Result<Vec<Preview>, StoreError> {
        let rows = match &self.inner.pools {
            Pools::Lite(_) => self.pick_previews(now, limit).await?,
            Pools::Pg(pool) => self.lease_previews(pool, now, limit).await?,
        };
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            match read_preview((row.body,)) {
                Ok(preview) => claimed.push(preview),
                Err(error) => self.drop_unreadable(row.id, error.to_string()).await?,
            }
        }
        Ok(claimed)
    }

    /// One row that another version wrote and this one cannot read must not stop all others.
    async fn drop_unreadable(&self, id: String, error: String) -> Result<(), StoreError> {
        const DROP: &str =
            "UPDATE preview SET due_ms = NULL, last_error = $1, lease_owner = NULL, lease_until_ms = NULL
            WHERE id = $2";
        self.write(move |tx| {
            let (id, error) = (id.clone(), error.clone());
            Box::pin(async move {
                let changed = exec!(tx, DROP, &error, &id)?;
                tx.ended(changed, Key::Preview(id))
            })
        })
        .await
    }

    async fn pick_previews(&self, now: Timestamp, limit: usize) -> Result<Vec<PreviewRow>, StoreError> {
        let mut held = self.inner.shared.claims.held().await;
        held.let_go(now);
        let rows = self.claimable_previews(now, limit, &held).await?;
        for row in &rows {
            held.claim(Key::Preview(row.id.clone()), None);
        }
        Ok(rows)
    }

    /// When there is next a preview to claim: the earliest due time of those nobody looks at, past ones included, or the
    /// end of a lease. `None` when none waits.
    pub async fn next_preview_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        const FUTURE: &str = "SELECT MIN(due_ms) FROM preview WHERE due_ms > $1";
        let (claimable, later) = match &self.inner.pools {
            Pools::Lite(_) => {
                let mut held = self.inner.shared.claims.held().await;
                held.let_go(now);
                let first = self.claimable_previews(now, 1, &held).await?;
                (first.first().map(|row| Timestamp::from_millis(row.due_ms)), None)
            }
            Pools::Pg(pool) => self.next_preview_leases(pool, now).await?,
        };
        let future = read!(fetch_optional, (Option<i64>,), &self.inner.pools, FUTURE, now.as_millis())?;
        let future = future.and_then(|(due,)| due).map(Timestamp::from_millis);
        Ok(claimable.or_else(|| [later, future].into_iter().flatten().min()))
    }

    /// Keeps a claim for another while; `false` when it is somebody else's now.
    pub async fn renew_preview(&self, key: &PreviewKey, now: Timestamp) -> Result<bool, StoreError> {
        match &self.inner.pools {
            Pools::Lite(_) => Ok(true),
            Pools::Pg(pool) => self.renew_preview_lease(pool, key, now).await,
        }
    }

    /// Gives a claim back unchanged, for somebody else to take.
    pub async fn release_preview(&self, key: &PreviewKey) -> Result<(), StoreError> {
        const RELEASE: &str =
            "UPDATE preview SET lease_owner = NULL, lease_until_ms = NULL WHERE id = $1 AND lease_owner = $2";
        match &self.inner.pools {
            Pools::Lite(_) => self.inner.shared.claims.free(vec![Key::Preview(key.to_string())]),
            Pools::Pg(pool) => {
                let owner = self.inner.shared.owner.as_ref();
                sqlx::query(RELEASE).bind(key.to_string()).bind(owner).execute(pool).await?;
            }
        }
        Ok(())
    }
}

#[derive(FromRow)]
pub(super) struct PreviewRow {
    pub(super) id: String,
    pub(super) due_ms: i64,
    body: String,
}

impl PreviewRow {
    /// Its place in the order that previews are taken in.
    pub(super) fn place(&self) -> (i64, String) {
        (self.due_ms, self.id.clone())
    }
}

/// What is queried, besides the value.
struct Columns {
    body: String,
    due_ms: Option<i64>,
    attempts: i64,
    last_error: Option<String>,
}

impl Columns {
    fn of(preview: &Preview) -> Result<Self, StoreError> {
        Ok(Self {
            body: serde_json::to_string(preview).map_err(StoreError::corrupt)?,
            due_ms: preview.due.map(Timestamp::as_millis),
            attempts: i64::from(preview.attempts),
            last_error: preview.last_error.clone(),
        })
    }
}

fn read_preview((body,): Body) -> Result<Preview, StoreError> {
    serde_json::from_str(&body).map_err(|error| StoreError::corrupt(format_args!("a preview: {error}")))
}
