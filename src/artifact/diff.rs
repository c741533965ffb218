//! Line diffs of two texts, bounded in input and output.

use serde::Serialize;
use similar::{Algorithm, ChangeTag, TextDiff};

/// Each side may have at most this many bytes; larger texts are not compared.
pub const INPUT_LIMIT_BYTES: usize = 1024 * 1024;
/// Each side may have at most this many lines.
pub const INPUT_LIMIT_LINES: usize = 20_000;
/// The diff text never has more bytes than this, whatever the caller asks for.
pub const OUTPUT_LIMIT_BYTES: usize = 512 * 1024;

/// How much of a diff to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiffLimits {
    /// Lines of the diff text, hunk headers included.
    pub lines: usize,
    pub bytes: usize,
    /// Unchanged lines around each change.
    pub context: usize,
}

impl Default for DiffLimits {
    fn default() -> Self {
        Self { lines: 2_000, bytes: 128 * 1024, context: 3 }
    }
}

/// The difference of two texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Difference {
    Same,
    Changed(UnifiedDiff),
    /// Different, and too large to say where.
    TooLarge {
        before: Extent,
        after: Extent,
    },
}

/// A unified diff: hunks only, without the `---`/`+++` header lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnifiedDiff {
    pub text: String,
    /// Lines added and removed in the whole change, whether or not they are in `text`.
    pub added: usize,
    pub removed: usize,
    /// Set when `text` is not the whole diff.
    pub cut: Option<Cut>,
}

/// "Cut at line `shown` of `total`."
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cut {
    pub shown: usize,
    pub total: usize,
}

/// The size of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Extent {
    pub bytes: usize,
    pub lines: usize,
}

/// Compares two texts line by line. Line ends count: `\r\n` against `\n` is a change, since the bytes that ship differ.
pub fn unified_diff(before: &str, after: &str, limits: DiffLimits) -> Difference {
    if before == after {
        return Difference::Same;
    }
    let (old, new) = (Extent::of(before), Extent::of(after));
    if !old.is_comparable() || !new.is_comparable() {
        return Difference::TooLarge { before: old, after: new };
    }
    let (before, after) = (lines(before), lines(after));
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).newline_terminated(true).diff_slices(&before, &after);
    Difference::Changed(write(&diff, limits))
}

/// Only `\n` ends a line: a flood of lone `\r` is one long line, not a million short ones.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

impl Extent {
    fn of(text: &str) -> Self {
        Self { bytes: text.len(), lines: text.split_inclusive('\n').count() }
    }

    fn is_comparable(self) -> bool {
        self.bytes <= INPUT_LIMIT_BYTES && self.lines <= INPUT_LIMIT_LINES
    }
}

fn write(diff: &TextDiff<'_, '_, str>, limits: DiffLimits) -> UnifiedDiff {
    let mut out = BoundedText::new(limits);
    let (mut added, mut removed) = (0, 0);
    for hunk in diff.unified_diff().context_radius(limits.context).iter_hunks() {
        out.push("", &hunk.header().to_string());
        for change in hunk.iter_changes() {
            let sign = match change.tag() {
                ChangeTag::Equal => " ",
                ChangeTag::Insert => "+",
                ChangeTag::Delete => "-",
            };
            added += usize::from(change.tag() == ChangeTag::Insert);
            removed += usize::from(change.tag() == ChangeTag::Delete);
            out.push(sign, change.value());
            if change.missing_newline() {
                out.push("", "\\ No newline at end of file");
            }
        }
    }
    let cut = out.cut();
    UnifiedDiff { text: out.text, added, removed, cut }
}

/// Takes lines until a limit is reached, then only counts them.
struct BoundedText {
    text: String,
    shown: usize,
    total: usize,
    max_lines: usize,
    max_bytes: usize,
    full: bool,
}

impl BoundedText {
    fn new(limits: DiffLimits) -> Self {
        let max_bytes = limits.bytes.min(OUTPUT_LIMIT_BYTES);
        Self { text: String::new(), shown: 0, total: 0, max_lines: limits.lines, max_bytes, full: false }
    }

