//! The tables: the same on both databases, made once, never older than the program.

use std::fs;
use std::path::Path;

use countersign::store::StoreError;

use super::{Database, on_both_databases};

on_both_databases! {
    async fn migrating_twice_and_at_once_is_harmless(db: Database) {
        let store = db.store().await;
        let (a, b) = tokio::join!(store.migrate(), store.migrate());
        a.unwrap();
        b.unwrap();
        store.check().await.unwrap();
    }

    async fn a_store_without_tables_is_not_ready(db: Database) {
        assert!(db.open().await.unwrap().check().await.is_err());
    }

    async fn a_newer_schema_is_refused_and_the_next_start_does_not_hang(db: Database) {
        let store = db.store().await;
        db.meddle(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT 9000, 'from the future', success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
        ).await;
        for _ in 0..2 {
            let refused = tokio::time::timeout(std::time::Duration::from_secs(20), store.migrate()).await.unwrap();
            assert!(matches!(refused, Err(StoreError::NewerSchema { version: 9000 })), "{refused:?}");
        }
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    assert_eq!(names("migrations/sqlite"), names("migrations/postgres"));
    assert!(!names("migrations/sqlite").is_empty());
}

fn names(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    let (lite, pg) = (Database::sqlite().await, Database::postgres().await);
    let _stores = (lite.store().await, pg.store().await);
    let lite_columns = "SELECT t.name || '.' || c.name || ' ' || lower(c.type) || CASE c.\"notnull\" WHEN 1 THEN ' not null' ELSE '' END
        FROM sqlite_master t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite%'";
    let pg_columns = "SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'";
    let columns = sorted(lite.texts(lite_columns).await);
    assert!(columns.len() > 50, "{columns:?}");
    assert_eq!(columns, sorted(pg.texts(pg_columns).await));
    for column in &columns {
        let kind = column.split(' ').nth(1).unwrap();
        assert!(["text", "bigint", "boolean"].contains(&kind), "{column}");
    }
    let lite_indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%'";
    let pg_indexes =
        "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey'
        AND indexname NOT LIKE '%\\_key'";
    assert_eq!(sorted(lite.texts(lite_indexes).await), sorted(pg.texts(pg_indexes).await));
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}
