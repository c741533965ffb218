//! Private answers to commands and to buttons that are about more than one vote.

use serde_json::{Value, json};

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Timestamp, Whisper};
use crate::ports::chat::{Answer, ChatCommand, FreezeShown, Pending};

use super::blocks::{Line, Rich};
use super::command::{COMMANDS, LINK, PENDING, UNLINK};
use super::home::freeze_line;
use super::{entry, personal, whisper};

/// Requests in one answer: more is for Home, where there is room.
const MAX_ENTRIES: usize = 8;
const MAX_FREEZES: usize = 15;
const COMMAND: &str = "/countersign";

pub(super) fn draw(answer: &Answer<'_>, links: bool) -> Value {
    match answer {
        Answer::Told(text) => whisper::draw(text, links),
        Answer::Request(entry) => personal::request(entry),
        Answer::Confirm(entry, confirm) => personal::confirm(entry, confirm),
        Answer::Pending(pending) => of_pending(pending),
        Answer::Misused(ChatCommand::Misused { command, why }) => misused(command, why),
        Answer::Misused(ChatCommand::Unknown { typed, meant }) => unknown(typed.as_str(), *meant),
        Answer::Misused(_) => help(links),
        Answer::Refused(refusal) => whisper::draw(&Whisper::Refused((*refusal).clone()), links),
        Answer::Freezes { standing, now } => freezes(standing, *now),
        other => said(words(other)),
    }
}

fn help(links: bool) -> Value {
    let line = Line::new().words(
        "Countersign posts a message for each deployment that needs approval: click there, and its thread says what came of it. From anywhere, type:",
    );
    let offered = || COMMANDS.iter().filter(move |(name, ..)| links || ![LINK, UNLINK].contains(name));
    let commands: Vec<Line> = offered().map(|(_, usage, does)| usage_line(usage, does)).collect();
    let usages: Vec<&str> = offered().map(|(_, usage, _)| *usage).collect();
    let text = format!("Type {COMMAND} and one of: {}.", usages.join("; "));
    let blocks: Vec<SlackBlock> = Rich::new().line(line).bullets(commands).block().into_iter().collect();
    json!({ "text": text, "blocks": blocks })
}

fn usage_line(usage: &str, does: &str) -> Line {
    Line::new().code(&format!("{COMMAND} {usage}"), 100).words(&format!(" - {does}"))
}

fn misused(command: &str, why: &str) -> Value {
    let line = Line::new().words("Not done: ").theirs(why, 300).words(". It is written:");
    let usages = COMMANDS.iter().filter(|(name, ..)| *name == command);
    let usages: Vec<Line> = usages.map(|(_, usage, does)| usage_line(usage, does)).collect();
    let blocks: Vec<SlackBlock> = Rich::new().line(line.clone()).bullets(usages).block().into_iter().collect();
    json!({ "text": line.as_fallback(1_000), "blocks": blocks })
}

fn unknown(typed: &str, meant: Option<&str>) -> Value {
    let line = Line::new().words("There is no command ").code(typed, 80).words(".");
    let line = match meant {
        Some(meant) => line.words(" Did you mean ").code(&format!("{COMMAND} {meant}"), 60).words("?"),
        None => line,
    };
    let help = line.words(" All of them: ").code(&format!("{COMMAND} help"), 60).words(".");
    said(help)
}

fn of_pending(pending: &Pending<'_>) -> Value {
    if pending.entries.is_empty() {
        return said(Line::new().words("Nothing waits for a decision."));
    }
    let shown = pending.entries.iter().take(MAX_ENTRIES);
    let more = pending.more + pending.entries.len().saturating_sub(MAX_ENTRIES);
    let mut blocks: Vec<SlackBlock> =
        shown.clone().enumerate().flat_map(|(place, one)| entry::blocks(one, place)).collect();
    let rest = entry::more(more, ", under Home of this app").unwrap_or_default();
    blocks.extend(Rich::new().line(rest).block());
    let lines: Vec<String> = shown.map(|one| entry::line(one).as_fallback(300)).collect();
    json!({ "text": lines.join("\n"), "blocks": blocks })
}

fn said(line: Line) -> Value {
    let blocks: Vec<SlackBlock> = Rich::new().line(line.clone()).block().into_iter().collect();
    json!({ "text": line.as_fallback(3_000), "blocks": blocks })
}

fn words(answer: &Answer<'_>) -> Line {
    let new = Line::new();
    match answer {
        Answer::NoRequest { typed, several: 0 } => new
            .words("No request's id ends in ")
            .code(typed, 40)
            .words(". See ")
            .code(&format!("{COMMAND} {PENDING}"), 60)
            .words("."),
        Answer::NoRequest { typed, several } => {
            new.words(&format!("{several} requests' ids end in ")).code(typed, 40).words(". Type more of it.")
        }
        Answer::Frozen(freeze) => {
            freeze_said("Frozen: ", freeze).words(". Whoever waits there reads it in the message.")
        }
        Answer::Lifted(freeze) => freeze_said("Lifted: ", freeze).words("."),
        Answer::NoFreeze { typed } => {
            new.words("No freeze that stands has an id that ends in ").code(typed, 40).words(".")
        }
        Answer::NoRepository { typed } => {
            new.words("Countersign knows no repository ").code(typed, 100).words(": nothing was deployed from it yet.")
        }
        Answer::StillThere { link: Some(link) } => new.words("The message is ").link(link, "where it was").words("."),
        Answer::StillThere { link: None } => new.words("The message is where it was."),
        Answer::PostedAgain => new.words("The message is posted again."),
        Answer::TooLate => new.words("This button's time is over, or it was another person's. Type the command again."),
        Answer::Told(_)
        | Answer::Refused(_)
        | Answer::Pending(_)
        | Answer::Request(_)
        | Answer::Confirm(..)
        | Answer::Freezes { .. }
        | Answer::Misused(_) => new,
    }
}

fn freezes(standing: &[FreezeShown], now: Timestamp) -> Value {
    if standing.is_empty() {
        return said(Line::new().words("Nothing is frozen."));
    }
    let mut lines: Vec<Line> = standing.iter().take(MAX_FREEZES).map(|freeze| freeze_line(freeze, now)).collect();
    lines.extend(entry::more(standing.len().saturating_sub(MAX_FREEZES), ""));
    let text: Vec<String> = lines.iter().map(|line| line.as_fallback(400)).collect();
    let blocks: Vec<SlackBlock> =
        Rich::new().line(Line::new().bold("Frozen")).bullets(lines).block().into_iter().collect();
    json!({ "text": text.join("\n"), "blocks": blocks })
}

fn freeze_said(what: &str, freeze: &FreezeShown) -> Line {
    Line::new().bold(what).then(freeze_line(freeze, freeze.freeze.since))
}
