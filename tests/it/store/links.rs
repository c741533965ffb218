//! Account links and the attempts at them.

use countersign::domain::*;
use countersign::store::{LinkAttempt, Onward, StoreError};

use super::sample::{NOON, at, mona};
use super::{on_both_databases, write_with};

const HOST: &str = "github.com";

fn chat(user: &str) -> ChatUser {
    ChatUser { workspace: "T0ACME".into(), user: user.into() }
}

fn link(user: &str, account: u64) -> AccountLink {
    AccountLink {
        id: format!("{user}-{account}"),
        chat: chat(user),
        host: HOST.into(),
        account: ForgeUserId::new(account),
        login: format!("user{account}"),
        origin: LinkOrigin::Login,
        by: LinkActor::Operator { name: "ops".into() },
        at: NOON,
        ended: None,
    }
}

fn end() -> LinkEnd {
    LinkEnd { at: at(5), by: LinkActor::Person, why: "unlinked".into() }
}

fn attempt(secret: &str, user: &str) -> LinkAttempt {
    LinkAttempt {
        id: Digest::of(secret.as_bytes()),
        name: ChatName { name: "Mona".into(), handle: "mona".into(), workspace: "Acme".into() },
        reply: ReplyTo {
            workspace: "T0ACME".into(),
            user: chat(user),
            channel: Some("C1".into()),
            response_url: Some("https://hooks.example/1".into()),
        },
        at: NOON,
        until: at(600),
        browser: None,
        account: None,
        outcome: None,
    }
}

fn onward(cookie: &str, state: &str) -> Onward {
    Onward {
        browser: Digest::of(cookie.as_bytes()),
        state: Digest::of(state.as_bytes()),
        verifier: format!("verifier of {state}"),
    }
}

