//! "Did you mean": the known name that needs the fewest edits.

/// The name in `known` nearest to `wrong`, unless even that one is far off.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let best = known.into_iter().map(|name| (edits(wrong, name), name)).min()?;
    let far = wrong.chars().count().max(4) / 2;
    (best.0 <= far).then_some(best.1)
}

/// Levenshtein distance: insertions, deletions and replacements that turn `from` into `to`.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for ((b, above_left), above) in to.iter().zip(&row).zip(row.iter().skip(1)) {
            left = (above_left + usize::from(a != *b)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_edits() {
        assert_eq!(edits("quorom", "quorum"), 1);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("kitten", "sitting"), 3);
    }

    #[test]
    fn a_name_that_is_far_from_all_others_has_no_nearest() {
        let known = ["listen", "public_url"];
        assert_eq!(nearest("listne", known), Some("listen"));
        assert_eq!(nearest("zzzzzzzz", known), None);
    }
}
