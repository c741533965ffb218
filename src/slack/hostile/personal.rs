//! The same for what one person sees: their home, direct messages, private answers, and the digest of a day.

use proptest::prelude::*;
use serde_json::Value;

use super::{assert_safe, controls, hostile_evidence, hostile_request, is_ours, stranger};
use crate::domain::*;
use crate::ports::chat::{
    Answer, ChatCommand, Confirm, Day, Deed, Entry, FreezeShown, Home, HomeContent, HomePlace, Note, Pending, Stake,
};
use crate::slack::sample::{self, OPENED, board};
use crate::slack::{answer, day, home, personal};

/// Slack's limits on one message, and what it parses in its `text`.
fn assert_safe_message(message: &Value) {
    sample::note(message);
    let text = message["text"].as_str().unwrap();
    assert!((1..=4_000).contains(&text.chars().count()), "{}", text.chars().count());
    assert!(controls(text).into_iter().all(is_ours), "{text}");
    let blocks = message["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50, "{}", blocks.len());
    let typed: Vec<_> = blocks.iter().map(|block| serde_json::from_value(block.clone()).unwrap()).collect();
    let characters = crate::slack::blocks::characters(&typed);
    assert!(characters <= 10_500, "{characters}: {text:.200}");
    let mut ids: Vec<&str> = blocks.iter().filter_map(|block| block["block_id"].as_str()).collect();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all, "block ids are unique");
    blocks.iter().for_each(assert_safe);
}

fn freeze(words: &str) -> FreezeShown {
    let freeze = Freeze {
        id: words.into(),
        workspace: String::new(),
        repository: Some(RepositoryId::new(1)),
        environment: Some(words.into()),
        since: OPENED,
        until: Some(OPENED),
        reason: Words::new(words),
        by: words.into(),
    };
    FreezeShown { freeze, repository: Some(words.into()) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn homes_stay_within_limits(evidence in hostile_evidence(), words in stranger(), waiting in 0_usize..9) {
        let request = hostile_request(&words);
        let stakes = [Stake::Decide, Stake::Unchecked, Stake::Spoken, Stake::Asked, Stake::None];
        let entry = |n: usize| Entry { board: board(&request, &evidence), stake: &stakes[n % 5], link: Some(&words) };
        let freezes = [freeze(&words), freeze(&words)];
        let content = HomeContent {
            place: HomePlace::default(),
            pages: 2,
            repositories: vec![(RepositoryId::new(1), words.clone())],
            waiting: (0..waiting).map(entry).collect(),
            mine: waiting,
            all: waiting,
            asked: (0..5).map(entry).collect(),
            recent: (0..8).map(entry).collect(),
            freezes: &freezes,
            login: Some(&words),
            now: OPENED,
        };
        let view = serde_json::to_value(home::view(&Home::Open(content))).unwrap();
        sample::note(&view);
        prop_assert!(view["blocks"].as_array().unwrap().len() <= 100);
        prop_assert!(view.to_string().len() < 250_000);
        assert_safe(&view);
    }

    #[test]
    fn what_one_person_is_told_stays_within_limits(evidence in hostile_evidence(), words in stranger()) {
        let request = hostile_request(&words);
        let board = board(&request, &evidence);
        let to = sample::chat_user("U0ANA");
        for (stake, matter) in [
            (Stake::Decide, Matter::Asked { again: true }),
            (Stake::Spoken, Matter::Truth),
            (Stake::Asked, Matter::Outcome),
        ] {
            let note = Note { to: &to, matter, stake: &stake, link: Some(&words) };
            let drawn: Value = serde_json::from_str(&personal::direct(&board, &note).body).unwrap();
            assert_safe_message(&drawn);
            assert_safe_message(&personal::news(&board, &note));
        }
        assert_safe_message(&personal::mention(&board, &[to, sample::chat_user("U0BO")], false));
        let entry = Entry { board, stake: &Stake::Decide, link: Some(&words) };
        let (freeze, typed) = (freeze(&words), Words::new(&words));
        let confirm = |what| Confirm { draft: "a-draft", what, words: Some(&typed), is_older: true };
        let unknown = ChatCommand::Unknown { typed: typed.clone(), meant: Some("approve") };
        let misused = ChatCommand::Misused { command: "freeze", why: words.clone() };
        for answer in [
            Answer::Request(entry),
            Answer::Confirm(entry, confirm(Deed::Vote(Choice::Approve))),
            Answer::Confirm(entry, confirm(Deed::Act(crate::ports::chat::Act::BreakGlass))),
            Answer::Pending(&Pending { entries: vec![entry; 8], more: 3 }),
            Answer::NoRequest { typed: &words, several: 2 },
            Answer::Frozen(&freeze),
            Answer::Freezes { standing: &[freeze.clone(), freeze.clone()], now: OPENED },
            Answer::NoFreeze { typed: &words },
            Answer::NoRepository { typed: &words },
            Answer::Misused(&unknown),
            Answer::Misused(&misused),
            Answer::Misused(&ChatCommand::Help),
            Answer::StillThere { link: Some(&words) },
        ] {
            assert_safe_message(&answer::draw(&answer, true));
        }
        let digest = Day { date: "2026-11-28", waiting: vec![entry; 12], ended: vec![entry; 12], more: 40 };
        assert_safe_message(&serde_json::from_str(&day::draw(&digest).body).unwrap());
    }
}
