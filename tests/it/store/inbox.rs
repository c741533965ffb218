//! Deliveries: stored once, worked on until finished, parked when hopeless.

use countersign::engine::receive::{Delivery, Provenance, Source};
use countersign::store::{Received, StoreError};

use super::sample::{NOON, at, delivery, delivery_with};
use super::{on_both_databases, write_with};

on_both_databases! {
    async fn a_delivery_reads_back_as_it_came(db: Database) {
        let store = db.store().await;
        let sent = delivery_with("d-1", "{\"text\":\"naïve \u{1f600} '; DROP TABLE delivery; --\"}");
        assert_eq!(store.receive(sent.clone()).await.unwrap(), Received::Stored);
        let claimed = store.claim_deliveries(NOON, 10).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].delivery, sent);
        assert_eq!(claimed[0].attempts, 0);
    }

    async fn a_click_waits_until_it_is_worked_off(db: Database) {
        let store = db.store().await;
        let click = Delivery { source: Source::ChatInteraction, ..delivery("c-1") };
        let came = click.received_at;
        store.receive(delivery("d-1")).await.unwrap();
        assert!(!store.click_waits_since_before(came.plus_millis(1)).await.unwrap(), "webhooks are no clicks");
        store.receive(click).await.unwrap();
        assert!(store.click_waits_since_before(came.plus_millis(1)).await.unwrap());
        assert!(!store.click_waits_since_before(came).await.unwrap(), "it came at that moment, not before");
        store.claim_deliveries(NOON, 10).await.unwrap();
        write_with!(store, [] |tx| tx.finish_delivery(Source::ChatInteraction, "c-1", NOON).await).unwrap();
        assert!(!store.click_waits_since_before(came.plus_millis(1)).await.unwrap());
    }

    async fn second_delivery_of_same_id_changes_nothing(db: Database) {
        let store = db.store().await;
        assert_eq!(store.receive(delivery("d-1")).await.unwrap(), Received::Stored);
        assert_eq!(store.receive(delivery("d-1")).await.unwrap(), Received::Duplicate);
        let other_door = countersign::engine::receive::Delivery { source: Source::ChatEvent, ..delivery("d-1") };
        assert_eq!(store.receive(other_door).await.unwrap(), Received::Stored);
        assert_eq!(store.counts().await.unwrap().deliveries, 2);
    }

    async fn an_envelope_that_comes_again_changes_nothing_whatever_is_in_it(db: Database) {
        let store = db.store().await;
        let over_socket = |id: &str, envelope: Option<&str>| Delivery {
            provenance: Provenance::Socket { envelope: envelope.map(str::to_owned) },
            source: Source::ChatInteraction,
            ..delivery(id)
        };
        let first = over_socket("c-1", Some("e-1"));
        assert_eq!(store.receive(first.clone()).await.unwrap(), Received::Stored);
        assert_eq!(store.receive(first.clone()).await.unwrap(), Received::Duplicate, "the same one");
        assert_eq!(store.receive(over_socket("c-2", Some("e-1"))).await.unwrap(), Received::Duplicate, "with a new ticket");
        let other = Delivery { source: Source::ChatEvent, ..delivery_with("c-3", "other") };
        let other = Delivery { provenance: first.provenance.clone(), ..other };
        assert_eq!(store.receive(other).await.unwrap(), Received::Conflict);
        assert_eq!(store.receive(over_socket("c-1", Some("e-2"))).await.unwrap(), Received::Duplicate, "in a new envelope");
        assert_eq!(store.receive(Delivery { provenance: Provenance::Signed, ..first.clone() }).await.unwrap(), Received::Duplicate);
        let many = (0..20).map(|n| store.receive(over_socket(&format!("m-{n}"), Some("e-3"))));
        let stored = futures::future::try_join_all(many).await.unwrap();
        assert_eq!(stored.iter().filter(|received| **received == Received::Stored).count(), 1);
        for id in ["n-1", "n-2"] {
            assert_eq!(store.receive(over_socket(id, None)).await.unwrap(), Received::Stored, "no envelope, no clash");
        }
        let claimed = store.claim_deliveries(NOON, 10).await.unwrap();
        assert_eq!(claimed.len(), 4);
        assert_eq!(claimed[0].delivery, first, "with what speaks for it");
    }

    async fn another_body_under_a_known_id_is_told_apart_and_not_kept(db: Database) {
        let store = db.store().await;
        store.receive(delivery_with("d-1", "first")).await.unwrap();
        assert_eq!(store.receive(delivery_with("d-1", "second")).await.unwrap(), Received::Conflict);
        assert_eq!(store.claim_deliveries(NOON, 10).await.unwrap()[0].delivery.body, "first");
    }

    async fn same_id_many_times_at_once_is_stored_once(db: Database) {
        let store = db.store().await;
        let sent = (0..40).map(|n| store.receive(delivery_with("d-1", if n % 4 == 3 { "odd" } else { "even" })));
        let answers: Vec<Received> = futures::future::try_join_all(sent).await.unwrap();
        assert_eq!(answers.iter().filter(|answer| **answer == Received::Stored).count(), 1);
        assert_eq!(answers[0], Received::Stored);
        assert_eq!(answers.iter().filter(|answer| **answer == Received::Conflict).count(), 10);
    }

    async fn a_finished_delivery_keeps_its_digest_and_loses_its_body(db: Database) {
        let store = db.store().await;
        store.receive(delivery("d-1")).await.unwrap();
        store.claim_deliveries(NOON, 1).await.unwrap();
        write_with!(store, [] |tx| tx.finish_delivery(Source::Forge, "d-1", NOON).await).unwrap();
        assert!(store.claim_deliveries(at(9_999), 10).await.unwrap().is_empty());
        assert_eq!(db.texts("SELECT body FROM delivery").await, [""]);
        assert_eq!(store.receive(delivery("d-1")).await.unwrap(), Received::Duplicate);
    }

    async fn a_rescheduled_delivery_comes_back_when_due_and_counts_its_attempts(db: Database) {
        let store = db.store().await;
        store.receive(delivery("d-1")).await.unwrap();
        store.claim_deliveries(NOON, 1).await.unwrap();
        write_with!(store, [] |tx| tx.reschedule_delivery(Source::Forge, "d-1", at(60), "HTTP 502").await).unwrap();
        assert!(store.claim_deliveries(at(59), 10).await.unwrap().is_empty());
        assert_eq!(store.next_due(at(1)).await.unwrap(), Some(at(60)));
        assert_eq!(store.claim_deliveries(at(60), 10).await.unwrap()[0].attempts, 1);
    }

    async fn a_parked_delivery_stays_whole_and_can_be_replayed(db: Database) {
        let store = db.store().await;
        store.receive(delivery("d-1")).await.unwrap();
        store.claim_deliveries(NOON, 1).await.unwrap();
        write_with!(store, [] |tx| tx.park_delivery(Source::Forge, "d-1", NOON, "no such run").await).unwrap();
        assert!(store.claim_deliveries(at(9_999), 10).await.unwrap().is_empty());
        let parked = store.parked_deliveries(10).await.unwrap();
        assert_eq!((parked[0].delivery.clone(), parked[0].error.as_str()), (delivery("d-1"), "no such run"));
        assert_eq!(store.counts().await.unwrap().parked, 1);
        assert!(write_with!(store, [] |tx| tx.replay_delivery(Source::Forge, "d-1", at(5)).await).unwrap());
        assert!(!write_with!(store, [] |tx| tx.replay_delivery(Source::Forge, "d-1", at(5)).await).unwrap());
        assert_eq!(store.claim_deliveries(at(5), 10).await.unwrap()[0].delivery, delivery("d-1"));
    }

    async fn a_released_delivery_can_be_claimed_again(db: Database) {
        let store = db.store().await;
        store.receive(delivery("d-1")).await.unwrap();
        assert_eq!(store.claim_deliveries(NOON, 10).await.unwrap().len(), 1);
        assert!(store.claim_deliveries(NOON, 10).await.unwrap().is_empty());
        store.release_delivery(Source::Forge, "d-1").await.unwrap();
        assert_eq!(store.claim_deliveries(NOON, 10).await.unwrap().len(), 1);
    }

    async fn finishing_twice_is_refused_and_undone(db: Database) {
        let store = db.store().await;
        store.receive(delivery("d-1")).await.unwrap();
        store.claim_deliveries(NOON, 1).await.unwrap();
        write_with!(store, [] |tx| tx.finish_delivery(Source::Forge, "d-1", NOON).await).unwrap();
        let again = write_with!(store, [] |tx| {
            tx.append_entry("delivery.finished", None, NOON, serde_json::json!({}))?;
            tx.finish_delivery(Source::Forge, "d-1", NOON).await
        });
        assert!(matches!(again, Err(StoreError::LeaseLost)), "{again:?}");
        assert_eq!(store.counts().await.unwrap().audit, 0);
    }

    async fn oldest_deliveries_are_claimed_first(db: Database) {
        let store = db.store().await;
        for (id, seconds) in [("late", 3), ("early", 1), ("middle", 2)] {
            let sent = countersign::engine::receive::Delivery { received_at: at(seconds), ..delivery(id) };
            store.receive(sent).await.unwrap();
        }
        let claimed = store.claim_deliveries(at(10), 2).await.unwrap();
        let ids: Vec<&str> = claimed.iter().map(|claimed| claimed.delivery.id.as_str()).collect();
        assert_eq!(ids, ["early", "middle"]);
    }
}
