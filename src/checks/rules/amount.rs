//! Amounts in a policy: plain numbers, and shares written with a percent sign.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `0.01` is absolute; `1%` is a share of the old value's magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    Absolute(Decimal),
    /// 0.01 for `1%`.
    Share(Decimal),
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (digits, is_share) = match text.trim().strip_suffix('%') {
            Some(digits) => (digits.trim_end(), true),
            None => (text.trim(), false),
        };
        let number = Decimal::from_str(digits).or_else(|_| Decimal::from_scientific(digits));
        let number = number.map_err(|_| format!("`{text}` is not a number, nor one with `%`"))?;
        match is_share {
            true => Ok(Self::Share(number.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default())),
            false => Ok(Self::Absolute(number)),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absolute(number) => write!(f, "{}", number.normalize()),
            Self::Share(share) => write!(f, "{} %", (share * Decimal::ONE_HUNDRED).normalize()),
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = match self {
            Self::Absolute(number) => number.normalize().to_string(),
            Self::Share(share) => format!("{}%", (share * Decimal::ONE_HUNDRED).normalize()),
        };
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Amount {
    /// From text, so that `0.10` never goes through a binary fraction.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number is absolute; with `%` it is a share of the old value.",
            "anyOf": [{ "type": "number" }, { "type": "string", "pattern": "^ *-?[0-9.]+ *%? *$" }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_absolute_and_percents_are_shares() {
        let read = |text: &str| text.parse::<Amount>();
        assert_eq!(read("0.10"), Ok(Amount::Absolute(Decimal::new(1, 1))));
        assert_eq!(read("2%"), Ok(Amount::Share(Decimal::new(2, 2))));
        assert_eq!(read(" 0.5 % "), Ok(Amount::Share(Decimal::new(5, 3))));
        assert!(read("two").unwrap_err().contains("`two`") && read("%").is_err() && read("").is_err());
    }

    #[test]
    fn an_amount_reads_as_people_write_it() {
        let shown = |text: &str| text.parse::<Amount>().unwrap().to_string();
        assert_eq!((shown("0.10").as_str(), shown("2%").as_str()), ("0.1", "2 %"));
    }
}
