//! An amount in a limit: `0.01`, or `2%`.

use std::fmt;

use rust_decimal::Decimal;

use crate::artifact::metrics::MetricValue;

/// A number in the metric's own unit, or a share: of the old value in bounds of a change, of the whole in bounds of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    Number(Decimal),
    /// 0.02 for `2%`.
    Share(Decimal),
}

impl Amount {
    /// Reads `0.01`, `2%` or `2 %`; nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let value = MetricValue::from_text(text);
        let number = value.number().filter(|_| value.spread().is_none())?;
        match value.unit() {
            None => Some(Self::Number(number)),
            Some("%") => number.checked_div(Decimal::ONE_HUNDRED).map(Self::Share),
            Some(_) => None,
        }
    }

    /// The number, or the share of one.
    pub fn number(self) -> Decimal {
        match self {
            Self::Number(number) | Self::Share(number) => number,
        }
    }

    /// For people: at most one digit after the point of a percentage, six of a number.
    pub(super) fn rounded(self) -> Self {
        match self {
            Self::Number(number) => Self::Number(number.round_dp(6)),
            Self::Share(share) => Self::Share(share.round_dp(3)),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{}", number.normalize()),
            Self::Share(share) => match share.checked_mul(Decimal::ONE_HUNDRED) {
                Some(percent) => write!(f, "{} %", percent.normalize()),
                None => f.write_str("far more than 100 %"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_shares_are_read_and_nothing_else() {
        assert_eq!(Amount::parse("0.01"), Some(Amount::Number(Decimal::new(1, 2))));
        assert_eq!(Amount::parse("2%"), Some(Amount::Share(Decimal::new(2, 2))));
        assert_eq!(Amount::parse("0.5 %"), Some(Amount::Share(Decimal::new(5, 3))));
        for text in ["", "2 ms", "1 ± 1", "two", "NaN"] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_shown_as_they_are_written() {
        let shown = |text: &str| Amount::parse(text).map(|amount| amount.to_string());
        assert_eq!((shown("0.010"), shown("2%")), (Some("0.01".into()), Some("2 %".into())));
    }
}
