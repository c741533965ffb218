//! Content lines: unfolded, with their parameters. RFC 5545, 3.1.

use std::iter::{Enumerate, Peekable};
use std::slice::Split;

use super::super::problem::Fault;
use super::super::text::quoted;

/// Longest line after unfolding, in bytes.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// `NAME;PARAMETER=VALUE:value`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// In capitals.
    pub(super) name: String,
    /// Names in capitals, values without their quotation marks.
    parameters: Vec<(String, String)>,
    pub(super) value: String,
    /// In the file, from 1: where it begins.
    pub(super) number: usize,
}

impl Line {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault::new(reason, self.number)
    }

    /// The value with its escapes undone, where it is text.
    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut rest = self.value.chars();
        while let Some(c) = rest.next() {
            match if c == '\\' { rest.next() } else { None } {
                Some('n' | 'N') => text.push('\n'),
                Some(escaped) => text.push(escaped),
                None => text.push(c),
            }
        }
        text
    }

    fn read(bytes: &[u8], number: usize) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::new("a line is not UTF-8", number))?;
        let split = text.find([';', ':']);
        let (name, mut rest) = split.map_or((text, ""), |at| text.split_at(at));
        let of_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.is_empty() || !name.chars().all(of_name) {
            return Err(not_a_line(text, number));
        }
        let mut parameters = Vec::new();
        while let Some(next) = rest.strip_prefix(';') {
            let (parameter, after) = parameter(next).ok_or_else(|| not_a_line(text, number))?;
            parameters.push(parameter);
            rest = after;
        }
        let value = rest.strip_prefix(':').ok_or_else(|| not_a_line(text, number))?;
        Ok(Self { name: name.to_ascii_uppercase(), parameters, value: value.to_owned(), number })
    }
}

fn not_a_line(text: &str, number: usize) -> Fault {
    Fault::new(format!("`{}` is not a line of a calendar", quoted(text)), number)
}

/// Name and value of a parameter, and what comes after it: `;` or `:`. Only a value in quotation marks may hold those.
fn parameter(text: &str) -> Option<((String, String), &str)> {
    let (name, value) = text.split_once('=')?;
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let end = end_of_values(value).filter(|_| named)?;
    let (values, after) = value.split_at_checked(end)?;
    Some(((name.to_ascii_uppercase(), values.replace('"', "")), after))
}

fn end_of_values(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (!quoted && matches!(c, ';' | ':')).then_some(at)
    })
}

/// The lines of a file as they stand.
type Physical<'a> = Split<'a, u8, fn(&u8) -> bool>;

/// The lines of a file: those that begin with a blank go on the one before.
pub(super) struct Lines<'a> {
    physical: Peekable<Enumerate<Physical<'a>>>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let ends: fn(&u8) -> bool = |byte| *byte == b'\n';
        Self { physical: bytes.split(ends).enumerate().peekable() }
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<Line, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let (index, first) = self.physical.find(|(_, line)| !without_return(line).is_empty())?;
        let number = index + 1;
        let mut whole = without_return(first).to_vec();
        let goes_on = |(_, line): &(usize, &[u8])| matches!(line.first(), Some(b' ' | b'\t'));
        while let Some((_, more)) = self.physical.next_if(goes_on) {
            whole.extend(without_return(more).iter().skip(1));
            if whole.len() > MAX_LINE_BYTES {
                return Some(Err(Fault::new(format!("a line of more than {MAX_LINE_BYTES} bytes"), number)));
            }
        }
        Some(Line::read(&whole, number))
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Result<Line, Fault>> {
        Lines::of(text.as_bytes()).collect()
    }

    #[test]
    fn folded_lines_are_one_even_where_a_character_was_split() {
        let mut bytes = b"SUMMARY:Tag der Einheit \xe2\x80".to_vec();
        bytes.extend(b"\r\n \x93 frei\r\n\r\nDTSTART:20261003\n");
        let lines: Vec<Line> = Lines::of(&bytes).map(Result::unwrap).collect();
        assert_eq!((lines[0].value.as_str(), lines[0].number), ("Tag der Einheit – frei", 1));
        assert_eq!((lines[1].name.as_str(), lines[1].number), ("DTSTART", 4));
    }

    #[test]
    fn parameters_may_hold_separators_in_quotation_marks() {
        let line = lines("dtstart;x-note=\"a;b:c\";TZID=\"Europe/Berlin\":20261003T090000").remove(0).unwrap();
        assert_eq!((line.parameter("TZID"), line.parameter("X-NOTE")), (Some("Europe/Berlin"), Some("a;b:c")));
        assert_eq!((line.name.as_str(), line.value.as_str()), ("DTSTART", "20261003T090000"));
    }

    #[test]
    fn escapes_in_text_are_undone() {
        let line = lines(r"SUMMARY:Christmas\, Eve\n\\ all day\;").remove(0).unwrap();
        assert_eq!(line.text(), "Christmas, Eve\n\\ all day;");
    }

    #[test]
    fn what_is_no_line_is_a_fault_with_its_number() {
        for bad in [" folded from nothing", "NAME", "NAME;X:1", "NAME;X=\"1:2", "N\u{e4}ME:1", ":1"] {
            let fault = lines(&format!("A:1\n\nB:2\n{bad}")).pop().unwrap();
            // A folded first part goes on line 3, which is then longer.
            assert!(fault.is_err_and(|fault| fault.line == 4) || bad.starts_with(' '), "{bad}");
        }
        assert_eq!(lines(" x").remove(0).unwrap_err().line, 1);
        assert_eq!(Lines::of(b"A:1\nB:\xff").last().unwrap().unwrap_err(), Fault::new("a line is not UTF-8", 2));
        let long = format!("A:1\n{}", " x\n".repeat(MAX_LINE_BYTES));
        assert!(lines(&long)[0].as_ref().unwrap_err().reason.starts_with("a line of more than"));
    }
}
