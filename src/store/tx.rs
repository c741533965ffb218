//! A transaction, as jobs see it. What they may do in it stands with the tables it concerns.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::audit::Entry;
use crate::domain::{Record, RequestId, Timestamp};

use super::StoreError;
use super::claim::Key;
use super::connection::Conn;

/// A transaction. Jobs of other callers share it, so nothing in it is seen outside before all are committed.
pub struct Tx {
    pub(super) conn: Conn,
    /// Who holds the leases of this process.
    owner: Arc<str>,
    pub(super) changes: Changes,
    salt: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
}

/// What a commit brings beyond its rows.
#[derive(Default)]
pub(super) struct Changes {
    /// Rows of the record, in order; they get their places in the chain last.
    pub(super) entries: Vec<Entry>,
    /// Claims that end with the commit.
    pub(super) freed: Vec<Key>,
    /// There is new work.
    pub(super) wakes: bool,
    /// Revisions of the requests that this job has locked.
    pub(super) locked: HashMap<String, u64>,
}

impl Changes {
    pub(super) fn absorb(&mut self, job: Self) {
        self.entries.extend(job.entries);
        self.freed.extend(job.freed);
        self.wakes |= job.wakes;
    }
}

impl Tx {
    pub(super) fn new(conn: Conn, owner: Arc<str>, salt: Arc<dyn Fn() -> [u8; 16] + Send + Sync>) -> Self {
        Self { conn, owner, changes: Changes::default(), salt }
    }

    /// Our name on the leases of rows: PostgreSQL has them, SQLite has none.
    pub(super) fn lease(&self) -> Option<String> {
        match &self.conn {
            Conn::Lite(_) => None,
            Conn::Pg(_) => Some(self.owner.as_ref().to_owned()),
        }
    }

    /// The name of this process, fresh for every start.
    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    /// Adds a request's event to the record, with what followed from it.
    pub fn append(&mut self, record: &Record) -> Result<(), StoreError> {
        let entry = Entry::of_record(record, || (self.salt)())?;
        self.changes.entries.push(entry);
        Ok(())
    }

    /// Adds something else to the record: a refused delivery, an opened view, evidence shown.
    pub fn append_entry(
        &mut self,
        name: &str,
        request: Option<&RequestId>,
        at: Timestamp,
        detail: Value,
    ) -> Result<(), StoreError> {
        let entry = Entry::of_system(name, request, at, detail, || (self.salt)())?;
        self.changes.entries.push(entry);
        Ok(())
    }
}
