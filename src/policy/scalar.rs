//! What text without quotes is to those who read YAML.

use crate::artifact::yaml::{Node, Value};

/// A scalar without quotes that is not just text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scalar {
    Whole(i64),
    /// A number that is not whole, too large, or written in a way that readers take for different numbers: `1.5`, `010`, `0x1F`.
    Number,
    Bool(bool),
    /// `yes`, `off` and the like: true or false to readers of YAML 1.1, text to others.
    OldBool(bool),
}

/// What a scalar is besides text; `None` for text, and for everything in quotes.
pub(super) fn of(node: &Node) -> Option<Scalar> {
    match &node.value {
        Value::Text(text) if node.is_plain => of_text(text),
        Value::Null | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
    }
}

fn of_text(text: &str) -> Option<Scalar> {
    match text {
        "true" | "True" | "TRUE" => return Some(Scalar::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Scalar::Bool(false)),
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => return Some(Scalar::OldBool(true)),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => return Some(Scalar::OldBool(false)),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_whole = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    let is_octal = digits.len() > 1 && digits.starts_with('0');
    match () {
        () if is_whole && !is_octal => Some(text.parse().map_or(Scalar::Number, Scalar::Whole)),
        () if is_whole || is_number(digits) => Some(Scalar::Number),
        () => None,
    }
}

/// Fractions, powers of ten, other bases, infinity.
fn is_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '_');
    if let Some(rest) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0o")).or_else(|| text.strip_prefix("0b"))
    {
        return !rest.is_empty() && rest.chars().all(|c| c.is_ascii_hexdigit() || c == '_');
    }
    if matches!(text.to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        return true;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (text, None),
    };
    let is_mantissa = match mantissa.split_once('.') {
        Some((whole, part)) => {
            (whole.is_empty() || is_digits(whole)) && (part.is_empty() || is_digits(part)) && mantissa.len() > 1
        }
        None => is_digits(mantissa),
    };
    is_mantissa && exponent.is_none_or(is_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_quotes_is_told_apart_as_readers_of_yaml_do() {
        for (text, expected) in [
            ("2", Some(Scalar::Whole(2))),
            ("-7", Some(Scalar::Whole(-7))),
            ("4294967297", Some(Scalar::Whole(4_294_967_297))),
            ("99999999999999999999", Some(Scalar::Number)),
            ("010", Some(Scalar::Number)),
            ("1.5", Some(Scalar::Number)),
            ("1e3", Some(Scalar::Number)),
            ("0x1F", Some(Scalar::Number)),
            ("true", Some(Scalar::Bool(true))),
            ("no", Some(Scalar::OldBool(false))),
            ("09:00", None),
            ("2026-12-24", None),
            ("24h", None),
            (".", None),
            ("1.2.3", None),
            ("no-one", None),
            ("e5", None),
        ] {
            assert_eq!(of_text(text), expected, "{text}");
        }
    }
}
