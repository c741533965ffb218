//! Metric values as they are written: `0.91`, `92.1%`, `20.0 ± 1.2`, `433.00 +/- 168.93`, `12.5 ms`, `N/A`.

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// A metric value: its text, what could be read from it, and what the file says about its precision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MetricValue {
    /// As written.
    pub text: String,
    pub reading: Reading,
    /// Where the file gives it as such, in the unit of the number. What follows `±` in a card is a [`spread`](Self::spread):
    /// it may be a standard deviation, and must not be taken for this.
    #[serde(serialize_with = "as_optional_text", skip_serializing_if = "Option::is_none")]
    pub standard_error: Option<Decimal>,
    /// As given; at which level of confidence is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// On how many samples it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
}

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Interval {
    #[serde(serialize_with = "as_text")]
    pub lower: Decimal,
    #[serde(serialize_with = "as_text")]
    pub upper: Decimal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    Number {
        #[serde(serialize_with = "as_text")]
        number: Decimal,
        /// What follows `±`: a deviation or an error, the card does not say which. In the unit of the number, never negative.
        #[serde(serialize_with = "as_optional_text")]
        spread: Option<Decimal>,
        unit: Option<String>,
    },
    NotANumber(NotANumber),
}

/// Why a value is not a number. Never read as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotANumber {
    /// The key is there without a value, or not there at all.
    Missing,
    /// NaN or infinity.
    NotFinite,
    /// Too large for 28 digits, or so small that it would become 0.
    OutOfRange,
    /// Words, or several numbers.
    Text,
    /// A list or a mapping.
    Structure,
}

impl MetricValue {
    /// Reads a value from its text.
    pub fn from_text(text: &str) -> Self {
        Self::new(text.to_owned(), read(text.trim()).unwrap_or_else(Reading::NotANumber))
    }

    pub fn unreadable(text: impl Into<String>, reason: NotANumber) -> Self {
        Self::new(text.into(), Reading::NotANumber(reason))
    }

    fn new(text: String, reading: Reading) -> Self {
        Self { text, reading, standard_error: None, interval: None, samples: None }
    }

    /// The value with its standard error; a negative one is none.
    pub fn with_standard_error(self, error: Option<Decimal>) -> Self {
        Self { standard_error: error.filter(|error| !error.is_sign_negative() || error.is_zero()), ..self }
    }

    pub fn with_samples(self, samples: Option<u64>) -> Self {
        Self { samples, ..self }
    }

    pub fn number(&self) -> Option<Decimal> {
        match &self.reading {
            Reading::Number { number, .. } => Some(*number),
            Reading::NotANumber(_) => None,
        }
    }

    pub fn spread(&self) -> Option<Decimal> {
        match &self.reading {
            Reading::Number { spread, .. } => *spread,
            Reading::NotANumber(_) => None,
        }
    }

    pub fn unit(&self) -> Option<&str> {
        match &self.reading {
            Reading::Number { unit, .. } => unit.as_deref(),
            Reading::NotANumber(_) => None,
        }
    }

    /// Half of the last digit that is written: what rounding may have changed. `0.91` -> 0.005.
    pub fn rounding(&self) -> Option<Decimal> {
        self.number()?;
        let text = self.text.trim();
        let digits = text.get(..number_length(text))?;
        let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
        let decimals = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let exponent = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(decimals).ok()?)?;
        shift(Decimal::new(5, 1), exponent)
    }
}

/// `0.91`, then perhaps a unit, then perhaps `± 0.02` and a unit.
fn read(text: &str) -> Result<Reading, NotANumber> {
    if text.is_empty() {
        return Err(NotANumber::Missing);
    }
    if is_not_finite(text) {
        return Err(NotANumber::NotFinite);
    }
    let (value_text, spread_text) = split_spread(text);
    let (number, unit) = quantity(value_text)?;
    let Some(spread_text) = spread_text else {
        return Ok(Reading::Number { number, spread: None, unit });
    };
    let (spread, spread_unit) = quantity(spread_text)?;
    let (unit, disagree) = match (unit, spread_unit) {
        (Some(unit), Some(spread_unit)) => (Some(unit.clone()), unit != spread_unit),
        (unit, spread_unit) => (unit.or(spread_unit), false),
    };
    if disagree || spread.is_sign_negative() {
        return Err(NotANumber::Text);
    }
    Ok(Reading::Number { number, spread: Some(spread), unit })
}

