//! Requests: the whole value as JSON, and the columns that are queried.

use crate::domain::{
    CommitSha, DeploymentId, Phase, RepositoryId, Request, RequestId, RequestKey, RunId, Timestamp, Verdict,
};

use super::sql::bound;
use super::{Store, StoreError, Tx};

/// Which requests to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// Of this workspace of the chat only, or of an unnamed one.
    pub workspace: Option<String>,
    /// Of this phase only: `gathering`, `held`, `open`, `approved`, `denied`, `expired`, `ended`.
    pub phase: Option<String>,
    /// Those that wait for a decision only.
    pub undecided: bool,
    /// Opened before this one: the last of the page before.
    pub before: Option<(Timestamp, RequestId)>,
}

type Body = (String,);

impl Tx {
    /// Locks a request until the commit, and reads it.
    pub async fn lock_request(&mut self, id: &RequestId) -> Result<Option<Request>, StoreError> {
        const LOCK: &str = "UPDATE request SET version = version + 1 WHERE id = $1 RETURNING body";
        let row = fetch!(fetch_optional, Body, self, LOCK, id.as_str())?;
        self.locked(row)
    }

    /// Locks the request of a key until the commit, and reads it.
    pub async fn lock_request_by_key(&mut self, key: &RequestKey) -> Result<Option<Request>, StoreError> {
        const LOCK: &str = "UPDATE request SET version = version + 1
            WHERE host = $1 AND repository = $2 AND run = $3 AND attempt = $4 AND environment = $5 RETURNING body";
        let (repository, run) = (key.repository.get().cast_signed(), key.run.get().cast_signed());
        let row = fetch!(
            fetch_optional,
            Body,
            self,
            LOCK,
            &key.host,
            repository,
            run,
            i64::from(key.attempt),
            &key.environment
        )?;
        self.locked(row)
    }

    /// Locks the requests of other runs that wait to bring another commit to the same environment, and reads them.
    pub async fn lock_requests_beside(
        &mut self,
        key: &RequestKey,
        commit: &CommitSha,
    ) -> Result<Vec<Request>, StoreError> {
        const BESIDE: &str = "SELECT id FROM request WHERE is_open = TRUE AND host = $1 AND repository = $2
            AND environment = $3 AND run <> $4 AND commit_sha <> $5";
        let (repository, run) = (key.repository.get().cast_signed(), key.run.get().cast_signed());
        let mut ids =
            fetch!(fetch_all, Body, self, BESIDE, &key.host, repository, &key.environment, run, commit.as_str())?;
        // Always in the same order, so that two replicas do not wait for each other.
        ids.sort();
        self.lock_each(ids).await
    }

    /// Locks requests until the commit, and reads them.
    pub(super) async fn lock_each(&mut self, ids: Vec<(String,)>) -> Result<Vec<Request>, StoreError> {
        let mut requests = Vec::with_capacity(ids.len());
        for (id,) in ids {
            let id = RequestId::parse(&id).ok_or_else(|| StoreError::corrupt("the id of a request"))?;
            requests.extend(self.lock_request(&id).await?);
        }
        Ok(requests)
    }

    fn locked(&mut self, row: Option<Body>) -> Result<Option<Request>, StoreError> {
        let request = row.map(read_request).transpose()?;
        if let Some(request) = &request {
            self.changes.locked.insert(request.id.as_str().to_owned(), request.revision);
        }
        Ok(request)
    }

