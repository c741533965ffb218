//! An event, and what it keeps closed. RFC 5545, 3.6.1.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

use super::super::problem::Fault;
use super::super::text::quoted;
use super::Between;
use super::line::Line;
use super::rule::{Patience, Rule};
use super::value::{Length, Moment};
use crate::domain::Timestamp;
use crate::domain::calendar::{Busy, Zone};
use crate::domain::time::DAY_MS;

/// Longest event, in days.
const MAX_DAYS: i64 = 366;
/// Days that all rules of a calendar may look at, and most dates that its events may leave out.
const PATIENCE: u32 = 2_000_000;
const MAX_LEFT_OUT: usize = 20_000;

/// What has been found closed.
pub(super) struct Closed {
    between: Between,
    days: Vec<(Date, Date)>,
    spans: Vec<(Timestamp, Timestamp)>,
    patience: Patience,
    left_out: usize,
}

impl Closed {
    pub(super) fn new(between: Between) -> Self {
        Self { between, days: Vec::new(), spans: Vec::new(), patience: Patience(PATIENCE), left_out: MAX_LEFT_OUT }
    }

    pub(super) fn into_busy(self) -> Busy {
        Busy::new(self.days, self.spans)
    }
}

impl Between {
    /// Whether something from `first` to `last`, on whatever wall, could matter.
    fn matter(self, first: Date, last: Date) -> bool {
        let near = |day: Date, days: i64| day.saturating_add(days.days());
        first <= near(self.last, 2) && last >= near(self.first, -2)
    }
}

/// The lines of an event that say when it is. They are understood when it ends: a cancelled one need not be.
#[derive(Default)]
pub(super) struct Event {
    begins_on_line: usize,
    start: Option<Line>,
    end: Option<Line>,
    length: Option<Line>,
    rule: Option<Line>,
    status: Option<Line>,
    summary: Option<Line>,
    left_out: Vec<Line>,
    /// The first line of a kind that is not understood.
    strange: Option<Line>,
}

impl Event {
    pub(super) fn new(begins_on_line: usize) -> Self {
        Self { begins_on_line, ..Self::default() }
    }

    pub(super) fn take(&mut self, line: Line) -> Result<(), Fault> {
        let place = match line.name.as_str() {
            "DTSTART" => &mut self.start,
            "DTEND" => &mut self.end,
            "DURATION" => &mut self.length,
            "RRULE" => &mut self.rule,
            "STATUS" => &mut self.status,
            "SUMMARY" => &mut self.summary,
            "EXDATE" => {
                self.left_out.push(line);
                return Ok(());
            }
            "RDATE" | "EXRULE" | "RECURRENCE-ID" => {
                self.strange.get_or_insert(line);
                return Ok(());
            }
            // What it is about, and who comes.
            _ => return Ok(()),
        };
        match place {
            Some(first) => {
                Err(line.fault(format!("`{}` stands twice in an event, first on line {}", line.name, first.number)))
            }
            None => {
                *place = Some(line);
                Ok(())
            }
        }
    }

    /// Adds what the event keeps closed.
    pub(super) fn close(self, closed: &mut Closed) -> Result<(), Fault> {
        let named = self.summary.as_ref().map(|line| format!(" (`{}`)", quoted(&line.text()))).unwrap_or_default();
        let outcome = self.add_to(closed);
        outcome.map_err(|fault| Fault::new(format!("{}{named}", fault.reason), fault.line))
    }

    fn add_to(&self, closed: &mut Closed) -> Result<(), Fault> {
        if self.status.as_ref().is_some_and(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED")) {
            return Ok(());
        }
        if let Some(strange) = &self.strange {
            return Err(strange.fault(format!("`{}` is not understood", strange.name)));
        }
        let no_start = || Fault::new("an event without `DTSTART`", self.begins_on_line);
        let line = self.start.as_ref().ok_or_else(no_start)?;
        let start = Moment::read(line)?;
        let left_out = LeftOut::read(&self.left_out, &start, closed)?;
        let days = match &self.rule {
            Some(rule) => Rule::read(rule)?.days(&start, closed.between.last, &mut closed.patience)?,
            None => vec![start.date()],
        };
        match &start {
            Moment::Day(first) => self.add_days(*first, &days, &left_out, closed, line),
            Moment::Time(wall, zone) => self.add_times((*wall, zone), &days, &left_out, closed, line),
        }
    }

