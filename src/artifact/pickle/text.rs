//! Text as the text opcodes of old protocols write it: with escapes, so a name may be spelt in many ways.

/// STRING's argument: in quotes, with the escapes of a Python literal. None where no reader takes it.
pub fn unquoted(line: &[u8]) -> Option<Vec<u8>> {
    let (first, rest) = line.trim_ascii_end().split_first()?;
    let inner = rest.strip_suffix(&[*first]).filter(|_| matches!(first, b'\'' | b'"'))?;
    let mut decoded = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((byte, after)) = rest.split_first() {
        rest = if *byte == b'\\' {
            unescaped(after, &mut decoded)?
        } else {
            decoded.push(*byte);
            after
        };
    }
    Some(decoded)
}

/// One escape, behind its backslash; gives what follows it.
fn unescaped<'a>(text: &'a [u8], into: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (byte, after) = text.split_first()?;
    let plain = match byte {
        b'\n' => return Some(after),
        b'x' => {
            let (digits, after) = after.split_at_checked(2)?;
            into.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            return Some(after);
        }
        b'0'..=b'7' => {
            let count = text.iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
            let (digits, after) = text.split_at_checked(count)?;
            let value = digits.iter().fold(0_u16, |value, digit| value * 8 + u16::from(digit - b'0'));
            into.push(value.to_le_bytes().first().copied()?);
            return Some(after);
        }
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'\\' | b'\'' | b'"' => *byte,
        other => {
            into.extend([b'\\', *other]);
            return Some(after);
        }
    };
    into.push(plain);
    Some(after)
}

/// UNICODE's argument: Latin-1, with `\u0041` and `\U00000041`.
pub fn raw_unicode(line: &[u8]) -> String {
    let mut decoded = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((byte, after)) = rest.split_first() {
        let digits = match rest {
            [b'\\', b'u', ..] => 4,
            [b'\\', b'U', ..] => 8,
            _ => 0,
        };
        let escaped = after.get(1..digits + 1).filter(|_| digits > 0).and_then(code_point);
        match escaped {
            Some(c) => {
                decoded.push(c);
                rest = after.get(digits + 1..).unwrap_or_default();
            }
            None => {
                decoded.push(char::from(*byte));
                rest = after;
            }
        }
    }
    decoded
}

fn code_point(digits: &[u8]) -> Option<char> {
    char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_a_quoted_string_are_undone() {
        let read = |text: &str| unquoted(text.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(read("'os'"), Some("os".to_owned()));
        assert_eq!(read("\"\\x6f\\163\" \r"), Some("os".to_owned()));
        assert_eq!(read(r"'a\'\\\n\q'"), Some("a'\\\n\\q".to_owned()));
        assert_eq!(read("'os"), None);
        assert_eq!(read("'"), None);
        assert_eq!(read("os"), None);
        assert_eq!(read(r"'\x6'"), None);
    }

    #[test]
    fn escapes_of_raw_unicode_are_undone() {
        assert_eq!(raw_unicode(br"\u006fs"), "os");
        assert_eq!(raw_unicode(br"\U0000006f\u0073"), "os");
        assert_eq!(raw_unicode(br"\u00\x6f"), r"\u00\x6f");
        assert_eq!(raw_unicode(b"\xe9"), "é");
    }
}
