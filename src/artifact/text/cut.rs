//! Shortening text without breaking a character.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

/// At most `max` characters (Unicode scalar values) of `text`. What is longer is cut between graphemes and ends in `…`, which counts.
pub fn cut(text: &str, max: usize) -> Cow<'_, str> {
    if text.char_indices().nth(max).is_none() {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let mut short: String = leading_graphemes(text, room).collect();
    short.push('…');
    Cow::Owned(short)
}

/// Whole graphemes from the start, together at most `room` characters.
fn leading_graphemes(text: &str, room: usize) -> impl Iterator<Item = &str> {
    text.graphemes(true).scan(room, |left, grapheme| {
        *left = left.checked_sub(grapheme.chars().count())?;
        Some(grapheme)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_that_fits_is_borrowed() {
        assert!(matches!(cut("abc", 3), Cow::Borrowed("abc")));
        assert_eq!(cut("", 0), "");
    }

    #[test]
    fn longer_text_ends_in_an_ellipsis_within_the_limit() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abc", 1), "…");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn graphemes_are_never_split() {
        // An `e` with a combining accent, and a family emoji of seven characters.
        assert_eq!(cut("ae\u{301}xyz", 3), "a…");
        assert_eq!(cut("a👩‍👩‍👧‍👧bc", 5), "a…");
        // More combining marks than fit: nothing of them is shown.
        assert_eq!(cut(&format!("e{}", "\u{301}".repeat(50)), 10), "…");
    }

    proptest! {
        #[test]
        fn never_longer_than_asked_and_always_a_prefix(text in any::<String>(), max in 0_usize..40) {
            let short = cut(&text, max);
            prop_assert!(short.chars().count() <= max);
            let kept = short.strip_suffix('…').unwrap_or(&short);
            prop_assert!(short == text || text.starts_with(kept));
        }
    }
}
