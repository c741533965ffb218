//! A header in a few words: `148 tensors, 7.2 B parameters, BF16`.

use std::collections::BTreeMap;

use super::Header;
use crate::artifact::text::quoted;

/// Types that are named; the rest is counted.
const SHOWN_TYPES: usize = 3;

impl Header {
    /// How many tensors, how many parameters, and of which types, those with most parameters first.
    pub fn summary(&self) -> String {
        let Some(parameters) = self.parameters.filter(|_| !self.tensors.is_empty()) else {
            return self.summary_without_count();
        };
        let tensors = counted(self.tensors.len(), "tensor");
        format!("{tensors}, {} parameters, {}", short_number(parameters), self.types())
    }

    fn summary_without_count(&self) -> String {
        match (self.tensors.len(), self.parameters) {
            (0, Some(_)) => "no tensors".to_owned(),
            (0, None) => "no list of tensors".to_owned(),
            (tensors, _) => format!("{}, more parameters than can be counted", counted(tensors, "tensor")),
        }
    }

    fn types(&self) -> String {
        let mut parameters: BTreeMap<&str, u64> = BTreeMap::new();
        for tensor in self.tensors.values() {
            let sum = parameters.entry(&tensor.dtype).or_default();
            *sum = sum.saturating_add(tensor.values().unwrap_or(u64::MAX));
        }
        let mut types: Vec<(&str, u64)> = parameters.into_iter().collect();
        types.sort_by_key(|(name, sum)| (std::cmp::Reverse(*sum), *name));
        let mut shown: Vec<String> = types.iter().take(SHOWN_TYPES).map(|(name, _)| quoted(name)).collect();
        match types.len().saturating_sub(SHOWN_TYPES) {
            0 => {}
            more => shown.push(format!("{more} more types")),
        }
        shown.join(", ")
    }
}

/// `1 tensor`, `148 tensors`.
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// A number with one decimal and K, M, B or T, as papers and cards write parameter counts; whole below a thousand.
pub(super) fn short_number(number: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")];
    // From 999,950 on, a thousand of a unit would be shown.
    let unit = UNITS.iter().find(|(unit, _)| number >= unit - unit / 20_000);
    let Some((unit, letter)) = unit.filter(|_| number >= 1_000) else {
        return number.to_string();
    };
    let tenths = (u128::from(number) * 10 + u128::from(unit / 2)) / u128::from(*unit);
    format!("{}.{} {letter}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::tensors::Tensor;

    fn header(tensors: &[(&str, &str, &[u64])]) -> Header {
        let tensor = |dtype: &str, shape: &[u64]| Tensor { dtype: dtype.to_owned(), shape: shape.to_vec() };
        let tensors = tensors.iter().map(|(name, dtype, shape)| ((*name).to_owned(), tensor(dtype, shape))).collect();
        let mut header = Header { tensors, ..Header::default() };
        header.count_parameters();
        header
    }

    #[test]
    fn a_header_is_summed_up_in_one_line() {
        let one = header(&[("w", "BF16", &[1_000_000, 7_240])]);
        assert_eq!(one.summary(), "1 tensor, 7.2 B parameters, BF16");
        let mixed = header(&[("a", "F32", &[10]), ("b", "Q4_K", &[256]), ("c", "Q6_K", &[256]), ("d", "I8", &[])]);
        assert_eq!(mixed.summary(), "4 tensors, 523 parameters, Q4_K, Q6_K, F32, 1 more types");
    }

    #[test]
    fn what_cannot_be_counted_is_said() {
        assert_eq!(header(&[]).summary(), "no tensors");
        assert_eq!(Header::default().summary(), "no list of tensors");
        let endless = header(&[("a", "U8", &[u64::MAX, 2])]);
        assert_eq!(endless.summary(), "1 tensor, more parameters than can be counted");
    }

    #[test]
    fn numbers_are_rounded_to_one_decimal_and_change_unit_in_time() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1_000, "1.0 K"),
            (1_249, "1.2 K"),
            (1_250, "1.3 K"),
            (999_949, "999.9 K"),
            (999_950, "1.0 M"),
            (124_439_808, "124.4 M"),
            (7_241_732_096, "7.2 B"),
            (1_026_000_000_000, "1.0 T"),
            (u64::MAX, "18446744.1 T"),
        ];
        for (number, expected) in cases {
            assert_eq!(short_number(number), expected);
        }
    }
}
