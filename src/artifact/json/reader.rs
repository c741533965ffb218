//! From text to values. Recursion is bounded by [`JSON_LIMIT_DEPTH`].

use super::{Document, Entry, JSON_LIMIT_DEPTH, JSON_LIMIT_VALUES, Node, Value};
use crate::artifact::problem::{Fault, Problem, ProblemKind, note};
use crate::artifact::text::quoted;

pub(super) fn read(text: &str) -> Result<Document, Fault> {
    let mut problems = Vec::new();
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => {
            let text = "the file starts with a byte order mark, which some readers refuse";
            note(&mut problems, ProblemKind::ByteOrderMark, 1, text);
            rest
        }
        None => text,
    };
    let mut reader =
        Reader { text, at: 0, line: 1, depth: 0, values_left: JSON_LIMIT_VALUES, told_constant: false, problems };
    let root = reader.value()?;
    reader.skip_blanks();
    if reader.at < text.len() {
        return Err(reader.fault("there is something behind the end of the JSON value"));
    }
    Ok(Document { root, problems: reader.problems })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    depth: usize,
    values_left: usize,
    /// `NaN` is told once per file.
    told_constant: bool,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Node, Fault> {
        self.skip_blanks();
        let line = self.line;
        let Some(left) = self.values_left.checked_sub(1) else {
            return Err(self.fault("the file holds too many values"));
        };
        self.values_left = left;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::map)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(b'N') => self.constant("NaN")?,
            Some(b'I') => self.constant("Infinity")?,
            Some(_) => return Err(self.fault("a value was expected")),
            None => return Err(self.fault("the file ends where a value was expected")),
        };
        Ok(Node { line, value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Fault>) -> Result<Value, Fault> {
        self.depth += 1;
        if self.depth > JSON_LIMIT_DEPTH {
            return Err(self.fault("the file is nested too deeply"));
        }
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self) -> Result<Value, Fault> {
        let mut items = Vec::new();
        if self.took(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.took(b']') {
                return Ok(Value::List(items));
            }
            self.expect(b',', "`,` or `]` was expected")?;
        }
    }

    fn map(&mut self) -> Result<Value, Fault> {
        let mut entries = Vec::new();
        if self.took(b'}') {
            return Ok(Value::Map(entries));
        }
        loop {
            self.skip_blanks();
            let line = self.line;
            if self.peek() != Some(b'"') {
                return Err(self.fault("a key in double quotes was expected"));
            }
            let key = self.string()?;
            self.expect(b':', "`:` was expected")?;
            entries.push(Entry { key, line, value: self.value()? });
            if self.took(b'}') {
                self.tell_duplicates(&entries);
                return Ok(Value::Map(entries));
            }
            self.expect(b',', "`,` or `}` was expected")?;
        }
    }

    fn tell_duplicates(&mut self, entries: &[Entry]) {
        let mut keys: Vec<(&str, usize)> = entries.iter().map(|entry| (entry.key.as_str(), entry.line)).collect();
        // Stable, so that equal keys stay in file order.
        keys.sort_by_key(|(key, _)| *key);
        for pair in keys.windows(2) {
            if let [(first, first_line), (second, line)] = pair
                && first == second
            {
                let key = quoted(second);
                let text = format!("duplicate key `{key}`, before on line {first_line}; most readers take the last");
                note(&mut self.problems, ProblemKind::ReadersDisagree, *line, text);
            }
        }
    }

    /// A number by the grammar of RFC 8259, or `-Infinity`.
    fn number(&mut self) -> Result<Value, Fault> {
        if self.rest().starts_with("-I") {
            return self.constant("-Infinity");
        }
        let length = number_length(self.rest().as_bytes()).ok_or_else(|| self.fault("a number is malformed"))?;
        let text = self.rest().get(..length).unwrap_or_default().to_owned();
        self.at += length;
        Ok(Value::Number(text))
    }

    fn constant(&mut self, word: &str) -> Result<Value, Fault> {
        let value = self.word(word, Value::Number(word.to_owned()))?;
        if !self.told_constant {
            self.told_constant = true;
            let text = format!("`{word}` is not JSON, and strict readers refuse the file");
            note(&mut self.problems, ProblemKind::ReadersDisagree, self.line, text);
        }
        Ok(value)
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Fault> {
        if !self.rest().starts_with(word) {
            return Err(self.fault("a value was expected"));
        }
        self.at += word.len();
        Ok(value)
    }

    /// A string, from its opening quote.
    fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\') || byte < 0x20);
            let plain = plain.ok_or_else(|| self.fault("a string has no end"))?;
            out.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.fault("a string holds a control character")),
            }
        }
    }

    /// An escape, from its backslash.
    fn escape(&mut self) -> Result<char, Fault> {
        let escaped = self.rest().as_bytes().get(1).copied();
        self.at += 2;
        let c = match escaped {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => {
                self.at = self.at.saturating_sub(2);
                return Err(self.fault("a string holds an unknown escape"));
            }
        };
        Ok(c)
    }

    /// What follows `\u`: four digits, and a second escape where they are half of a character.
    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let first = self.four_digits()?;
        if let Some(c) = char::from_u32(first) {
            return Ok(c);
        }
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.four_digits()?;
            if (0xdc00..0xe000).contains(&second) {
                let combined = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(combined).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        let text = "a string holds half of a character (a lone surrogate)";
        note(&mut self.problems, ProblemKind::ReadersDisagree, self.line, text);
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> Result<u32, Fault> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.fault("a string holds an unknown escape"))?;
        self.at += 4;
        Ok(code)
    }

    fn expect(&mut self, byte: u8, otherwise: &str) -> Result<(), Fault> {
        if self.took(byte) { Ok(()) } else { Err(self.fault(otherwise)) }
    }

    /// Skips blanks, then takes this byte if it is next.
    fn took(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn skip_blanks(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// `at` stands on a character's first byte wherever this is called.
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fault(&self, reason: &str) -> Fault {
        Fault::new(reason, self.line)
    }
}

/// Length in bytes of the JSON number that `bytes` starts with; none where digits are missing or a leading zero is followed
/// by more of them.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits_from =
        |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits_from(sign);
    if whole == 0 || (whole > 1 && bytes.get(sign) == Some(&b'0')) {
        return None;
    }
    let mut end = sign + whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits_from(end + 1);
        end += 1 + fraction;
        if fraction == 0 {
            return None;
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits_from(end + 1 + sign);
        end += 1 + sign + exponent;
        if exponent == 0 {
            return None;
        }
    }
    Some(end)
}
