//! What is typed after `/countersign`. One command, so that one line in the app's manifest is enough.

mod freeze;
mod typed;

use crate::domain::nearest::nearest;
use crate::domain::{Choice, Words};
use crate::ports::chat::ChatCommand;

use typed::Typed;

/// Longest text that is repeated to whoever typed it, in characters.
const MAX_REPEATED: usize = 80;
/// Fewest characters of an id that are looked for.
const SHORTEST_ID: usize = 4;
/// Characters of a whole id.
const LONGEST_ID: usize = 36;

const APPROVE: &str = "approve";
const BREAK_GLASS: &str = "break-glass";
const DENY: &str = "deny";
const FREEZE: &str = "freeze";
const HELP: &str = "help";
pub(super) const LINK: &str = "link";
pub(super) const PENDING: &str = "pending";
const PREFERENCES: &str = "preferences";
const SHOW: &str = "show";
pub(super) const UNLINK: &str = "unlink";

/// Every command: its name, how it is written, what it does.
pub(super) const COMMANDS: [(&str, &str, &str); 11] = [
    (PENDING, "pending", "what waits for people, yours first"),
    (SHOW, "show ID", "one request"),
    (APPROVE, "approve ID [comment]", "shows what you approve, with the button that does it"),
    (DENY, "deny ID reason", "shows what you deny, with the button that does it"),
    (FREEZE, "freeze ENVIRONMENT [in OWNER/NAME] [until TIME] reason", "nothing goes live there meanwhile"),
    (FREEZE, "freeze list, freeze lift ID", "what is frozen, and the end of it"),
    (BREAK_GLASS, "break-glass ID reason", "lets a request pass without its gates, if the policy lets you"),
    (LINK, "link", "links your GitHub account to your Slack account"),
    (UNLINK, "unlink", "ends that"),
    (PREFERENCES, "preferences", "how you are told, and when not"),
    (HELP, "help", "this list"),
];

/// Reads what was typed. Case and spaces do not matter in names; nothing at all asks for help.
pub(super) fn parse(text: &str) -> ChatCommand {
    let mut typed = Typed::new(text);
    let Some(name) = typed.word() else { return ChatCommand::Help };
    let name = name.to_lowercase();
    let command = match name.as_str() {
        "?" => HELP,
        "breakglass" | "break_glass" => BREAK_GLASS,
        other => other,
    };
    match command {
        HELP => alone(HELP, &typed, ChatCommand::Help),
        LINK => alone(LINK, &typed, ChatCommand::Link),
        UNLINK => alone(UNLINK, &typed, ChatCommand::Unlink),
        PENDING => alone(PENDING, &typed, ChatCommand::Pending),
        PREFERENCES => alone(PREFERENCES, &typed, ChatCommand::Preferences),
        SHOW => with_id(SHOW, &mut typed, |id, rest| alone(SHOW, rest, ChatCommand::Show { id })),
        APPROVE => with_id(APPROVE, &mut typed, |id, rest| ChatCommand::Vote {
            id,
            choice: Choice::Approve,
            words: rest.words(),
        }),
        DENY => with_reason(DENY, &mut typed, |id, reason| ChatCommand::Vote {
            id,
            choice: Choice::Deny,
            words: Some(reason),
        }),
        BREAK_GLASS => with_reason(BREAK_GLASS, &mut typed, |id, reason| ChatCommand::BreakGlass { id, reason }),
        FREEZE => freeze::parse(&mut typed),
        _ => unknown(text, &name),
    }
}

fn unknown(text: &str, name: &str) -> ChatCommand {
    let names: Vec<&'static str> = COMMANDS.iter().map(|(name, ..)| *name).collect();
    let meant = nearest(name, names.iter().copied());
    // The name as it stands in the table, which lives as long as the program.
    let meant = names.iter().copied().find(|name| Some(*name) == meant);
    ChatCommand::Unknown { typed: repeated(text), meant }
}

fn repeated(text: &str) -> Words {
    Words::new(&text.chars().take(MAX_REPEATED).collect::<String>())
}

fn misused(command: &'static str, why: impl Into<String>) -> ChatCommand {
    ChatCommand::Misused { command, why: why.into() }
}

/// A command that takes nothing more.
fn alone(command: &'static str, typed: &Typed<'_>, then: ChatCommand) -> ChatCommand {
    if typed.is_over() { then } else { misused(command, "nothing comes after it") }
}

fn with_id(
    command: &'static str,
    typed: &mut Typed<'_>,
    then: impl FnOnce(String, &Typed<'_>) -> ChatCommand,
) -> ChatCommand {
    match typed.word() {
        None => misused(command, "the request is missing: the end of its id, as the message shows it"),
        Some(word) => match id_of(&word) {
            Some(id) => then(id, typed),
            None => misused(command, not_an_id(&word)),
        },
    }
}

fn with_reason(
    command: &'static str,
    typed: &mut Typed<'_>,
    then: impl FnOnce(String, Words) -> ChatCommand,
) -> ChatCommand {
    with_id(command, typed, |id, rest| match rest.words() {
        Some(reason) => then(id, reason),
        None => misused(command, "the reason is missing: say why after the id"),
    })
}

/// The end of an id, as it is written in messages and lists.
fn id_of(word: &str) -> Option<String> {
    let id = word.trim_start_matches('#').to_lowercase();
    let usable = (SHORTEST_ID..=LONGEST_ID).contains(&id.len());
    (usable && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')).then_some(id)
}

fn not_an_id(word: &str) -> String {
    let shown: String = word.chars().take(LONGEST_ID).collect();
    format!("`{shown}` is not the end of an id: at least {SHORTEST_ID} of its letters and digits, as in `3f9a2c1b`")
}

#[cfg(test)]
mod tests;
