//! Looks at pull requests: asked for, claimed once, and never lost.

use std::collections::HashSet;

use countersign::domain::{
    CommitSha, InstallationId, Preview, PreviewEvent, PreviewKey, Repository, RepositoryId, Seen, preview,
};
use countersign::store::{Store, StoreError, StoreOptions};

use super::sample::{at, request};
use super::{Database, on_both_databases, write_with};

fn key(number: u64) -> PreviewKey {
    PreviewKey { host: "github.com".into(), repository: RepositoryId::new(5), number }
}

fn sha(n: u8) -> CommitSha {
    CommitSha::parse(&format!("{n:02x}").repeat(20)).unwrap()
}

fn told(head: u8) -> PreviewEvent {
    let (id, installation) = (RepositoryId::new(5), InstallationId::new(3));
    let repository = Repository { id, owner: "acme".into(), name: "sentiment".into(), installation };
    PreviewEvent::Told { repository, head: sha(head), is_open: true }
}

/// Takes an event into the preview as the engine does, whoever is looking.
async fn ask(store: &Store, number: u64, head: u8, seconds: i64) -> Result<(), StoreError> {
    let (key, event) = (key(number), told(head));
    write_with!(
        store,
        [key, event] | tx | {
            let before = tx.lock_preview(&key).await?;
            let is_new = before.is_none();
            let preview = preview::take(&key, before, &event, at(seconds)).expect("it is open");
            if is_new { tx.insert_preview(&preview).await } else { tx.save_preview(&preview).await }
        }
    )
}

/// Ends a look that answers what was claimed.
async fn end(store: &Store, claimed: &Preview, seconds: i64) -> Result<(), StoreError> {
    let (key, asked) = (claimed.key.clone(), claimed.asked);
    write_with!(
        store,
        [key] | tx | {
            let before = tx.lock_preview(&key).await?;
            let event = PreviewEvent::Looked { asked, seen: Seen::Nothing { head: sha(1) } };
            tx.end_preview(&preview::take(&key, before, &event, at(seconds)).expect("it is there")).await
        }
    )
}

async fn claimed(store: &Store, seconds: i64) -> Vec<Preview> {
    store.claim_previews(at(seconds), 10).await.unwrap()
}

