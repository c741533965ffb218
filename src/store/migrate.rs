//! Brings the tables up to date.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use super::connection::Target;
use super::{Store, StoreError};

static LITE: Migrator = sqlx::migrate!("migrations/sqlite");
static PG: Migrator = sqlx::migrate!("migrations/postgres");

impl Store {
    /// Applies the migrations that are missing; refuses tables that a newer version made. Several replicas may call it
    /// at once. Runs on a connection of its own, because a failed migration keeps its lock as long as that lives.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.inner.target {
            Target::Lite(options) => {
                let mut connection = SqliteConnection::connect_with(options).await?;
                let done = LITE.run_direct(None, &mut connection, false).await;
                let _ = connection.close().await;
                done.map_err(|error| explain(error, &LITE))
            }
            Target::Pg(options) => {
                let mut connection = PgConnection::connect_with(options).await?;
                let done = PG.run_direct(None, &mut connection, false).await;
                let _ = connection.close_hard().await;
                done.map_err(|error| explain(error, &PG))
            }
        }
    }
}

fn explain(error: MigrateError, known: &Migrator) -> StoreError {
    let newest = known.iter().map(|migration| migration.version).max().unwrap_or_default();
    match error {
        MigrateError::VersionMissing(version) if version > newest => StoreError::NewerSchema { version },
        error => StoreError::Migration(std::sync::Arc::new(error)),
    }
}
