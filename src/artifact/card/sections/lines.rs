//! A pass over the lines of a Markdown text that tells headings, text and hidden parts apart.

use std::borrow::Cow;

use super::html::{html_block, without_comments, without_tags};
use super::{Hiding, SECTION_LIMIT};

/// What the lines of a body are.
pub(super) struct Scan<'a> {
    pub headings: Vec<Heading>,
    /// What looks like a heading where none can be, at most [`SECTION_LIMIT`].
    pub hidden: Vec<(Hiding, Heading)>,
    /// For each line, the text a reader sees: nothing for headings, comments and blank lines.
    pub texts: Vec<Cow<'a, str>>,
}

/// A heading with its markup. Lines count from 0 within the body.
pub(super) struct Heading {
    pub text: String,
    pub level: u8,
    pub line: usize,
    /// First line below the heading.
    pub body: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn of(body: &'a str) -> Self {
        let mut pass = Pass::default();
        for line in body.lines() {
            pass.take(line.trim_end_matches('\r'));
        }
        Self { headings: pass.headings, hidden: pass.hidden, texts: pass.texts }
    }
}

#[derive(Default)]
struct Pass<'a> {
    headings: Vec<Heading>,
    hidden: Vec<(Hiding, Heading)>,
    texts: Vec<Cow<'a, str>>,
    inside: Inside,
    /// First line of the paragraph that is being read.
    paragraph: Option<usize>,
    /// In a list item or a quote: lines there end no paragraph of the body.
    in_container: bool,
    /// In a code fence inside a quote.
    in_quoted_fence: bool,
}

/// What a line starts in.
#[derive(Default, PartialEq, Eq)]
pub(super) enum Inside {
    #[default]
    Text,
    /// The fence's character and its length.
    Fence(u8, usize),
    /// Until a line holds this.
    HtmlUntil(&'static str),
    /// Until a blank line.
    HtmlUntilBlank,
    /// `<!--` without its `-->` so far.
    Comment,
}

impl<'a> Pass<'a> {
    fn take(&mut self, line: &'a str) {
        let seen = match self.inside {
            Inside::Text => return self.take_text(line),
            Inside::Fence(mark, length) => self.take_fenced(line, mark, length),
            Inside::HtmlUntil(end) => self.take_html(line, line.to_ascii_lowercase().contains(end)),
            Inside::HtmlUntilBlank => self.take_html(line, line.trim().is_empty()),
            Inside::Comment => {
                self.note_hidden(Hiding::Comment, line);
                self.outside_comments(line)
            }
        };
        self.texts.push(seen);
    }

    /// Notes what would be a heading elsewhere.
    fn note_hidden(&mut self, within: Hiding, line: &str) {
        let text = line.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
        if self.hidden.len() < SECTION_LIMIT
            && let Some((level, text)) = atx(text)
        {
            let line = self.texts.len();
            self.hidden.push((within, Heading { text, level, line, body: line + 1 }));
        }
    }

