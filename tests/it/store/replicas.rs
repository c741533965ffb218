//! Several replicas on one PostgreSQL act as one (P10).

use std::collections::HashSet;
use std::sync::Mutex;

use countersign::domain::Effect;
use countersign::engine::receive::Source;
use countersign::store::{Received, Store, StoreError, StoreOptions};
use futures::future::join_all;
use serde_json::json;

use super::sample::{NOON, at, claim, delivery, finish, request, store_with_effects};
use super::{Database, write_with};

async fn two_replicas() -> (Database, Store, Store) {
    let db = Database::postgres().await;
    let (one, two) = (db.store().await, db.store().await);
    (db, one, two)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_never_get_the_same_row() {
    let (_db, one, two) = two_replicas().await;
    for n in 0..20 {
        store_with_effects(&one, n, &[(Effect::SyncMessage, 0), (Effect::SyncMessage, 0), (Effect::Gather, 0)]).await;
        two.receive(delivery(&format!("d-{n}"))).await.unwrap();
    }
    let (effects, deliveries) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    join_all([&one, &two, &one, &two].map(|store| async {
        while store.counts().await.unwrap().effects_pending > 0 {
            for effect in store.claim_effects(at(1), 3).await.unwrap() {
                effects.lock().unwrap().push(effect.id.clone());
                finish(store, &effect.id).await.unwrap();
            }
            for claimed in store.claim_deliveries(at(1), 3).await.unwrap() {
                let id = claimed.delivery.id;
                deliveries.lock().unwrap().push(id.clone());
                write_with!(store, [id] | tx | tx.finish_delivery(Source::Forge, &id, NOON).await).unwrap();
            }
        }
    }))
    .await;
    let (effects, deliveries) = (effects.into_inner().unwrap(), deliveries.into_inner().unwrap());
    assert_eq!((effects.len(), effects.iter().collect::<HashSet<_>>().len()), (60, 60));
    assert_eq!(deliveries.len(), deliveries.iter().collect::<HashSet<_>>().len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_claimed_by_one_replica_is_closed_to_the_other() {
    let (_db, one, two) = two_replicas().await;
    let ids = store_with_effects(&one, 1, &[(Effect::SyncMessage, 60), (Effect::SyncMessage, 0)]).await;
    assert_eq!(claim(&one, 1).await, [ids[1].clone()]);
    assert!(claim(&two, 61).await.is_empty());
    finish(&one, &ids[1]).await.unwrap();
    assert_eq!(claim(&two, 61).await, [ids[0].clone()]);
}

/// A replica that was stopped for longer than its lease comes back too late to change anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_outcome_of_a_lost_lease_is_refused() {
    let (db, one, _) = two_replicas().await;
    let short = StoreOptions { lease_ms: 10_000, ..StoreOptions::default() };
    let slow = Store::open(&db.url, short).await.unwrap();
    let ids = store_with_effects(&one, 1, &[(Effect::Decide, 0)]).await;
    let id = ids[0].clone();
    assert_eq!(claim(&slow, 1).await, ids);
    assert!(claim(&one, 10).await.is_empty());
    assert_eq!(one.next_due(at(10)).await.unwrap(), Some(at(11)));
    assert!(write_with!(slow, [id] | tx | tx.still_ours(&id).await).unwrap());
    assert_eq!(claim(&one, 11).await, ids);
    assert!(!write_with!(slow, [id] | tx | tx.still_ours(&id).await).unwrap());
    let late = write_with!(
        slow,
        [id] | tx | {
            tx.append_entry("late", None, NOON, json!({}))?;
            tx.finish_effect(&id, NOON).await
        }
    );
    assert!(matches!(late, Err(StoreError::LeaseLost)), "{late:?}");
    write_with!(one, [id] | tx | tx.reschedule_effect(&id, at(99), "retry", "HTTP 502").await).unwrap();
    assert!(matches!(finish(&slow, &id).await, Err(StoreError::LeaseLost)));
    assert_eq!(one.counts().await.unwrap().audit, 0);
}

/// What takes longer than a lease is nobody else's as long as it is renewed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_lease_keeps_an_effect_until_it_is_lost() {
    let (db, one, _) = two_replicas().await;
    let short = StoreOptions { lease_ms: 10_000, ..StoreOptions::default() };
    let slow = Store::open(&db.url, short).await.unwrap();
    let ids = store_with_effects(&one, 1, &[(Effect::Gather, 0)]).await;
    assert_eq!(claim(&slow, 1).await, ids);
    assert!(slow.renew_effect(&ids[0], at(8)).await.unwrap());
    assert!(claim(&one, 17).await.is_empty());
    assert_eq!(claim(&one, 18).await, ids);
    assert!(!slow.renew_effect(&ids[0], at(19)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_delivery_at_two_replicas_is_stored_once() {
    let (_db, one, two) = two_replicas().await;
    let answers = join_all((0..40).map(|n| {
        let (store, id) = (if n % 2 == 0 { &one } else { &two }, format!("d-{}", n / 4));
        async move { store.receive(delivery(&id)).await.unwrap() }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == Received::Stored).count(), 10);
    assert_eq!(answers.iter().filter(|answer| **answer == Received::Duplicate).count(), 30);
}

/// Two requests locked in opposite orders: PostgreSQL breaks the deadlock, the writer runs the loser again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_between_replicas_resolves_itself() {
    let (_db, one, two) = two_replicas().await;
    for n in [1, 2] {
        write_with!(one, [] | tx | tx.insert_request(&request(n)).await).unwrap();
    }
    let cross = |store: Store, first: u64, second: u64| async move {
        write_with!(
            store,
            [] | tx | {
                tx.lock_request(&request(first).id).await?;
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                tx.lock_request(&request(second).id).await?;
                tx.append_entry("crossed", None, NOON, json!({ "first": first }))
            }
        )
    };
    let (a, b) = tokio::join!(cross(one.clone(), 1, 2), cross(two, 2, 1));
    a.unwrap();
    b.unwrap();
    assert_eq!(one.verify_audit(&[]).await.unwrap().unwrap().rows, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_write_one_unbroken_record() {
    let (_db, one, two) = two_replicas().await;
    join_all((0..80_u64).map(|n| {
        let store = if n % 2 == 0 { one.clone() } else { two.clone() };
        async move { write_with!(store, [] | tx | tx.append_entry("sample", None, NOON, json!({ "n": n }))).unwrap() }
    }))
    .await;
    assert_eq!(one.verify_audit(&[]).await.unwrap().unwrap().rows, 80);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_by_the_server_is_replaced() {
    let (db, one, _two) = two_replicas().await;
    one.receive(delivery("d-1")).await.unwrap();
    db.meddle("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").await;
    let first = one.receive(delivery("d-2")).await;
    assert!(matches!(first, Ok(_) | Err(StoreError::Unavailable(_))), "{first:?}");
    let answer = one.receive(delivery("d-2")).await.expect("the writer has a new connection");
    assert_eq!(answer == Received::Stored, first.is_err());
    assert_eq!(one.counts().await.unwrap().deliveries, 2);
}
