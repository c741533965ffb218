//! The request's message, for one person: the same screen and the same buttons, with what it has to do with them on top. So
//! whoever decides there has seen what everybody sees.

use serde_json::{Value, json};

use slack_morphism::prelude::{SlackActionBlockElement, SlackBlock, SlackBlockButtonStyle, SlackBlockConfirmItem};

use crate::domain::{ChatUser, Choice, Digest, Matter, Phase};
use crate::ports::chat::{Act, Board, Confirm, Deed, Entry, Note, Shown, Stake};

use super::blocks::{self, Line, Rich, plain};
use super::message::buttons::{self, CHANGES, DECIDE};
use super::message::{self, missing, model};
use super::text;

/// Action ids.
pub(super) const CONFIRM: &str = "confirm";
pub(super) const POST_AGAIN: &str = "post_again";

/// People called in one line.
const MAX_MENTIONS: usize = 20;

/// Longest quotation of what somebody typed, in characters.
const MAX_WORDS: usize = 500;

/// A direct message about a request.
pub(super) fn direct(board: &Board<'_>, note: &Note<'_>) -> Shown {
    let line = linked(direct_line(board, note), note.link);
    let (text, blocks) = message_of(board);
    let own = Rich::new().line(line.clone()).block();
    let body = body(&joined(&line, text), own, blocks, &[]).to_string();
    Shown { digest: Digest::of(body.as_bytes()), body }
}

/// The line below a direct message that says what is new.
pub(super) fn news(board: &Board<'_>, note: &Note<'_>) -> Value {
    let line = match note.matter {
        Matter::Asked { .. } => still_asked(board),
        Matter::Outcome | Matter::Truth => Line::new().bold(&message::title(board)).words("."),
    };
    let line = linked(line, note.link);
    let blocks: Vec<SlackBlock> = Rich::new().line(line.clone()).block().into_iter().collect();
    json!({ "text": line.as_fallback(1_000), "blocks": blocks })
}

/// A line of the thread that calls people who can decide, and nobody else.
pub(super) fn mention(board: &Board<'_>, people: &[ChatUser], again: bool) -> Value {
    let line = Line::new().people(people, MAX_MENTIONS);
    let line = line.words(if again { ": this still waits for you. " } else { ": you can decide this. " });
    let line = line.then(needs(board)).words(" It expires ").at(board.request.expires_at).words(".");
    let blocks: Vec<SlackBlock> = Rich::new().line(line.clone()).block().into_iter().collect();
    json!({ "text": line.as_fallback(1_500), "blocks": blocks })
}

/// Somebody asked for one request.
pub(super) fn request(entry: &Entry<'_>) -> Value {
    let (text, blocks) = message_of(&entry.board);
    let line =
        linked(Line::new().bold(stake_line(entry)).words("ID ").code(entry.board.request.id.short(), 12), entry.link);
    let own = Rich::new().line(line.clone()).block();
    let value = entry.board.request.button_value();
    let again = blocks::button(POST_AGAIN, "Post it again", &value, "Post the message again if somebody deleted it");
    let more = entry.board.request.message.is_some().then(|| blocks::actions("personal", vec![again.into()])).flatten();
    body(&joined(&line, text), own, blocks, more.as_slice())
}

/// What somebody is about to do, whole, with the one button that does it.
pub(super) fn confirm(entry: &Entry<'_>, confirm: &Confirm<'_>) -> Value {
    let (text, mut shown) = message_of(&entry.board);
    // The message's own buttons would do it without what was typed.
    shown.retain(|block| block.get("block_id").and_then(Value::as_str) != Some(DECIDE));
    let line = confirm_line(entry, confirm);
    let own = Rich::new().line(line.clone()).block();
    let actions = blocks::actions(CONFIRM, confirm_buttons(entry, confirm));
    body(&joined(&line, text), own, shown, actions.as_slice())
}

fn direct_line(board: &Board<'_>, note: &Note<'_>) -> Line {
    match (&note.stake, &board.request.phase) {
        (Stake::Decide, Phase::Open) => Line::new().bold("You can decide this. ").then(needs(board)),
        (Stake::Spoken, Phase::Open) => Line::new().bold("You have spoken. ").then(needs(board)),
        (_, Phase::Open | Phase::Gathering | Phase::Held { .. }) => {
            Line::new().words("This does not wait for you now.")
        }
        (Stake::Asked, _) => Line::new().words("You started this."),
        _ => Line::new().words("This is over."),
    }
}

fn still_asked(board: &Board<'_>) -> Line {
    Line::new()
        .bold("This still waits for you. ")
        .then(needs(board))
        .words(" It expires ")
        .at(board.request.expires_at)
        .words(".")
}