    fn take_fenced(&mut self, line: &'a str, mark: u8, length: usize) -> Cow<'a, str> {
        self.note_hidden(Hiding::Code, line);
        let closes =
            fence(line.trim_start()).is_some_and(|(m, l, info)| m == mark && l >= length && info.trim().is_empty());
        if closes {
            self.inside = Inside::Text;
        }
        Cow::Borrowed(line)
    }

    /// Text inside HTML is seen, comments inside it are not.
    fn take_html(&mut self, line: &'a str, is_last: bool) -> Cow<'a, str> {
        self.note_hidden(Hiding::Html, line);
        if is_last {
            self.inside = Inside::Text;
        }
        let mut after = Inside::Text;
        let seen = without_comments(line, &mut after);
        if after == Inside::Comment {
            self.inside = after;
        }
        without_tags(seen)
    }

    fn outside_comments(&mut self, line: &'a str) -> Cow<'a, str> {
        let seen = without_comments(line, &mut self.inside);
        without_tags(seen)
    }

    fn take_text(&mut self, line: &'a str) {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let text = line.trim();
        if text.is_empty() {
            self.paragraph = None;
            return self.texts.push(Cow::Borrowed(""));
        }
        let was_blank = self.paragraph.is_none();
        self.in_container = is_container(text) || (self.in_container && !(was_blank && indent == 0));
        let is_code = indent >= 4 && was_blank && !self.in_container;
        self.note_quoted_fence(text);
        if is_code || !(self.fence_opens(text) || self.heading(text, indent) || self.html_opens(line, text, indent)) {
            self.plain(line, text, is_code);
        }
    }

    fn fence_opens(&mut self, text: &'a str) -> bool {
        let Some((mark, length, info)) = fence(text) else {
            return false;
        };
        if mark == b'`' && info.contains('`') {
            return false;
        }
        self.inside = Inside::Fence(mark, length);
        self.paragraph = None;
        self.texts.push(Cow::Borrowed(text));
        true
    }

    fn heading(&mut self, text: &str, indent: usize) -> bool {
        if indent > 3 && !self.in_container {
            return false;
        }
        let line = self.texts.len();
        let quoted = if self.in_quoted_fence { "" } else { without_quote_marks(text) };
        let found = atx(quoted).map(|(level, text)| (level, text, line)).or_else(|| self.setext(text));
        let Some((level, text, first)) = found else {
            return false;
        };
        for own in self.texts.iter_mut().skip(first) {
            *own = Cow::Borrowed("");
        }
        self.headings.push(Heading { text, level, line: first, body: line + 1 });
        self.texts.push(Cow::Borrowed(""));
        self.paragraph = None;
        true
    }

    fn note_quoted_fence(&mut self, text: &str) {
        if !text.starts_with('>') {
            self.in_quoted_fence = false;
        } else if fence(without_quote_marks(text)).is_some() {
            self.in_quoted_fence = !self.in_quoted_fence;
        }
    }

    /// The paragraph above an underline is a heading.
    fn setext(&self, text: &str) -> Option<(u8, String, usize)> {
        let first = self.paragraph.filter(|_| !self.in_container)?;
        let level = match text.as_bytes() {
            [b'=', ..] if text.bytes().all(|byte| byte == b'=') => 1,
            [b'-', ..] if text.bytes().all(|byte| byte == b'-') => 2,
            _ => return None,
        };
        let words: Vec<&str> = self.texts.get(first..)?.iter().map(|line| line.trim()).collect();
        Some((level, words.join(" "), first))
    }

    fn html_opens(&mut self, line: &'a str, text: &str, indent: usize) -> bool {
        if indent > 3 || !text.starts_with('<') || text.starts_with("<!--") {
            return false;
        }
        let lower = text.to_ascii_lowercase();
        let interrupts = self.paragraph.is_some();
        let Some((kind, is_last)) = html_block(&lower, interrupts) else {
            return false;
        };
        self.inside = kind;
        self.paragraph = None;
        let seen = self.take_html(line, is_last);
        self.texts.push(seen);
        true
    }

    fn plain(&mut self, line: &'a str, text: &str, is_code: bool) {
        let starts_comment = text.starts_with("<!--");
        if is_code || starts_comment {
            self.note_hidden(if is_code { Hiding::Code } else { Hiding::Comment }, line);
        }
        let seen = if is_code { Cow::Borrowed(line) } else { self.outside_comments(line) };
        let is_rule = is_thematic_break(text);
        self.texts.push(if is_rule { Cow::Borrowed("") } else { seen });
        if is_code || is_rule || starts_comment {
            self.paragraph = None;
        } else {
            self.paragraph = self.paragraph.or(Some(self.texts.len().saturating_sub(1)));
        }
    }
}

/// The character, length and info string of a code fence.
fn fence(text: &str) -> Option<(u8, usize, &str)> {
    let mark = text.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = text.bytes().take_while(|byte| *byte == mark).count();
    (length >= 3).then(|| (mark, length, text.get(length..).unwrap_or_default()))
}

/// `> > # Title` -> `# Title`: headings count inside quotes too.
fn without_quote_marks(text: &str) -> &str {
    text.trim_start_matches(['>', ' ', '\t'])
}

fn atx(text: &str) -> Option<(u8, String)> {
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    let rest = text.get(level..)?;
    let is_heading = (1..=6).contains(&level) && (rest.is_empty() || rest.starts_with([' ', '\t']));
    let without_closing = rest.trim_end_matches('#');
    let rest =
        if without_closing.is_empty() || without_closing.ends_with([' ', '\t']) { without_closing } else { rest };
    is_heading.then(|| (u8::try_from(level).unwrap_or(6), rest.trim().to_owned()))
}

fn is_thematic_break(text: &str) -> bool {
    ['-', '*', '_']
        .iter()
        .any(|mark| text.matches(*mark).count() >= 3 && text.chars().all(|c| c == *mark || matches!(c, ' ' | '\t')))
}

/// A list item or a quote starts here.
fn is_container(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = digits > 0
        && digits < 10
        && text.get(digits..).is_some_and(|rest| rest.starts_with(". ") || rest.starts_with(") "));
    let bulleted = text.starts_with("- ") || text.starts_with("* ") || text.starts_with("+ ");
    text.starts_with('>') || numbered || (bulleted && !is_thematic_break(text))
}
