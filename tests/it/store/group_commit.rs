//! One writer: writes that wait share a commit, and a failing one harms no other.

use countersign::domain::Effect;
use countersign::store::{Received, StoreError};
use futures::future::join_all;
use serde_json::json;

use super::sample::{NOON, delivery, request, store_with_effects};
use super::{on_both_databases, write_with};

on_both_databases! {
    async fn deliveries_that_wait_share_commits(db: Database) {
        let store = db.store().await;
        let received = join_all((0..64).map(|n| {
            let store = store.clone();
            async move { store.receive(delivery(&format!("d-{n}"))).await }
        })).await;
        assert!(received.into_iter().all(|answer| answer.unwrap() == Received::Stored));
        assert_eq!(store.counts().await.unwrap().deliveries, 64);
        assert!(store.commits() <= 8, "{} commits", store.commits());
    }

    async fn a_failing_write_is_undone_alone(db: Database) {
        let store = db.store().await;
        let writes = join_all((1..=64_u64).map(|n| {
            let store = store.clone();
            async move {
                write_with!(store, [] |tx| {
                    tx.insert_request(&request(n)).await?;
                    tx.append_entry("sample", Some(&request(n).id), NOON, json!({ "n": n }))?;
                    // Every third one fails after it has written; every ninth by a broken statement.
                    match n % 9 {
                        0 => tx.save_request(&request(10_000)).await,
                        3 | 6 => Err(StoreError::LeaseLost),
                        _ => Ok(()),
                    }
                })
            }
        })).await;
        for (n, written) in (1..).zip(&writes) {
            assert_eq!(written.is_err(), n % 3 == 0, "{n}: {written:?}");
            assert_eq!(store.request(&request(n).id).await.unwrap().is_some(), n % 3 != 0, "{n}");
        }
        assert!(store.commits() <= 16, "{} commits", store.commits());
        assert_eq!(store.counts().await.unwrap().audit, 43);
        store.verify_audit(&[]).await.unwrap().unwrap();
    }

    async fn a_write_that_panics_harms_nobody(db: Database) {
        let store = db.store().await;
        let broken = write_with!(store, [] |tx| {
            tx.insert_request(&request(1)).await?;
            if tx.insert_request(&request(2)).await? { panic!("on purpose") }
            Ok(())
        });
        assert!(matches!(broken, Err(StoreError::JobPanicked)), "{broken:?}");
        assert_eq!(store.counts().await.unwrap().requests, 0);
        assert!(write_with!(store, [] |tx| tx.insert_request(&request(3)).await).unwrap());
    }

    async fn work_is_announced_and_nothing_else(db: Database) {
        let store = db.store().await;
        let notify = store.notify();
        let announced = || async { tokio::time::timeout(std::time::Duration::from_millis(50), notify.notified()).await.is_ok() };
        store.receive(delivery("d-1")).await.unwrap();
        assert!(announced().await);
        store.receive(delivery("d-1")).await.unwrap();
        assert!(!announced().await);
        write_with!(store, [] |tx| tx.insert_request(&request(9)).await).unwrap();
        assert!(!announced().await);
        store_with_effects(&store, 1, &[(Effect::Gather, 0)]).await;
        assert!(announced().await);
    }

    async fn what_was_accepted_before_closing_is_written(db: Database) {
        let store = db.store().await;
        let writes: Vec<_> = (0..20).map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.receive(delivery(&format!("d-{n}"))).await })
        }).collect();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        store.close().await;
        let mut stored = 0;
        for write in writes {
            match write.await.unwrap() {
                Ok(answer) => { assert_eq!(answer, Received::Stored); stored += 1; }
                Err(error) => assert!(matches!(error, StoreError::Closed), "{error}"),
            }
        }
        assert!(matches!(store.receive(delivery("late")).await, Err(StoreError::Closed)));
        let again = db.open().await.unwrap();
        assert_eq!(again.counts().await.unwrap().deliveries, stored);
    }
}
