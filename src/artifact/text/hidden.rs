//! Characters that change what people read without being seen: bidirectional controls, zero-width characters, control characters.
//!
//! Unicode: UAX #9 (bidirectional controls), UTS #39 section 5 (invisible characters), UTS #51 (emoji joined by U+200D).

use std::fmt::Write;

/// `text` with every hidden character written out as `\u{202e}`, on one line: line ends and tabs are written out too, and so are
/// letters that make a word look like another (see [`super::confusable_words`]).
pub fn visible(text: &str) -> String {
    escape(text, |_| false)
}

/// Like [`visible`], keeping line feeds and tabs as they are.
pub fn visible_lines(text: &str) -> String {
    escape(text, is_layout)
}

/// Whether something in `text` is hidden. Line feeds, carriage returns before them, and tabs are not.
pub fn has_hidden(text: &str) -> bool {
    hidden_characters(text).next().is_some()
}

/// The hidden characters with their byte offsets.
pub fn hidden_characters(text: &str) -> impl Iterator<Item = (usize, char)> {
    // No character says anything about another line, and most lines are plain.
    let mut at = 0_usize;
    let lines = text.split_inclusive('\n').map(move |line| {
        let start = at;
        at = at.saturating_add(line.len());
        (start, line)
    });
    lines.filter(|(_, line)| !is_plain(line)).flat_map(|(start, line)| {
        let hidden = with_neighbours(line).filter(|(_, before, c, after)| {
            let is_line_end = *c == '\r' && *after == Some('\n');
            !is_layout(*c) && !is_line_end && is_hidden(*before, *c, *after)
        });
        hidden.map(move |(offset, _, c, _)| (start.saturating_add(offset), c))
    })
}

/// Letters, signs, spaces and tabs of ASCII, and line feeds.
fn is_plain(line: &str) -> bool {
    // A chunk is looked at as a whole: that is many bytes at a time.
    let mut chunks = line.as_bytes().chunks(64);
    chunks.all(|chunk| chunk.iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~' | b'\n' | b'\t')))
}

fn is_layout(c: char) -> bool {
    matches!(c, '\n' | '\t')
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut odd = super::confusable::odd_letters(text).peekable();
    for (offset, before, c, after) in with_neighbours(text) {
        if odd.next_if_eq(&offset).is_some() || (!keep(c) && is_hidden(before, c, after)) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Each character with its byte offset and the characters beside it.
fn with_neighbours(text: &str) -> impl Iterator<Item = (usize, Option<char>, char, Option<char>)> {
    let mut before = None;
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (offset, c) = rest.next()?;
        let item = (offset, before, c, rest.peek().map(|(_, after)| *after));
        before = Some(c);
        Some(item)
    })
}

fn is_hidden(before: Option<char>, c: char, after: Option<char>) -> bool {
    match c {
        '\u{200c}' | '\u{200d}' => !is_needed_joiner(before, c, after),
        '\u{fe0e}' | '\u{fe0f}' => !before.is_some_and(takes_emoji_style),
        _ => c.is_control() || is_invisible(c),
    }
}

/// Joiners are part of how some scripts are written and of composed emoji; anywhere else they only hide.
fn is_needed_joiner(before: Option<char>, c: char, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    let joins_emoji = c == '\u{200d}' && (is_emoji(before) || before == '\u{fe0f}') && is_emoji(after);
    joins_emoji || (is_joining_script(before) && is_joining_script(after))
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn takes_emoji_style(c: char) -> bool {
    is_emoji(c)
        || matches!(
            c,
            '0'..='9'
                | '#'
                | '*'
                | '©'
                | '®'
                | '\u{203c}'
                | '\u{2049}'
                | '\u{2122}'
                | '\u{2139}'
                | '\u{3030}'
                | '\u{303d}'
                | '\u{3297}'
                | '\u{3299}'
        )
}

/// Arabic and its neighbours, the scripts of India, Khmer, Mongolian.
fn is_joining_script(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1780}'..='\u{17dd}' | '\u{1820}'..='\u{18aa}')
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn right_to_left_override_is_written_out() {
        assert_eq!(visible("\u{202e}gnissap\u{202c}"), "\\u{202e}gnissap\\u{202c}");
        assert!(has_hidden("\u{202e}gnissap"));
    }

    #[test]
    fn nul_escape_zero_width_and_tag_characters_are_written_out() {
        let text = "a\0b\u{1b}[2Kc\u{200b}d\u{feff}e\u{e0041}f\u{85}";
        assert_eq!(visible(text), "a\\u{0}b\\u{1b}[2Kc\\u{200b}d\\u{feff}e\\u{e0041}f\\u{85}");
    }

    #[test]
    fn line_feeds_and_tabs_stay_only_where_asked() {
        assert_eq!(visible("a\n\tb"), "a\\u{a}\\u{9}b");
        assert_eq!(visible_lines("a\n\tb\rc"), "a\n\tb\\u{d}c");
        assert!(!has_hidden("a\r\n\tb\n"));
        assert!(has_hidden("good\rbad"));
    }

    #[test]
    fn ordinary_text_of_any_language_is_untouched() {
        for text in ["naïve Straße", "می‌خواهم", "क्‍ष", "👩‍👩‍👧 ❤️ 1️⃣ 🏳️‍🌈", "日本語 한국어", "±µ²"]
        {
            assert_eq!(visible(text), text);
            assert!(!has_hidden(text), "{text}");
        }
    }

    #[test]
    fn joiner_between_latin_letters_and_stacked_variation_selectors_are_hidden() {
        assert!(has_hidden("pay\u{200d}pal"));
        assert!(has_hidden("a\u{fe0f}"));
        assert!(has_hidden("😀\u{fe0f}\u{fe0f}"));
    }

    proptest! {
        #[test]
        fn visible_text_hides_nothing_and_stays_as_it_is(text in any::<String>()) {
            let once = visible(&text);
            prop_assert!(!has_hidden(&once));
            prop_assert_eq!(visible(&once), once);
        }
    }
}
