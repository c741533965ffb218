//! Deployment windows.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::time::{Date, after};
use super::word::{Word, is_not, schema_of_word, word};
use crate::domain::calendar::{TimeOfDay, Weekdays, Zone};
use crate::policy::place::Placed;

/// A stretch of the day in which deployments may begin.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowDocument {
    /// Days of the week. Default: all.
    #[serde(default)]
    pub days: Option<Placed<Days>>,
    /// When it opens, by the clock of the zone. A time that a change of the clock leaves out begins when the gap ends.
    pub from: Placed<TimeOfDay>,
    /// When it closes, later on the same day. A window over midnight is written as two: until 24:00, and from 00:00.
    pub to: Placed<TimeOfDay>,
    /// Whose clock.
    pub zone: Placed<Zone>,
    /// Days on which it stays closed.
    #[serde(default)]
    #[schemars(length(max = 400))]
    pub except: Vec<Placed<Date>>,
    /// An iCalendar file of the repository, read where the policy is: all windows of the environment are closed during its events.
    #[serde(default)]
    pub calendar: Option<Placed<RepositoryPath>>,
}

/// Days of the week: `mon-fri`, `sat,sun`, or a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(pub Weekdays);

impl Word for Weekdays {
    const NAME: &'static str = "Days";
    const SAMPLE: &'static str = "daily";
    const PATTERN: &'static str = "^ *(daily|(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?( *, *(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?)*) *$";
    const DESCRIPTION: &'static str = "Days of the week: `mon-fri`, `mon, wed, fri` or `daily`.";

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| after(text, &error))
    }
}

schema_of_word!(Weekdays);

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherForm;

        impl<'de> Visitor<'de> for EitherForm {
            type Value = Days;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("days of the week")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Days, E> {
                Weekdays::parse(text).map(Days).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Days, A::Error> {
                let mut days: Option<Weekdays> = None;
                while let Some(more) = items.next_element::<Weekdays>()? {
                    days = Some(days.map_or(more, |days| days.and(more)));
                }
                days.map(Days).ok_or_else(|| A::Error::custom("no day is named"))
            }
        }

        deserializer.deserialize_any(EitherForm)
    }
}

impl JsonSchema for Days {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "DaysOrList".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<Weekdays>();
        json_schema!({ "anyOf": [text, { "type": "array", "items": text, "minItems": 1, "maxItems": 7 }] })
    }
}

/// A file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryPath(pub String);

impl Word for RepositoryPath {
    const NAME: &'static str = "RepositoryPath";
    const SAMPLE: &'static str = "file.ics";
    const PATTERN: &'static str = "^[^/\\\\].{0,999}$";
    const DESCRIPTION: &'static str = "The path of a file from the repository's root: `ops/holidays.ics`.";

    fn parse(text: &str) -> Result<Self, String> {
        const MAX_BYTES: usize = 1_000;
        let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\\');
        let is_path = text.len() <= MAX_BYTES && !text.chars().any(char::is_control) && text.split('/').all(is_part);
        if is_path { Ok(Self(text.to_owned())) } else { Err(is_not::<Self>()) }
    }
}

word!(RepositoryPath);
