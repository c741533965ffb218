//! Where everything is kept: the only place with SQL.
//!
//! One writer takes all writes that wait, commits them together and answers all of them; reads have connections of
//! their own. The same statements serve SQLite and PostgreSQL.

#[macro_use]
mod sql;

mod answer;
mod audit;
mod channel;
mod claim;
mod connection;
mod count;
mod day;
mod delivery;
mod direct;
mod draft;
mod due;
mod effect;
mod error;
mod evidence;
mod freeze;
mod installation;
mod job;
mod lease;
mod link;
mod link_attempt;
mod message;
mod migrate;
mod person;
mod pin;
mod preference;
mod preview;
mod request;
mod tx;
mod writer;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::engine::receive::Delivery;

pub use answer::{AskRow, NewAsk};
pub use audit::AuditRow;
pub use count::Counts;
pub use delivery::{ClaimedDelivery, ParkedDelivery, Received};
pub use direct::DirectRow;
pub use draft::DraftRow;
pub use effect::{ClaimedEffect, PendingEffect};
pub use error::StoreError;
pub use installation::Installation;
pub use link_attempt::{LinkAttempt, Onward};
pub use message::ShownRow;
pub use pin::PinKind;
pub use request::RequestFilter;
pub use tx::Tx;

use connection::{Pools, Target};
use job::{TypedJob, Work};
use writer::{Shared, Writer};

/// How long a write may wait for its turn before the caller hears [`StoreError::Busy`].
const PATIENCE: Duration = Duration::from_secs(2);
/// How many writes may wait.
const QUEUE_LENGTH: usize = 1_024;

/// Settings of a store.
#[derive(Clone)]
pub struct StoreOptions {
    /// How long a claimed row stays claimed on PostgreSQL when its replica is heard of no more, in milliseconds. Longer
    /// than any effect takes and than the replicas' clocks differ.
    pub lease_ms: i64,
    /// Where the salts of the record's texts come from.
    pub salt: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        use rand::RngExt as _;
        Self { lease_ms: 120_000, salt: Arc::new(|| rand::rng().random()) }
    }
}

/// The database. Clones share one writer and the same connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    pools: Pools,
    queue: mpsc::Sender<Work>,
    shared: Arc<Shared>,
    lease_ms: i64,
}

impl Store {
    /// Opens the database at `url`: `sqlite://path` or `postgres://…`. A SQLite file is made when it is not there, and
    /// serves one process at a time. The tables are [`Store::migrate`]'s business.
    pub async fn open(url: &str, options: StoreOptions) -> Result<Self, StoreError> {
        let target = Target::parse(url)?;
        let guard = target.lock().await?;
        let connection = target.connect().await?;
        let (store, waiting) = Self::unattended(target.clone(), options.lease_ms);
        let writer = Writer::new(target, connection, store.inner.shared.clone(), options.salt, guard);
        #[expect(clippy::disallowed_methods, reason = "the writer belongs to the store and ends with it")]
        tokio::spawn(writer.run(waiting));
        Ok(store)
    }

    /// Opens the database to look at it, beside a server that may be running on it. Writes fail with
    /// [`StoreError::Closed`].
    pub async fn open_to_read(url: &str) -> Result<Self, StoreError> {
        let (store, _) = Self::unattended(Target::parse(url)?, 0);
        store.check().await?;
        Ok(store)
    }

    /// Opens the database to write to it beside a server that may be running on it: for a command that adds rows and is
    /// done. Claims belong to the server, so nothing may be claimed here; the tables must be there.
    pub async fn open_beside(url: &str) -> Result<Self, StoreError> {
        let target = Target::parse(url)?;
        let connection = target.connect().await?;
        let (store, waiting) = Self::unattended(target.clone(), 0);
        let writer = Writer::new(target, connection, store.inner.shared.clone(), StoreOptions::default().salt, None);
        #[expect(clippy::disallowed_methods, reason = "the writer belongs to the store and ends with it")]
        tokio::spawn(writer.run(waiting));
        Ok(store)
    }

    fn unattended(target: Target, lease_ms: i64) -> (Self, mpsc::Receiver<Work>) {
        let (queue, waiting) = mpsc::channel(QUEUE_LENGTH);
        let pools = target.pools();
        let inner = Inner { target, pools, queue, shared: Arc::new(Shared::new()), lease_ms };
        (Self { inner: Arc::new(inner) }, waiting)
    }

    /// Runs `job` in a transaction shared with other writes that wait. A job that fails is undone alone. On PostgreSQL
    /// a job may run several times before it is committed once: it must not act outside.
    pub async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnMut(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Work::Job(Box::new(TypedJob::new(job, answer)))).await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Stores a delivery before it is acknowledged. Once this says anything but an error, it is on disk; after
    /// [`StoreError::Busy`] it may be or not, and the sender is asked to send it again.
    pub async fn receive(&self, delivery: Delivery) -> Result<Received, StoreError> {
        let (answer, answered) = oneshot::channel();
        let stored = async {
            self.inner.queue.send(Work::Receive(delivery, answer)).await.map_err(|_| StoreError::Closed)?;
            answered.await.map_err(|_| StoreError::Closed)?
        };
        tokio::time::timeout(PATIENCE, stored).await.map_err(|_| StoreError::Busy)?
    }

    /// Number of commits so far.
    pub fn commits(&self) -> u64 {
        self.inner.shared.commits.load(Ordering::Relaxed)
    }

    /// Notified after every commit that stored a delivery or enqueued an effect. For one waiting loop.
    pub fn notify(&self) -> Arc<Notify> {
        self.inner.shared.work.clone()
    }

    /// Commits what waits, then closes every connection. Later calls fail with [`StoreError::Closed`].
    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.inner.queue.send(Work::Close(answer)).await.is_ok() {
            let _ = answered.await;
        }
        self.inner.pools.close().await;
    }

    async fn enqueue(&self, work: Work) -> Result<(), StoreError> {
        self.inner.queue.send_timeout(work, PATIENCE).await.map_err(|error| match error {
            mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => StoreError::Closed,
        })
    }
}
