//! What can go wrong with the database, in words for the one who runs it.

use std::sync::Arc;

/// A store call failed. Nothing of the failed write is kept, unless the variant says otherwise.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Too many writes wait, or the database is locked: try again in a moment.
    #[error("the database is busy; try again in a moment")]
    Busy,
    /// Another process has this SQLite file open.
    #[error(
        "the database `{path}` is in use by another process; one process per SQLite file (PostgreSQL takes several)"
    )]
    InUse { path: String },
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// The database could not do it. When this comes from a commit over a lost connection, it may have been kept.
    #[error("the database cannot be used: {0}")]
    Unavailable(Arc<sqlx::Error>),
    /// The lock file beside a SQLite database could not be made.
    #[error("the lock file `{path}` cannot be used: {why}")]
    LockFile { path: String, why: String },
    /// A stored value does not read back.
    #[error("stored data is damaged: {what}")]
    Corrupt { what: String },
    /// Somebody else changed the request first.
    #[error("the request was changed meanwhile")]
    RequestMoved,
    /// Somebody's link was made or ended after it was read.
    #[error("the account links were changed meanwhile")]
    LinksMoved,
    /// Another replica has taken over: the outcome must not be applied.
    #[error("this work was taken over by another replica")]
    LeaseLost,
    /// The job broke; its part of the transaction was undone.
    #[error("the write broke and was undone")]
    JobPanicked,
    /// A value that the record cannot hold exactly.
    #[error(transparent)]
    Inexact(#[from] crate::audit::canonical::Inexact),
    /// The tables were made by a newer version of this program.
    #[error("the database has migration {version}, which this version does not know; start the newer version")]
    NewerSchema { version: i64 },
    #[error("the database cannot be brought up to date: {0}")]
    Migration(Arc<sqlx::migrate::MigrateError>),
    #[error("`{url}` is not a database URL: sqlite://path/to/file.db or postgres://user@host/name")]
    BadUrl { url: String },
}

impl StoreError {
    pub(super) fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt { what: what.to_string() }
    }

    /// The database asks for the whole transaction to be run again.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self.database_code().as_deref(), Some("40001" | "40P01"))
    }

    /// Nothing more can be done on this connection.
    pub(super) fn is_connection_lost(&self) -> bool {
        let Self::Unavailable(error) = self else { return false };
        match error.as_ref() {
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
            _ => false,
        }
    }

    fn database_code(&self) -> Option<String> {
        let Self::Unavailable(error) = self else { return None };
        error.as_database_error()?.code().map(Into::into)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        // SQLite: SQLITE_BUSY and SQLITE_BUSY_SNAPSHOT.
        let locked = error.as_database_error().and_then(|e| e.code()).is_some_and(|code| code == "5" || code == "517");
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed => Self::Closed,
            _ if locked => Self::Busy,
            error => Self::Unavailable(Arc::new(error)),
        }
    }
}
