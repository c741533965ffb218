//! The text of a message: given, or looked up at the rule with values put in (3.11).

use super::wire::{Message, Rule};

/// The message as people read it. Longer than any limit of ours it may be; nothing in it is made safe.
pub(super) fn text(message: &Message, rule: Option<&Rule>) -> String {
    let looked_up = || {
        let strings = rule?.message_strings.as_ref()?;
        Some(&strings.get(message.id.as_deref()?)?.text)
    };
    match message.text.as_ref().or_else(looked_up) {
        Some(text) => unescape(text, &message.arguments.items),
        None => message.markdown.clone().or_else(|| message.id.clone()).unwrap_or_default(),
    }
}

/// Brackets make links in a message; a backslash before one makes it a bracket again (3.11.6).
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '[' | ']') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A text grows at most to this many bytes when values are put in.
const GROWN_LIMIT_BYTES: usize = 64 * 1024;

/// Takes backslashes before brackets away and, where there are `arguments`, puts them in for `{0}` (3.11.5).
fn unescape(text: &str, arguments: &[String]) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next().filter(|_| plain.len() < GROWN_LIMIT_BYTES) {
        let after = rest.as_str();
        match character {
            '\\' if after.starts_with(['\\', '[', ']']) => plain.extend(rest.next()),
            '{' => match placeholder(after).and_then(|(number, rest)| Some((arguments.get(number)?, rest))) {
                Some((argument, behind)) => {
                    plain.push_str(argument);
                    rest = behind.chars();
                }
                None => plain.push('{'),
            },
            other => plain.push(other),
        }
    }
    plain
}

/// `0}` and what follows it.
fn placeholder(text: &str) -> Option<(usize, &str)> {
    const MAX_DIGITS: usize = 3;
    let end = text.bytes().take(MAX_DIGITS + 1).position(|byte| byte == b'}')?;
    Some((text.get(..end)?.parse().ok()?, text.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(json: &str) -> String {
        text(&serde_json::from_str(json).unwrap(), None)
    }

    #[test]
    fn brackets_come_through_and_back() {
        let hostile = r"see [here](https://evil.example) \o/ [0]";
        assert_eq!(escape(hostile), r"see \[here\](https://evil.example) \\o/ \[0\]");
        assert_eq!(unescape(&escape(hostile), &[]), hostile);
        assert_eq!(unescape(r"C:\dir", &[]), r"C:\dir");
    }

    #[test]
    fn values_are_put_in_and_braces_without_one_stay() {
        assert_eq!(
            message(r#"{"text": "{0} calls {1}, not {2} or {x}", "arguments": ["a", "b"]}"#),
            "a calls b, not {2} or {x}"
        );
        assert_eq!(message(r#"{"text": "{0} {äöü} {"}"#), "{0} {äöü} {");
        assert_eq!(message(r#"{"id": "default"}"#), "default");
        assert_eq!(message(r#"{"markdown": "**x**"}"#), "**x**");
        assert_eq!(message("{}"), "");
    }

    #[test]
    fn values_cannot_multiply() {
        let text = format!(r#"{{"text": "{}", "arguments": ["{}"]}}"#, "{0}".repeat(10_000), "x".repeat(10_000));
        assert!(message(&text).len() < 2 * GROWN_LIMIT_BYTES);
    }
}