    fn push(&mut self, sign: &str, line: &str) {
        self.total += 1;
        let line = line.strip_suffix('\n').unwrap_or(line);
        let fits = self.shown < self.max_lines && self.text.len() + sign.len() + line.len() < self.max_bytes;
        self.full = self.full || !fits;
        if self.full {
            return;
        }
        self.text.push_str(sign);
        self.text.push_str(line);
        self.text.push('\n');
        self.shown += 1;
    }

    fn cut(&self) -> Option<Cut> {
        self.full.then_some(Cut { shown: self.shown, total: self.total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(before: &str, after: &str, limits: DiffLimits) -> UnifiedDiff {
        match unified_diff(before, after, limits) {
            Difference::Changed(diff) => diff,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn equal_texts_are_the_same() {
        assert_eq!(unified_diff("a\nb\n", "a\nb\n", DiffLimits::default()), Difference::Same);
    }

    #[test]
    fn one_changed_line_is_one_hunk() {
        let diff = changed("a\nb\nc\n", "a\nB\nc\n", DiffLimits::default());
        assert_eq!(diff.text, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
        assert_eq!((diff.added, diff.removed, diff.cut), (1, 1, None));
    }

    #[test]
    fn missing_final_newline_is_told() {
        let diff = changed("a\n", "a", DiffLimits::default());
        assert!(diff.text.ends_with("+a\n\\ No newline at end of file\n"), "{}", diff.text);
    }

    #[test]
    fn carriage_returns_are_a_change() {
        assert_eq!(changed("a\r\n", "a\n", DiffLimits::default()).added, 1);
    }

    #[test]
    fn cut_diff_tells_how_much_is_shown_and_still_counts_everything() {
        let after: String = (0..100).map(|n| format!("line {n}\n")).collect();
        let diff = changed("", &after, DiffLimits { lines: 10, ..DiffLimits::default() });
        assert_eq!(diff.text.lines().count(), 10);
        assert_eq!((diff.added, diff.cut), (100, Some(Cut { shown: 10, total: 101 })));
    }

    #[test]
    fn one_giant_line_does_not_pass_the_byte_limit() {
        let diff = changed("", &"x".repeat(600_000), DiffLimits { bytes: usize::MAX, ..DiffLimits::default() });
        assert!(diff.text.len() <= OUTPUT_LIMIT_BYTES);
        assert_eq!(diff.cut.map(|cut| cut.shown), Some(1));
    }

    #[test]
    fn texts_beyond_the_limits_are_not_compared() {
        let large = "x\n".repeat(INPUT_LIMIT_LINES + 1);
        assert!(matches!(unified_diff("", &large, DiffLimits::default()), Difference::TooLarge { .. }));
    }

    #[test]
    fn worst_case_within_the_limits_ends_soon() {
        // Interleaved permutations of the same few lines are the expensive case of line diffs.
        let old: String = (0..INPUT_LIMIT_LINES).map(|n| format!("{}\n", n * 7919 % 97)).collect();
        let new: String = (0..INPUT_LIMIT_LINES).map(|n| format!("{}\n", n * 104_729 % 89)).collect();
        let diff = changed(&old, &new, DiffLimits::default());
        assert_eq!(diff.cut.map(|cut| cut.shown), Some(2_000));
    }

    proptest::proptest! {
        #[test]
        fn added_minus_removed_is_the_growth_in_lines(before in "([abc]\n){0,30}", after in "([abc]\n){0,30}") {
            let growth = i64::try_from(after.lines().count()).unwrap() - i64::try_from(before.lines().count()).unwrap();
            let counted = match unified_diff(&before, &after, DiffLimits::default()) {
                Difference::Changed(diff) => i64::try_from(diff.added).unwrap() - i64::try_from(diff.removed).unwrap(),
                _ => 0,
            };
            proptest::prop_assert_eq!(counted, growth);
        }
    }
}
