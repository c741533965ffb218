//! Opens the database for a command.

use std::path::Path;

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};

use crate::store::Store;

use super::failure::Failure;

/// Opens the database of the settings to look at it. One that is not there is not made.
pub(super) async fn open(url: &SecretString) -> Result<Store, Failure> {
    let store = Store::open_to_read(there(url)?).await.context("cannot open the database")?;
    usable(store).await
}

/// The same to write to it, beside a server that may be running.
pub(super) async fn open_to_write(url: &SecretString) -> Result<Store, Failure> {
    let store = Store::open_beside(there(url)?).await.context("cannot open the database")?;
    usable(store).await
}

fn there(url: &SecretString) -> Result<&str, Failure> {
    let url = url.expose_secret();
    match sqlite_path(url).filter(|path| !Path::new(path).exists()) {
        Some(path) => Err(Failure::BadInput(format!("there is no database `{path}` (database.url)"))),
        None => Ok(url),
    }
}

async fn usable(store: Store) -> Result<Store, Failure> {
    store.check().await.context("the database has no usable tables: start the server once, it makes them")?;
    Ok(store)
}

fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    path.split('?').next()
}

/// Closes the store whatever came of the work, and hands that on.
pub(super) async fn closing<T>(store: Store, work: Result<T, Failure>) -> Result<T, Failure> {
    store.close().await;
    work
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sqlite_urls_name_a_file() {
        assert_eq!(sqlite_path("sqlite://countersign.db?mode=rw"), Some("countersign.db"));
        assert_eq!(sqlite_path("sqlite:/var/lib/c.db"), Some("/var/lib/c.db"));
        assert_eq!(sqlite_path("postgres://db/countersign"), None);
    }
}
