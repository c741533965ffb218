//! How many columns of a terminal text takes.
//!
//! Unicode: UAX #11 (East Asian width). Where terminals differ, the larger number is taken.

use unicode_segmentation::UnicodeSegmentation as _;

/// Columns of a text without line ends.
pub(crate) fn width(text: &str) -> usize {
    text.graphemes(true).map(grapheme).sum()
}

/// Columns of what people see as one character. Some terminals draw the parts of a joined emoji side by side.
pub(crate) fn grapheme(grapheme: &str) -> usize {
    grapheme.chars().map(character).sum()
}

fn character(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' => 0,
        // Hangul, CJK, fullwidth forms, and everything that may be drawn as a picture.
        '\u{1100}'..='\u{115f}'
        | '\u{231a}'..='\u{23ff}'
        | '\u{2600}'..='\u{27bf}'
        | '\u{2b00}'..='\u{2bff}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe10}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{16fe0}'..='\u{18fff}'
        | '\u{1aff0}'..='\u{1b2ff}'
        | '\u{1f000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns_and_marks_none() {
        let widths = ["abc", "日本", "e\u{301}", "ＡＢ", "🦀", "→ · –", ""].map(width);
        assert_eq!(widths, [3, 4, 1, 4, 2, 5, 0]);
    }
}
