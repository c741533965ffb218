//! Which pages are open, and when each is worth another look.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::time::{MINUTE_MS, SECOND_MS};
use crate::domain::{ChatUser, Digest, Timestamp};
use crate::ports::chat::HomePlace;
use crate::ports::{Class, PortError};

/// How long a page counts as open.
const OPEN_MS: i64 = 30 * MINUTE_MS;
/// Pages kept up to date at the same time; whoever opens one more takes the place of the one opened longest ago.
const MAX_OPEN: usize = 100;
/// Pause between two looks at whether anything happened.
const LOOK_MS: i64 = 5 * SECOND_MS;
/// Least time between two versions of one page.
const GAP_MS: i64 = 10 * SECOND_MS;
/// The same after something that the reader did.
const OWN_GAP_MS: i64 = SECOND_MS;
/// Pause after a page could not be shown.
const TROUBLE_MS: i64 = 30 * SECOND_MS;
/// Pages shown again in one look.
const MAX_AT_ONCE: usize = 10;

/// The pages that are open.
#[derive(Debug, Default)]
pub struct Homes(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    open: BTreeMap<ChatUser, Page>,
    /// When to look next.
    look: Option<Timestamp>,
}

#[derive(Debug, Clone)]
struct Page {
    place: HomePlace,
    opened: Timestamp,
    /// Names the version that is on the screen.
    hash: Option<String>,
    digest: Option<Digest>,
    /// The record's end when that was drawn.
    seen: u64,
    /// Not shown again before.
    free: Timestamp,
}

impl Homes {
    pub(super) fn opened(&self, user: &ChatUser, place: HomePlace, hash: Option<String>, now: Timestamp) {
        let mut held = self.held();
        let page = Page { place, opened: now, hash, digest: None, seen: 0, free: now };
        held.open.insert(user.clone(), page);
        held.open.retain(|_, page| now.millis_since(page.opened) < OPEN_MS);
        while held.open.len() > MAX_OPEN {
            let oldest = held.open.iter().min_by_key(|(_, page)| page.opened).map(|(user, _)| user.clone());
            oldest.map(|user| held.open.remove(&user));
        }
        held.look = held.look.or(Some(now.plus_millis(LOOK_MS)));
    }

