//! Lengths of time as people write them in settings and policies: `500ms`, `10s`, `5m`, `24h`, `7d`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

/// A length of time, in whole milliseconds, more than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(i64);

impl Span {
    /// At least one millisecond.
    pub const fn from_millis(ms: i64) -> Self {
        Self(if ms < 1 { 1 } else { ms })
    }

    pub const fn as_millis(self) -> i64 {
        self.0
    }

    pub fn as_duration(self) -> Duration {
        Duration::from_millis(self.0.unsigned_abs())
    }

    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
        let unit_ms = match unit.trim() {
            "ms" => 1,
            "s" => SECOND_MS,
            "m" => MINUTE_MS,
            "h" => HOUR_MS,
            "d" => DAY_MS,
            _ => return None,
        };
        let ms = number.parse::<i64>().ok()?.checked_mul(unit_ms)?;
        (ms > 0).then_some(Self(ms))
    }
}

/// In the largest unit that needs no fraction: `90m`, not `5400s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "m"), (SECOND_MS, "s"), (1, "ms")];
        let fitting = units.iter().find(|(unit_ms, _)| self.0 % unit_ms == 0);
        let (unit_ms, unit) = fitting.copied().unwrap_or((1, "ms"));
        write!(f, "{}{unit}", self.0 / unit_ms)
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^ *[0-9]+ *(ms|s|m|h|d) *$",
            "description": "A length of time: a number and a unit, as in 500ms, 10s, 5m, 24h, 7d.",
        })
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| {
            format!("`{text}` is not a length of time: write a number and a unit, as in 500ms, 10s, 5m, 24h, 7d")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_a_number_and_a_unit() {
        let millis = |text| Span::parse(text).map(Span::as_millis);
        assert_eq!(millis("500ms"), Some(500));
        assert_eq!(millis("24h"), Some(86_400_000));
        assert_eq!(millis("7 d"), Some(604_800_000));
        for bad in ["", "10", "s", "-1s", "0s", "1.5h", "10 fortnights", "99999999999999999d"] {
            assert_eq!(millis(bad), None, "{bad}");
        }
    }

    #[test]
    fn spans_are_written_in_the_largest_whole_unit() {
        let written = |text| Span::parse(text).map(|span| span.to_string());
        assert_eq!(written("90m").as_deref(), Some("90m"));
        assert_eq!(written("60m").as_deref(), Some("1h"));
        assert_eq!(written("1500ms").as_deref(), Some("1500ms"));
    }
}
