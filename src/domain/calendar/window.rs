//! A window: the same hours on some days of the week, by the clock on one zone's wall.

use std::collections::BTreeSet;
use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::{Busy, HORIZON_DAYS, TimeOfDay, Weekdays, Zone};
use crate::domain::Timestamp;

/// Hours on days of the week. An end that is not after the begin is on the next day; equal ones are a whole day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// On which it opens: hours over midnight belong to the day on which they began.
    pub days: Weekdays,
    pub from: TimeOfDay,
    /// Not part of it any more.
    pub to: TimeOfDay,
    pub zone: Zone,
    /// Days on which it does not open, and during which it is not open.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub except: BTreeSet<Date>,
}

/// A window without the holidays.
#[derive(Clone, Copy)]
pub(super) struct Face<'a> {
    pub(super) window: &'a Window,
    pub(super) busy: &'a Busy,
}

impl Window {
    /// Whether its hours end on the next day.
    pub fn is_over_midnight(&self) -> bool {
        self.to <= self.from
    }
}

impl Face<'_> {
    /// Whether the wall shows an hour of the window. Spans of holidays are not looked at.
    pub(super) fn is_open(self, at: Timestamp) -> bool {
        self.window.zone.wall(at).is_some_and(|wall| self.shows(wall))
    }

    fn shows(self, wall: DateTime) -> bool {
        let Window { from, to, .. } = *self.window;
        let (today, now) = (wall.date(), TimeOfDay::shown(wall));
        if self.is_off(today) {
            return false;
        }
        if !self.window.is_over_midnight() {
            return from <= now && now < to && self.opens_on(today);
        }
        let since_yesterday = now < to && today.yesterday().is_ok_and(|yesterday| self.opens_on(yesterday));
        since_yesterday || (from <= now && self.opens_on(today))
    }

    fn opens_on(self, day: Date) -> bool {
        self.window.days.contains(day.weekday()) && !self.is_off(day)
    }

    fn is_off(self, day: Date) -> bool {
        self.window.except.contains(&day) || self.busy.has_day(day)
    }

    /// The first time from `at` on at which it is open.
    pub(super) fn opens(self, at: Timestamp) -> Option<Timestamp> {
        if self.is_open(at) { Some(at) } else { self.first_turn(at, true) }
    }

    /// The first time after `at` at which it is closed.
    pub(super) fn closes(self, at: Timestamp) -> Option<Timestamp> {
        self.first_turn(at, false)
    }

    /// The first time after `at` at which it has become open, or closed. What a leap of the clock made of one day may lie
    /// after the first turn of the next, so that one is looked at as well.
    fn first_turn(self, at: Timestamp, open: bool) -> Option<Timestamp> {
        let today = self.window.zone.wall(at)?.date();
        let turn = |day: Option<Date>| {
            let day = day.filter(|day| self.opens_on(*day))?;
            self.turns(day).filter(|turn| *turn > at && self.is_open(*turn) == open).min()
        };
        for days in -1..=i64::from(HORIZON_DAYS) {
            let day = today.checked_add(days.days()).ok();
            if let Some(found) = turn(day) {
                let next = turn(day.and_then(|day| day.tomorrow().ok()));
                return Some(next.map_or(found, |next| next.min(found)));
            }
        }
        None
    }

    /// When it may open or close that opens on `day`: as its hours begin and end, as the calendar's day ends, and where the
    /// clock leaps then.
    fn turns(self, day: Date) -> impl Iterator<Item = Timestamp> {
        let Window { from, to, .. } = *self.window;
        let last = if self.window.is_over_midnight() { day.tomorrow().ok() } else { Some(day) };
        let walls = [from.on(day), last.and_then(|last| to.on(last)), TimeOfDay::END_OF_DAY.on(day)];
        walls.into_iter().flatten().flat_map(move |wall| self.window.zone.turns(wall)).flatten()
    }
}

/// As a policy writes it.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-{} {}", self.days, self.from, self.to, self.zone)
    }
}
