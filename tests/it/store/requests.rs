//! Requests and what belongs to them.

use countersign::domain::*;
use countersign::store::{RequestFilter, StoreError};

use super::sample::{NOON, ask, at, commit, mona, request, vote};
use super::{on_both_databases, write_with};

on_both_databases! {
    async fn a_request_is_found_by_everything_it_is_known_by(db: Database) {
        let store = db.store().await;
        let mine = request(1);
        write_with!(store, [mine] |tx| {
            assert!(tx.insert_request(&mine).await?);
            tx.link_deployment("github.com", mine.repository.id, DeploymentId::new(u64::MAX), &mine.id).await
        }).unwrap();
        assert_eq!(store.request(&mine.id).await.unwrap(), Some(mine.clone()));
        assert_eq!(store.request_by_key(&mine.key).await.unwrap(), Some(mine.clone()));
        let by_job = store.request_for_deployment("github.com", mine.repository.id, DeploymentId::new(u64::MAX)).await;
        assert_eq!(by_job.unwrap(), Some(mine.id.clone()));
        assert_eq!(store.requests_of_run("github.com", mine.repository.id, mine.key.run).await.unwrap(), std::slice::from_ref(&mine));
        assert_eq!(store.open_requests(None, 10).await.unwrap(), std::slice::from_ref(&mine));
        assert!(store.requests_of_run("ghe.acme.example", mine.repository.id, mine.key.run).await.unwrap().is_empty());
        assert_eq!(store.request(&request(2).id).await.unwrap(), None);
    }

    async fn a_key_opens_one_request_only(db: Database) {
        let store = db.store().await;
        let (mine, other) = (request(1), Request { id: request(2).id, ..request(1) });
        write_with!(store, [mine] |tx| tx.insert_request(&mine).await).unwrap();
        let locked = write_with!(store, [other] |tx| {
            assert!(!tx.insert_request(&other).await?);
            tx.lock_request_by_key(&other.key).await
        }).unwrap();
        assert_eq!(locked, Some(mine));
    }

    async fn each_part_of_the_key_tells_requests_apart(db: Database) {
        let store = db.store().await;
        let key = request(1).key;
        let keys = [
            key.clone(),
            RequestKey { host: "ghe.acme.example".into(), ..key.clone() },
            RequestKey { repository: RepositoryId::new(100), ..key.clone() },
            RequestKey { run: RunId::new(1), ..key.clone() },
            RequestKey { attempt: 2, ..key.clone() },
            RequestKey { environment: "staging".into(), ..key },
        ];
        for (n, key) in (1..).zip(keys) {
            let one = Request { id: request(n).id, key, ..request(1) };
            assert!(write_with!(store, [one] |tx| tx.insert_request(&one).await).unwrap(), "{}", one.key);
        }
    }

    async fn a_saved_request_replaces_the_locked_one(db: Database) {
        let store = db.store().await;
        let mine = request(1);
        write_with!(store, [mine] |tx| tx.insert_request(&mine).await).unwrap();
        let ended = write_with!(store, [] |tx| {
            let locked = tx.lock_request(&request(1).id).await?.expect("it is stored");
            let ended = Request { phase: Phase::Ended { how: Ending::Gone, at: NOON }, revision: locked.revision + 3, ..locked };
            tx.save_request(&ended).await?;
            Ok(ended)
        }).unwrap();
        assert_eq!(store.request(&mine.id).await.unwrap(), Some(ended));
        assert!(store.open_requests(None, 10).await.unwrap().is_empty());
        assert_eq!(store.counts().await.unwrap().open_requests, 0);
    }

    async fn a_stale_version_is_refused(db: Database) {
        let store = db.store().await;
        let mine = request(1);
        write_with!(store, [mine] |tx| tx.insert_request(&mine).await).unwrap();
        let next = Request { revision: mine.revision + 1, ..mine.clone() };
        write_with!(store, [next] |tx| tx.save_request(&next).await).unwrap();
        let stale = write_with!(store, [next] |tx| tx.save_request(&next).await);
        assert!(matches!(stale, Err(StoreError::RequestMoved)), "{stale:?}");
    }

    async fn changes_at_the_same_time_are_taken_one_after_the_other(db: Database) {
        let store = db.store().await;
        write_with!(store, [] |tx| tx.insert_request(&request(1)).await).unwrap();
        let before = request(1).revision;
        let changes = (0..30).map(|_| { let store = store.clone(); async move {
            write_with!(store, [] |tx| {
                let locked = tx.lock_request(&request(1).id).await?.expect("it is stored");
                let next = Request { revision: locked.revision + 1, ..locked };
                tx.save_request(&next).await
            })
        }});
        futures::future::try_join_all(changes).await.unwrap();
        assert_eq!(store.request(&request(1).id).await.unwrap().unwrap().revision, before + 30);
    }

    async fn votes_are_mirrored_and_follow_the_request(db: Database) {
        let store = db.store().await;
        let mut mine = Request { votes: vec![vote(1, Choice::Approve), vote(2, Choice::Deny)], ..request(1) };
        write_with!(store, [mine] |tx| tx.insert_request(&mine).await).unwrap();
        assert_eq!(db.texts("SELECT choice FROM vote ORDER BY human").await, ["approve", "deny"]);
        mine.votes.remove(0);
        mine.revision += 1;
        write_with!(store, [mine] |tx| tx.save_request(&mine).await).unwrap();
        assert_eq!(db.texts("SELECT choice FROM vote ORDER BY human").await, ["deny"]);
        assert_eq!(store.counts().await.unwrap().votes, 1);
    }

    async fn one_human_cannot_have_two_votes_on_a_gate(db: Database) {
        let store = db.store().await;
        let mine = Request { votes: vec![vote(1, Choice::Approve), vote(1, Choice::Deny)], ..request(1) };
        assert!(write_with!(store, [mine] |tx| tx.insert_request(&mine).await).is_err());
        assert_eq!(store.counts().await.unwrap().requests, 0);
    }

    async fn lists_are_narrowed_to_a_workspace_and_to_what_is_of_none(db: Database) {
        let store = db.store().await;
        for (n, workspace) in [(1, "T0ACME"), (2, "T0BETA"), (3, "")] {
            let one = Request { opened_at: at(n), workspace: workspace.into(), phase: Phase::Open, ..request(n.unsigned_abs()) };
            write_with!(store, [one] |tx| tx.insert_request(&one).await).unwrap();
        }
        let numbers = |requests: Vec<Request>| requests.iter().map(|one| one.run.number).collect::<Vec<_>>();
        let end = |n: u64| request(n).id.short().to_owned();
        for (workspace, seen) in [(None, vec![1, 2, 3]), (Some("T0BETA"), vec![2, 3]), (Some("T0NONE"), vec![3])] {
            assert_eq!(numbers(store.open_requests(workspace, 10).await.unwrap()), seen);
            let filter = RequestFilter { workspace: workspace.map(str::to_owned), ..RequestFilter::default() };
            let mut listed = numbers(store.list_requests(&filter, 10).await.unwrap());
            listed.sort_unstable();
            assert_eq!(listed, seen);
            let found = store.requests_ending(workspace, &end(1), 10).await.unwrap().len();
            assert_eq!(found, usize::from(seen.contains(&1)));
        }
    }

    async fn lists_are_filtered_and_paged_newest_first(db: Database) {
        let store = db.store().await;
        for n in 1..=5_u64 {
            let phase = if n % 2 == 0 { Phase::Open } else { Phase::Ended { how: Ending::Gone, at: NOON } };
            let one = Request { opened_at: at(i64::try_from(n).unwrap()), phase, ..request(n) };
            write_with!(store, [one] |tx| tx.insert_request(&one).await).unwrap();
        }
        let listed = |filter: RequestFilter, limit| { let store = store.clone(); async move {
            store.list_requests(&filter, limit).await.unwrap().iter().map(|one| one.run.number).collect::<Vec<_>>()
        }};
        assert_eq!(listed(RequestFilter::default(), 10).await, [5, 4, 3, 2, 1]);
        assert_eq!(listed(RequestFilter { undecided: true, ..RequestFilter::default() }, 10).await, [4, 2]);
        assert_eq!(listed(RequestFilter { phase: Some("ended".into()), ..RequestFilter::default() }, 2).await, [5, 3]);
        let before = Some((at(3), request(3).id));
        assert_eq!(listed(RequestFilter { before, ..RequestFilter::default() }, 10).await, [2, 1]);
    }

    async fn a_deployment_stays_with_its_first_request(db: Database) {
        let store = db.store().await;
        let job = ask(1).deployment.unwrap();
        write_with!(store, [] |tx| {
            for n in [1, 2] {
                tx.insert_request(&request(n)).await?;
                tx.link_deployment("github.com", request(n).repository.id, job, &request(n).id).await?;
            }
            Ok(())
        }).unwrap();
        let found = store.request_for_deployment("github.com", request(1).repository.id, job).await.unwrap();
        assert_eq!(found, Some(request(1).id));
    }

    async fn evidence_is_kept_under_its_digest(db: Database) {
        let store = db.store().await;
        let (digest, evidence) = (Digest::of(b"evidence"), evidence());
        for _ in 0..2 {
            write_with!(store, [evidence] |tx| tx.put_evidence(&digest, &evidence).await).unwrap();
        }
        assert_eq!(store.evidence(&digest).await.unwrap(), Some(evidence));
        assert_eq!(store.evidence(&Digest::of(b"other")).await.unwrap(), None);
    }

    async fn what_the_message_shows_is_the_last_drawing(db: Database) {
        let store = db.store().await;
        let message = MessageRef { channel: "C1".into(), id: "1767268800.000100".into() };
        for body in ["{\"text\":\"open\"}", "{\"text\":\"approved\"}"] {
            write_with!(store, [message] |tx| {
                tx.insert_request(&request(1)).await?;
                tx.put_shown(&request(1).id, &message, &Digest::of(body.as_bytes()), body).await
            }).unwrap();
        }
        let shown = store.shown(&request(1).id).await.unwrap().unwrap();
        assert_eq!((shown.message, shown.body.as_str()), (message, "{\"text\":\"approved\"}"));
        assert_eq!(shown.digest, Digest::of(shown.body.as_bytes()));
        assert_eq!(store.shown(&request(2).id).await.unwrap(), None);
    }

    async fn a_login_stays_pinned_to_the_account_it_had_first(db: Database) {
        let store = db.store().await;
        assert_eq!(store.pinned_login("Mona").await.unwrap(), None);
        let first = write_with!(store, [] |tx| tx.pin_login("Mona", ForgeUserId::new(7)).await).unwrap();
        let second = write_with!(store, [] |tx| tx.pin_login("mona", ForgeUserId::new(8)).await).unwrap();
        assert_eq!((first, second), (ForgeUserId::new(7), ForgeUserId::new(7)));
        assert_eq!(store.pinned_login("MONA").await.unwrap(), Some(ForgeUserId::new(7)));
    }
}

fn evidence() -> Evidence {
    let contributor = Contributor { part: Part::Author, user: Some(mona()), name: Words::new("Mona") };
    Evidence {
        commit: commit(),
        baseline: Baseline::None,
        relation: Relation::NoBaseline,
        commits: vec![Commit { sha: commit(), title: "Retrain".into(), author: Some(mona()) }],
        commits_total: 1,
        pull_requests: vec![],
        contributors: vec![contributor],
        files: vec![],
        models: vec![],
        flags: vec![],
        ci: Vec::new(),
        external: Vec::new(),
        fields: Vec::new(),
        compare_url: None,
    }
}
