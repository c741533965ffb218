//! Somebody with the database's password edits the record: it shows, and where (P15).

use countersign::audit::chain::{Head, Row, chain_hash, leaf_hash};
use countersign::domain::Digest;
use countersign::store::Store;
use serde_json::json;

use super::sample::{NOON, request_id};
use super::{Database, on_both_databases, write_with};

const ROWS: u64 = 12;

async fn recorded(db: &Database) -> Store {
    let store = db.store().await;
    for n in 1..=ROWS {
        write_with!(
            store,
            [] | tx | {
                let request = request_id(u128::from(n));
                tx.append_entry(
                    "sample",
                    Some(&request),
                    NOON,
                    json!({ "n": n, "why": { "words": format!("reason {n}") } }),
                )
            }
        )
        .unwrap();
    }
    store.verify_audit(&[]).await.unwrap().unwrap();
    disarm(db).await;
    store
}

/// Takes away what keeps the record from being changed, as an administrator can.
async fn disarm(db: &Database) {
    if db.is_sqlite() {
        for trigger in db.texts("SELECT name FROM sqlite_master WHERE type = 'trigger'").await {
            db.meddle(&format!("DROP TRIGGER {trigger}")).await;
        }
    } else {
        for table in ["audit", "audit_text", "audit_head"] {
            db.meddle(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL")).await;
        }
    }
}

async fn first_bad(store: &Store) -> Option<u64> {
    store.verify_audit(&[]).await.unwrap().err().map(|found| found.seq)
}

/// Writes a row's content anew with hashes that fit, up to the last row: a forger who knows how.
async fn forge_from(db: &Database, store: &Store, seq: u64, edit: impl Fn(&str) -> String, also_head: bool) {
    let rows = store.audit_rows(0, 1_000).await.unwrap();
    let mut hash = rows.iter().find(|row| row.seq == seq).map(|row| Digest::parse(&row.prev_hash).unwrap()).unwrap();
    for row in rows.iter().filter(|row| row.seq >= seq) {
        let body = if row.seq == seq { edit(&row.body) } else { row.body.clone() };
        let (previous, leaf) = (hash, leaf_hash(body.as_bytes()));
        hash = chain_hash(&previous, row.seq, &leaf);
        set(db, row, &body, &previous, &leaf, &hash).await;
    }
    if also_head {
        db.meddle(&format!("UPDATE audit_head SET hash = '{hash}'")).await;
    }
}

async fn set(db: &Database, row: &Row, body: &str, previous: &Digest, leaf: &Digest, hash: &Digest) {
    let body = body.replace('\'', "''");
    db.meddle(&format!(
        "UPDATE audit SET body = '{body}', prev_hash = '{previous}', leaf_hash = '{leaf}', hash = '{hash}' WHERE seq = {}",
        row.seq
    ))
    .await;
}

on_both_databases! {
    async fn a_change_in_any_column_is_found_where_it_is(db: Database) {
        let store = recorded(&db).await;
        let zeros = "0".repeat(64);
        let changes = [
            ("at_ms", "at_ms + 1".to_owned()),
            ("name", "'other'".to_owned()),
            ("request", "NULL".to_owned()),
            ("body", "REPLACE(body, '\"n\":', '\"m\":')".to_owned()),
            ("body", "body || ' '".to_owned()),
            ("prev_hash", format!("'{zeros}'")),
            ("leaf_hash", format!("'{zeros}'")),
            ("hash", format!("'{zeros}'")),
            ("hash", "'not a hash'".to_owned()),
        ];
        for seq in [2, 7, ROWS] {
            for (column, change) in &changes {
                let old = db.texts(&format!("SELECT CAST({column} AS TEXT) FROM audit WHERE seq = {seq}")).await.remove(0);
                db.meddle(&format!("UPDATE audit SET {column} = {change} WHERE seq = {seq}")).await;
                assert_eq!(first_bad(&store).await, Some(seq), "{column} of {seq}");
                let old = if *column == "at_ms" { old } else { format!("'{old}'") };
                db.meddle(&format!("UPDATE audit SET {column} = {old} WHERE seq = {seq}")).await;
                assert_eq!(first_bad(&store).await, None);
            }
        }
    }

    async fn a_removed_row_is_found_wherever_it_was(db: Database) {
        for seq in [1, 6, ROWS] {
            let db = if db.is_sqlite() { Database::sqlite().await } else { Database::postgres().await };
            let store = recorded(&db).await;
            db.meddle(&format!("DELETE FROM audit_text WHERE seq = {seq}")).await;
            db.meddle(&format!("DELETE FROM audit WHERE seq = {seq}")).await;
            assert_eq!(first_bad(&store).await, Some(seq));
        }
    }

    async fn a_removed_row_is_found_even_when_the_others_close_up(db: Database) {
        let store = recorded(&db).await;
        db.meddle("DELETE FROM audit_text").await;
        db.meddle("DELETE FROM audit WHERE seq = 5").await;
        db.meddle("UPDATE audit SET seq = -(seq - 1) WHERE seq > 5").await;
        db.meddle("UPDATE audit SET seq = -seq WHERE seq < 0").await;
        let found = store.verify_audit(&[]).await.unwrap().unwrap_err();
        // Row 1 is reported for its missing text; the chain alone points at row 5.
        assert_eq!(found.seq, 1);
        let rows = store.audit_rows(0, 100).await.unwrap();
        assert_eq!(countersign::audit::verify(rows, &[]).unwrap_err().seq, 5);
    }

    async fn an_added_row_is_found(db: Database) {
        let store = recorded(&db).await;
        db.meddle(&format!(
            "INSERT INTO audit SELECT {}, at_ms, name, request, body, prev_hash, leaf_hash, hash FROM audit WHERE seq = 3", ROWS + 1
        )).await;
        assert_eq!(first_bad(&store).await, Some(ROWS + 1));
    }

    async fn a_well_made_added_row_is_found_by_the_head(db: Database) {
        let store = recorded(&db).await;
        let head = store.audit_head().await.unwrap();
        let body = json!({ "at": NOON.to_rfc3339(), "detail": {}, "name": "forged", "request": null, "v": 1 }).to_string();
        let link = head.next(&body);
        db.meddle(&format!(
            "INSERT INTO audit VALUES ({}, {}, 'forged', NULL, '{body}', '{}', '{}', '{}')",
            link.head.seq, NOON.as_millis(), link.previous, link.leaf, link.head.hash
        )).await;
        assert_eq!(first_bad(&store).await, Some(ROWS + 1));
    }

    async fn swapped_rows_are_found_at_the_first_of_them(db: Database) {
        let store = recorded(&db).await;
        db.meddle("UPDATE audit_text SET seq = 1").await;
        db.meddle("UPDATE audit SET seq = -4 WHERE seq = 4").await;
        db.meddle("UPDATE audit SET seq = 4 WHERE seq = 9").await;
        db.meddle("UPDATE audit SET seq = 9 WHERE seq = -4").await;
        let rows = store.audit_rows(0, 100).await.unwrap();
        assert_eq!(countersign::audit::verify(rows, &[]).unwrap_err().seq, 4);
    }

    async fn one_row_hashed_anew_is_found_where_it_is(db: Database) {
        let store = recorded(&db).await;
        let row = store.audit_rows(6, 1).await.unwrap().remove(0);
        let body = row.body.replace("\"n\":7", "\"n\":8");
        let previous = Digest::parse(&row.prev_hash).unwrap();
        let leaf = leaf_hash(body.as_bytes());
        set(&db, &row, &body, &previous, &leaf, &chain_hash(&previous, 7, &leaf)).await;
        assert_eq!(first_bad(&store).await, Some(7));
    }

    async fn a_tail_hashed_anew_does_not_fit_the_head(db: Database) {
        let store = recorded(&db).await;
        forge_from(&db, &store, 7, |body| body.replace("\"n\":7", "\"n\":8"), false).await;
        assert_eq!(first_bad(&store).await, Some(ROWS));
    }

    /// Without a head kept elsewhere a forger who rewrites everything is not seen; with one, the forger is.
    async fn a_tail_hashed_anew_with_its_head_shows_only_against_a_checkpoint(db: Database) {
        let store = recorded(&db).await;
        let checkpoint = head_at(&store, 9).await;
        forge_from(&db, &store, 7, |body| body.replace("\"n\":7", "\"n\":8"), true).await;
        assert_eq!(first_bad(&store).await, None);
        assert_eq!(store.verify_audit(&[checkpoint]).await.unwrap().unwrap_err().seq, 9);
    }

    async fn a_tail_cut_off_with_its_head_shows_only_against_a_checkpoint(db: Database) {
        let store = recorded(&db).await;
        let (checkpoint, end) = (store.audit_head().await.unwrap(), head_at(&store, 8).await);
        db.meddle("DELETE FROM audit_text WHERE seq > 8").await;
        db.meddle("DELETE FROM audit WHERE seq > 8").await;
        assert_eq!(first_bad(&store).await, Some(9));
        db.meddle(&format!("UPDATE audit_head SET seq = 8, hash = '{}'", end.hash)).await;
        assert_eq!(first_bad(&store).await, None);
        assert_eq!(store.verify_audit(&[checkpoint]).await.unwrap().unwrap_err().seq, 9);
    }

    async fn the_whole_record_thrown_away_shows_against_a_checkpoint(db: Database) {
        let store = recorded(&db).await;
        let checkpoint = store.audit_head().await.unwrap();
        db.meddle("DELETE FROM audit_text").await;
        db.meddle("DELETE FROM audit").await;
        assert_eq!(first_bad(&store).await, Some(1));
        db.meddle(&format!("UPDATE audit_head SET seq = 0, hash = '{}'", "0".repeat(64))).await;
        assert_eq!(store.verify_audit(&[checkpoint]).await.unwrap().unwrap_err().seq, 1);
    }

    async fn a_changed_or_removed_typed_text_is_found(db: Database) {
        let store = recorded(&db).await;
        db.meddle("UPDATE audit_text SET text = 'another reason' WHERE seq = 4").await;
        assert_eq!(first_bad(&store).await, Some(4));
        db.meddle("DELETE FROM audit_text WHERE seq = 3").await;
        assert_eq!(first_bad(&store).await, Some(3));
    }
}

async fn head_at(store: &Store, seq: u64) -> Head {
    let row = store.audit_rows(seq - 1, 1).await.unwrap().remove(0);
    Head { seq: row.seq, hash: Digest::parse(&row.hash).unwrap() }
}