    /// Adds a request; `false` when its key has one already: lock that one instead.
    pub async fn insert_request(&mut self, request: &Request) -> Result<bool, StoreError> {
        const INSERT: &str = "INSERT INTO request (id, host, repository, run, attempt, environment, phase, is_open,
                opened_ms, expires_ms, revision, body, commit_sha, repository_name, workspace)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            ON CONFLICT (host, repository, run, attempt, environment) DO NOTHING";
        let key = &request.key;
        let added = exec!(
            self,
            INSERT,
            request.id.as_str(),
            &key.host,
            key.repository.get().cast_signed(),
            key.run.get().cast_signed(),
            i64::from(key.attempt),
            &key.environment,
            phase_word(&request.phase),
            request.is_undecided(),
            request.opened_at.as_millis(),
            request.expires_at.as_millis(),
            request.revision.cast_signed(),
            body_of(request)?,
            request.commit.as_str(),
            request.repository.full_name().to_lowercase(),
            &request.workspace,
        )?;
        if added == 0 {
            return Ok(false);
        }
        self.changes.locked.insert(request.id.as_str().to_owned(), request.revision);
        self.mirror_votes(request).await?;
        Ok(true)
    }

    /// Replaces a request by its next version. Without a lock in this transaction, only the version right after the
    /// stored one is taken; otherwise [`StoreError::RequestMoved`].
    pub async fn save_request(&mut self, request: &Request) -> Result<(), StoreError> {
        const SAVE: &str = "UPDATE request SET phase = $1, is_open = $2, expires_ms = $3, revision = $4, body = $5
            WHERE id = $6 AND revision = $7";
        let id = request.id.as_str();
        let before = self.changes.locked.get(id).copied().unwrap_or_else(|| request.revision.saturating_sub(1));
        let changed = exec!(
            self,
            SAVE,
            phase_word(&request.phase),
            request.is_undecided(),
            request.expires_at.as_millis(),
            request.revision.cast_signed(),
            body_of(request)?,
            id,
            before.cast_signed(),
        )?;
        if changed == 0 {
            return Err(StoreError::RequestMoved);
        }
        self.changes.locked.insert(id.to_owned(), request.revision);
        self.mirror_votes(request).await
    }

    /// Keeps the votes in a table of their own as well, for queries.
    async fn mirror_votes(&mut self, request: &Request) -> Result<(), StoreError> {
        const CLEAR: &str = "DELETE FROM vote WHERE request = $1";
        const VOTE: &str = "INSERT INTO vote (request, human, choice, struck, at_ms) VALUES ($1, $2, $3, $4, $5)";
        let id = request.id.as_str();
        exec!(self, CLEAR, id)?;
        for vote in &request.votes {
            exec!(self, VOTE, id, vote.human.to_string(), vote.choice.word(), vote.struck, vote.at.as_millis())?;
        }
        Ok(())
    }

    /// Notes that a job's deployment belongs to a request. The first note stays.
    pub async fn link_deployment(
        &mut self,
        host: &str,
        repository: RepositoryId,
        deployment: DeploymentId,
        request: &RequestId,
    ) -> Result<(), StoreError> {
        const LINK: &str = "INSERT INTO deployment (host, repository, deployment, request) VALUES ($1, $2, $3, $4)
            ON CONFLICT (host, repository, deployment) DO NOTHING";
        let (repository, deployment) = (repository.get().cast_signed(), deployment.get().cast_signed());
        exec!(self, LINK, host, repository, deployment, request.as_str()).map(drop)
    }
}

impl Store {
    pub async fn request(&self, id: &RequestId) -> Result<Option<Request>, StoreError> {
        const BY_ID: &str = "SELECT body FROM request WHERE id = $1";
        read!(fetch_optional, Body, &self.inner.pools, BY_ID, id.as_str())?.map(read_request).transpose()
    }

    pub async fn request_by_key(&self, key: &RequestKey) -> Result<Option<Request>, StoreError> {
        const BY_KEY: &str = "SELECT body FROM request
            WHERE host = $1 AND repository = $2 AND run = $3 AND attempt = $4 AND environment = $5";
        let (repository, run) = (key.repository.get().cast_signed(), key.run.get().cast_signed());
        let attempt = i64::from(key.attempt);
        let pools = &self.inner.pools;
        let row = read!(fetch_optional, Body, pools, BY_KEY, &key.host, repository, run, attempt, &key.environment)?;
        row.map(read_request).transpose()
    }

