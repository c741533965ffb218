//! Facts about looks, and properties over whatever order events come in.

use proptest::prelude::*;

use super::*;
use crate::domain::InstallationId;

const GIVE_UP_MS: i64 = 900_000;

fn key() -> PreviewKey {
    PreviewKey { host: "forge.example".into(), repository: RepositoryId::new(5), number: 7 }
}

fn repository() -> Repository {
    let (id, installation) = (RepositoryId::new(5), InstallationId::new(3));
    Repository { id, owner: "acme".into(), name: "sentiment".into(), installation }
}

fn sha(n: u8) -> CommitSha {
    CommitSha::parse(&format!("{n:02x}").repeat(20)).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn told(head: u8, is_open: bool) -> PreviewEvent {
    PreviewEvent::Told { repository: repository(), head: sha(head), is_open }
}

fn pressed(against: Option<Against>) -> PreviewEvent {
    PreviewEvent::Pressed { repository: repository(), head: sha(1), against }
}

fn shown(asked: u64, head: u8) -> PreviewEvent {
    let seen = Seen::Shown { head: sha(head), sheet: 90, comment: Comment::None };
    PreviewEvent::Looked { asked, seen }
}

fn after(events: &[(i64, PreviewEvent)]) -> Option<Preview> {
    events.iter().fold(None, |preview, (seconds, event)| take(&key(), preview, event, at(*seconds)))
}

#[test]
fn marks_read_back_and_nothing_else_does() {
    assert_eq!(PreviewKey::number_in(&key().mark()), Some(7));
    for other in ["", "countersign/pull/", "countersign/pull/0", "countersign/pull/07", "countersign/pull/7 ", "pull/7"]
    {
        assert_eq!(PreviewKey::number_in(other), None, "{other}");
    }
}

#[test]
fn an_opened_pull_request_is_looked_at_and_then_left_alone() {
    let opened = after(&[(1, told(1, true))]).unwrap();
    assert_eq!((opened.due, opened.since), (Some(at(1)), at(1)));
    let looked = after(&[(1, told(1, true)), (2, PreviewEvent::Begun { head: sha(1) }), (3, shown(1, 1))]).unwrap();
    assert_eq!((looked.due, looked.is_asked()), (None, false));
    assert_eq!(looked.sheet, Some(Sheet { commit: sha(1), id: Some(90), is_finished: true }));
}

#[test]
fn what_was_asked_during_a_look_is_answered_by_the_next_one() {
    let preview = after(&[(1, told(1, true)), (2, told(2, true)), (3, told(3, true)), (4, shown(1, 1))]).unwrap();
    assert_eq!((preview.due, preview.answered, preview.asked), (Some(at(4)), 1, 3));
    let preview = after(&[(1, told(1, true)), (2, told(2, true)), (3, told(3, true)), (5, shown(3, 3))]).unwrap();
    assert_eq!(preview.due, None);
}

#[test]
fn a_closed_pull_request_ends_unless_somebody_waits_for_its_sheet() {
    assert_eq!(after(&[(1, told(1, false))]), None);
    let idle = after(&[(1, told(1, true)), (2, shown(1, 1)), (3, told(1, false))]).unwrap();
    assert_eq!((idle.due, idle.is_open), (None, false));
    let begun = [(1, told(1, true)), (2, PreviewEvent::Begun { head: sha(1) }), (3, told(1, false))];
    assert_eq!(after(&begun).unwrap().due, Some(at(3)));
    let seen = (4, PreviewEvent::Looked { asked: 2, seen: Seen::Closed });
    let ended = after(&[begun.to_vec(), vec![seen]].concat()).unwrap();
    assert_eq!((ended.due, ended.unfinished()), (None, None));
}

#[test]
fn the_same_commit_keeps_what_it_has_waited_and_a_new_one_starts_again() {
    let failed = PreviewEvent::Failed { asked: 1, why: "HTTP 502".into(), retry: Some(at(30)) };
    let waiting = [(1, told(1, true)), (20, failed)];
    let preview = after(&[waiting.to_vec(), vec![(25, pressed(None))]].concat()).unwrap();
    assert_eq!((preview.since, preview.attempts, preview.due), (at(1), 1, Some(at(25))));
    let moved = after(&[waiting.to_vec(), vec![(25, told(2, true))]].concat()).unwrap();
    assert_eq!((moved.since, moved.attempts), (at(25), 0));
}

#[test]
fn no_retry_lies_past_the_end_of_waiting() {
    let preview = after(&[(0, told(1, true))]).unwrap();
    assert_eq!(preview.retry_at(at(10), 5_000, GIVE_UP_MS), at(15));
    assert_eq!(preview.retry_at(at(899), 600_000, GIVE_UP_MS), at(900));
    assert!(!preview.has_waited(at(899), GIVE_UP_MS) && preview.has_waited(at(900), GIVE_UP_MS));
    assert_eq!(preview.retry_at(at(900), 600_000, GIVE_UP_MS), at(1_500), "then as slowly as anything else");
}

#[test]
fn a_button_changes_what_is_compared_with_until_another_does() {
    let events = [(1, told(1, true)), (2, shown(1, 1)), (3, pressed(Some(Against::Start))), (4, told(2, true))];
    assert_eq!(after(&events).unwrap().against, Against::Start);
    let back = [events.to_vec(), vec![(5, pressed(Some(Against::Live)))]].concat();
    assert_eq!(after(&back).unwrap().against, Against::Live);
}

#[test]
fn a_repeated_look_at_a_commit_keeps_the_id_of_its_sheet() {
    let begun = PreviewEvent::Begun { head: sha(1) };
    let preview = after(&[(1, told(1, true)), (2, shown(1, 1)), (3, pressed(None)), (4, begun)]).unwrap();
    assert_eq!(preview.unfinished(), Some(&Sheet { commit: sha(1), id: Some(90), is_finished: false }));
}

/// What may happen next; the number of the ask that a look began with is the one claimed last.
fn happening() -> impl Strategy<Value = (u8, u8, bool)> {
    (0..7_u8, 1..5_u8, any::<bool>())
}

proptest! {
    /// Whatever happens in whatever order: a look is due exactly while an ask is open, answers never run ahead of asks,
    /// and a last look at what is asked then brings everything to rest.
    #[test]
    fn every_ask_is_answered_and_nothing_else_is_due(happenings in prop::collection::vec(happening(), 0..60)) {
        let (mut preview, mut claimed) = (None::<Preview>, 0);
        for (step, (what, head, flag)) in happenings.into_iter().enumerate() {
            let now = at(i64::try_from(step).unwrap());
            let event = match what {
                0 | 1 => told(head, flag || what == 0),
                2 => pressed(flag.then_some(Against::Start)),
                3 => PreviewEvent::Begun { head: sha(head) },
                4 => shown(claimed, head),
                5 => PreviewEvent::Looked { asked: claimed, seen: if flag { Seen::Closed } else { Seen::Nothing { head: sha(head) } } },
                _ => PreviewEvent::Failed { asked: claimed, why: "HTTP 502".into(), retry: flag.then(|| now.plus_millis(500)) },
            };
            let before = preview.clone();
            preview = take(&key(), preview, &event, now);
            if let Some(preview) = &preview {
                prop_assert_eq!(preview.due.is_some(), preview.is_asked());
                prop_assert!(preview.answered <= preview.asked);
                prop_assert!(before.is_none_or(|before| before.asked <= preview.asked && before.answered <= preview.answered));
                prop_assert!(preview.since <= now);
                if flag {
                    claimed = preview.asked;
                }
            }
        }
        if let Some(preview) = preview {
            let rested = take(&key(), Some(preview.clone()), &shown(preview.asked, 1), at(1_000)).unwrap();
            prop_assert_eq!((rested.due, rested.is_asked(), rested.unfinished()), (None, false, None));
        }
    }
}
