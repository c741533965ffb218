//! Where the app was installed by consent, with its sealed tokens; and the consents that are under way.

use sqlx::FromRow;

use crate::domain::Timestamp;

use super::{Store, StoreError, Tx};

/// Consents under way, at most: anybody may begin one.
const MOST_CONSENTS: i64 = 1_000;

/// One installation. Its tokens are sealed; this type knows no key.
#[derive(Clone, PartialEq, Eq)]
pub struct Installation {
    /// The workspace's id, or the organisation's.
    pub workspace: String,
    pub name: String,
    /// As the chat gave them, comma-separated.
    pub scopes: String,
    /// The user who consented.
    pub installed_by: String,
    pub installed_at: Timestamp,
    pub access: String,
    pub refresh: Option<String>,
    /// Until when `access` is good, where it ends at all.
    pub expires_at: Option<Timestamp>,
    /// Counts the tokens it has had.
    pub generation: i64,
    /// Since when and why it no longer lets us in.
    pub closed: Option<(Timestamp, String)>,
}

impl std::fmt::Debug for Installation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Installation")
            .field("workspace", &self.workspace)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

impl Tx {
    /// Adds an installation, or opens it again with new tokens.
    pub async fn put_installation(&mut self, new: &Installation) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO installation
            (workspace, name, scopes, installed_by, installed_ms, access, refresh, expires_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace) DO UPDATE SET name = excluded.name,
            scopes = excluded.scopes, installed_by = excluded.installed_by, installed_ms = excluded.installed_ms,
            access = excluded.access, refresh = excluded.refresh, expires_ms = excluded.expires_ms,
            generation = installation.generation + 1, lease_owner = NULL, lease_until_ms = NULL,
            closed_ms = NULL, closed_why = NULL";
        let (at, expires) = (new.installed_at.as_millis(), new.expires_at.map(Timestamp::as_millis));
        exec!(
            self,
            PUT,
            &new.workspace,
            &new.name,
            &new.scopes,
            &new.installed_by,
            at,
            &new.access,
            &new.refresh,
            expires
        )?;
        Ok(())
    }

    /// It no longer lets us in, since `lost`. `false` when there is none, it is closed already, or it was installed again
    /// since then.
    pub async fn close_installation(
        &mut self,
        workspace: &str,
        at: Timestamp,
        lost: Timestamp,
        why: &str,
    ) -> Result<bool, StoreError> {
        const CLOSE: &str = "UPDATE installation SET closed_ms = $1, closed_why = $2
            WHERE workspace = $3 AND installed_ms <= $4 AND closed_ms IS NULL";
        Ok(exec!(self, CLOSE, at.as_millis(), why, workspace, lost.as_millis())? > 0)
    }

    /// The right to renew the tokens of this generation, for whoever asks first and until then. Refresh tokens work once.
    pub async fn lease_installation(
        &mut self,
        workspace: &str,
        generation: i64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        const LEASE: &str = "UPDATE installation SET lease_owner = $1, lease_until_ms = $2
            WHERE workspace = $3 AND generation = $4 AND closed_ms IS NULL
            AND (lease_until_ms IS NULL OR lease_until_ms <= $5)";
        let owner = self.owner().to_owned();
        Ok(exec!(self, LEASE, owner, until.as_millis(), workspace, generation, now.as_millis())? > 0)
    }

    /// Gives the right back without having used it.
    pub async fn release_installation(&mut self, workspace: &str, generation: i64) -> Result<(), StoreError> {
        const RELEASE: &str = "UPDATE installation SET lease_owner = NULL, lease_until_ms = NULL
            WHERE workspace = $1 AND generation = $2 AND lease_owner = $3";
        let owner = self.owner().to_owned();
        exec!(self, RELEASE, workspace, generation, owner)?;
        Ok(())
    }

    /// Stores renewed tokens, if nobody else has since. `false`: they are not the ones that count.
    pub async fn renew_installation(
        &mut self,
        workspace: &str,
        generation: i64,
        access: &str,
        refresh: Option<&str>,
        expires: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        const RENEW: &str = "UPDATE installation SET access = $1, refresh = $2, expires_ms = $3,
            generation = generation + 1, lease_owner = NULL, lease_until_ms = NULL
            WHERE workspace = $4 AND generation = $5";
        let expires = expires.map(Timestamp::as_millis);
        Ok(exec!(self, RENEW, access, refresh, expires, workspace, generation)? > 0)
    }

    /// Notes a consent that is asked for. `false` when too many are under way.
    pub async fn begin_consent(&mut self, hash: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        const FORGET: &str = "DELETE FROM consent WHERE expires_ms <= $1";
        const COUNT: &str = "SELECT COUNT(*) FROM consent";
        const BEGIN: &str = "INSERT INTO consent (hash, expires_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        exec!(self, FORGET, now.as_millis())?;
        let under_way = fetch!(fetch_optional, (i64,), self, COUNT)?.map_or(0, |(count,)| count);
        if under_way >= MOST_CONSENTS {
            return Ok(false);
        }
        Ok(exec!(self, BEGIN, hash, until.as_millis())? > 0)
    }

    /// The consent that came back, once. `false` for one that nobody asked for here, or too long ago.
    pub async fn end_consent(&mut self, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        const END: &str = "DELETE FROM consent WHERE hash = $1 AND expires_ms > $2";
        Ok(exec!(self, END, hash, now.as_millis())? > 0)
    }
}

impl Store {
    pub async fn installation(&self, workspace: &str) -> Result<Option<Installation>, StoreError> {
        const ONE: &str = "SELECT workspace, name, scopes, installed_by, installed_ms, access, refresh, expires_ms,
            generation, closed_ms, closed_why FROM installation WHERE workspace = $1";
        let row = read!(fetch_optional, Row, &self.inner.pools, ONE, workspace)?;
        Ok(row.map(Row::installation))
    }
}

#[derive(FromRow)]
struct Row {
    workspace: String,
    name: String,
    scopes: String,
    installed_by: String,
    installed_ms: i64,
    access: String,
    refresh: Option<String>,
    expires_ms: Option<i64>,
    generation: i64,
    closed_ms: Option<i64>,
    closed_why: Option<String>,
}

impl Row {
    fn installation(self) -> Installation {
        let closed = self.closed_ms.map(|ms| (Timestamp::from_millis(ms), self.closed_why.unwrap_or_default()));
        Installation {
            workspace: self.workspace,
            name: self.name,
            scopes: self.scopes,
            installed_by: self.installed_by,
            installed_at: Timestamp::from_millis(self.installed_ms),
            access: self.access,
            refresh: self.refresh,
            expires_at: self.expires_ms.map(Timestamp::from_millis),
            generation: self.generation,
            closed,
        }
    }
}
