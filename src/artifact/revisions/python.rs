//! Python as tokens: enough to know strings and comments from code, and where a bracket closes. Not a parser.
//!
//! The Python Language Reference, 2 "Lexical analysis".

/// A token and the line it begins on, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub line: usize,
    pub kind: Kind<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Name(&'a str),
    /// A string; none where its text is known only at run time (`f"{x}"`), is made of bytes, or has escapes.
    Text(Option<&'a str>),
    /// A sign, or a digit that stands for a number.
    Sign(char),
    /// The end of a logical line.
    End,
}

/// The tokens of a source, and the line of a string that never ends, after which there are none.
pub(super) fn tokens(source: &str) -> (Vec<Token<'_>>, Option<usize>) {
    let mut reader = Reader { rest: source, line: 1, depth: 0, tokens: Vec::new() };
    let unended = reader.read();
    (reader.tokens, unended)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    /// Open brackets; line ends within are no ends.
    depth: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Reader<'a> {
    /// Every turn takes at least one character.
    fn read(&mut self) -> Option<usize> {
        while let Some(first) = self.rest.chars().next() {
            match first {
                '\n' => self.line_end(),
                '#' => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
                '\\' if self.continues_line() => {
                    self.skip(self.rest.find('\n').map_or(self.rest.len(), |end| end + 1));
                    self.line += 1;
                }
                '\'' | '"' => {
                    if !self.string("") {
                        return Some(self.line);
                    }
                }
                _ if first.is_whitespace() => self.skip(first.len_utf8()),
                _ if first.is_alphabetic() || first == '_' => {
                    if !self.name_or_string() {
                        return Some(self.line);
                    }
                }
                _ if first.is_ascii_digit() => {
                    self.push(Kind::Sign('0'));
                    self.skip(word(self.rest));
                }
                _ => self.sign(first),
            }
        }
        None
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn push(&mut self, kind: Kind<'a>) {
        self.tokens.push(Token { line: self.line, kind });
    }

    fn line_end(&mut self) {
        if self.depth == 0 {
            self.push(Kind::End);
        }
        self.line += 1;
        self.skip(1);
    }

    /// A backslash with nothing but the end of the line behind it.
    fn continues_line(&self) -> bool {
        self.rest.get(1..).is_some_and(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"))
    }

    fn sign(&mut self, sign: char) {
        match sign {
            '(' | '[' | '{' => self.depth += 1,
            ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.push(Kind::Sign(sign));
        self.skip(sign.len_utf8());
    }

    fn name_or_string(&mut self) -> bool {
        let length = word(self.rest);
        let name = self.rest.get(..length).unwrap_or_default();
        let is_quote = self.rest.get(length..).is_some_and(|rest| rest.starts_with(['\'', '"']));
        self.skip(length);
        if is_quote && length <= 2 && name.chars().all(|letter| "rRbBuUfFtT".contains(letter)) {
            return self.string(name);
        }
        self.push(Kind::Name(name));
        true
    }

    /// A string whose opening quote comes next. False when it never ends; a string of one line ends with it.
    fn string(&mut self, prefix: &str) -> bool {
        let quote = if self.rest.starts_with('"') { '"' } else { '\'' };
        let triple = if quote == '"' { "\"\"\"" } else { "'''" };
        let close = if self.rest.starts_with(triple) { triple } else { triple.get(..1).unwrap_or_default() };
        let body = self.rest.get(close.len()..).unwrap_or_default();
        let Some(length) = string_length(body, close) else { return false };
        let inside = body.get(..length).unwrap_or_default();
        self.push(Kind::Text(literal(prefix, inside)));
        self.line += inside.matches('\n').count();
        let closing = if body.get(length..).is_some_and(|rest| rest.starts_with(close)) { close.len() } else { 0 };
        self.skip(close.len() + length + closing);
        true
    }
}

/// Bytes of a name or number.
fn word(text: &str) -> usize {
    text.char_indices()
        .find(|(_, letter)| !letter.is_alphanumeric() && *letter != '_')
        .map_or(text.len(), |(offset, _)| offset)
}

/// Bytes up to the closing quote, or to the end of the line where a line ends the string. None where nothing does.
fn string_length(body: &str, close: &str) -> Option<usize> {
    let is_of_one_line = close.len() == 1;
    let mut is_escaped = false;
    for (offset, byte) in body.bytes().enumerate() {
        let ends = || body.as_bytes().get(offset..).is_some_and(|rest| rest.starts_with(close.as_bytes()));
        if !is_escaped && ((byte == b'\n' && is_of_one_line) || ends()) {
            return Some(offset);
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    is_of_one_line.then_some(body.len())
}

fn literal<'a>(prefix: &str, inside: &'a str) -> Option<&'a str> {
    let has = |letters: &str| prefix.chars().any(|letter| letters.contains(letter));
    let is_made = has("bB") || inside.contains('\\') || (has("fFtT") && inside.contains('{'));
    (!is_made).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<Kind<'_>> {
        tokens(source).0.into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn strings_and_comments_are_no_code() {
        assert_eq!(kinds("a # b('c')\n"), [Kind::Name("a"), Kind::End]);
        assert_eq!(kinds("'''a\nb('c')'''"), [Kind::Text(Some("a\nb('c')"))]);
        assert_eq!(kinds(r#"'it''s' "x'y""#), [Kind::Text(Some("it")), Kind::Text(Some("s")), Kind::Text(Some("x'y"))]);
        assert_eq!(kinds(r"'a\'b'"), [Kind::Text(None)]);
    }

    #[test]
    fn prefixes_say_what_is_known() {
        assert_eq!(kinds("r'a' U'b' f'c'"), [Kind::Text(Some("a")), Kind::Text(Some("b")), Kind::Text(Some("c"))]);
        assert_eq!(kinds("f'{a}' b'a' Rb'a'"), [Kind::Text(None), Kind::Text(None), Kind::Text(None)]);
        assert_eq!(kinds("bar'a'"), [Kind::Name("bar"), Kind::Text(Some("a"))]);
    }

    #[test]
    fn lines_are_counted_and_ends_within_brackets_are_none() {
        let (found, unended) = tokens("a(\n'''x\ny''',\n b) \\\n c\nd");
        let lines: Vec<_> = found.iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 1, 2, 3, 4, 4, 5, 5, 6]);
        assert_eq!(found.iter().filter(|token| token.kind == Kind::End).count(), 1);
        assert_eq!(unended, None);
    }

    #[test]
    fn string_of_one_line_ends_with_it_and_one_of_many_must_end() {
        assert_eq!(kinds("don't\nx"), [Kind::Name("don"), Kind::Text(Some("t")), Kind::End, Kind::Name("x")]);
        assert_eq!(tokens("a\n'''b\nc").1, Some(2));
        assert_eq!(tokens("'a").1, None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[a-c'\"\\\\#()\\[\\]{}=,. \n\r\u{e9}\u{2028}frb0]{0,60}") {
            tokens(&text);
        }
    }
}
