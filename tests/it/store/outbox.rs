//! Effects: asked for once, done in order where order matters, given up visibly.

use countersign::domain::{Due, Effect, ThreadLine};
use countersign::store::StoreError;

use super::sample::{NOON, at, claim, claim_whole, finish, request, store_with_effects};
use super::{on_both_databases, write_with};

on_both_databases! {
    async fn an_effect_reads_back_as_it_was_asked_for(db: Database) {
        let store = db.store().await;
        let line = Effect::Say(ThreadLine::GaveUp { what: "tell".into(), why: "HTTP 502".into() });
        let ids = store_with_effects(&store, 1, &[(line.clone(), 0)]).await;
        let claimed = claim_whole(&store, 3).await;
        assert_eq!(claimed.len(), 1);
        assert_eq!((&claimed[0].id, &claimed[0].request, &claimed[0].effect), (&ids[0], &request(1).id, &line));
        assert_eq!((claimed[0].lane.clone(), claimed[0].attempts), (line.lane(&request(1).id), 0));
        assert_eq!(claimed[0].first_due, NOON);
    }

    async fn one_kind_can_be_left_out_of_a_claim(db: Database) {
        let store = db.store().await;
        let look = Effect::Watch { chain: 1, round: 0 };
        let ids = store_with_effects(&store, 1, &[(look.clone(), 0), (look, 0), (Effect::Decide, 0)]).await;
        let claimed = store.claim_effects_but(NOON, 1, "watch").await.unwrap();
        assert_eq!(claimed.iter().map(|claimed| &claimed.id).collect::<Vec<_>>(), [&ids[2]]);
        assert_eq!(store.claim_effects(NOON, 10).await.unwrap().len(), 2);
    }

    async fn an_effect_that_was_begun_is_in_doubt_until_it_is_finished(db: Database) {
        let store = db.store().await;
        store_with_effects(&store, 1, &[(Effect::SyncMessage, 0)]).await;
        let claimed = claim_whole(&store, 1).await.pop().unwrap();
        let lane = claimed.lane.clone().unwrap();
        assert!(!store.is_in_doubt(&lane, "sync_message").await.unwrap());
        let id = claimed.id.clone();
        write_with!(store, [id] |tx| tx.begin_effect(&id).await).unwrap();
        assert!(store.is_in_doubt(&lane, "sync_message").await.unwrap());
        assert!(!store.is_in_doubt(&lane, "say").await.unwrap());
        finish(&store, &claimed.id).await.unwrap();
        assert!(!store.is_in_doubt(&lane, "sync_message").await.unwrap());
    }

    async fn an_effect_is_ours_until_it_is_done(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::Gather, 0)]).await;
        assert_eq!(claim(&store, 1).await, ids);
        let id = ids[0].clone();
        assert!(write_with!(store, [id] |tx| tx.still_ours(&id).await).unwrap());
        finish(&store, &ids[0]).await.unwrap();
        assert!(!write_with!(store, [id] |tx| tx.still_ours(&id).await).unwrap());
    }

    async fn asking_twice_for_an_effect_changes_nothing(db: Database) {
        let store = db.store().await;
        store_with_effects(&store, 1, &[(Effect::Decide, 0)]).await;
        write_with!(store, [] |tx| {
            let request = tx.lock_request(&request(1).id).await?.expect("it is stored");
            tx.enqueue(&request.id, request.revision, 0, &Due { effect: Effect::Gather, at: at(5) }).await
        }).unwrap();
        let claimed = claim_whole(&store, 10).await;
        assert_eq!(claimed.iter().map(|claimed| &claimed.effect).collect::<Vec<_>>(), [&Effect::Decide]);
    }

    async fn effects_of_one_lane_keep_their_order_and_wait_for_each_other(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[
            (Effect::SyncMessage, 0), (Effect::Say(ThreadLine::Expired), 0), (Effect::SyncMessage, 0),
        ]).await;
        for id in &ids {
            assert_eq!(claim(&store, 1).await, std::slice::from_ref(id));
            assert!(claim(&store, 1).await.is_empty());
            finish(&store, id).await.unwrap();
        }
        assert_eq!(store.counts().await.unwrap().effects_pending, 0);
    }

    async fn two_lanes_of_one_request_do_not_wait_for_each_other(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::SyncMessage, 0), (Effect::Decide, 0)]).await;
        assert_eq!(sorted(claim(&store, 1).await), ids);
    }

    async fn timers_hold_nothing_back_and_come_when_due(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[
            (Effect::Expire, 3_600), (Effect::Watch { chain: 0, round: 0 }, 60), (Effect::Decide, 0),
        ]).await;
        assert_eq!(claim(&store, 1).await, [ids[2].clone()]);
        assert_eq!(store.next_due(at(1)).await.unwrap(), Some(at(60)));
        assert_eq!(claim(&store, 60).await, [ids[1].clone()]);
        assert_eq!(claim(&store, 3_600).await.last(), Some(&ids[0]));
    }

    async fn a_younger_effect_passes_an_older_one_that_is_not_due(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::SyncMessage, 60), (Effect::SyncMessage, 0)]).await;
        assert_eq!(claim(&store, 1).await, [ids[1].clone()]);
        // The older one has become due: but its lane is taken.
        assert!(claim(&store, 60).await.is_empty());
        finish(&store, &ids[1]).await.unwrap();
        assert_eq!(claim(&store, 60).await, [ids[0].clone()]);
    }

    async fn a_rescheduled_effect_says_why_and_comes_back(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::Decide, 0)]).await;
        let id = ids[0].clone();
        claim(&store, 1).await;
        write_with!(store, [id] |tx| tx.reschedule_effect(&id, at(30), "retry", "HTTP 502").await).unwrap();
        let pending = store.pending_effects(10).await.unwrap();
        assert_eq!((pending[0].error_class.as_deref(), pending[0].last_error.as_deref()), (Some("retry"), Some("HTTP 502")));
        assert_eq!((pending[0].attempts, pending[0].due_ms, pending[0].failed), (1, at(30).as_millis(), false));
        assert!(claim(&store, 29).await.is_empty());
        let again = claim_whole(&store, 30).await;
        assert_eq!((again[0].attempts, again[0].first_due), (1, NOON));
    }

    async fn an_effect_given_up_is_visible_and_not_tried_again(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::Decide, 0)]).await;
        let id = ids[0].clone();
        claim(&store, 1).await;
        write_with!(store, [id] |tx| tx.fail_effect(&id, at(1), "permanent", "HTTP 404").await).unwrap();
        assert!(claim(&store, 99_999).await.is_empty());
        let failed = store.failed_effects(10).await.unwrap();
        assert_eq!((failed[0].id.as_str(), failed[0].failed), (ids[0].as_str(), true));
        let counts = store.counts().await.unwrap();
        assert_eq!((counts.effects_failed, counts.effects_pending), (1, 0));
    }

    async fn a_held_effect_keeps_its_lane_until_the_time_comes(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::SyncMessage, 0), (Effect::SyncMessage, 0)]).await;
        claim(&store, 1).await;
        let commits = store.commits();
        store.hold_effect(&ids[0], at(30)).await.unwrap();
        assert_eq!(store.commits(), commits);
        assert!(claim(&store, 29).await.is_empty());
        assert_eq!(store.next_due(at(2)).await.unwrap(), Some(at(30)));
        let again = claim_whole(&store, 30).await;
        assert_eq!((again.len(), &again[0].id, again[0].attempts), (1, &ids[0], 0));
    }

    async fn a_released_effect_can_be_claimed_again(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::Decide, 0)]).await;
        claim(&store, 1).await;
        assert!(claim(&store, 1).await.is_empty());
        store.release_effect(&ids[0]).await.unwrap();
        assert_eq!(claim(&store, 1).await, ids);
    }

    async fn nothing_is_due_while_everything_due_is_being_worked_on(db: Database) {
        let store = db.store().await;
        assert_eq!(store.next_due(NOON).await.unwrap(), None);
        store_with_effects(&store, 1, &[(Effect::SyncMessage, 0), (Effect::SyncMessage, 0)]).await;
        assert_eq!(store.next_due(at(1)).await.unwrap(), Some(NOON));
        claim(&store, 1).await;
        // PostgreSQL looks again when the lease would end; SQLite has none to end.
        assert!(store.next_due(at(1)).await.unwrap().is_none_or(|due| due > at(60)));
    }

    async fn one_unreadable_effect_is_given_up_and_stops_no_other(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::Decide, 0), (Effect::Gather, 0)]).await;
        db.meddle(&format!("UPDATE effect SET payload = '\"dance\"' WHERE id = '{}'", ids[0])).await;
        assert_eq!(claim(&store, 1).await, [ids[1].clone()]);
        assert_eq!(store.failed_effects(10).await.unwrap()[0].id, ids[0]);
    }

    async fn finishing_an_effect_twice_is_refused(db: Database) {
        let store = db.store().await;
        let ids = store_with_effects(&store, 1, &[(Effect::Decide, 0)]).await;
        claim(&store, 1).await;
        finish(&store, &ids[0]).await.unwrap();
        assert!(matches!(finish(&store, &ids[0]).await, Err(StoreError::LeaseLost)));
    }
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}
