//! Which database, and how connections to it are set up.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool, SqliteConnection, SqlitePool};

use super::error::StoreError;

/// Connections that only read (and, on PostgreSQL, claim). Opened when first needed.
const READERS: u32 = 4;
/// Longest wait for one of them.
const READER_PATIENCE: Duration = Duration::from_secs(2);
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// SQLite: kibibytes of page cache per connection.
const CACHE_KIB: &str = "-2048";
/// How long a process that is just ending may keep the lock of a SQLite file.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);
const LOCK_PAUSE: Duration = Duration::from_millis(20);

#[derive(Clone)]
pub(super) enum Target {
    Lite(Box<SqliteConnectOptions>),
    Pg(Box<PgConnectOptions>),
}

pub(super) enum Conn {
    Lite(SqliteConnection),
    Pg(PgConnection),
}

pub(super) enum Pools {
    Lite(SqlitePool),
    Pg(PgPool),
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") && !url.contains(":memory:") {
            let options = SqliteConnectOptions::from_str(url).map_err(|_| bad_url(url))?;
            return Ok(Self::Lite(Box::new(lite_options(options))));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url).map_err(|_| bad_url(url))?;
            return Ok(Self::Pg(Box::new(options.application_name("countersign").disable_statement_logging())));
        }
        Err(bad_url(url))
    }

    /// Takes the lock that keeps a second process off a SQLite file; held until the file is closed.
    pub(super) async fn lock(&self) -> Result<Option<File>, StoreError> {
        let Self::Lite(options) = self else { return Ok(None) };
        let mut path = options.get_filename().as_os_str().to_owned();
        path.push(".lock");
        let guard = lock_file(PathBuf::from(path)).await?;
        // Made here rather than by SQLite, so that only its owner can read it; SQLite's other files follow it.
        private().append(true).open(options.get_filename()).map_err(sqlx::Error::Io)?;
        Ok(Some(guard))
    }

    pub(super) async fn connect(&self) -> Result<Conn, StoreError> {
        match self {
            Self::Lite(options) => Ok(Conn::Lite(SqliteConnection::connect_with(options).await?)),
            Self::Pg(options) => Ok(Conn::Pg(PgConnection::connect_with(options).await?)),
        }
    }

    pub(super) fn pools(&self) -> Pools {
        match self {
            Self::Lite(options) => {
                let pool = SqlitePoolOptions::new().max_connections(READERS).acquire_timeout(READER_PATIENCE);
                Pools::Lite(pool.test_before_acquire(false).connect_lazy_with(read_only(options)))
            }
            Self::Pg(options) => {
                let pool = PgPoolOptions::new().max_connections(READERS).acquire_timeout(READER_PATIENCE);
                Pools::Pg(pool.connect_lazy_with(options.as_ref().clone()))
            }
        }
    }
}

impl Pools {
    pub(super) async fn close(&self) {
        match self {
            Self::Lite(pool) => pool.close().await,
            Self::Pg(pool) => pool.close().await,
        }
    }
}

impl Conn {
    pub(super) async fn close(self) {
        let _ = match self {
            Self::Lite(connection) => connection.close().await,
            Self::Pg(connection) => connection.close().await,
        };
    }
}

/// NORMAL would lose the last commits at power loss, FULL does not: what was acknowledged must be on disk.
fn lite_options(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", CACHE_KIB)
        .disable_statement_logging()
}

fn read_only(options: &SqliteConnectOptions) -> SqliteConnectOptions {
    options.clone().create_if_missing(false).read_only(true)
}

/// For files that nobody else may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

async fn lock_file(path: PathBuf) -> Result<File, StoreError> {
    let shown = path.display().to_string();
    let unusable = |error: std::io::Error| StoreError::LockFile { path: shown.clone(), why: error.to_string() };
    let file = private().write(true).open(&path).map_err(&unusable)?;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if waited < LOCK_PATIENCE => tokio::time::sleep(LOCK_PAUSE).await,
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse { path: shown.trim_end_matches(".lock").to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        waited += LOCK_PAUSE;
    }
}

/// Without what may be a password.
fn bad_url(url: &str) -> StoreError {
    let shown = match url.split_once('@') {
        Some((before, after)) => format!("{}…@{after}", before.split("//").next().unwrap_or_default()),
        None => url.to_owned(),
    };
    StoreError::BadUrl { url: shown }
}
