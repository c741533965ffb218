//! The part of Python's literals that numpy's headers are made of.

/// Lists in lists; structured types nest a few levels.
const DEPTH_LIMIT: usize = 32;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Int(u64),
    Bool(bool),
    None,
    Tuple(Vec<Literal>),
    List(Vec<Literal>),
    /// In file order, with whatever is there twice. Keys are texts.
    Dict(Vec<(String, Literal)>),
}

/// Parses a text that is one literal, with blanks around it. Its length bounds work and memory.
pub(super) fn parse(text: &str) -> Result<Literal, String> {
    let mut parser = Parser { rest: text, length: text.len() };
    let literal = parser.value(0)?;
    parser.skip_blanks();
    if parser.rest.is_empty() { Ok(literal) } else { Err(parser.unexpected()) }
}

struct Parser<'a> {
    rest: &'a str,
    length: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Literal, String> {
        if depth > DEPTH_LIMIT {
            return Err(format!("more than {DEPTH_LIMIT} lists inside each other"));
        }
        self.skip_blanks();
        let first = self.rest.chars().next().ok_or_else(|| "it ends early".to_owned())?;
        match first {
            '{' => self.dict(depth),
            '(' => self.tuple(depth),
            '[' => self.items(']', depth).map(|(items, _)| Literal::List(items)),
            '\'' | '"' => self.text().map(Literal::Text),
            // Python 2 and 3 mark texts; bytes would be no name.
            'u' if self.rest.starts_with("u'") || self.rest.starts_with("u\"") => {
                self.take("u");
                self.text().map(Literal::Text)
            }
            '0'..='9' => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Literal, String> {
        let words = [("True", Literal::Bool(true)), ("False", Literal::Bool(false)), ("None", Literal::None)];
        for (word, literal) in words {
            if self.take(word) {
                return Ok(literal);
            }
        }
        Err(self.unexpected())
    }

    /// Decimal digits; Python 2 ended long ones in `L`.
    fn number(&mut self) -> Result<Literal, String> {
        let digits = self.rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        let number = digits.parse().map_err(|_| "a number that is too large".to_owned())?;
        self.take(digits);
        self.take("L");
        Ok(Literal::Int(number))
    }

    fn text(&mut self) -> Result<String, String> {
        let quote = if self.take("'") { '\'' } else { '"' };
        if quote == '"' && !self.take("\"") {
            return Err(self.unexpected());
        }
        let mut text = String::new();
        loop {
            let next = self.rest.chars().next().ok_or_else(|| "a text that does not end".to_owned())?;
            self.advance(next.len_utf8());
            match next {
                _ if next == quote => return Ok(text),
                '\n' | '\r' => return Err("a text that does not end on its line".to_owned()),
                '\\' => text.push(self.escaped()?),
                _ => text.push(next),
            }
        }
    }

    /// What follows a backslash: a quote, a backslash, or a character by its number.
    fn escaped(&mut self) -> Result<char, String> {
        for (letter, digits) in [("x", 2), ("u", 4), ("U", 8)] {
            if self.take(letter) {
                let number = self.rest.get(..digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let c = number.and_then(char::from_u32).ok_or_else(|| self.unexpected())?;
                self.advance(digits);
                return Ok(c);
            }
        }
        for (letter, c) in [("\\", '\\'), ("'", '\''), ("\"", '"'), ("n", '\n'), ("t", '\t')] {
            if self.take(letter) {
                return Ok(c);
            }
        }
        Err(self.unexpected())
    }

    fn dict(&mut self, depth: usize) -> Result<Literal, String> {
        self.take("{");
        let mut entries = Vec::new();
        loop {
            self.skip_blanks();
            if self.take("}") {
                return Ok(Literal::Dict(entries));
            }
            let Literal::Text(key) = self.value(depth.saturating_add(1))? else {
                return Err("a key that is no text".to_owned());
            };
            self.skip_blanks();
            if !self.take(":") {
                return Err(self.unexpected());
            }
            entries.push((key, self.value(depth.saturating_add(1))?));
            self.comma_or("}")?;
        }
    }

    /// A tuple, or one value in parentheses.
    fn tuple(&mut self, depth: usize) -> Result<Literal, String> {
        let (mut items, ends_in_comma) = self.items(')', depth)?;
        match items.pop() {
            Some(only) if items.is_empty() && !ends_in_comma => Ok(only),
            last => {
                items.extend(last);
                Ok(Literal::Tuple(items))
            }
        }
    }

    fn items(&mut self, close: char, depth: usize) -> Result<(Vec<Literal>, bool), String> {
        self.advance(1);
        let mut buffer = [0; 4];
        let close = close.encode_utf8(&mut buffer);
        let (mut items, mut ends_in_comma) = (Vec::new(), false);
        loop {
            self.skip_blanks();
            if self.take(close) {
                return Ok((items, ends_in_comma));
            }
            items.push(self.value(depth.saturating_add(1))?);
            ends_in_comma = self.comma_or(close)?;
        }
    }

    /// A comma, or the closing bracket ahead.
    fn comma_or(&mut self, close: &str) -> Result<bool, String> {
        self.skip_blanks();
        let comma = self.take(",");
        if comma || self.rest.starts_with(close) { Ok(comma) } else { Err(self.unexpected()) }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
    }

    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn unexpected(&self) -> String {
        let at = self.length.saturating_sub(self.rest.len());
        let found =
            self.rest.chars().next().map_or_else(|| "its end".to_owned(), |c| format!("`{}`", c.escape_default()));
        format!("{found} at character {at} is not expected")
    }
}
