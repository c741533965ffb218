//! Claims under load: nothing twice, nothing left.

use std::collections::HashSet;
use std::sync::Mutex;

use countersign::domain::Effect;
use countersign::engine::receive::Source;
use futures::future::join_all;

use super::sample::{NOON, at, claim, delivery, finish, store_with_effects};
use super::{on_both_databases, write_with};

on_both_databases! {
    async fn many_claimers_never_get_the_same_delivery(db: Database) {
        let store = db.store().await;
        join_all((0..60).map(|n| { let store = store.clone(); async move { store.receive(delivery(&format!("d-{n}"))).await } })).await;
        let seen = Mutex::new(HashSet::new());
        join_all((0..6).map(|_| async {
            loop {
                let claimed = store.claim_deliveries(NOON, 3).await.unwrap();
                if claimed.is_empty() { break }
                for one in claimed {
                    assert!(seen.lock().unwrap().insert(one.delivery.id.clone()), "{} twice", one.delivery.id);
                    let id = one.delivery.id;
                    write_with!(store, [id] |tx| tx.finish_delivery(Source::Forge, &id, NOON).await).unwrap();
                }
            }
        })).await;
        assert_eq!(seen.into_inner().unwrap().len(), 60);
        assert_eq!(store.counts().await.unwrap().deliveries_pending, 0);
    }

    async fn many_claimers_finish_every_effect_once_and_lanes_in_order(db: Database) {
        let store = db.store().await;
        for n in 0..10 {
            store_with_effects(&store, n, &[
                (Effect::SyncMessage, 0), (Effect::Decide, 0), (Effect::SyncMessage, 0), (Effect::Gather, 0), (Effect::SyncMessage, 0),
            ]).await;
        }
        let done = Mutex::new(Vec::new());
        join_all((0..6).map(|_| async {
            while store.counts().await.unwrap().effects_pending > 0 {
                for effect in store.claim_effects(at(1), 4).await.unwrap() {
                    done.lock().unwrap().push((effect.lane, effect.id.clone()));
                    finish(&store, &effect.id).await.unwrap();
                }
            }
        })).await;
        let done = done.into_inner().unwrap();
        assert_eq!(done.len(), 50);
        assert_eq!(done.iter().map(|(_, id)| id).collect::<HashSet<_>>().len(), 50);
        for lane in done.iter().filter_map(|(lane, _)| lane.clone()).collect::<HashSet<_>>() {
            let order: Vec<&String> = done.iter().filter(|(of, _)| of.as_ref() == Some(&lane)).map(|(_, id)| id).collect();
            assert!(order.is_sorted(), "{lane}: {order:?}");
        }
    }

    async fn a_long_row_of_claimed_effects_does_not_hide_the_next(db: Database) {
        let store = db.store().await;
        let timers: Vec<(Effect, i64)> = (0..300).map(|_| (Effect::Gather, 0)).collect();
        store_with_effects(&store, 1, &timers).await;
        for _ in 0..3 {
            assert_eq!(claim(&store, 1).await.len(), 100);
        }
        assert!(claim(&store, 1).await.is_empty());
        let ids = store_with_effects(&store, 2, &[(Effect::Gather, 1)]).await;
        assert_eq!(store.next_due(at(1)).await.unwrap(), Some(at(1)));
        assert_eq!(claim(&store, 1).await, ids);
    }

    async fn claims_stay_when_the_write_that_would_end_them_fails(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::Gather, 0)]).await;
        let id = ids[0].clone();
        claim(&store, 1).await;
        let failed: Result<(), _> = write_with!(store, [id] |tx| {
            tx.finish_effect(&id, NOON).await?;
            Err(countersign::store::StoreError::RequestMoved)
        });
        assert!(failed.is_err());
        assert!(claim(&store, 1).await.is_empty());
        store.release_effect(&ids[0]).await.unwrap();
        assert_eq!(claim(&store, 1).await, ids);
    }
}

#[tokio::test]
async fn claiming_on_sqlite_costs_no_commit() {
    let db = super::Database::sqlite().await;
    let store = db.store().await;
    store_with_effects(&store, 1, &[(Effect::Gather, 0)]).await;
    store.receive(delivery("d-1")).await.unwrap();
    let commits = store.commits();
    assert_eq!(claim(&store, 1).await.len(), 1);
    assert_eq!(store.claim_deliveries(NOON, 1).await.unwrap().len(), 1);
    assert_eq!(store.commits(), commits);
}
