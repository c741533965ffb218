//! The record: one chain, typed words beside it, the state told again from it.

use countersign::audit::{Unreadable, replay};
use countersign::domain::*;
use serde_json::json;

use super::sample::{NOON, ask, at, evidence_brief, request};
use super::{on_both_databases, write_with};

const TYPED: &str = "Mona the Cat";

/// Takes events into the first request, as the engine does.
async fn take(store: &countersign::store::Store, events: Vec<(Event, i64)>) -> Request {
    for (event, seconds) in events {
        write_with!(
            store,
            [event] | tx | {
                let before = tx.lock_request_by_key(&ask(1).key).await?;
                let is_new = before.is_none();
                let step = transition(before, &event, at(seconds));
                let next = step.request.expect("the request goes on");
                if is_new {
                    assert!(tx.insert_request(&next).await?)
                } else {
                    tx.save_request(&next).await?
                }
                step.records.iter().try_for_each(|record| tx.append(record))
            }
        )
        .unwrap();
    }
    store.request_by_key(&ask(1).key).await.unwrap().unwrap()
}

fn story() -> Vec<(Event, i64)> {
    let message = MessageRef { channel: "C1".into(), id: "1.1".into() };
    vec![
        (Event::Asked(ask(1)), 0),
        (
            Event::Gathered {
                evidence: evidence_brief(TYPED),
                policies: PoliciesRead { now: PolicyFound::Hold { why: "policy line 3".into() }, again: Vec::new() },
                around: Around::default(),
            },
            1,
        ),
        (Event::MessagePosted { message, is_copy: false }, 2),
        (Event::RunEnded { attempt: 1, conclusion: "cancelled".into(), by: Some("mona".into()) }, 3),
    ]
}

on_both_databases! {
    async fn the_state_told_again_from_the_record_is_the_stored_one(db: Database) {
        let store = db.store().await;
        let stored = take(&store, story()).await;
        assert!(!stored.is_undecided());
        let records: Vec<Record> =
            store.records_of_request(&stored.id).await.unwrap().into_iter().map(Result::unwrap).collect();
        assert!(records.len() >= 4);
        assert_eq!(replay(&records), Some(stored));
    }

    async fn what_people_typed_is_not_in_the_chain_and_can_be_erased_without_breaking_it(db: Database) {
        let store = db.store().await;
        let stored = take(&store, story()).await;
        let before = store.verify_audit(&[]).await.unwrap().unwrap();
        let bodies = db.texts("SELECT body FROM audit").await;
        assert!(bodies.iter().all(|body| !body.contains(TYPED)));
        assert!(bodies.iter().any(|body| body.contains("words_sha256")));
        assert_eq!(db.texts("SELECT text FROM audit_text").await, [TYPED]);

        let rows = store.audit_of_request(&stored.id).await.unwrap();
        let row = rows.iter().find(|row| row.body.contains("words_sha256")).unwrap().seq;
        assert_eq!(write_with!(store, [] |tx| tx.erase_texts(row).await).unwrap(), 1);
        assert_eq!(write_with!(store, [] |tx| tx.erase_texts(row).await).unwrap(), 0);
        assert!(store.audit_texts(row).await.unwrap().is_empty());
        assert_eq!(store.verify_audit(&[before.head]).await.unwrap(), Ok(before));
        let records = store.records_of_request(&stored.id).await.unwrap();
        assert!(records.contains(&Err(Unreadable::Erased(1))));
    }

    async fn rows_of_one_commit_and_of_the_next_form_one_chain(db: Database) {
        let store = db.store().await;
        assert_eq!(store.verify_audit(&[]).await.unwrap().unwrap().rows, 0);
        for n in 0..5 {
            write_with!(store, [] |tx| {
                tx.append_entry("view.opened", None, at(n), json!({ "page": n, "reason": { "words": "typed" } }))?;
                tx.append_entry("view.closed", None, at(n), json!({}))
            }).unwrap();
        }
        let summary = store.verify_audit(&[]).await.unwrap().unwrap();
        assert_eq!(summary.rows, 10);
        assert_eq!(store.audit_head().await.unwrap(), summary.head);
        let page = store.audit_rows(8, 5).await.unwrap();
        assert_eq!(page.iter().map(|row| (row.seq, row.name.as_str())).collect::<Vec<_>>(), [(9, "view.opened"), (10, "view.closed")]);
    }

    async fn a_record_of_a_request_holds_its_system_entries_too(db: Database) {
        let store = db.store().await;
        let mine = request(1);
        write_with!(store, [mine] |tx| {
            tx.insert_request(&mine).await?;
            tx.append_entry("evidence.shown", Some(&mine.id), NOON, json!({ "page": 1 }))?;
            tx.append_entry("delivery.refused", None, NOON, json!({ "why": "stale" }))
        }).unwrap();
        let names: Vec<String> = store.audit_of_request(&mine.id).await.unwrap().into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["evidence.shown"]);
        assert!(store.records_of_request(&mine.id).await.unwrap().is_empty());
    }

    async fn a_number_that_would_be_rounded_is_refused_and_nothing_is_written(db: Database) {
        let store = db.store().await;
        let refused = write_with!(store, [] |tx| {
            tx.insert_request(&request(1)).await?;
            tx.append_entry("odd", None, NOON, json!({ "id": u64::MAX }))
        });
        assert!(refused.is_err());
        assert_eq!(store.counts().await.unwrap().requests, 0);
    }

    async fn the_database_itself_refuses_to_change_the_record(db: Database) {
        let store = db.store().await;
        take(&store, story()).await;
        for refused in [
            "UPDATE audit SET name = 'x'", "DELETE FROM audit", "DELETE FROM audit_text", "DELETE FROM audit_head",
            "UPDATE audit_text SET text = 'x'", "UPDATE audit_text SET hash = 'x', text = NULL, salt = NULL",
        ] {
            let error = db.try_meddle(refused).await.expect_err(refused).to_string();
            assert!(error.contains("only ever added") || error.contains("only be erased") || error.contains("stays"), "{error}");
        }
        store.verify_audit(&[]).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn sqlite_cannot_replace_a_row_of_the_record() {
    let db = super::Database::sqlite().await;
    let store = db.store().await;
    take(&store, story()).await;
    assert!(
        db.try_meddle(
            "INSERT OR REPLACE INTO audit SELECT seq, 0, name, request, body, prev_hash, leaf_hash, hash FROM audit"
        )
        .await
        .is_err()
    );
    assert!(
        db.try_meddle("INSERT OR REPLACE INTO audit_text SELECT hash, seq, salt, 'x' FROM audit_text").await.is_err()
    );
}
