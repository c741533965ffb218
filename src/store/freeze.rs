//! Freezes: those that stand, and those that are over.

use crate::domain::{Freeze, RepositoryId, Request, Timestamp};

use super::sql::bound;
use super::{Store, StoreError, Tx};

type Body = (String,);

/// Most freezes that are looked at together; more than anybody calls.
const MOST: usize = 200;

impl Tx {
    pub async fn insert_freeze(&mut self, freeze: &Freeze) -> Result<(), StoreError> {
        const INSERT: &str = "INSERT INTO deploy_freeze (id, repository, environment, since_ms, until_ms, body)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let repository = freeze.repository.map(|repository| repository.get().cast_signed());
        let environment = freeze.environment.as_ref().map(|environment| environment.to_lowercase());
        let until = freeze.until.map(Timestamp::as_millis);
        let body = serde_json::to_string(freeze).map_err(StoreError::corrupt)?;
        exec!(self, INSERT, &freeze.id, repository, environment, freeze.since.as_millis(), until, body).map(drop)
    }

    /// Lifts a freeze that stands at `at`; `None` when none of that id does.
    pub async fn lift_freeze(&mut self, id: &str, at: Timestamp) -> Result<Option<Freeze>, StoreError> {
        const LIFT: &str = "UPDATE deploy_freeze SET lifted_ms = $1
            WHERE id = $2 AND lifted_ms IS NULL AND (until_ms IS NULL OR until_ms > $1) RETURNING body";
        let row = fetch!(fetch_optional, Body, self, LIFT, at.as_millis(), id)?;
        row.map(read_freeze).transpose()
    }

    /// Those that stand at `at` or begin later.
    pub async fn freezes(&mut self, at: Timestamp) -> Result<Vec<Freeze>, StoreError> {
        let rows = fetch!(fetch_all, Body, self, STANDING, at.as_millis(), bound(MOST))?;
        rows.into_iter().map(read_freeze).collect()
    }

    /// Undecided requests that a freeze of this place concerns, oldest first; each is locked until the commit.
    pub async fn lock_requests_at(
        &mut self,
        repository: Option<RepositoryId>,
        environment: Option<&str>,
    ) -> Result<Vec<Request>, StoreError> {
        const THERE: &str = "SELECT id FROM request WHERE is_open = TRUE
            AND (CAST($1 AS BIGINT) IS NULL OR repository = $1) AND (CAST($2 AS TEXT) IS NULL OR environment = $2)
            ORDER BY opened_ms, id";
        let repository = repository.map(|repository| repository.get().cast_signed());
        let environment = environment.map(str::to_lowercase);
        let rows = fetch!(fetch_all, Body, self, THERE, repository, environment)?;
        self.lock_each(rows).await
    }
}

const STANDING: &str = "SELECT body FROM deploy_freeze
    WHERE lifted_ms IS NULL AND (until_ms IS NULL OR until_ms > $1) ORDER BY since_ms, id LIMIT $2";

impl Store {
    /// Those that stand at `at` or begin later.
    pub async fn freezes(&self, at: Timestamp) -> Result<Vec<Freeze>, StoreError> {
        let rows = read!(fetch_all, Body, &self.inner.pools, STANDING, at.as_millis(), bound(MOST))?;
        rows.into_iter().map(read_freeze).collect()
    }
}

fn read_freeze((body,): Body) -> Result<Freeze, StoreError> {
    serde_json::from_str(&body).map_err(|error| StoreError::corrupt(format_args!("a freeze: {error}")))
}