fn is_not_finite(text: &str) -> bool {
    let bare = text.trim_start_matches(['+', '-', '.']).to_ascii_lowercase();
    matches!(bare.as_str(), "nan" | "inf" | "infinity")
}

fn split_spread(text: &str) -> (&str, Option<&str>) {
    for sign in ["±", "+/-", "+-"] {
        if let Some((value, spread)) = text.split_once(sign) {
            let in_parentheses = value.trim_end().ends_with('(') && spread.trim_end().ends_with(')');
            let (value, spread) = (value.trim_end(), spread.trim());
            return match in_parentheses {
                true => (value.trim_end_matches('(').trim_end(), Some(spread.trim_end_matches(')').trim_end())),
                false => (value, Some(spread)),
            };
        }
    }
    (text, None)
}

/// A number and the unit behind it.
fn quantity(text: &str) -> Result<(Decimal, Option<String>), NotANumber> {
    const MAX_UNIT_CHARS: usize = 16;
    let (digits, rest) = text.split_at_checked(number_length(text)).ok_or(NotANumber::Text)?;
    let number = decimal(digits)?;
    let unit = rest.trim_start();
    let is_unit = |c: char| c.is_alphabetic() || matches!(c, '%' | '/' | '°' | 'µ' | '²' | '³');
    if unit.chars().count() > MAX_UNIT_CHARS || !unit.chars().all(is_unit) {
        return Err(NotANumber::Text);
    }
    Ok((number, (!unit.is_empty()).then(|| unit.to_owned())))
}

/// Length in bytes of the decimal number `text` starts with; 0 when there is none.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits =
        |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(sign);
    let point = sign + whole;
    let fraction = if bytes.get(point) == Some(&b'.') { digits(point + 1) } else { 0 };
    if whole + fraction == 0 {
        return 0;
    }
    let end = if bytes.get(point) == Some(&b'.') { point + 1 + fraction } else { point };
    end + exponent_length(bytes.get(end..).unwrap_or_default())
}

fn exponent_length(rest: &[u8]) -> usize {
    if !matches!(rest.first(), Some(b'e' | b'E')) {
        return 0;
    }
    let sign = usize::from(matches!(rest.get(1), Some(b'+' | b'-')));
    let digits = rest.get(1 + sign..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 { 0 } else { 1 + sign + digits }
}

fn decimal(digits: &str) -> Result<Decimal, NotANumber> {
    if digits.is_empty() {
        return Err(NotANumber::Text);
    }
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let number = Decimal::from_str_radix(mantissa.trim_start_matches('+').trim_end_matches('.'), 10);
    let number = number.map_err(|_| NotANumber::OutOfRange)?;
    let shifted = shift(number, exponent.parse().map_err(|_| NotANumber::OutOfRange)?).ok_or(NotANumber::OutOfRange)?;
    let vanished = shifted.is_zero() && mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    if vanished { Err(NotANumber::OutOfRange) } else { Ok(shifted.normalize()) }
}

/// `number` times ten to the power of `exponent`.
fn shift(number: Decimal, exponent: i32) -> Option<Decimal> {
    if number.is_zero() {
        return Some(number);
    }
    let power = Decimal::try_from_i128_with_scale(10_i128.checked_pow(exponent.unsigned_abs())?, 0).ok()?;
    if exponent < 0 { number.checked_div(power) } else { number.checked_mul(power) }
}

pub(super) fn as_text<S: Serializer>(number: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

pub(super) fn as_optional_text<S: Serializer>(number: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serializer.collect_str(number),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests;
