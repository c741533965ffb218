//! What is typed after `/countersign`. One command, so that one line in the app's manifest is enough.

use crate::domain::Words;
use crate::ports::chat::ChatCommand;

/// Longest text that is repeated to whoever typed it, in characters.
const MAX_REPEATED: usize = 80;

/// Reads what was typed. Case and spaces do not matter; nothing at all asks for help.
pub(super) fn parse(text: &str) -> ChatCommand {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["help" | "?"] => ChatCommand::Help,
        ["link"] => ChatCommand::Link,
        ["unlink"] => ChatCommand::Unlink,
        _ => ChatCommand::Unknown { typed: Words::new(&text.chars().take(MAX_REPEATED).collect::<String>()) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_understood_however_it_is_typed() {
        for help in ["", "  ", "help", "HELP", "?"] {
            assert_eq!(parse(help), ChatCommand::Help, "{help}");
        }
        assert_eq!(parse("Link "), ChatCommand::Link);
        assert_eq!(parse(" unlink"), ChatCommand::Unlink);
    }

    #[test]
    fn what_does_not_exist_is_repeated_and_bounded() {
        let ChatCommand::Unknown { typed } = parse("link U0BO to octocat") else { panic!() };
        assert_eq!(typed.as_str(), "link U0BO to octocat");
        let ChatCommand::Unknown { typed } = parse(&"x".repeat(5_000)) else { panic!() };
        assert_eq!(typed.as_str().len(), MAX_REPEATED);
    }
}
