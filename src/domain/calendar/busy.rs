//! Days and hours on which nothing opens: holidays.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

/// Whole days, on whatever wall they are looked at, and spans of time. In order, none touching the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Unordered")]
pub struct Busy {
    /// First and last day.
    days: Vec<(Date, Date)>,
    /// From, up to.
    spans: Vec<(Timestamp, Timestamp)>,
}

#[derive(Deserialize)]
struct Unordered {
    days: Vec<(Date, Date)>,
    spans: Vec<(Timestamp, Timestamp)>,
}

impl Busy {
    /// Days by their first and last, spans by their begin and end; what ends before it begins is nothing.
    pub fn new(
        days: impl IntoIterator<Item = (Date, Date)>,
        spans: impl IntoIterator<Item = (Timestamp, Timestamp)>,
    ) -> Self {
        let days = days.into_iter().filter(|(first, last)| first <= last).collect();
        let spans = spans.into_iter().filter(|(from, to)| from < to).collect();
        let next_day = |last: Date| last.tomorrow().unwrap_or(last);
        Self { days: merged(days, next_day), spans: merged(spans, |end| end) }
    }

    /// These and those.
    #[must_use]
    pub fn and(&self, more: &Self) -> Self {
        let days = self.days.iter().chain(&more.days).copied();
        Self::new(days, self.spans.iter().chain(&more.spans).copied())
    }

    pub fn is_empty(&self) -> bool {
        self.days.is_empty() && self.spans.is_empty()
    }

    /// Days by their first and last.
    pub fn days(&self) -> &[(Date, Date)] {
        &self.days
    }

    /// Spans by their begin and their end, which is not part of them.
    pub fn spans(&self) -> &[(Timestamp, Timestamp)] {
        &self.spans
    }

    pub(super) fn has_day(&self, day: Date) -> bool {
        let place = |(first, last): &(Date, Date)| match (*last < day, *first > day) {
            (true, _) => Ordering::Less,
            (_, true) => Ordering::Greater,
            _ => Ordering::Equal,
        };
        self.days.binary_search_by(place).is_ok()
    }

    /// The end of the span that holds `at`.
    pub(super) fn ends(&self, at: Timestamp) -> Option<Timestamp> {
        let next = self.spans.partition_point(|(_, to)| *to <= at);
        self.spans.get(next).filter(|(from, _)| *from <= at).map(|(_, to)| *to)
    }

    /// Where the next span after `at` begins.
    pub(super) fn begins_after(&self, at: Timestamp) -> Option<Timestamp> {
        let next = self.spans.partition_point(|(from, _)| *from <= at);
        self.spans.get(next).map(|(from, _)| *from)
    }
}

impl From<Unordered> for Busy {
    fn from(unordered: Unordered) -> Self {
        Self::new(unordered.days, unordered.spans)
    }
}

/// In order, with those that overlap or touch made one. `after` is what touches an end.
fn merged<T: Ord + Copy>(mut all: Vec<(T, T)>, after: impl Fn(T) -> T) -> Vec<(T, T)> {
    all.sort_unstable();
    let mut apart: Vec<(T, T)> = Vec::new();
    for (from, to) in all {
        match apart.last_mut().filter(|last| from <= after(last.1)) {
            Some(last) => last.1 = last.1.max(to),
            None => apart.push((from, to)),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_overlaps_or_touches_is_one() {
        let at = Timestamp::from_millis;
        let days = [
            (date(2026, 12, 26), date(2026, 12, 26)),
            (date(2026, 12, 24), date(2026, 12, 25)),
            (date(2027, 1, 1), date(2027, 1, 1)),
            (date(2027, 1, 3), date(2027, 1, 2)),
        ];
        let busy = Busy::new(days, [(at(10), at(20)), (at(15), at(30)), (at(30), at(40)), (at(50), at(50))]);
        assert_eq!(busy.days(), [(date(2026, 12, 24), date(2026, 12, 26)), (date(2027, 1, 1), date(2027, 1, 1))]);
        assert_eq!(busy.spans(), [(at(10), at(40))]);
        assert!(busy.has_day(date(2026, 12, 25)) && !busy.has_day(date(2026, 12, 31)));
        assert_eq!((busy.ends(at(9)), busy.ends(at(10)), busy.ends(at(40))), (None, Some(at(40)), None));
        assert_eq!((busy.begins_after(at(9)), busy.begins_after(at(10))), (Some(at(10)), None));
    }

    #[test]
    fn what_is_read_back_is_in_order_again() {
        let text = r#"{"days":[["2027-01-01","2027-01-01"],["2026-12-31","2026-12-31"]],"spans":[]}"#;
        let busy: Busy = serde_json::from_str(text).unwrap();
        assert_eq!(busy.days(), [(date(2026, 12, 31), date(2027, 1, 1))]);
        assert_eq!(serde_json::from_str::<Busy>(&serde_json::to_string(&busy).unwrap()).unwrap(), busy);
    }
}