    /// The request that a job's deployment belongs to.
    pub async fn request_for_deployment(
        &self,
        host: &str,
        repository: RepositoryId,
        deployment: DeploymentId,
    ) -> Result<Option<RequestId>, StoreError> {
        const BY_DEPLOYMENT: &str =
            "SELECT request FROM deployment WHERE host = $1 AND repository = $2 AND deployment = $3";
        let (repository, deployment) = (repository.get().cast_signed(), deployment.get().cast_signed());
        let row = read!(fetch_optional, Body, &self.inner.pools, BY_DEPLOYMENT, host, repository, deployment)?;
        row.map(|(id,)| RequestId::parse(&id).ok_or_else(|| StoreError::corrupt("the request of a deployment")))
            .transpose()
    }

    /// All requests of a run: of every attempt and environment, oldest first.
    pub async fn requests_of_run(
        &self,
        host: &str,
        repository: RepositoryId,
        run: RunId,
    ) -> Result<Vec<Request>, StoreError> {
        const OF_RUN: &str = "SELECT body FROM request WHERE host = $1 AND repository = $2 AND run = $3
            ORDER BY opened_ms, id";
        let (repository, run) = (repository.get().cast_signed(), run.get().cast_signed());
        let rows = read!(fetch_all, Body, &self.inner.pools, OF_RUN, host, repository, run)?;
        rows.into_iter().map(read_request).collect()
    }

    /// The newest request that approved `commit` for an environment, other than `but`.
    pub async fn approved_before(
        &self,
        key: &RequestKey,
        commit: &CommitSha,
        but: &RequestId,
    ) -> Result<Option<Request>, StoreError> {
        const BEFORE: &str = "SELECT body FROM request WHERE commit_sha = $1 AND repository = $2 AND environment = $3
            AND host = $4 AND id <> $5 AND phase = $6 ORDER BY opened_ms DESC, id DESC LIMIT 1";
        let repository = key.repository.get().cast_signed();
        let (commit, approved, pools) = (commit.as_str(), Verdict::Approved.word(), &self.inner.pools);
        let row = read!(
            fetch_optional,
            Body,
            pools,
            BEFORE,
            commit,
            repository,
            &key.environment,
            &key.host,
            but.as_str(),
            approved
        )?;
        row.map(read_request).transpose()
    }

    /// Requests of the same environment that were let through before, newest first.
    pub async fn approved_in(
        &self,
        key: &RequestKey,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Request>, StoreError> {
        const EARLIER: &str = "SELECT body FROM request WHERE repository = $1 AND environment = $2 AND host = $3
            AND phase = $4 AND opened_ms < $5 ORDER BY opened_ms DESC, id DESC LIMIT $6";
        let (repository, approved) = (key.repository.get().cast_signed(), Verdict::Approved.word());
        let (before, limit, pools) = (before.as_millis(), bound(limit), &self.inner.pools);
        let rows =
            read!(fetch_all, Body, pools, EARLIER, repository, &key.environment, &key.host, approved, before, limit)?;
        rows.into_iter().map(read_request).collect()
    }

    /// Requests that wait for a decision, oldest first; of one workspace of the chat and of unnamed ones, where one is given.
    pub async fn open_requests(&self, workspace: Option<&str>, limit: usize) -> Result<Vec<Request>, StoreError> {
        const OPEN: &str = "SELECT body FROM request WHERE is_open = TRUE
            AND (CAST($1 AS TEXT) IS NULL OR workspace IN ($1, '')) ORDER BY opened_ms, id LIMIT $2";
        let rows = read!(fetch_all, Body, &self.inner.pools, OPEN, workspace, bound(limit))?;
        rows.into_iter().map(read_request).collect()
    }

    /// Requests of a repository that wait for a decision, in no order.
    pub async fn undecided_in(&self, host: &str, repository: RepositoryId) -> Result<Vec<Request>, StoreError> {
        const WAITING: &str = "SELECT body FROM request WHERE is_open = TRUE AND host = $1 AND repository = $2";
        let rows = read!(fetch_all, Body, &self.inner.pools, WAITING, host, repository.get().cast_signed())?;
        rows.into_iter().map(read_request).collect()
    }

    /// Requests whose id ends in `end`, newest first; those that wait for a decision come before all others. Of one workspace
    /// of the chat and of unnamed ones, where one is given.
    pub async fn requests_ending(
        &self,
        workspace: Option<&str>,
        end: &str,
        limit: usize,
    ) -> Result<Vec<Request>, StoreError> {
        const ENDING: &str = "SELECT body FROM request WHERE id LIKE $1
            AND (CAST($2 AS TEXT) IS NULL OR workspace IN ($2, ''))
            ORDER BY CASE is_open WHEN TRUE THEN 0 ELSE 1 END, opened_ms DESC, id DESC LIMIT $3";
        if !end.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
            return Ok(Vec::new());
        }
        let rows = read!(fetch_all, Body, &self.inner.pools, ENDING, format!("%{end}"), workspace, bound(limit))?;
        rows.into_iter().map(read_request).collect()
    }

