//! Strangers' text in Markdown, so that it stays text.
//!
//! GitHub links and mentions after Markdown was rendered, so a backslash keeps it from neither: characters that start such
//! things are replaced by look-alikes. What is left is that a commit's id may lead to that commit of the same repository.
//!
//! GitHub: [Autolinked references and URLs](https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls),
//! [GitHub Flavored Markdown](https://github.github.com/gfm/).

use crate::artifact::text::{cut, visible_lines};
use crate::checks::words::plain;

/// A sentence of strangers, of at most `max` characters before it is escaped. May stand anywhere in a line or a table.
pub fn prose(text: &str, max: usize) -> String {
    let plain = plain(text, max);
    let mut out = String::with_capacity(plain.len());
    let mut before = Before::default();
    let mut rest = plain.chars().peekable();
    while let Some(c) = rest.next() {
        push(&mut out, c, &before, rest.peek().copied());
        before.push(c);
    }
    out
}

/// The characters that stand just before another one, in lower case.
#[derive(Debug, Default)]
struct Before {
    last: [char; 3],
    /// Nothing but digits so far: a dot or a bracket would make a list of it.
    is_number: bool,
    has_any: bool,
}

impl Before {
    fn push(&mut self, c: char) {
        self.is_number = c.is_ascii_digit() && (self.is_number || !self.has_any);
        self.has_any = true;
        let [_, b, c_before] = self.last;
        self.last = [b, c_before, c.to_ascii_lowercase()];
    }

    fn ends_with(&self, end: [char; 2]) -> bool {
        let [_, a, b] = self.last;
        [a, b] == end
    }

    fn digit(&self) -> bool {
        let [_, _, last] = self.last;
        last.is_ascii_digit()
    }
}

fn push(out: &mut String, c: char, before: &Before, next: Option<char>) {
    let is_joined = next.is_some_and(|next| !next.is_whitespace());
    let before_digit = next.is_some_and(|next| next.is_ascii_digit());
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '|' => out.push_str("&#124;"),
        '\\' | '`' | '*' | '_' | '~' | '[' | ']' => out.extend(['\\', c]),
        '@' => out.push('＠'),
        '$' => out.push('＄'),
        '#' if is_joined => out.push('＃'),
        // `name:` with a space behind it and `12:00` stay; `https://` and `:tada:` do not.
        ':' if is_joined && !(before.digit() && before_digit) => out.push('∶'),
        '.' if before.last == ['w'; 3] => out.push('․'),
        '-' if before.ends_with(['g', 'h']) && before_digit => out.push('‑'),
        '-' | '+' | '=' | '#' if !before.has_any => out.extend(['\\', c]),
        '.' | ')' if before.is_number && !is_joined => out.extend(['\\', c]),
        _ => out.push(c),
    }
}

/// A value of strangers, letter for letter in a code span: nothing is looked for there.
pub fn code(text: &str, max: usize) -> String {
    let plain = plain(text, max).replace('`', "ˋ");
    if plain.trim().is_empty() { "(empty)".to_owned() } else { format!("`{plain}`") }
}

/// The same in a table, which is cut at its bars before anything else is read.
pub(super) fn cell(text: &str, max: usize) -> String {
    code(text, max).replace('|', "∣")
}

/// A text's lines as they may stand between [`fence`]s, each of at most `max` characters.
pub(super) fn fenced(text: &str, max: usize) -> Vec<String> {
    let shown = visible_lines(text);
    // A line of nothing but backticks could only be outdone by a longer fence.
    let shown = if longest_run(&shown) > MAX_FENCE - 1 { shown.replace('`', "ˋ") } else { shown };
    shown.lines().map(|line| cut(line, max).into_owned()).collect()
}

/// Longest fence, in backticks.
const MAX_FENCE: usize = 20;

/// A fence that none of these lines can end.
pub(super) fn fence(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    "`".repeat(longest.saturating_add(1).clamp(3, MAX_FENCE))
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0_usize, 0_usize);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A link to a page of the forge. The address is built by its adapter; one with anything unusual in it is left out.
pub fn link(words: &str, url: &str) -> Option<String> {
    const MAX_URL_CHARS: usize = 1_000;
    let usual = |c: char| c.is_ascii_alphanumeric() || "-._~:/?=&%+,".contains(c);
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    (is_web && url.len() <= MAX_URL_CHARS && url.chars().all(usual)).then(|| format!("[{words}]({url})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_stay_readable_and_do_nothing() {
        for (text, expected) in [
            ("@mona a@b.example", "＠mona a＠b.example"),
            ("see https://evil.example, www.evil.example", "see https∶//evil.example, www․evil.example"),
            ("[ok](x) ![p](y) <img> &lt;", "\\[ok\\](x) !\\[p\\](y) &lt;img&gt; &amp;lt;"),
            ("a | b `c` *d* snake_case ~e~ \\", "a &#124; b \\`c\\` \\*d\\* snake\\_case \\~e\\~ \\\\"),
            ("# Approved #12 GH-12 :tada: at 12:00: ok", "\\# Approved ＃12 GH‑12 ∶tada: at 12:00: ok"),
            ("- a", "\\- a"),
            ("1. a 2. b", "1\\. a 2. b"),
            ("10) a", "10\\) a"),
            ("$x$", "＄x＄"),
            ("a\nb\u{202e}", "a\\\\u{a}b\\\\u{202e}"),
            ("0.913 – 2 % (worse)", "0.913 – 2 % (worse)"),
        ] {
            assert_eq!(prose(text, 200), expected);
        }
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(code("a`b``c|d", 20), "`aˋbˋˋc|d`");
        assert_eq!(cell("a|b", 20), "`a∣b`");
        assert_eq!(code(" ", 20), "(empty)");
        assert_eq!(code("abcdef", 4), "`abc…`");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let lines = fenced("+````\n ```\n-a", 100);
        assert_eq!((lines.len(), fence(&lines)), (3, "`````".to_owned()));
        let flood = fenced(&format!("{}\n@mona", "`".repeat(5_000)), 100);
        assert_eq!(fence(&flood), "```");
        assert_eq!(flood[0].chars().count(), 100);
    }

    #[test]
    fn only_plain_web_addresses_are_linked() {
        let url = "https://github.com/acme/sentiment/compare/a1...e4";
        assert_eq!(link("Compare", url).unwrap(), format!("[Compare]({url})"));
        for wrong in
            ["javascript:alert(1)", "https://a.example/(x)", "https://a.example/ b", "https://a.example/<b>", ""]
        {
            assert_eq!(link("Compare", wrong), None, "{wrong}");
        }
    }
}