    fn add_days(
        &self,
        first: Date,
        days: &[Date],
        left_out: &LeftOut,
        closed: &mut Closed,
        line: &Line,
    ) -> Result<(), Fault> {
        let (more, between) = (self.more_days(first, line)?, closed.between);
        let happen = days.iter().filter(|day| !left_out.days.contains(*day));
        let whole = happen.map(|first| (*first, first.saturating_add(more.days())));
        closed.days.extend(whole.filter(|(first, last)| between.matter(*first, *last)));
        Ok(())
    }

    fn add_times(
        &self,
        (wall, zone): (DateTime, &Zone),
        days: &[Date],
        left_out: &LeftOut,
        closed: &mut Closed,
        line: &Line,
    ) -> Result<(), Fault> {
        let length = self.length_from(zone.meant_by(wall), line)?;
        let between = closed.between;
        let ends_on = |day: Date| day.saturating_add(length.whole_days().days());
        for day in days.iter().filter(|day| between.matter(**day, ends_on(**day))) {
            let begins = zone.meant_by(day.to_datetime(wall.time()));
            let span = begins.and_then(|begins| Some((begins, length.after(begins, zone)?)));
            let (begins, ends) = span.ok_or_else(|| line.fault("a time beyond the calendar"))?;
            if !left_out.times.contains(&begins) {
                closed.spans.push((begins, ends));
            }
        }
        Ok(())
    }

    /// Days after the first one of an event of whole days. Its end is the day after the last; some programs write the last.
    fn more_days(&self, first: Date, line: &Line) -> Result<i64, Fault> {
        let days = match (&self.end, &self.length) {
            (None, None) => 1,
            (Some(line), None) => match Moment::read(line)? {
                Moment::Day(end) => (end - first).get_days().into(),
                Moment::Time(..) => return Err(line.fault("an event begins with a day and ends with a time")),
            },
            (None, Some(line)) => match Length::read(line)? {
                Length { days, ms: 0 } => days,
                Length { .. } => return Err(line.fault("an event of whole days lasts for a part of one")),
            },
            (Some(_), Some(line)) => return Err(line.fault("an event has both `DTEND` and `DURATION`")),
        };
        match days {
            0..=MAX_DAYS => Ok((days - 1).max(0)),
            _ => Err(line.fault(unreasonable(days))),
        }
    }

    fn length_from(&self, begins: Option<Timestamp>, line: &Line) -> Result<Length, Fault> {
        let beyond = || line.fault("a time beyond the calendar");
        let length = match (&self.end, &self.length) {
            (None, None) => return Err(line.fault("an event without an end: how long it closes cannot be told")),
            (Some(line), None) => match Moment::read(line)? {
                Moment::Time(wall, zone) => {
                    let ends = zone.meant_by(wall).ok_or_else(beyond)?;
                    Length::until(begins.ok_or_else(beyond)?, ends)
                }
                Moment::Day(_) => return Err(line.fault("an event begins with a time and ends with a day")),
            },
            (None, Some(line)) => Length::read(line)?,
            (Some(_), Some(line)) => return Err(line.fault("an event has both `DTEND` and `DURATION`")),
        };
        let days = length.whole_days();
        if (0..=MAX_DAYS).contains(&days) { Ok(length) } else { Err(line.fault(unreasonable(days))) }
    }
}

fn unreasonable(days: i64) -> String {
    if days < 0 {
        "an event ends before it begins".to_owned()
    } else {
        format!("an event of {days} days, more than {MAX_DAYS}")
    }
}

impl Length {
    fn whole_days(self) -> i64 {
        self.days.saturating_add(self.ms.div_euclid(DAY_MS))
    }

    fn after(self, begins: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let begins = match self.days {
            0 => begins,
            days => zone.meant_by(zone.wall(begins)?.checked_add(days.days()).ok()?)?,
        };
        Some(begins.plus_millis(self.ms))
    }
}

/// Occurrences that do not happen.
#[derive(Default)]
struct LeftOut {
    days: BTreeSet<Date>,
    times: BTreeSet<Timestamp>,
}

impl LeftOut {
    fn read(lines: &[Line], start: &Moment, closed: &mut Closed) -> Result<Self, Fault> {
        let mut left_out = Self::default();
        for line in lines {
            for value in line.value.split(',') {
                closed.left_out =
                    closed.left_out.checked_sub(1).ok_or_else(|| line.fault("too many dates are left out"))?;
                match (Moment::read_one(line, value)?, start) {
                    (Moment::Day(day), Moment::Day(_)) => drop(left_out.days.insert(day)),
                    (Moment::Time(wall, zone), Moment::Time(..)) => left_out.times.extend(zone.meant_by(wall)),
                    _ => return Err(line.fault("days are left out of times, or times of days")),
                }
            }
        }
        Ok(left_out)
    }
}