    /// The newest request of the repository that has this name now: `acme/sentiment`, without regard to case.
    pub async fn request_of_repository(&self, full_name: &str) -> Result<Option<Request>, StoreError> {
        const OF: &str = "SELECT body FROM request WHERE repository_name = $1 ORDER BY opened_ms DESC LIMIT 1";
        read!(fetch_optional, Body, &self.inner.pools, OF, full_name.to_lowercase())?.map(read_request).transpose()
    }

    /// The newest run's request of a repository.
    pub async fn newest_request_of(&self, host: &str, repository: RepositoryId) -> Result<Option<Request>, StoreError> {
        const OF: &str = "SELECT body FROM request WHERE host = $1 AND repository = $2 ORDER BY run DESC LIMIT 1";
        let repository = repository.get().cast_signed();
        read!(fetch_optional, Body, &self.inner.pools, OF, host, repository)?.map(read_request).transpose()
    }

    /// A page of requests, newest first.
    pub async fn list_requests(&self, filter: &RequestFilter, limit: usize) -> Result<Vec<Request>, StoreError> {
        const LIST: &str = "SELECT body FROM request
            WHERE (CAST($1 AS TEXT) IS NULL OR phase = $1) AND (is_open = TRUE OR is_open = $2)
            AND (opened_ms, id) < ($3, $4) AND (CAST($5 AS TEXT) IS NULL OR workspace IN ($5, ''))
            ORDER BY opened_ms DESC, id DESC LIMIT $6";
        let (time, id) = match &filter.before {
            Some((time, id)) => (time.as_millis(), id.as_str()),
            None => (i64::MAX, ""),
        };
        let (phase, workspace, pools) = (filter.phase.as_deref(), filter.workspace.as_deref(), &self.inner.pools);
        let rows = read!(fetch_all, Body, pools, LIST, phase, filter.undecided, time, id, workspace, bound(limit))?;
        rows.into_iter().map(read_request).collect()
    }
}

fn body_of(request: &Request) -> Result<String, StoreError> {
    serde_json::to_string(request).map_err(StoreError::corrupt)
}

fn read_request((body,): Body) -> Result<Request, StoreError> {
    serde_json::from_str(&body).map_err(|error| StoreError::corrupt(format_args!("a request: {error}")))
}

const fn phase_word(phase: &Phase) -> &'static str {
    match phase {
        Phase::Gathering => "gathering",
        Phase::Held { .. } => "held",
        Phase::Open => "open",
        Phase::Decided(decision) => decision.verdict.word(),
        Phase::Ended { .. } => "ended",
    }
}
