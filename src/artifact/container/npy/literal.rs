//! Python literals, as far as array headers use them.

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    Text(String),
    Whole(u64),
    /// List or tuple.
    List(Vec<Literal>),
    /// In file order; keys may repeat.
    Map(Vec<(Literal, Literal)>),
    /// `True`, `None`, a negative or other number.
    Other,
}

/// Levels of nesting.
const DEPTH_LIMIT: u8 = 32;

/// The whole text as one literal; none where it is anything else.
pub fn read(text: &str) -> Option<Literal> {
    let mut reader = Reader { rest: text };
    let literal = reader.value(0)?;
    reader.blanks();
    reader.rest.is_empty().then_some(literal)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn value(&mut self, depth: u8) -> Option<Literal> {
        if depth > DEPTH_LIMIT {
            return None;
        }
        self.blanks();
        match self.rest.chars().next()? {
            '{' => self.map(depth),
            '(' => self.list(depth, ')'),
            '[' => self.list(depth, ']'),
            '\'' | '"' | 'b' | 'u' | 'r' | 'B' | 'U' | 'R' => self.texts(),
            _ => self.word(),
        }
    }

    fn map(&mut self, depth: u8) -> Option<Literal> {
        self.take('{')?;
        let mut pairs = Vec::new();
        while !self.takes('}') {
            let key = self.value(depth + 1)?;
            self.take(':')?;
            pairs.push((key, self.value(depth + 1)?));
            if !self.takes(',') {
                self.take('}')?;
                break;
            }
        }
        Some(Literal::Map(pairs))
    }

    fn list(&mut self, depth: u8, close: char) -> Option<Literal> {
        self.skip_one();
        let mut items = Vec::new();
        while !self.takes(close) {
            items.push(self.value(depth + 1)?);
            if !self.takes(',') {
                self.take(close)?;
                break;
            }
        }
        Some(Literal::List(items))
    }

    /// Strings in a row are one string.
    fn texts(&mut self) -> Option<Literal> {
        let mut text = self.text()?;
        loop {
            self.blanks();
            if !self.rest.starts_with(['\'', '"']) {
                return Some(Literal::Text(text));
            }
            text.push_str(&self.text()?);
        }
    }

    fn text(&mut self) -> Option<String> {
        let prefix = self.rest.find(['\'', '"']).filter(|at| *at <= 2)?;
        self.rest = self.rest.get(prefix..)?;
        let quote = self.rest.chars().next()?;
        // Text over several lines does not occur in headers.
        if self.rest.chars().take(3).filter(|c| *c == quote).count() == 3 {
            return None;
        }
        self.skip_one();
        let mut text = String::new();
        loop {
            let c = self.rest.chars().next()?;
            self.skip_one();
            match c {
                '\\' => text.push(self.escape()?),
                c if c == quote => return Some(text),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        let (digits, radix) = match c {
            'x' => (2, 16),
            'u' => (4, 16),
            '0'..='7' => (self.rest.chars().take(3).take_while(|c| c.is_digit(8)).count(), 8),
            '\\' | '\'' | '"' => {
                self.skip_one();
                return Some(c);
            }
            // What other escapes mean does not matter: a header that uses them is not read.
            _ => return None,
        };
        if radix == 16 {
            self.skip_one();
        }
        let number = u32::from_str_radix(self.rest.get(..digits)?, radix).ok()?;
        self.rest = self.rest.get(digits..)?;
        char::from_u32(number)
    }

    fn word(&mut self) -> Option<Literal> {
        let end = self.rest.find([',', ')', ']', '}', ':', ' ', '\n']).unwrap_or(self.rest.len());
        let word = self.rest.get(..end)?;
        let is_word =
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte));
        self.rest = self.rest.get(end..)?;
        // Python 2 wrote long numbers as `3L`.
        let whole = word.strip_suffix('L').unwrap_or(word).parse().ok();
        is_word.then(|| whole.map_or(Literal::Other, Literal::Whole))
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
    }

    fn takes(&mut self, c: char) -> bool {
        self.blanks();
        let found = self.rest.starts_with(c);
        if found {
            self.skip_one();
        }
        found
    }

    fn take(&mut self, c: char) -> Option<()> {
        self.takes(c).then_some(())
    }

    fn skip_one(&mut self) {
        let mut characters = self.rest.chars();
        characters.next();
        self.rest = characters.as_str();
    }
}
