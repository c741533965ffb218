//! The text of a message: given, or looked up at the rule with values put in (3.11).

use super::MESSAGE_LIMIT_CHARS;
use super::wire::{Message, Rule};

/// The message as people read it; nothing in it is made safe.
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

/// Takes backslashes before brackets away and, where there are `arguments`, puts them in for `{0}` (3.11.5). Ends right after
/// the last character that can be shown: one rule's text may be that of many results.
fn unescape(text: &str, arguments: &[String]) -> String {
    let mut plain = String::new();
    let mut room = MESSAGE_LIMIT_CHARS + 1;
    let mut rest = text.chars();
    while let Some(character) = rest.next().filter(|_| room > 0) {
        let after = rest.as_str();
        let value = (character == '{').then(|| placeholder(after)).flatten();
        match value.and_then(|(number, behind)| Some((arguments.get(number)?, behind))) {
            Some((argument, behind)) => {
                let shown = argument.chars().take(room);
                room -= shown.clone().count();
                plain.extend(shown);
                rest = behind.chars();
            }
            None if character == '\\' && after.starts_with(['\\', '[', ']']) => {
                plain.extend(rest.next());
                room -= 1;
            }
            None => {
                plain.push(character);
                room -= 1;
            }
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
        assert_eq!(
            message(&text).len(),
            MESSAGE_LIMIT_CHARS + 1,
            "one more than is shown, so that it is seen to be cut"
        );
    }
}