on_both_databases! {
    async fn a_link_is_found_from_both_sides(db: Database) {
        let store = db.store().await;
        let mine = link("U1", u64::MAX);
        assert!(write_with!(store, [mine] |tx| tx.insert_link(&mine).await).unwrap());
        assert_eq!(store.link_of_chat(HOST, &chat("U1")).await.unwrap(), Some(mine.clone()));
        assert_eq!(store.link_of_account(HOST, "T0ACME", mine.account).await.unwrap(), Some(mine.clone()));
        assert_eq!(store.link_of_account(HOST, "T0OTHER", mine.account).await.unwrap(), None);
        assert_eq!(store.link_of_chat("ghe.acme.example", &chat("U1")).await.unwrap(), None, "H52");
        let inside = write_with!(store, [mine] |tx| {
            Ok((tx.link_of_chat(HOST, &mine.chat).await?, tx.link_of_account(HOST, "T0ACME", mine.account).await?))
        }).unwrap();
        assert_eq!(inside, (Some(mine.clone()), Some(mine)));
    }

    /// H23, whatever the callers check.
    async fn neither_account_is_linked_twice(db: Database) {
        let store = db.store().await;
        for (user, account, added) in [("U1", 1, true), ("U1", 2, false), ("U2", 1, false), ("U2", 2, true)] {
            let one = link(user, account);
            assert_eq!(write_with!(store, [one] |tx| tx.insert_link(&one).await).unwrap(), added, "{user} {account}");
        }
        let elsewhere = AccountLink { host: "ghe.acme.example".into(), id: "x".into(), ..link("U1", 1) };
        assert!(write_with!(store, [elsewhere] |tx| tx.insert_link(&elsewhere).await).unwrap());
        let workspace = AccountLink { chat: ChatUser { workspace: "T0OTHER".into(), user: "U1".into() }, id: "y".into(), ..link("U1", 1) };
        assert!(write_with!(store, [workspace] |tx| tx.insert_link(&workspace).await).unwrap());
    }

    async fn many_at_once_tie_one_account_once(db: Database) {
        let store = db.store().await;
        let tries = (0..20).map(|n| { let store = store.clone(); async move {
            let one = link(&format!("U{n}"), 7);
            write_with!(store, [one] |tx| tx.insert_link(&one).await).unwrap()
        }});
        let added = futures::future::join_all(tries).await;
        assert_eq!(added.iter().filter(|added| **added).count(), 1);
    }

    async fn an_ended_link_is_history_and_frees_both_accounts(db: Database) {
        let store = db.store().await;
        let mine = link("U1", 1);
        let ended = end();
        write_with!(store, [mine] |tx| tx.insert_link(&mine).await).unwrap();
        assert!(!store.was_linked(HOST, &chat("U2")).await.unwrap());
        assert!(write_with!(store, [mine, ended] |tx| tx.end_link(&mine.id, &ended).await).unwrap());
        assert!(!write_with!(store, [mine, ended] |tx| tx.end_link(&mine.id, &ended).await).unwrap(), "once");
        assert_eq!(store.link_of_chat(HOST, &chat("U1")).await.unwrap(), None);
        let again = AccountLink { id: "again".into(), at: at(10), origin: LinkOrigin::File, ..link("U1", 2) };
        assert!(write_with!(store, [again] |tx| tx.insert_link(&again).await).unwrap());
        assert_eq!(store.links(HOST, false).await.unwrap(), std::slice::from_ref(&again));
        let before = AccountLink { ended: Some(ended), ..mine };
        assert_eq!(store.links(HOST, true).await.unwrap(), [before, again]);
        assert!(store.was_linked(HOST, &chat("U1")).await.unwrap());
    }

    async fn pinned_logins_are_found_by_their_account(db: Database) {
        let store = db.store().await;
        write_with!(store, [] |tx| {
            for (login, id) in [("Mona", 7), ("mona-old", 7), ("li", 8)] {
                tx.pin_login(login, ForgeUserId::new(id)).await?;
            }
            Ok(())
        }).unwrap();
        assert_eq!(store.logins_of(ForgeUserId::new(7)).await.unwrap(), ["mona", "mona-old"]);
        assert_eq!(store.pinned_logins().await.unwrap().len(), 3);
    }

    async fn an_attempt_goes_its_way_once(db: Database) {
        let store = db.store().await;
        let mine = attempt("address", "U1");
        write_with!(store, [mine] |tx| tx.insert_link_attempt(&mine).await).unwrap();
        assert_eq!(store.link_attempt(&mine.id).await.unwrap(), Some(mine.clone()));
        let on = onward("cookie", "state");
        assert!(write_with!(store, [mine, on] |tx| tx.send_link_attempt(&mine.id, &on, at(1)).await).unwrap());
        let by_state = store.link_attempt_of_state(&on.state).await.unwrap().unwrap();
        assert_eq!((by_state.id, by_state.browser), (mine.id, Some(on.browser)));
        let taken = write_with!(store, [on] |tx| tx.take_link_verifier(&on.state).await).unwrap();
        assert_eq!(taken.as_deref(), Some("verifier of state"));
        let taken = write_with!(store, [on] |tx| tx.take_link_verifier(&on.state).await).unwrap();
        assert_eq!(taken, None, "a state works once");
        assert!(write_with!(store, [mine] |tx| tx.prove_link_attempt(&mine.id, &mona(), at(2)).await).unwrap());
        assert!(!write_with!(store, [mine] |tx| tx.prove_link_attempt(&mine.id, &mona(), at(2)).await).unwrap());
        let locked = write_with!(store, [on] |tx| tx.lock_link_attempt(&on.browser).await).unwrap().unwrap();
        assert_eq!((locked.account, locked.outcome), (Some(mona()), None));
        assert!(write_with!(store, [mine] |tx| tx.end_link_attempt(&mine.id, "linked", at(3)).await).unwrap());
        assert!(!write_with!(store, [mine] |tx| tx.end_link_attempt(&mine.id, "declined", at(3)).await).unwrap());
        let over = store.link_attempt_of_browser(&on.browser).await.unwrap().unwrap();
        assert_eq!(over.outcome.as_deref(), Some("linked"));
    }

    async fn one_browser_goes_on_and_no_other(db: Database) {
        let store = db.store().await;
        let mine = attempt("address", "U1");
        write_with!(store, [mine] |tx| tx.insert_link_attempt(&mine).await).unwrap();
        for (cookie, state, sent) in [("first", "a", true), ("second", "b", false), ("first", "c", true)] {
            let on = onward(cookie, state);
            assert_eq!(write_with!(store, [mine, on] |tx| tx.send_link_attempt(&mine.id, &on, at(1)).await).unwrap(), sent, "{cookie}");
        }
        let older = onward("first", "a");
        assert_eq!(store.link_attempt_of_state(&older.state).await.unwrap(), None, "the newer state replaced it");
        let late = onward("first", "d");
        assert!(!write_with!(store, [mine, late] |tx| tx.send_link_attempt(&mine.id, &late, at(600)).await).unwrap());
    }

    async fn a_newer_attempt_replaces_the_older_and_old_ones_are_forgotten(db: Database) {
        let store = db.store().await;
        for (secret, user) in [("one", "U1"), ("other", "U2"), ("two", "U1")] {
            let one = attempt(secret, user);
            write_with!(store, [one] |tx| tx.insert_link_attempt(&one).await).unwrap();
        }
        let outcome = |secret: &'static str| { let store = store.clone(); async move {
            store.link_attempt(&Digest::of(secret.as_bytes())).await.unwrap().map(|attempt| attempt.outcome)
        }};
        assert_eq!(outcome("one").await, Some(Some("replaced".into())));
        assert_eq!((outcome("two").await, outcome("other").await), (Some(None), Some(None)));
        let later = LinkAttempt { at: at(600 + 86_401), until: at(600 + 90_000), ..attempt("later", "U3") };
        write_with!(store, [later] |tx| tx.insert_link_attempt(&later).await).unwrap();
        assert_eq!((outcome("one").await, outcome("two").await), (None, None));
    }

    /// A process beside the server writes, and the server sees it.
    async fn a_command_beside_the_server_writes_links(db: Database) {
        let store = db.store().await;
        let beside = countersign::store::Store::open_beside(&db.url).await.unwrap();
        let mine = link("U1", 1);
        assert!(write_with!(beside, [mine] |tx| {
            tx.append_entry("identity.linked", None, NOON, serde_json::json!({}))?;
            tx.insert_link(&mine).await
        }).unwrap());
        assert!(store.link_of_chat(HOST, &chat("U1")).await.unwrap().is_some());
        let other = link("U2", 2);
        write_with!(store, [other] |tx| {
            tx.append_entry("identity.linked", None, NOON, serde_json::json!({}))?;
            tx.insert_link(&other).await
        }).unwrap();
        beside.close().await;
        assert!(matches!(write_with!(beside, [mine] |tx| tx.insert_link(&mine).await), Err(StoreError::Closed)));
        assert!(store.verify_audit(&[]).await.unwrap().is_ok(), "one chain, two writers");
    }
}
