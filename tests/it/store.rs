//! The store, on both databases: every fact below is shown on SQLite and on PostgreSQL.

mod claims;
mod group_commit;
mod inbox;
mod installations;
mod links;
mod migrations;
mod outbox;
mod pins;
mod previews;
mod record;
mod replicas;
mod requests;
pub(crate) mod sample;
mod sqlite;
mod tampering;

use countersign::store::{Store, StoreError, StoreOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// An empty database for one test.
pub struct Database {
    pub url: String,
    _folder: Option<TempDir>,
}

impl Database {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/test.db", folder.path().display());
        Self { url, _folder: Some(folder) }
    }

    pub async fn postgres() -> Self {
        Self { url: crate::postgres::database().await, _folder: None }
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// A store on it, with tables.
    pub async fn store(&self) -> Store {
        let store = self.open().await.expect("the store opens");
        store.migrate().await.expect("the migrations apply");
        store
    }

    pub async fn open(&self) -> Result<Store, StoreError> {
        Store::open(&self.url, StoreOptions::default()).await
    }

    /// Does something behind the store's back.
    pub async fn meddle(&self, sql: &str) -> u64 {
        self.try_meddle(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub async fn try_meddle(&self, sql: &str) -> Result<u64, sqlx::Error> {
        if self.is_sqlite() {
            let mut connection = SqliteConnection::connect(&self.url).await?;
            let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await;
            connection.close().await?;
            done.map(|done| done.rows_affected())
        } else {
            let mut connection = PgConnection::connect(&self.url).await?;
            let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await;
            connection.close().await?;
            done.map(|done| done.rows_affected())
        }
    }

    /// One text column, in the order the statement gives.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        if self.is_sqlite() {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("connect");
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect(sql)
        } else {
            let mut connection = PgConnection::connect(&self.url).await.expect("connect");
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect(sql)
        }
    }
}

/// Writes with a job that borrows what it needs: `write!(store, [a, b] |tx| tx.put(&a, &b).await)`.
macro_rules! write_with {
    ($store:expr, [$($name:ident),*] |$tx:ident| $body:expr) => {{
        $(let $name = $name.clone();)*
        $store.write(move |$tx| {
            $(let $name = $name.clone();)*
            Box::pin(async move { $body })
        }).await
    }};
}

/// Makes two tests of every fact: one per database.
macro_rules! on_both_databases {
    ($($(#[$doc:meta])* async fn $name:ident($db:ident: Database) $body:block)*) => {
        $($(#[$doc])* async fn $name($db: crate::store::Database) $body)*
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() {
                super::$name(crate::store::Database::sqlite().await).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() {
                super::$name(crate::store::Database::postgres().await).await;
            })*
        }
    };
}

use {on_both_databases, write_with};
