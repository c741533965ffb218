//! Values in words that flags and the table of the message share.

use rust_decimal::Decimal;

use crate::artifact::metrics::MetricKey;
use crate::artifact::text::{cut, mask_secrets, visible};
use crate::domain::Digest;

use super::facts::WeightSide;

/// Text from strangers as it may be kept and shown: secrets masked, everything visible, on one line, at most `max` characters.
pub fn plain(text: &str, max: usize) -> String {
    // Keeps the work small on huge input. A secret that this splits lies far beyond the final cut.
    const WORK_CHARS: usize = 8;
    let start = cut(text, max.saturating_mul(WORK_CHARS).saturating_add(1_000));
    let (masked, _) = mask_secrets(&start);
    cut(&visible(&masked), max).into_owned()
}

/// A size in bytes for people, in powers of 1000: `438 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut value = Decimal::from(bytes);
    let mut units = UNITS.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    while value.round() >= Decimal::ONE_THOUSAND {
        let Some(next) = units.next() else { break };
        (value, unit) = (value / Decimal::ONE_THOUSAND, next);
    }
    let digits = if value < Decimal::TEN { 1 } else { 0 };
    format!("{} {unit}", value.round_dp(digits).normalize())
}

/// A weight file in the table: `438 MB 1f3a22`; with its git id where the digest of the content is not known.
pub fn weight(side: &WeightSide) -> String {
    const DIGITS: usize = 6;
    let short = |hex: &str| hex.chars().take(DIGITS).collect::<String>();
    match side.file.digest {
        Some(digest) => format!("{} {}", size(side.file.size), short(&digest.to_string())),
        None => format!("{} git {}", size(side.file.size), short(&side.blob)),
    }
}

/// Names in one cell: the first few, then how many more, with a digest of all of them so that no two lists look the same.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    const NAME_CHARS: usize = 80;
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| plain(name, NAME_CHARS)).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => {
            format!("{} and {more} more (list {})", shown.join(", "), Digest::of_json(&names).short())
        }
        _ => shown.join(", "),
    }
}

/// A metric as people name it: by its name, else by its type.
pub fn metric_label(key: &MetricKey) -> String {
    const LABEL_CHARS: usize = 60;
    let name = key.metric_name.as_deref().filter(|name| !name.trim().is_empty());
    plain(name.unwrap_or(&key.metric_type), LABEL_CHARS)
}

/// A metric with what it was measured on: `accuracy (acme/reviews, en, test)`.
pub fn metric_subject(key: &MetricKey) -> String {
    let parts = [Some(&key.dataset_type), key.dataset_config.as_ref(), key.dataset_split.as_ref()];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).filter(|part| !part.is_empty()).collect();
    match parts.is_empty() {
        true => metric_label(key),
        false => format!("{} ({})", metric_label(key), parts.join(", ")),
    }
}

/// A share as percent with at most one digit after the point: `10.3 %`.
pub fn percent(share: Decimal) -> String {
    match share.checked_mul(Decimal::ONE_HUNDRED) {
        Some(percent) => format!("{} %", percent.round_dp(1).normalize()),
        None => "far more than 100 %".to_owned(),
    }
}

/// `1 file`, `3 files`.
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_decimal() {
        let words = [0, 999, 1_000, 1_536, 437_970_000, 999_999, 14_000_000_000].map(size);
        assert_eq!(words, ["0 B", "999 B", "1 kB", "1.5 kB", "438 MB", "1 MB", "14 GB"]);
        assert_eq!(size(u64::MAX), "18447 PB");
    }

    #[test]
    fn long_lists_with_another_tail_differ() {
        let names: Vec<String> = (0..9).map(|n| format!("set-{n}")).collect();
        let all = listed(names.iter().map(String::as_str));
        let other = listed(names.iter().map(String::as_str).take(8).chain(["else"]));
        assert!(all.starts_with("set-0, set-1, set-2, set-3, set-4 and 4 more (list "), "{all}");
        assert_ne!(all, other);
        assert_eq!(listed(["a", "b"]), "a, b");
    }

    #[test]
    fn plain_text_is_masked_visible_and_short() {
        let text = format!("key ghp_{} \u{202e}txet", "a1B2".repeat(9));
        let shown = plain(&text, 100);
        assert!(shown.contains("[masked: GitHub token]") && shown.contains("\\u{202e}"), "{shown}");
        assert_eq!(plain(&"x".repeat(1_000_000), 10).chars().count(), 10);
    }

    #[test]
    fn shares_are_read_as_percent() {
        assert_eq!(percent(Decimal::new(1026, 4)), "10.3 %");
        assert_eq!(percent(Decimal::new(2, 2)), "2 %");
    }
}