on_both_databases! {
    async fn a_look_is_claimed_once_and_rests_when_it_ends(db: Database) {
        let store = db.store().await;
        ask(&store, 7, 1, 0).await.unwrap();
        assert_eq!(store.next_preview_due(at(0)).await.unwrap(), Some(at(0)));
        let mine = claimed(&store, 1).await;
        assert_eq!(mine.iter().map(|preview| preview.key.number).collect::<Vec<_>>(), [7]);
        assert!(claimed(&store, 2).await.is_empty());
        end(&store, &mine[0], 3).await.unwrap();
        assert_eq!((claimed(&store, 4).await.len(), store.next_preview_due(at(4)).await.unwrap()), (0, None));
        assert_eq!(store.preview(&key(7)).await.unwrap().unwrap().answered, 1);
    }

    async fn what_is_asked_during_a_look_is_looked_at_afterwards(db: Database) {
        let store = db.store().await;
        ask(&store, 7, 1, 0).await.unwrap();
        let first = claimed(&store, 1).await;
        ask(&store, 7, 2, 2).await.unwrap();
        assert!(claimed(&store, 3).await.is_empty(), "one look at a time");
        end(&store, &first[0], 4).await.unwrap();
        let second = claimed(&store, 5).await;
        assert_eq!((second.len(), second[0].asked), (1, 2));
        let at_second = store.previews_at("github.com", RepositoryId::new(5), &sha(2)).await.unwrap();
        assert_eq!(at_second.len(), 1, "the newest told stays, whatever an older look found");
    }

    async fn a_released_look_is_taken_up_again(db: Database) {
        let store = db.store().await;
        ask(&store, 7, 1, 0).await.unwrap();
        assert_eq!(claimed(&store, 1).await.len(), 1);
        store.release_preview(&key(7)).await.unwrap();
        assert_eq!(claimed(&store, 1).await.len(), 1);
        assert!(store.renew_preview(&key(7), at(100)).await.unwrap());
    }

    async fn looks_are_taken_longest_due_first_past_any_number_of_claimed_ones(db: Database) {
        let store = db.store().await;
        for number in 1..=40 {
            ask(&store, number, 1, i64::try_from(number).unwrap()).await.unwrap();
        }
        let first = store.claim_previews(at(50), 20).await.unwrap();
        let rest = store.claim_previews(at(50), 100).await.unwrap();
        let numbers: Vec<u64> = first.iter().chain(&rest).map(|preview| preview.key.number).collect();
        assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    }

    async fn a_row_that_does_not_read_back_stops_no_other(db: Database) {
        let store = db.store().await;
        ask(&store, 7, 1, 0).await.unwrap();
        ask(&store, 8, 1, 0).await.unwrap();
        db.meddle("UPDATE preview SET body = '{}' WHERE number = 7").await;
        assert_eq!(claimed(&store, 1).await.len(), 1);
        assert_eq!(store.next_preview_due(at(1)).await.unwrap().filter(|due| *due <= at(1)), None);
    }

    async fn environments_are_those_of_requests_newest_first(db: Database) {
        let store = db.store().await;
        for (n, environment, opened) in [(1, "staging", 5), (2, "production", 9), (3, "staging", 7), (4, "canary", 1)] {
            let mut request = request(n);
            request.key.environment = environment.to_owned();
            request.opened_at = at(opened);
            write_with!(store, [request] |tx| tx.insert_request(&request).await).unwrap();
        }
        let of = &request(1).key;
        let names = store.environments_of(&of.host, of.repository, 2).await.unwrap();
        assert_eq!(names.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["production", "staging"]);
        assert!(store.environments_of("elsewhere", of.repository, 2).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_never_look_at_the_same_pull_request() {
    let db = Database::postgres().await;
    let (one, two) = (db.store().await, db.store().await);
    for number in 1..=30 {
        ask(&one, number, 1, 0).await.unwrap();
    }
    let take = |store: Store| async move {
        let mut taken = Vec::new();
        for _ in 0..20 {
            taken.extend(store.claim_previews(at(1), 3).await.unwrap().into_iter().map(|preview| preview.key.number));
        }
        taken
    };
    let (a, b) = tokio::join!(take(one), take(two));
    let all: Vec<u64> = a.into_iter().chain(b).collect();
    assert_eq!((all.len(), all.iter().collect::<HashSet<_>>().len()), (30, 30));
}

/// A replica that was silent for longer than its lease changes nothing any more, and learns it before it acts again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_whose_lease_was_lost_changes_nothing() {
    let db = Database::postgres().await;
    let one = db.store().await;
    let slow = Store::open(&db.url, StoreOptions { lease_ms: 10_000, ..StoreOptions::default() }).await.unwrap();
    ask(&one, 7, 1, 0).await.unwrap();
    let lost = slow.claim_previews(at(1), 1).await.unwrap();
    assert_eq!(one.next_preview_due(at(2)).await.unwrap(), Some(at(11)));
    assert!(slow.renew_preview(&key(7), at(5)).await.unwrap());
    assert!(claimed(&one, 14).await.is_empty(), "it was renewed");
    let won = claimed(&one, 15).await;
    assert_eq!(won.len(), 1);
    assert!(!slow.renew_preview(&key(7), at(16)).await.unwrap());
    assert!(matches!(end(&slow, &lost[0], 16).await, Err(StoreError::LeaseLost)));
    let begun = won[0].clone();
    assert!(matches!(
        write_with!(slow, [begun] | tx | tx.save_claimed_preview(&begun).await),
        Err(StoreError::LeaseLost)
    ));
    end(&one, &won[0], 17).await.unwrap();
}

/// Two deliveries about a new pull request at two replicas: one adds it, the other one comes again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_request_added_by_two_replicas_is_added_once() {
    let db = Database::postgres().await;
    let (one, two) = (db.store().await, db.store().await);
    let answers = tokio::join!(ask(&one, 7, 1, 0), ask(&two, 7, 1, 0));
    for answer in [answers.0, answers.1] {
        assert!(matches!(answer, Ok(()) | Err(StoreError::RequestMoved)), "{answer:?}");
    }
    assert_eq!(claimed(&one, 1).await.len(), 1);
}
