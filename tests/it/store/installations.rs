//! Installations by consent: kept, closed, opened again, renewed by one of many; and consents under way.

use countersign::store::{Installation, Store, StoreError, StoreOptions};

use super::sample::at;
use super::{on_both_databases, write_with};

fn installation() -> Installation {
    Installation {
        workspace: "T0ACME".into(),
        name: "Acme".into(),
        scopes: "chat:write,commands".into(),
        installed_by: "U0ANA".into(),
        installed_at: at(0),
        access: "sealed-1".into(),
        refresh: Some("sealed-2".into()),
        expires_at: Some(at(43_200)),
        generation: 1,
        closed: None,
    }
}

async fn put(store: &Store, new: &Installation) {
    write_with!(store, [new] | tx | tx.put_installation(&new).await).unwrap();
}

async fn close(store: &Store, lost: i64) -> bool {
    write_with!(store, [] | tx | tx.close_installation("T0ACME", at(100), at(lost), "app_uninstalled").await).unwrap()
}

async fn lease(store: &Store, generation: i64, now: i64) -> bool {
    write_with!(store, [] | tx | tx.lease_installation("T0ACME", generation, at(now), at(now + 30)).await).unwrap()
}

async fn renew(store: &Store, generation: i64, access: &'static str) -> Result<bool, StoreError> {
    write_with!(store, [] | tx | tx.renew_installation("T0ACME", generation, access, None, Some(at(86_400))).await)
}

on_both_databases! {
    async fn an_installation_reads_back_and_opens_again_with_new_tokens(db: Database) {
        let store = db.store().await;
        assert_eq!(store.installation("T0ACME").await.unwrap(), None);
        put(&store, &installation()).await;
        assert_eq!(store.installation("T0ACME").await.unwrap(), Some(installation()));
        assert!(close(&store, 10).await && !close(&store, 10).await, "once");
        assert_eq!(store.installation("T0ACME").await.unwrap().unwrap().closed, Some((at(100), "app_uninstalled".into())));
        let again = Installation { access: "sealed-3".into(), refresh: None, expires_at: None, installed_at: at(200), ..installation() };
        put(&store, &again).await;
        let now = store.installation("T0ACME").await.unwrap().unwrap();
        assert_eq!(now, Installation { generation: 2, ..again });
    }

    /// Events come late: what was lost before the app came back is not lost now.
    async fn an_installation_outlives_the_end_of_an_earlier_one(db: Database) {
        let store = db.store().await;
        put(&store, &installation()).await;
        assert!(!close(&store, -1).await);
        assert!(close(&store, 0).await);
        assert!(!write_with!(store, [] |tx| tx.close_installation("T9OTHER", at(1), at(1), "x").await).unwrap());
    }

    async fn one_of_many_renews_and_a_late_one_changes_nothing(db: Database) {
        let store = db.store().await;
        put(&store, &installation()).await;
        assert!(lease(&store, 1, 0).await);
        assert!(!lease(&store, 1, 29).await, "somebody else is at it");
        assert!(lease(&store, 1, 30).await, "whoever held it is gone");
        assert!(renew(&store, 1, "sealed-9").await.unwrap());
        assert!(!renew(&store, 1, "sealed-8").await.unwrap(), "of another generation");
        let row = store.installation("T0ACME").await.unwrap().unwrap();
        assert_eq!((row.access.as_str(), row.refresh.as_deref(), row.generation), ("sealed-9", None, 2));
        assert!(!lease(&store, 1, 100).await && lease(&store, 2, 100).await);
        write_with!(store, [] |tx| tx.release_installation("T0ACME", 2).await).unwrap();
        assert!(lease(&store, 2, 100).await, "given back");
        close(&store, 500).await;
        assert!(!lease(&store, 2, 1_000).await, "a closed one is not renewed");
    }

    async fn a_consent_comes_back_once_and_in_time(db: Database) {
        let store = db.store().await;
        let begin = async |hash: &'static str, now: i64| {
            write_with!(store, [] |tx| tx.begin_consent(hash, at(now), at(now + 600)).await).unwrap()
        };
        let end = async |hash: &'static str, now: i64| {
            write_with!(store, [] |tx| tx.end_consent(hash, at(now)).await).unwrap()
        };
        assert!(begin("one", 0).await && begin("two", 0).await);
        assert!(end("one", 599).await && !end("one", 599).await, "used");
        assert!(!end("two", 600).await, "too late");
        assert!(!end("three", 0).await, "never begun");
    }

    async fn consents_under_way_are_bounded(db: Database) {
        let store = db.store().await;
        let mut begun = 0;
        for n in 0..1_010 {
            let hash = format!("hash-{n}");
            begun += usize::from(write_with!(store, [hash] |tx| tx.begin_consent(&hash, at(0), at(600)).await).unwrap());
        }
        assert_eq!(begun, 1_000);
        assert!(write_with!(store, [] |tx| tx.begin_consent("later", at(600), at(1_200)).await).unwrap(), "the old ones are gone");
    }

    async fn two_replicas_do_not_both_hold_the_lease(db: Database) {
        let store = db.store().await;
        put(&store, &installation()).await;
        let other = if db.is_sqlite() { store.clone() } else { Store::open(&db.url, StoreOptions::default()).await.unwrap() };
        let (one, two) = tokio::join!(lease(&store, 1, 0), lease(&other, 1, 0));
        assert!(one != two, "{one} and {two}");
    }
}
