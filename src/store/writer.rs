//! The one writer: takes everything that waits, commits once, answers all (group commit).

use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use crate::engine::receive::Delivery;

use super::claim::Claims;
use super::connection::{Conn, Target};
use super::job::{Answer, Job, Work};
use super::tx::Changes;
use super::{Received, StoreError, Tx};

/// Most deliveries that share one commit, and most writes taken from the queue at once.
const LARGEST_BATCH: usize = 256;
/// Most jobs that share one commit. A job is many statements, and senders wait for their acknowledgement meanwhile.
const LARGEST_JOBS: usize = 24;
/// How often a transaction is run again when PostgreSQL asks for it.
const RETRIES: u32 = 5;
const RETRY_PAUSE: Duration = Duration::from_millis(5);

/// What the writer and the store's other parts both see.
pub(super) struct Shared {
    pub(super) commits: AtomicU64,
    pub(super) work: Arc<Notify>,
    pub(super) claims: Claims,
    /// Our name on leases: fresh for every start, so that a former self holds none of ours.
    pub(super) owner: Arc<str>,
}

impl Shared {
    pub(super) fn new() -> Self {
        let owner = uuid::Uuid::new_v4().to_string().into();
        Self { commits: AtomicU64::new(0), work: Arc::new(Notify::new()), claims: Claims::default(), owner }
    }
}

pub(super) struct Writer {
    target: Target,
    /// `None` after the connection broke, until the next write.
    tx: Option<Tx>,
    shared: Arc<Shared>,
    salt: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
    /// Kept open, and so locked, until the last write is done.
    _guard: Option<File>,
}

/// What was taken from the queue. Deliveries overtake jobs, so that an acknowledgement never waits behind slow work.
#[derive(Default)]
struct Line {
    deliveries: Vec<Delivery>,
    receivers: Vec<Answer<Received>>,
    jobs: VecDeque<Box<dyn Job>>,
    /// The store is being closed; whoever asked hears of it once everything is written.
    close: Option<oneshot::Sender<()>>,
}

/// What shares one commit.
#[derive(Default)]
struct Batch {
    deliveries: Vec<Delivery>,
    receivers: Vec<Answer<Received>>,
    jobs: Vec<Box<dyn Job>>,
}

/// What became of the parts of a committed batch.
struct Outcome {
    received: Vec<Received>,
    jobs: Vec<Result<(), StoreError>>,
}

impl Writer {
    pub(super) fn new(
        target: Target,
        connection: Conn,
        shared: Arc<Shared>,
        salt: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
        guard: Option<File>,
    ) -> Self {
        let tx = Some(Tx::new(connection, shared.owner.clone(), salt.clone()));
        Self { target, tx, shared, salt, _guard: guard }
    }

    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Work>) {
        let mut line = Line::default();
        while line.fill(&mut waiting).await {
            if line.close.is_some() {
                waiting.close();
            }
            self.write(line.next_batch()).await;
        }
        self.disconnect().await;
        drop(self);
        if let Some(close) = line.close {
            let _ = close.send(());
        }
    }

    async fn write(&mut self, mut batch: Batch) {
        if batch.is_empty() {
            return;
        }
        for attempt in 0.. {
            match self.try_write(&mut batch).await {
                Ok(outcome) => return batch.answer(outcome),
                Err(error) if error.is_conflict() && attempt < RETRIES => {
                    self.undo().await;
                    tokio::time::sleep(RETRY_PAUSE * (attempt + 1)).await;
                }
                Err(error) => {
                    self.undo().await;
                    return batch.fail(&error);
                }
            }
        }
    }

    async fn try_write(&mut self, batch: &mut Batch) -> Result<Outcome, StoreError> {
        let tx = self.connected().await?;
        tx.begin().await?;
        let received = tx.insert_deliveries(&batch.deliveries).await?;
        let stored = received.contains(&Received::Stored);
        let jobs = tx.run_jobs(&mut batch.jobs, batch.deliveries.is_empty()).await?;
        if !stored && jobs.iter().all(Result::is_err) {
            self.undo().await;
            return Ok(Outcome { received, jobs });
        }
        tx.chain_entries().await?;
        tx.commit().await?;
        let changes = std::mem::take(&mut tx.changes);
        self.committed(changes, stored);
        Ok(Outcome { received, jobs })
    }

    fn committed(&self, changes: Changes, stored: bool) {
        self.shared.commits.fetch_add(1, Ordering::Relaxed);
        self.shared.claims.free(changes.freed);
        if stored || changes.wakes {
            self.shared.work.notify_one();
        }
    }

    async fn connected(&mut self) -> Result<&mut Tx, StoreError> {
        let tx = match self.tx.take() {
            Some(tx) => tx,
            None => Tx::new(self.target.connect().await?, self.shared.owner.clone(), self.salt.clone()),
        };
        Ok(self.tx.insert(tx))
    }

    /// Leaves the failed transaction; a connection that cannot do even that is given up.
    async fn undo(&mut self) {
        let Some(tx) = &mut self.tx else { return };
        if tx.rollback().await.is_err() {
            self.disconnect().await;
        }
    }

    async fn disconnect(&mut self) {
        if let Some(tx) = self.tx.take() {
            tx.conn.close().await;
        }
    }
}

