//! The text of a heading without its markup.

/// `**Bias** and [limits](#l) <a id="x"></a>` -> `Bias and limits`.
pub(super) fn plain_text(markup: &str) -> String {
    let mut out = String::with_capacity(markup.len());
    let mut rest = markup.trim();
    while let Some(c) = rest.chars().next() {
        rest = match special(c, rest, &out) {
            Some((text, after)) => {
                out.push_str(text);
                after
            }
            None => {
                out.push(c);
                rest.get(c.len_utf8()..).unwrap_or_default()
            }
        };
    }
    out.trim().to_owned()
}

/// The text that a piece of markup at the start of `rest` stands for, and what follows it.
fn special<'a>(c: char, rest: &'a str, before: &str) -> Option<(&'a str, &'a str)> {
    match c {
        '\\' => escaped(rest),
        '*' | '`' => Some(("", rest.get(1..)?)),
        '_' if is_emphasis(rest, before) => Some(("", rest.get(1..)?)),
        '!' if rest.starts_with("![") => link(rest.get(1..)?).map(|(_, after)| ("", after)),
        '[' => link(rest),
        '<' => tag(rest).map(|after| ("", after)),
        '&' => entity(rest),
        _ => None,
    }
}

/// Longest piece of markup looked at; keeps hostile headings cheap.
const LOOK: usize = 500;

fn find(rest: &str, needle: &str) -> Option<usize> {
    let mut end = rest.len().min(LOOK);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    rest.get(..end)?.find(needle)
}

fn escaped(rest: &str) -> Option<(&str, &str)> {
    rest.chars().nth(1).filter(char::is_ascii_punctuation).and_then(|_| Some((rest.get(1..2)?, rest.get(2..)?)))
}

/// An underscore inside a word is a letter.
fn is_emphasis(rest: &str, before: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !(is_word(before.chars().next_back()) && is_word(rest.trim_start_matches('_').chars().next()))
}

/// `[text](target)`.
fn link(rest: &str) -> Option<(&str, &str)> {
    let middle = find(rest, "](")?;
    let target = rest.get(middle + 2..)?;
    let end = find(target, ")")?;
    Some((rest.get(1..middle)?, target.get(end + 1..)?))
}

fn tag(rest: &str) -> Option<&str> {
    let starts = rest.chars().nth(1).is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
    let end = find(rest, ">")?;
    if starts { rest.get(end + 1..) } else { None }
}

fn entity(rest: &str) -> Option<(&'static str, &str)> {
    const KNOWN: [(&str, &str); 6] =
        [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", "\u{a0}")];
    KNOWN.iter().find_map(|(name, text)| Some((*text, rest.strip_prefix(name)?)))
}
