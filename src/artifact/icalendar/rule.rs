//! Yearly repetition. RFC 5545, 3.3.10; other rules are not understood, and say so.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use super::super::problem::Fault;
use super::super::text::quoted;
use super::line::Line;
use super::value::{Moment, date, date_time};
use crate::domain::Timestamp;
use crate::domain::calendar::Zone;

/// `FREQ=YEARLY` with what narrows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// Every so many years.
    every: i16,
    count: Option<u32>,
    until: Option<Until>,
    months: BTreeSet<i8>,
    /// Of the month; negative ones from its end.
    days: BTreeSet<i8>,
    /// The n-th of the month, negative ones from its end; all of them.
    weekdays: Vec<(Option<i8>, Weekday)>,
    line: usize,
}

/// The last time, if it is one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Day(Date),
    Time(Timestamp),
}

/// Days that may still be looked at, in all rules of a calendar together.
pub(super) struct Patience(pub(super) u32);

impl Rule {
    pub(super) fn read(line: &Line) -> Result<Self, Fault> {
        let mut rule = Self {
            every: 1,
            count: None,
            until: None,
            months: BTreeSet::new(),
            days: BTreeSet::new(),
            weekdays: Vec::new(),
            line: line.number,
        };
        let mut seen = BTreeSet::new();
        for part in line.value.trim().split(';') {
            let (name, value) = part.split_once('=').ok_or_else(|| not_understood(line, part))?;
            let name = name.to_ascii_uppercase();
            rule.take(&name, value).ok_or_else(|| not_understood(line, part))?;
            if !seen.insert(name) {
                return Err(line.fault(format!("`{}` stands twice in the rule", quoted(part))));
            }
        }
        match (seen.contains("FREQ"), rule.weekdays.is_empty() || !rule.months.is_empty()) {
            (true, true) if rule.count.is_none() || rule.until.is_none() => Ok(rule),
            (true, true) => Err(line.fault("a rule has both `COUNT` and `UNTIL`")),
            (true, false) => Err(line.fault("`BYDAY` without `BYMONTH` is not understood")),
            (false, _) => Err(line.fault("a rule without `FREQ`")),
        }
    }

    fn take(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "FREQ" => value.eq_ignore_ascii_case("YEARLY").then_some(()),
            // Where a week begins says nothing about days of a month.
            "WKST" => weekday(value).map(drop),
            "INTERVAL" => value.parse().ok().filter(|every| (1..=400).contains(every)).map(|every| self.every = every),
            "COUNT" => value.parse().ok().filter(|count| *count > 0).map(|count| self.count = Some(count)),
            "UNTIL" => Until::read(value).map(|until| self.until = Some(until)),
            "BYMONTH" => numbers(value, 1..=12, false).map(|months| self.months = months),
            "BYMONTHDAY" => numbers(value, 1..=31, true).map(|days| self.days = days),
            "BYDAY" => value.split(',').map(nth).collect::<Option<_>>().map(|days| self.weekdays = days),
            _ => None,
        }
    }

    /// The days on which something that begins with `start` comes again, up to `last`, the first included.
    pub(super) fn days(&self, start: &Moment, last: Date, patience: &mut Patience) -> Result<Vec<Date>, Fault> {
        let fault = |reason: &str| Fault::new(reason, self.line);
        let mut look = || {
            patience.0 = patience.0.checked_sub(1).ok_or_else(|| fault("the rules name too many days"))?;
            Ok(())
        };
        let first = start.date();
        let mut found = Vec::new();
        let mut years = (first.year()..=last.year()).step_by(usize::try_from(self.every).unwrap_or(1));
        while let Some(months) = years.next().map(|year| self.months_of(year, first)) {
            look()?;
            for day in months.into_iter().flat_map(|month| self.days_of(month, first)) {
                look()?;
                if day < first || !self.takes(day) {
                    continue;
                }
                let is_over = self.until.is_some_and(|until| until.is_before(day, start));
                if is_over || self.count.is_some_and(|count| u32::try_from(found.len()).is_ok_and(|len| len >= count)) {
                    return begun(found, first).ok_or_else(|| fault(NOT_ITS_OWN));
                }
                found.push(day);
            }
        }
        if first > last { Ok(found) } else { begun(found, first).ok_or_else(|| fault(NOT_ITS_OWN)) }
    }

    /// The first of each month in which it may come.
    fn months_of(&self, year: i16, start: Date) -> Vec<Date> {
        let all = BTreeSet::from_iter(1..=12);
        let own = BTreeSet::from([start.month()]);
        let months = match (self.months.is_empty(), self.days.is_empty()) {
            (false, _) => &self.months,
            (true, false) => &all,
            (true, true) => &own,
        };
        months.iter().filter_map(|month| Date::new(year, *month, 1).ok()).collect()
    }

    /// The days of a month that are looked at: the start's own, where nothing else is said.
    fn days_of(&self, month: Date, start: Date) -> Vec<Date> {
        let days = if self.days.is_empty() && self.weekdays.is_empty() {
            start.day()..=start.day()
        } else {
            1..=month.days_in_month()
        };
        days.filter_map(|day| Date::new(month.year(), month.month(), day).ok()).collect()
    }

    fn takes(&self, day: Date) -> bool {
        let from_end = |day: Date| day.day() - day.days_in_month() - 1;
        let by_day = self.days.is_empty() || self.days.contains(&day.day()) || self.days.contains(&from_end(day));
        let is_nth =
            |nth: i8| if nth > 0 { (day.day() - 1) / 7 + 1 == nth } else { (from_end(day) + 1) / 7 - 1 == nth };
        let by_weekday = self.weekdays.is_empty()
            || self.weekdays.iter().any(|(nth, weekday)| day.weekday() == *weekday && nth.is_none_or(is_nth));
        by_day && by_weekday
    }
}

