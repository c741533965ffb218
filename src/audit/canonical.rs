//! Canonical JSON: one text for one value, whoever writes it.

use serde_json::Value;

/// Largest whole number that canonical JSON keeps exactly: its numbers are doubles.
const MAX_EXACT: u64 = (1 << 53) - 1;

/// A value has no canonical form that reads back the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Inexact {
    #[error("the number {0} cannot be written exactly in canonical JSON")]
    Number(String),
    #[error("the value cannot be written as canonical JSON")]
    Value,
}

/// The canonical text of `value` (RFC 8785). Whole numbers beyond 2^53 - 1 are refused rather than rounded.
pub fn canonical(value: &Value) -> Result<String, Inexact> {
    refuse_inexact(value)?;
    serde_json_canonicalizer::to_string(value).map_err(|_| Inexact::Value)
}

fn refuse_inexact(value: &Value) -> Result<(), Inexact> {
    match value {
        Value::Number(number) if !is_exact(number) => Err(Inexact::Number(number.to_string())),
        Value::Array(items) => items.iter().try_for_each(refuse_inexact),
        Value::Object(members) => members.values().try_for_each(refuse_inexact),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn is_exact(number: &serde_json::Number) -> bool {
    match (number.as_u64(), number.as_i64()) {
        (Some(whole), _) => whole <= MAX_EXACT,
        (None, Some(whole)) => whole.unsigned_abs() <= MAX_EXACT,
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_sorted_and_spaces_left_out() {
        let text = canonical(&json!({"b": [1, 2.50], "a": {"y": null, "x": "é\n\u{1}"}})).unwrap();
        assert_eq!(text, "{\"a\":{\"x\":\"é\\n\\u0001\",\"y\":null},\"b\":[1,2.5]}");
    }

    /// The sorting example of RFC 8785, section 3.2.3: by UTF-16 code units, not by bytes.
    #[test]
    fn members_are_sorted_by_utf_16() {
        let text = canonical(&json!({"\u{fb33}": 1, "\u{1f600}": 2, "\u{20ac}": 3})).unwrap();
        assert_eq!(text, "{\"\u{20ac}\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }

    #[test]
    fn numbers_that_would_be_rounded_are_refused() {
        assert_eq!(canonical(&json!(9_007_199_254_740_991_u64)).unwrap(), "9007199254740991");
        assert!(canonical(&json!([{"id": 9_007_199_254_740_993_u64}])).is_err());
        assert!(canonical(&json!(i64::MIN)).is_err());
    }
}
