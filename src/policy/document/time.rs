//! Days and times of day as people write them.

use std::fmt;

use jiff::civil;

use super::word::{Word, schema_of_word, word};
use crate::domain::calendar::{CalendarError, QuietHours, TimeOfDay, Zone, parse_date};

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub civil::Date);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Word for Date {
    const NAME: &'static str = "Date";
    const SAMPLE: &'static str = "9999-12-31";
    const PATTERN: &'static str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
    const DESCRIPTION: &'static str = "A date of the calendar: `2026-12-24`.";

    fn parse(text: &str) -> Result<Self, String> {
        parse_date(text).map(Self).map_err(|error| after(text, &error))
    }
}

word!(Date);

impl Word for TimeOfDay {
    const NAME: &'static str = "TimeOfDay";
    const SAMPLE: &'static str = "24:00";
    const PATTERN: &'static str = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$";
    const DESCRIPTION: &'static str = "A time of day from 00:00 to 24:00, with two digits each: `09:00`.";

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| after(text, &error))
    }
}

schema_of_word!(TimeOfDay);

impl Word for Zone {
    const NAME: &'static str = "Zone";
    const SAMPLE: &'static str = "UTC";
    const PATTERN: &'static str = "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$";
    const DESCRIPTION: &'static str = "A time zone by its name: `Europe/Berlin`, `UTC`.";

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| after(text, &error))
    }
}

schema_of_word!(Zone);

impl Word for QuietHours {
    const NAME: &'static str = "Quiet";
    const SAMPLE: &'static str = "20:00-08:00 UTC";
    const PATTERN: &'static str = "^ *[0-2][0-9]:[0-5][0-9] *- *[0-2][0-9]:[0-5][0-9] +[A-Za-z0-9_+/-]+ *$";
    const DESCRIPTION: &'static str = "Hours of the day and their time zone: `20:00-08:00 Europe/Berlin`.";

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| after(text, &error))
    }
}

schema_of_word!(QuietHours);

/// What is wrong, to follow the text itself.
pub(super) fn after(text: &str, error: &CalendarError) -> String {
    let error = error.to_string();
    match error.strip_prefix(&format!("`{text}` ")) {
        Some(what) => what.to_owned(),
        None => format!("cannot be read: {error}"),
    }
}