const NOT_ITS_OWN: &str = "an event begins on a day that is not one of its own rule";

/// What begins outside of its own rule is understood in different ways.
fn begun(found: Vec<Date>, first: Date) -> Option<Vec<Date>> {
    (found.first() == Some(&first)).then_some(found)
}

impl Until {
    fn read(text: &str) -> Option<Self> {
        match text.strip_suffix('Z') {
            Some(wall) => Zone::utc().meant_by(date_time(wall)?).map(Self::Time),
            None => date(text).map(Self::Day),
        }
    }

    /// Whether `day` of what begins with `start` comes after it.
    fn is_before(self, day: Date, start: &Moment) -> bool {
        match (self, start) {
            (Self::Day(last), _) => last < day,
            (Self::Time(last), Moment::Time(wall, zone)) => {
                zone.meant_by(day.to_datetime(wall.time())).is_none_or(|at| last < at)
            }
            (Self::Time(last), Moment::Day(_)) => Zone::utc().wall(last).is_none_or(|last| last.date() < day),
        }
    }
}

fn not_understood(line: &Line, part: &str) -> Fault {
    let part = quoted(part);
    line.fault(format!("`{part}` in a rule is not understood: only yearly rules by month, day and weekday are"))
}

fn numbers(text: &str, range: std::ops::RangeInclusive<i8>, from_end: bool) -> Option<BTreeSet<i8>> {
    let number = |text: &str| {
        let number: i8 = text.parse().ok()?;
        (range.contains(&number) || (from_end && number < 0 && range.contains(&-number))).then_some(number)
    };
    text.split(',').map(number).collect()
}

/// `MO`, `4TH`, `-1MO`
fn nth(text: &str) -> Option<(Option<i8>, Weekday)> {
    let at = text.len().checked_sub(2)?;
    let (number, day) = text.split_at_checked(at)?;
    let weekday = weekday(day)?;
    if number.is_empty() {
        return Some((None, weekday));
    }
    let number: i8 = number.parse().ok()?;
    ((1..=5).contains(&number) || (-5..=-1).contains(&number)).then_some((Some(number), weekday))
}

fn weekday(text: &str) -> Option<Weekday> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let place = names.iter().position(|name| text.eq_ignore_ascii_case(name))?;
    Weekday::from_monday_zero_offset(i8::try_from(place).ok()?).ok()
}
