//! Lines for a terminal: wrapped between words, never wider than asked, indented under a label.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;

use super::width::{grapheme, width};

/// Narrowest and widest lines written, in columns.
const MIN_COLUMNS: usize = 40;
const MAX_COLUMNS: usize = 200;
/// Columns a text keeps beside its label, at the least.
const MIN_TEXT_COLUMNS: usize = 16;

/// How a label looks where there is colour. The words alone say everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    Bold,
    Dim,
    Alarm,
    Warning,
    Good,
}

impl Look {
    /// The parameter of the terminal's "select graphic rendition".
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Bold => Some("1"),
            Self::Dim => Some("2"),
            Self::Alarm => Some("1;31"),
            Self::Warning => Some("33"),
            Self::Good => Some("1;32"),
        }
    }
}

/// What is written so far.
#[derive(Debug)]
pub(crate) struct Screen {
    columns: usize,
    has_colour: bool,
    out: String,
}

impl Screen {
    pub(crate) fn new(columns: usize, has_colour: bool) -> Self {
        Self { columns: columns.clamp(MIN_COLUMNS, MAX_COLUMNS), has_colour, out: String::new() }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    pub(crate) fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Text over the whole width.
    pub(crate) fn line(&mut self, look: Look, text: &str) {
        for line in wrapped(text, self.columns) {
            self.written(0, look, &line);
            self.out.push('\n');
        }
    }

    /// `  label  text`, with the text in a column of its own that starts after `room` columns of label.
    pub(crate) fn item(&mut self, look: Look, label: &str, room: usize, text: &str) {
        let room = room.min(self.columns.saturating_sub(INDENT + GAP + MIN_TEXT_COLUMNS));
        let start = INDENT + room + GAP;
        let mut labels = wrapped(label, self.columns - INDENT);
        let beside = labels.pop_if(|last| width(last) <= room);
        for label in labels {
            self.written(INDENT, look, &label);
            self.out.push('\n');
        }
        let mut label = beside.unwrap_or_default();
        for line in wrapped(text, self.columns - start) {
            let used = INDENT + width(&label);
            self.written(if label.is_empty() { 0 } else { INDENT }, look, &label);
            let used = if label.is_empty() { 0 } else { used };
            self.out.extend(std::iter::repeat_n(' ', start - used));
            self.out.push_str(&line);
            self.out.push('\n');
            label.clear();
        }
    }

    /// `label  text`, on one line however long it is: paths are copied from it.
    pub(crate) fn row(&mut self, look: Look, label: &str, room: usize, text: &str) {
        self.written(0, look, label);
        let gap = room.saturating_sub(width(label)).saturating_add(GAP);
        self.out.extend(std::iter::repeat_n(' ', gap));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn written(&mut self, indent: usize, look: Look, text: &str) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        match look.code().filter(|_| self.has_colour && !text.is_empty()) {
            Some(code) => self.out.extend(["\u{1b}[", code, "m", text, "\u{1b}[0m"]),
            None => self.out.push_str(text),
        }
    }
}

/// Columns before a label, and between it and its text.
const INDENT: usize = 2;
const GAP: usize = 2;

/// The words of a text; a percent sign stays with its number.
fn words(text: &str) -> Vec<Cow<'_, str>> {
    let mut words: Vec<Cow<'_, str>> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(number) if word.starts_with('%') => *number = Cow::Owned(format!("{number} {word}")),
            _ => words.push(Cow::Borrowed(word)),
        }
    }
    words
}

/// Lines of at most `columns` columns, broken between words, and inside of words that are wider; at least one.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in words(text) {
        let word = word.as_ref();
        let needed = width(word);
        let gap = usize::from(used > 0);
        if used > 0 && used + gap + needed > columns {
            lines.push(String::new());
            used = 0;
        }
        if used > 0 {
            push(&mut lines, " ");
            used += 1;
        }
        if used + needed <= columns {
            push(&mut lines, word);
            used += needed;
        } else {
            used = broken(&mut lines, word, columns);
        }
    }
    lines
}

/// Writes a word that is wider than a line, and says how far its last line reaches.
fn broken(lines: &mut Vec<String>, word: &str, columns: usize) -> usize {
    let mut used = 0;
    for part in word.graphemes(true) {
        // A stack of marks and joined pictures may be wider than a line by itself.
        let part = if grapheme(part) > columns { "…" } else { part };
        let needed = grapheme(part);
        if used + needed > columns {
            lines.push(String::new());
            used = 0;
        }
        push(lines, part);
        used += needed;
    }
    used
}

fn push(lines: &mut [String], text: &str) {
    if let Some(last) = lines.last_mut() {
        last.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_stand_in_their_own_column() {
        let mut screen = Screen::new(40, false);
        screen.item(Look::Bold, "high", 8, "Accuracy fell from 0.927 to 0.913 since then.");
        screen.item(Look::Plain, "a label that is far too long", 8, "text");
        let expected = "  high      Accuracy fell from 0.927 to\n            0.913 since then.\n  \
                        a label that is far too long\n            text\n";
        assert_eq!(screen.finish(), expected);
    }

    #[test]
    fn colour_is_added_around_words_that_stand_alone_without_it() {
        let written = |has_colour| {
            let mut screen = Screen::new(80, has_colour);
            screen.item(Look::Alarm, "high", 4, "text");
            screen.finish()
        };
        assert_eq!(written(true), "  \u{1b}[1;31mhigh\u{1b}[0m  text\n");
        assert_eq!(written(false), "  high  text\n");
    }

    #[test]
    fn words_wider_than_a_line_are_broken_between_characters() {
        assert_eq!(wrapped("a 日本日本日本 b", 6), ["a", "日本日", "本日本", "b"]);
        assert_eq!(wrapped("", 6), [""]);
    }

    #[test]
    fn a_percent_sign_stays_with_its_number() {
        assert_eq!(wrapped("at most 2 % (or so)", 10), ["at most", "2 % (or", "so)"]);
        assert_eq!(wrapped("% 2 %)", 5), ["%", "2 %)"]);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(label in "\\PC{0,90}", text in "\\PC{0,300}", columns in 0_usize..120, room in 0_usize..90) {
            let mut screen = Screen::new(columns, false);
            screen.item(Look::Plain, &label, room, &text);
            screen.line(Look::Plain, &text);
            for line in screen.finish().lines() {
                prop_assert!(width(line) <= columns.max(MIN_COLUMNS), "{line:?}");
            }
        }
    }
}
