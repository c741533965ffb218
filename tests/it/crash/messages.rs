//! What the channel shows of each request.

use countersign::domain::Request;
use countersign::sim::slack::sample::RELEASES;
use countersign::sim::slack::{Message, SlackSim};
use serde_json::Value;

/// A button that can be pressed, and the request it stands for.
#[derive(Debug, Clone)]
pub struct Button {
    pub ts: String,
    /// As the app drew it.
    pub value: String,
    pub request: String,
}

/// The Approve buttons that are shown now.
pub fn open(slack: &SlackSim) -> Vec<Button> {
    slack.messages(RELEASES).iter().filter_map(|message| approve_in(&message.ts, &message.blocks)).collect()
}

/// The Approve buttons that were ever shown: clients may be behind.
pub fn ever_open(slack: &SlackSim) -> Vec<Button> {
    let shown =
        |message: &Message| message.versions.iter().rev().find_map(|version| approve_in(&message.ts, &version.blocks));
    slack.messages(RELEASES).iter().filter_map(shown).collect()
}

fn approve_in(ts: &str, blocks: &[Value]) -> Option<Button> {
    let elements = blocks.iter().filter_map(|block| block.get("elements")?.as_array()).flatten();
    let button = elements.into_iter().find(|element| element["action_id"] == "approve")?;
    let value = button["value"].as_str()?.to_owned();
    let (request, _) = Request::read_button_value(&value)?;
    Some(Button { ts: ts.to_owned(), value, request: request.to_string() })
}

/// The workflow run that a message is about: every drawing of it links there.
pub fn run_of(message: &Message) -> Option<u64> {
    let text = serde_json::to_string(&message.versions.first()?.blocks).ok()?;
    let (_, rest) = text.split_once("/actions/runs/")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Whether the message says of itself that it may be there twice.
pub fn is_marked_copy(message: &Message) -> bool {
    message.versions.first().is_some_and(|version| version.text.starts_with("Second copy"))
}
