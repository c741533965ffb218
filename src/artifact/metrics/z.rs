//! Differences in standard errors: z = difference / sqrt(se1² + se2²), where both sides state their standard error.

use rust_decimal::Decimal;

use super::{MetricChange, MetricValue};

impl MetricChange {
    /// Standard error of the difference. None where not both sides state theirs, or both state 0.
    pub fn standard_error(&self) -> Option<Decimal> {
        square_root(variance(self.before.as_ref()?, self.after.as_ref()?)?)
    }

    /// The difference, new minus old, in standard errors.
    pub fn z(&self) -> Option<Decimal> {
        self.delta?.checked_div(self.standard_error()?)
    }

    /// Whether the values differ by at least `min_z` standard errors, either way; none where that cannot be said.
    pub fn reaches_z(&self, min_z: Decimal) -> Option<bool> {
        reaches(self.before.as_ref()?, self.after.as_ref()?, min_z)
    }
}

/// Whether two values differ by at least `min_z` standard errors, compared in squares and so without rounding.
pub(super) fn reaches(before: &MetricValue, after: &MetricValue, min_z: Decimal) -> Option<bool> {
    let delta = after.number()?.checked_sub(before.number()?)?;
    let limit = min_z.checked_mul(min_z)?.checked_mul(variance(before, after)?)?;
    Some(delta.checked_mul(delta)? >= limit)
}

fn variance(before: &MetricValue, after: &MetricValue) -> Option<Decimal> {
    let (before, after) = (before.standard_error?, after.standard_error?);
    let sum = before.checked_mul(before)?.checked_add(after.checked_mul(after)?)?;
    (!sum.is_zero()).then_some(sum)
}

/// By Newton's method, to about 28 digits.
fn square_root(number: Decimal) -> Option<Decimal> {
    // Each step halves a start that is too large, and 28 digits are fewer than 100 halvings.
    const MAX_STEPS: usize = 100;
    let mut root = number.max(Decimal::ONE);
    for _ in 0..MAX_STEPS {
        let next = number.checked_div(root)?.checked_add(root)?.checked_div(Decimal::TWO)?;
        if next >= root {
            break;
        }
        root = next;
    }
    Some(root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::metrics::{EvalResult, MetricKey, compare};

    fn change(metric: &str, before: (&str, &str), after: (&str, &str)) -> MetricChange {
        let result = |(value, error): (&str, &str)| {
            let key = MetricKey { metric_type: metric.into(), ..MetricKey::default() };
            let value = MetricValue::from_text(value).with_standard_error(MetricValue::from_text(error).number());
            EvalResult::new(key, value, 1)
        };
        compare(&[result(before)], &[result(after)]).remove(0)
    }

    #[test]
    fn standard_errors_of_3_and_4_make_one_of_5() {
        let fell = change("accuracy", ("80", "3"), ("70", "4"));
        assert_eq!((fell.standard_error(), fell.z()), (Some(Decimal::from(5)), Some(Decimal::from(-2))));
        assert_eq!(fell.reaches_z(Decimal::TWO), Some(true));
        assert_eq!(change("accuracy", ("80", "3"), ("70.01", "4")).reaches_z(Decimal::TWO), Some(false));
        assert_eq!(change("accuracy", ("80", "3"), ("90", "4")).reaches_z(Decimal::TWO), Some(true));
    }

    #[test]
    fn without_both_standard_errors_nothing_is_said() {
        for (before, after) in [("3", ""), ("", "4"), ("0", "0"), ("-3", "4")] {
            let fell = change("accuracy", ("80", before), ("70", after));
            assert_eq!((fell.z(), fell.reaches_z(Decimal::TWO)), (None, None), "{before} {after}");
        }
    }

    proptest::proptest! {
        #[test]
        fn roots_square_to_their_number(mantissa in 0_i64..i64::MAX, scale in 0_u32..28) {
            let number = Decimal::new(mantissa, scale);
            let root = square_root(number).unwrap();
            let off = (root * root - number).abs();
            proptest::prop_assert!(off <= number * Decimal::new(1, 12) + Decimal::new(1, 24), "{} {}", number, root);
        }
    }
}
