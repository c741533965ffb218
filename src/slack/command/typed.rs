//! Reads typed text word by word. A word in quotes may hold spaces, whichever quotes a phone made of them.

use crate::domain::Words;

/// What is left of a typed text.
#[derive(Debug, Clone)]
pub(super) struct Typed<'a> {
    rest: &'a str,
}

const QUOTES: [(char, char); 3] = [('"', '"'), ('“', '”'), ('„', '“')];

impl<'a> Typed<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text.trim() }
    }

    /// The next word, taken off.
    pub(super) fn word(&mut self) -> Option<String> {
        let first = self.rest.chars().next()?;
        let quoted = QUOTES.iter().filter(|(open, _)| *open == first).find_map(|(open, close)| {
            let (inside, after) = self.rest.get(open.len_utf8()..)?.split_once(*close)?;
            Some((inside, after))
        });
        let (word, after) = match quoted {
            Some((inside, after)) => (inside, after),
            None => self.rest.split_once(char::is_whitespace).unwrap_or((self.rest, "")),
        };
        self.rest = after.trim_start();
        Some(unescaped(word.trim()))
    }

    /// The next word as it stands, left where it is.
    pub(super) fn next(&self) -> Option<&'a str> {
        self.rest.split_whitespace().next()
    }

    pub(super) fn all(&self) -> Vec<&'a str> {
        self.rest.split_whitespace().collect()
    }

    /// Takes so many words off, without regard to quotes.
    pub(super) fn skip(&mut self, words: usize) {
        for _ in 0..words {
            self.rest = self.rest.split_once(char::is_whitespace).map_or("", |(_, after)| after.trim_start());
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that is left, as somebody's words.
    pub(super) fn words(&self) -> Option<Words> {
        let words = Words::new(&unescaped(self.rest));
        (!words.is_empty()).then_some(words)
    }
}

/// Slack escapes three characters of what is typed.
///
/// Slack: [Formatting text, escaping](https://docs.slack.dev/messaging/formatting-message-text)
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut typed = Typed::new(text);
        std::iter::from_fn(|| typed.word()).collect()
    }

    #[test]
    fn words_end_at_spaces_unless_they_are_quoted() {
        assert_eq!(words("  freeze   \"eu west\" now "), ["freeze", "eu west", "now"]);
        assert_eq!(words("freeze “eu west” now"), ["freeze", "eu west", "now"]);
        assert_eq!(words("it's \"half"), ["it's", "\"half"]);
        assert_eq!(words(""), Vec::<String>::new());
    }

    #[test]
    fn what_slack_escaped_is_as_it_was_typed() {
        assert_eq!(Typed::new("a &lt;b&gt; &amp;lt; c").words().unwrap().as_str(), "a <b> &lt; c");
    }
}
