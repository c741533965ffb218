//! What holds on SQLite alone: one process, durable commits, a file that is locked by somebody else.

use std::time::{Duration, Instant};

use countersign::store::{Received, Store, StoreError, StoreOptions};
use sqlx::{Connection as _, SqliteConnection};

use super::Database;
use super::sample::{NOON, delivery};

#[tokio::test]
async fn a_second_process_is_refused_until_the_first_has_closed() {
    let db = Database::sqlite().await;
    let first = db.store().await;
    let Err(error) = db.open().await else { panic!("two stores on one file") };
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("test.db` is in use by another process"), "{error}");
    first.close().await;
    db.open().await.expect("the lock is free again");
}

#[tokio::test]
async fn a_store_that_was_dropped_leaves_the_file_to_the_next() {
    let db = Database::sqlite().await;
    let first = db.store().await;
    first.receive(delivery("d-1")).await.unwrap();
    assert_eq!(first.claim_deliveries(NOON, 1).await.unwrap().len(), 1);
    drop(first);
    let second = db.open().await.expect("the lock is free again");
    assert_eq!(second.claim_deliveries(NOON, 1).await.unwrap().len(), 1, "a crash frees claims");
}

#[tokio::test]
async fn somebody_may_look_while_the_server_runs_and_after() {
    let db = Database::sqlite().await;
    let store = db.store().await;
    store.receive(delivery("d-1")).await.unwrap();
    let looking = Store::open_to_read(&db.url).await.unwrap();
    assert_eq!(looking.counts().await.unwrap().deliveries, 1);
    assert!(matches!(looking.receive(delivery("d-2")).await, Err(StoreError::Closed)));
    looking.close().await;
    store.close().await;
    let looking = Store::open_to_read(&db.url).await.unwrap();
    assert_eq!(looking.counts().await.unwrap().deliveries, 1);
    assert!(Store::open_to_read("sqlite:///nowhere/countersign.db").await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let db = Database::sqlite().await;
    let store = db.store().await;
    store.receive(delivery("d-1")).await.unwrap();
    let folder = std::path::Path::new(db.url.trim_start_matches("sqlite://")).parent().unwrap();
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 3);
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
    }
}

#[tokio::test]
async fn a_file_locked_for_long_is_told_as_busy_within_two_and_a_half_seconds() {
    let db = Database::sqlite().await;
    let store = db.store().await;
    let mut other = SqliteConnection::connect(&db.url).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let start = Instant::now();
    let refused = store.receive(delivery("d-1")).await;
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    assert!(start.elapsed() < Duration::from_millis(2_500), "{:?}", start.elapsed());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    let answer = store.receive(delivery("d-2")).await;
    assert!(matches!(answer, Ok(Received::Stored)), "{answer:?}");
}

#[tokio::test]
async fn a_full_disk_refuses_loudly_and_recovers_by_itself() {
    let db = Database::sqlite().await;
    let store = db.store().await;
    store.receive(delivery("d-1")).await.unwrap();
    db.meddle("CREATE TRIGGER full BEFORE INSERT ON delivery BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END").await;
    for _ in 0..2 {
        let refused = store.receive(delivery("d-2")).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    db.meddle("DROP TRIGGER full").await;
    assert_eq!(store.receive(delivery("d-2")).await.unwrap(), Received::Stored);
}

#[tokio::test]
async fn the_writer_keeps_a_write_ahead_log() {
    let db = Database::sqlite().await;
    let _store = db.store().await;
    assert_eq!(db.texts("PRAGMA journal_mode").await, ["wal"]);
}

#[tokio::test]
async fn wrong_urls_are_refused_without_repeating_passwords() {
    for url in ["mysql://root:geheim@localhost/x", "countersign.db", "sqlite::memory:", "postgres:geheim"] {
        let Err(error) = Store::open(url, StoreOptions::default()).await else { panic!("{url} was taken") };
        assert!(matches!(error, StoreError::BadUrl { .. }), "{error}");
        assert!(!error.to_string().contains("root:geheim"), "{error}");
    }
}
