//! Amounts of limits as a policy writes them: `0.01`, `2%`.

use std::borrow::Cow;

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::artifact::metrics::Amount;

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = match self {
            Self::Number(number) => number.normalize().to_string(),
            Self::Share(share) => {
                let percent = share.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX);
                format!("{}%", percent.normalize())
            }
        };
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Amount {
    /// From text, so that `0.10` never goes through a binary fraction.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            let text = crate::artifact::text::quoted(&text);
            serde::de::Error::custom(format!("`{text}` is not a number, nor one with `%`"))
        })
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
    fn an_amount_is_written_as_it_is_read() {
        for text in ["0.01", "2%", "0.5%", "-3"] {
            let amount: Amount = serde_json::from_value(text.into()).unwrap();
            assert_eq!(serde_json::to_value(amount).unwrap(), text);
        }
        let error = serde_json::from_value::<Amount>("much".into()).unwrap_err().to_string();
        assert!(error.contains("`much`"), "{error}");
    }
}
