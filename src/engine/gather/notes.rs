//! Cleans every text on its way into the evidence, and keeps book of what was seen in it and of what could not be had.

use std::collections::BTreeMap;

use crate::artifact::text::{
    confusable_words, cut, has_confusable, has_hidden, hidden_characters, mask_secrets, visible, visible_lines,
};
use crate::checks::{Gap, Sighting};

/// Longest title that is looked at, in characters.
const TITLE_WORK_CHARS: usize = 4_000;

#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) gaps: Vec<Gap>,
    hidden: BTreeMap<String, Sighting>,
    secrets: BTreeMap<String, Sighting>,
}

impl Notes {
    pub(super) fn gap(&mut self, subject: &str, value: Option<String>, message: String) {
        self.gaps.push(Gap { subject: subject.to_owned(), value, message });
    }

    /// Takes over what was noted elsewhere.
    pub(super) fn absorb(&mut self, other: Self) {
        self.gaps.extend(other.gaps);
        other.hidden.into_values().for_each(|sighting| see(&mut self.hidden, sighting));
        other.secrets.into_values().for_each(|sighting| see(&mut self.secrets, sighting));
    }

    pub(super) fn hidden(&self) -> Vec<Sighting> {
        self.hidden.values().cloned().collect()
    }

    pub(super) fn secrets(&self) -> Vec<Sighting> {
        self.secrets.values().cloned().collect()
    }

    /// One line from strangers: a title, a name, a path. `place` says where it stands.
    pub(super) fn line(&mut self, place: &str, text: &str, max_chars: usize) -> String {
        let text = cut(text, TITLE_WORK_CHARS);
        let (masked, secrets) = mask_secrets(&text);
        let sighting = Sighting { place: shown(place), line: None, is_code: false, is_new: true };
        if misleads(&text) {
            see(&mut self.hidden, sighting.clone());
        }
        if secrets > 0 {
            see(&mut self.secrets, sighting);
        }
        cut(&visible(&masked), max_chars).into_owned()
    }

    /// A unified diff of the file at `path`.
    pub(super) fn patch(&mut self, path: &str, text: &str, is_code: bool) -> String {
        let text = &without_uniform_returns(text);
        let (masked, secrets) = mask_secrets(text);
        let sighting = |line, is_new| Sighting { place: shown(path), line, is_code, is_new };
        if misleads(text) {
            let line = added_line(text, misleads);
            see(&mut self.hidden, sighting(line, line.is_some()));
        }
        if secrets > 0 {
            let line = added_line(text, |line| mask_secrets(line).1 > 0);
            let is_new = line.is_some() || mask_secrets(&added(text)).1 > 0;
            see(&mut self.secrets, sighting(line, is_new));
        }
        visible_lines(&masked)
    }

    /// A whole file on both sides: what is only on the live side is none of the proposed commit's.
    pub(super) fn file(&mut self, path: &str, before: Option<&str>, after: Option<&str>) {
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let sighting = |line, is_new| Sighting { place: shown(path), line, is_code: false, is_new };
        let count = |text: &str| hidden_characters(text).count() + confusable_words(text).count();
        let (old, new) = (count(before), count(after));
        let first = hidden_characters(after).map(|(offset, _)| offset);
        let first = first.chain(confusable_words(after).map(|(offset, _)| offset)).min();
        if let Some(offset) = first {
            see(&mut self.hidden, sighting(Some(line_at(after, offset)), new > old));
        }
        let (old, new) = (mask_secrets(before).1, mask_secrets(after).1);
        if new > 0 {
            let line = after.lines().position(|line| mask_secrets(line).1 > 0).map(|index| index + 1);
            see(&mut self.secrets, sighting(line, new > old));
        }
    }
}

/// Says something else than it seems to.
fn misleads(text: &str) -> bool {
    has_hidden(text) || has_confusable(text)
}

/// A text as it may be shown on several lines: masked, nothing hidden.
pub(super) fn clean_lines(text: &str) -> String {
    visible_lines(&mask_secrets(&without_uniform_returns(text)).0)
}

/// A path as it may be shown.
fn shown(path: &str) -> String {
    crate::checks::words::plain(path, super::changes::MAX_PATH_CHARS)
}

/// Seen twice in one place is one sighting.
fn see(seen: &mut BTreeMap<String, Sighting>, sighting: Sighting) {
    let known = seen.entry(sighting.place.clone()).or_insert_with(|| sighting.clone());
    known.line = known.line.or(sighting.line);
    known.is_code |= sighting.is_code;
    known.is_new |= sighting.is_new;
}

/// Where every line ends in `\r\n`, the returns say nothing and would only be in the way.
fn without_uniform_returns(text: &str) -> String {
    let is_content = |line: &&str| !line.starts_with("@@") && !line.starts_with("\\ No newline");
    let is_uniform = text.split_terminator('\n').filter(is_content).all(|line| line.ends_with('\r'));
    if is_uniform { text.replace("\r\n", "\n") } else { text.to_owned() }
}

/// The lines a diff adds, without their sign.
fn added(diff: &str) -> String {
    diff.lines().filter_map(|line| line.strip_prefix('+')).flat_map(|line| [line, "\n"]).collect()
}

/// Line in the new file of the first added line that `is_it`.
fn added_line(diff: &str, is_it: impl Fn(&str) -> bool) -> Option<usize> {
    let mut next = 1;
    for line in diff.split_terminator('\n') {
        if let Some(start) = hunk_start(line) {
            next = start;
        } else if let Some(text) = line.strip_prefix('+') {
            if is_it(text) {
                return Some(next);
            }
            next += 1;
        } else if line.starts_with(' ') {
            next += 1;
        }
    }
    None
}

/// `@@ -1,3 +7,4 @@` starts at line 7 of the new file.
fn hunk_start(line: &str) -> Option<usize> {
    let after = line.strip_prefix("@@ -")?.split_once(" +")?.1;
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    after.get(..digits)?.parse().ok()
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> String {
        format!("hf_{}", "a1B2".repeat(9))
    }

    #[test]
    fn a_secret_is_new_only_on_an_added_line() {
        let sighting = |sign: &str| {
            let mut notes = Notes::default();
            let shown = notes.patch("train.py", &format!("@@ -4,2 +7,2 @@\n x = 1\n{sign}key = {}\n", token()), true);
            assert!(!shown.contains(&token()), "{shown}");
            notes.secrets().remove(0)
        };
        assert_eq!((sighting("+").is_new, sighting("+").line), (true, Some(8)));
        assert!(!sighting("-").is_new && !sighting(" ").is_new);
    }

    #[test]
    fn the_same_place_is_seen_once_and_keeps_the_worst() {
        let mut notes = Notes::default();
        notes.file("README.md", Some("a\u{200b}"), Some("a\u{200b}"));
        assert!(!notes.hidden()[0].is_new);
        notes.patch("README.md", "@@ -1 +1 @@\n+b\u{202e}\n", false);
        assert_eq!((notes.hidden().len(), notes.hidden()[0].is_new), (1, true));
    }

    #[test]
    fn a_word_of_mixed_scripts_is_seen_and_written_out() {
        let mut notes = Notes::default();
        let shown = notes.line("title", "\u{430}ccuracy", 50);
        assert_eq!((shown.as_str(), notes.hidden().len()), ("\\u{430}ccuracy", 1));
    }

    #[test]
    fn windows_line_ends_are_no_noise_and_mixed_ones_are_shown() {
        assert_eq!(clean_lines("a\r\nb\r\n"), "a\nb\n");
        assert_eq!(clean_lines("a\r\nb\n"), "a\\u{d}\nb\n");
    }
}