impl Tx {
    async fn begin(&mut self) -> Result<(), StoreError> {
        self.changes = Changes::default();
        // SQLite: a transaction that reads before it writes fails under load unless it takes the lock at once.
        let begin = match &self.conn {
            Conn::Lite(_) => "BEGIN IMMEDIATE",
            Conn::Pg(_) => "BEGIN",
        };
        exec!(self, begin).map(drop)
    }

    async fn commit(&mut self) -> Result<(), StoreError> {
        exec!(self, "COMMIT").map(drop)
    }

    async fn rollback(&mut self) -> Result<(), StoreError> {
        self.changes = Changes::default();
        exec!(self, "ROLLBACK").map(drop)
    }

    /// Runs every job; one that fails is undone without the others. A single job needs no savepoint when it is `alone`.
    async fn run_jobs(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        alone: bool,
    ) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        if let ([job], true) = (&mut *jobs, alone) {
            let outcome = job.run(self).await;
            return whole_batch(outcome).map(|outcome| vec![outcome]);
        }
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            outcomes.push(self.run_apart(job.as_mut()).await?);
        }
        Ok(outcomes)
    }

    async fn run_apart(&mut self, job: &mut dyn Job) -> Result<Result<(), StoreError>, StoreError> {
        let before = std::mem::take(&mut self.changes);
        exec!(self, "SAVEPOINT job")?;
        let outcome = whole_batch(job.run(self).await)?;
        let changes = std::mem::replace(&mut self.changes, before);
        match &outcome {
            Ok(()) => self.changes.absorb(changes),
            Err(_) => drop(exec!(self, "ROLLBACK TO SAVEPOINT job")?),
        }
        exec!(self, "RELEASE SAVEPOINT job")?;
        Ok(outcome)
    }
}

/// Failures that end the transaction for everybody, not for one job alone.
fn whole_batch(outcome: Result<(), StoreError>) -> Result<Result<(), StoreError>, StoreError> {
    match outcome {
        Err(error) if error.is_conflict() || error.is_connection_lost() => Err(error),
        outcome => Ok(outcome),
    }
}

impl Line {
    /// Takes what waits; waits itself only while the line is empty. `false` once nothing is left and nothing can come.
    async fn fill(&mut self, waiting: &mut mpsc::Receiver<Work>) -> bool {
        if self.jobs.is_empty() {
            match waiting.recv().await {
                Some(work) => self.join(work),
                None => return false,
            }
        }
        while self.has_room()
            && let Ok(work) = waiting.try_recv()
        {
            self.join(work);
        }
        true
    }

    /// A line that is too long leaves the rest in the queue, whose callers are told that the store is busy.
    fn has_room(&self) -> bool {
        self.deliveries.len() < LARGEST_BATCH && self.jobs.len() < LARGEST_BATCH
    }

    /// Whoever gave up waiting for a delivery to be stored is left out.
    fn join(&mut self, work: Work) {
        match work {
            Work::Receive(_, answer) if answer.is_closed() => {}
            Work::Receive(delivery, answer) => {
                self.deliveries.push(delivery);
                self.receivers.push(answer);
            }
            Work::Job(job) => self.jobs.push_back(job),
            Work::Close(close) => self.close = Some(close),
        }
    }

    fn next_batch(&mut self) -> Batch {
        let jobs = self.jobs.len().min(LARGEST_JOBS);
        Batch {
            deliveries: std::mem::take(&mut self.deliveries),
            receivers: std::mem::take(&mut self.receivers),
            jobs: self.jobs.drain(..jobs).collect(),
        }
    }
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.deliveries.is_empty() && self.jobs.is_empty()
    }

    fn answer(self, outcome: Outcome) {
        for (receiver, received) in self.receivers.into_iter().zip(outcome.received) {
            let _ = receiver.send(Ok(received));
        }
        for (job, outcome) in self.jobs.into_iter().zip(outcome.jobs) {
            job.answer(outcome);
        }
    }

    fn fail(self, error: &StoreError) {
        for receiver in self.receivers {
            let _ = receiver.send(Err(error.clone()));
        }
        for job in self.jobs {
            job.answer(Err(error.clone()));
        }
    }
}
