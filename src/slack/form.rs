//! `application/x-www-form-urlencoded`, read strictly: what two parsers could read differently is refused. Written as it is read.

/// The fields of a form body, in order. `Err` for a broken percent escape and for anything that is not UTF-8.
pub(super) fn fields(body: &str) -> Result<Vec<(String, String)>, String> {
    body.split('&').filter(|part| !part.is_empty()).map(field).collect()
}

/// The one field called `name`: none and two are both errors.
pub(super) fn the_only(body: &str, name: &str) -> Result<String, String> {
    let mut found = fields(body)?.into_iter().filter(|(key, _)| key == name).map(|(_, value)| value);
    match (found.next(), found.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(format!("the form field `{name}` is missing")),
        (Some(_), Some(_)) => Err(format!("the form field `{name}` is there more than once")),
    }
}

/// A form body of these fields.
pub(super) fn encoded<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn field(part: &str) -> Result<(String, String), String> {
    let (name, value) = part.split_once('=').unwrap_or((part, ""));
    Ok((decoded(name)?, decoded(value)?))
}

fn decoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => escaped(rest.next(), rest.next())?,
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| "the form is not UTF-8".to_owned())
}

fn escaped(high: Option<u8>, low: Option<u8>) -> Result<u8, String> {
    let digit =
        |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    match (digit(high), digit(low)) {
        (Some(high), Some(low)) => Ok(high * 16 + low),
        _ => Err("the form has a broken percent escape".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_in_order() {
        let read = fields("a=1+2&b=%F0%9F%98%80&&c").unwrap();
        let expected = [("a", "1 2"), ("b", "😀"), ("c", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let sent = [("payload", "{\"a\": \"1 + 1 = 2 & 😀\u{0}\\n%\"}"), ("", "=")];
        let read = fields(&encoded(sent)).unwrap();
        assert_eq!(read, sent.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn broken_escapes_bad_utf8_and_doubled_fields_are_refused() {
        for bad in ["payload=%zz", "payload=%4", "payload=%", "payload=%ff", "payload=%C0%AF"] {
            assert!(fields(bad).is_err(), "{bad}");
        }
        assert!(the_only("payload=1&payload=2", "payload").is_err());
        assert!(the_only("payload=1&%70ayload=2", "payload").is_err());
        assert!(the_only("other=1", "payload").is_err());
        assert_eq!(the_only("x=1&payload=2", "payload").unwrap(), "2");
    }
}