    /// Where somebody is, which version they see, and how it looked.
    pub(super) fn of(&self, user: &ChatUser) -> Option<(HomePlace, Option<String>, Option<Digest>)> {
        self.held().open.get(user).map(|page| (page.place, page.hash.clone(), page.digest))
    }

    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.held().look.is_some_and(|look| look <= now)
    }

    /// When pages are looked at next; `None` while none is open.
    pub(in crate::engine) fn next_due(&self) -> Option<Timestamp> {
        self.held().look
    }

    /// People whose page was drawn before the record's end, and may be shown again now; sets the next look.
    pub(super) fn outdated(&self, seen: u64, now: Timestamp) -> Vec<ChatUser> {
        let mut held = self.held();
        held.open.retain(|_, page| now.millis_since(page.opened) < OPEN_MS);
        held.look = (!held.open.is_empty()).then(|| now.plus_millis(LOOK_MS));
        let is_old = |page: &Page| page.seen < seen && page.free <= now;
        held.open.iter().filter(|(_, page)| is_old(page)).map(|(user, _)| user.clone()).take(MAX_AT_ONCE).collect()
    }

    pub(super) fn look_again_at(&self, at: Timestamp) {
        let mut held = self.held();
        held.look = held.look.map(|look| look.min(at));
    }

    pub(super) fn touched(&self, user: &ChatUser, now: Timestamp) {
        let mut held = self.held();
        let Some(page) = held.open.get_mut(user) else { return };
        page.free = page.free.min(now.plus_millis(OWN_GAP_MS));
        held.look = held.look.map(|look| look.min(now.plus_millis(OWN_GAP_MS)));
    }

    pub(super) fn shown(&self, user: &ChatUser, (hash, digest, seen): (Option<String>, Digest, u64), now: Timestamp) {
        if let Some(page) = self.held().open.get_mut(user) {
            page.hash = hash;
            page.digest = Some(digest);
            page.seen = seen;
            page.free = now.plus_millis(GAP_MS);
        }
    }

    pub(super) fn is_current(&self, user: &ChatUser, seen: u64, now: Timestamp) {
        if let Some(page) = self.held().open.get_mut(user) {
            page.seen = seen;
            page.free = now.plus_millis(GAP_MS);
        }
    }

    pub(super) fn closed(&self, user: &ChatUser) {
        self.held().open.remove(user);
    }

    /// What may pass is tried again; else nothing is shown until they open it again.
    pub(super) fn failed(&self, user: &ChatUser, error: &PortError, now: Timestamp) {
        let pause_ms = match error.class {
            Class::Retry { after_ms } => after_ms.unwrap_or_default().max(TROUBLE_MS),
            Class::Unknown => TROUBLE_MS,
            Class::Permanent | Class::Gone => return self.closed(user),
        };
        if let Some(page) = self.held().open.get_mut(user) {
            page.free = now.plus_millis(pause_ms);
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_767_268_800);

    fn person(n: usize) -> ChatUser {
        ChatUser { workspace: "T0ACME".into(), user: format!("U{n:04}") }
    }

    fn digest() -> Digest {
        Digest::of(b"a page")
    }

    #[test]
    fn a_page_is_shown_again_when_something_happened_and_not_too_often() {
        let homes = Homes::default();
        assert_eq!(homes.next_due(), None, "nothing to look at");
        homes.opened(&person(1), HomePlace::default(), None, NOON);
        homes.shown(&person(1), (Some("1.a".into()), digest(), 7), NOON);
        let later = NOON.plus_millis(GAP_MS);
        assert!(homes.outdated(7, later).is_empty(), "nothing happened");
        assert!(homes.outdated(8, NOON.plus_millis(GAP_MS - 1)).is_empty(), "too soon");
        assert_eq!(homes.outdated(8, later), [person(1)]);
        homes.touched(&person(1), NOON);
        assert_eq!(homes.outdated(8, NOON.plus_millis(OWN_GAP_MS)), [person(1)], "they did something themselves");
    }

    #[test]
    fn a_page_nobody_opened_for_long_is_left_alone() {
        let homes = Homes::default();
        homes.opened(&person(1), HomePlace::default(), None, NOON);
        assert_eq!(homes.outdated(1, NOON.plus_millis(OPEN_MS - 1)), [person(1)]);
        assert!(homes.outdated(1, NOON.plus_millis(OPEN_MS)).is_empty());
        assert_eq!(homes.next_due(), None);
    }

    #[test]
    fn the_page_opened_longest_ago_makes_room() {
        let homes = Homes::default();
        for n in 0..=MAX_OPEN {
            homes.opened(&person(n), HomePlace::default(), None, NOON.plus_millis(i64::try_from(n).unwrap()));
        }
        assert_eq!(homes.of(&person(0)), None);
        assert!(homes.of(&person(1)).is_some() && homes.of(&person(MAX_OPEN)).is_some());
    }

    #[test]
    fn what_cannot_be_shown_waits_or_is_let_go() {
        let homes = Homes::default();
        homes.opened(&person(1), HomePlace::default(), None, NOON);
        homes.failed(&person(1), &PortError::retry("show", "down"), NOON);
        assert!(homes.outdated(1, NOON.plus_millis(TROUBLE_MS - 1)).is_empty());
        assert_eq!(homes.outdated(1, NOON.plus_millis(TROUBLE_MS)), [person(1)]);
        homes.failed(&person(1), &PortError::permanent("show", "no such user"), NOON);
        assert_eq!(homes.of(&person(1)), None);
    }
}
