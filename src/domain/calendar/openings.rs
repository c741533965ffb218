//! Several windows with their holidays: open when any of them is.

use serde::{Deserialize, Serialize};

use super::window::Face;
use super::{Busy, CalendarError, HORIZON_DAYS, Window, words};
use crate::domain::Timestamp;
use crate::domain::time::DAY_MS;

/// When something may happen. Never without a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Openings {
    windows: Vec<Window>,
    #[serde(default, skip_serializing_if = "Busy::is_empty")]
    busy: Busy,
}

impl Openings {
    /// Most windows that are taken.
    pub const MAX_WINDOWS: usize = 32;

    pub fn new(windows: Vec<Window>, busy: Busy) -> Result<Self, CalendarError> {
        match windows.len() {
            0 => Err(CalendarError::NoWindow),
            1..=Self::MAX_WINDOWS => Ok(Self { windows, busy }),
            count => Err(CalendarError::ManyWindows { count }),
        }
    }

    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    pub fn busy(&self) -> &Busy {
        &self.busy
    }

    pub fn open_at(&self, at: Timestamp) -> bool {
        self.busy.ends(at).is_none() && self.faces().any(|face| face.is_open(at))
    }

    /// The first time from `at` on at which it is open, `at` itself if it is; `None`: not within [`HORIZON_DAYS`].
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        self.opening(at).map(|(opens, _)| opens)
    }

    /// When it will have closed, if it is open at `at`; `at` itself if it is closed; `None`: not within [`HORIZON_DAYS`].
    pub fn closes_at(&self, at: Timestamp) -> Option<Timestamp> {
        let last = horizon(at);
        let mut now = at;
        while now <= last && self.open_at(now) {
            let open = self.faces().filter(|face| face.is_open(now));
            let ends = open.map(|face| face.closes(now)).collect::<Option<Vec<_>>>()?.into_iter().max();
            now = ends.into_iter().chain(self.busy.begins_after(now)).min()?;
        }
        (now <= last).then_some(now)
    }

    /// For people: `opens Mon 30 Nov, 09:00 (Europe/Berlin)`, `open until Mon 30 Nov, 17:00 (Europe/Berlin)`.
    pub fn words(&self, now: Timestamp) -> String {
        match self.opening(now) {
            None => format!("does not open within {HORIZON_DAYS} days"),
            Some((opens, window)) if opens > now => words::opens(opens, &window.zone, now),
            Some((_, window)) => match self.closes_at(now) {
                Some(closes) => format!("open until {}", words::moment(closes, &window.zone, now)),
                None => "open".to_owned(),
            },
        }
    }

    /// The next opening, and the window that opens first.
    fn opening(&self, at: Timestamp) -> Option<(Timestamp, &Window)> {
        let last = horizon(at);
        let openings = self.faces().filter_map(|face| {
            let mut opens = face.opens(at)?;
            while let Some(free) = self.busy.ends(opens) {
                opens = face.opens(free).filter(|opens| *opens <= last)?;
            }
            Some((opens, face.window))
        });
        openings.filter(|(opens, _)| *opens <= last).min_by_key(|(opens, _)| *opens)
    }

    fn faces(&self) -> impl Iterator<Item = Face<'_>> {
        self.windows.iter().map(|window| Face { window, busy: &self.busy })
    }
}

fn horizon(at: Timestamp) -> Timestamp {
    at.plus_millis(i64::from(HORIZON_DAYS) * DAY_MS)
}

#[cfg(test)]
mod tests;