fn needs(board: &Board<'_>) -> Line {
    let missing = missing(board.request);
    if missing.is_empty() { Line::new() } else { Line::new().words("It needs ").theirs(&missing, 200).words(".") }
}

const fn stake_line(entry: &Entry<'_>) -> &'static str {
    match entry.stake {
        Stake::Decide => "You can decide this. ",
        Stake::Unchecked => "Whether you can decide this could not be checked just now. ",
        Stake::Spoken => "You have spoken. ",
        Stake::Asked => "You started this. ",
        Stake::None => "",
    }
}

fn linked(line: Line, link: Option<&str>) -> Line {
    match link {
        Some(link) => line.words(" ").link(link, "Open it in its channel").words("."),
        None => line,
    }
}

fn confirm_line(entry: &Entry<'_>, confirm: &Confirm<'_>) -> Line {
    let line = Line::new().words("Nothing is done yet: ").bold("look at this, then press the button").words(". ");
    let line = match confirm.words {
        Some(words) => line.words("With your words: ").quote(words.as_str(), MAX_WORDS).words(". "),
        None => line,
    };
    let older =
        " A newer request for this environment is open. This is the older one: the button means it all the same. ";
    let line = if confirm.is_older { line.bold(older) } else { line };
    linked(line, entry.link)
}

fn confirm_buttons(entry: &Entry<'_>, confirm: &Confirm<'_>) -> Vec<SlackActionBlockElement> {
    let board = &entry.board;
    let environment = text::line(board.request.environment.as_str(), 20);
    let (label, verb) = match confirm.what {
        Deed::Vote(Choice::Approve) => (format!("Approve {environment}"), "Approve"),
        Deed::Vote(Choice::Deny) => (format!("Deny {environment}"), "Deny"),
        Deed::Vote(Choice::RequestChanges) => ("Request changes".to_owned(), "Request changes of"),
        Deed::Act(Act::BreakGlass) => (format!("Break glass: {environment}"), "Break the glass for"),
        Deed::Act(_) => ("Do it".to_owned(), "Confirm for"),
    };
    let accessible = format!("{verb} {} for {environment}", model(board));
    let button = blocks::button(CONFIRM, &label, confirm.draft, &accessible);
    let button = match confirm.what {
        Deed::Vote(Choice::Approve) => button.with_style(SlackBlockButtonStyle::Primary),
        Deed::Act(Act::BreakGlass) => {
            button.with_style(SlackBlockButtonStyle::Danger).with_confirm(second_word(board, &environment))
        }
        _ => button.with_style(SlackBlockButtonStyle::Danger),
    };
    let changes = match buttons::block(board) {
        Some(SlackBlock::Actions(actions)) => actions.elements.into_iter().find(is_changes),
        _ => None,
    };
    std::iter::once(button.into()).chain(changes).collect()
}

fn is_changes(element: &SlackActionBlockElement) -> bool {
    matches!(element, SlackActionBlockElement::Button(button) if button.action_id.as_ref().is_some_and(|id| id.0 == CHANGES))
}

fn second_word(board: &Board<'_>, environment: &str) -> SlackBlockConfirmItem {
    let words = format!(
        "{} goes to {environment} without the approvals that its policy asks for. Everybody is told, and somebody else has to review it.",
        model(board)
    );
    SlackBlockConfirmItem::new(
        plain("Break the glass?", 100).into(),
        plain(&words, 300).into(),
        plain("Break the glass", 30).into(),
        plain("Back", 30).into(),
    )
}

/// The message as the channel shows it.
fn message_of(board: &Board<'_>) -> (String, Vec<Value>) {
    let drawn: Value = serde_json::from_str(&message::draw(board).body).unwrap_or_default();
    let text = drawn.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    let blocks = drawn.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
    (text, blocks)
}

fn body(text: &str, own: Option<SlackBlock>, message: Vec<Value>, more: &[SlackBlock]) -> Value {
    let own = own.map(|block| json!(block));
    let blocks: Vec<Value> = own.into_iter().chain(message).chain(more.iter().map(|block| json!(block))).collect();
    json!({ "text": text, "blocks": blocks })
}

/// Our line before the message's text, unless that makes it longer than Slack takes for an edited message.
fn joined(line: &Line, text: String) -> String {
    let joined = format!("{} {text}", line.as_fallback(500));
    if joined.chars().count() <= MAX_TEXT { joined } else { text }
}

/// Characters of `text` in all.
const MAX_TEXT: usize = 3_900;
