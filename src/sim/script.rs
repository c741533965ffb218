//! Stories told without a browser: each acts on a fresh world, says what happens, and looks up in the books of the
//! simulated vendors whether what it promises is what they saw.

mod approve;
mod break_glass;
pub mod cast;
mod deny;
mod double_click;
mod expiry;
mod eyes;
mod freeze;
mod matrix;
mod outsider;
mod rerun;
pub mod rules;
mod supersede;
mod teller;
pub mod trail;
mod two_gates;

use std::io::Write;

use serde_json::Value;

use crate::sim::slack::Message;

use teller::Teller;

/// The stories there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Story {
    Approve,
    Deny,
    DoubleClick,
    Outsider,
    Rerun,
    Matrix,
    TwoGates,
    Expiry,
    Freeze,
    BreakGlass,
    Supersede,
}

impl Story {
    pub const ALL: [Self; 11] = [
        Self::Approve,
        Self::Deny,
        Self::DoubleClick,
        Self::Outsider,
        Self::Rerun,
        Self::Matrix,
        Self::TwoGates,
        Self::Expiry,
        Self::Freeze,
        Self::BreakGlass,
        Self::Supersede,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Approve => "A better model is approved, and goes live.",
            Self::Deny => "A risky model is denied, with a reason.",
            Self::DoubleClick => "Two people approve at the same moment, one of them twice.",
            Self::Outsider => "People who may not decide press the buttons.",
            Self::Rerun => "The run is started again: the old approval does not carry over.",
            Self::Matrix => "Twenty-nine jobs ask at once, and three more come late.",
            Self::TwoGates => "A risky model needs two people: a reviewer, and somebody who signs off the risk.",
            Self::Expiry => "Nobody decides: people are reminded, and in the end the job is turned away.",
            Self::Freeze => "Production is frozen: what was approved waits, and goes out when the freeze is lifted.",
            Self::BreakGlass => "In an emergency one person lets it through, and somebody else reviews that.",
            Self::Supersede => "A newer deployment takes the place of an older one.",
        }
    }
}

/// Tells a story. `true`: everything it promised is what the simulated vendors saw.
///
/// # Errors
/// When the world cannot be started or breaks, or the story cannot be written.
pub async fn tell(story: Story, out: &mut (dyn Write + Send)) -> anyhow::Result<bool> {
    let mut teller = Teller::begin(out, story.title()).await?;
    match story {
        Story::Approve => approve::tell(&mut teller).await?,
        Story::Deny => deny::tell(&mut teller).await?,
        Story::DoubleClick => double_click::tell(&mut teller).await?,
        Story::Outsider => outsider::tell(&mut teller).await?,
        Story::Rerun => rerun::tell(&mut teller).await?,
        Story::Matrix => matrix::tell(&mut teller).await?,
        Story::TwoGates => two_gates::tell(&mut teller).await?,
        Story::Expiry => expiry::tell(&mut teller).await?,
        Story::Freeze => freeze::tell(&mut teller).await?,
        Story::BreakGlass => break_glass::tell(&mut teller).await?,
        Story::Supersede => supersede::tell(&mut teller).await?,
    }
    teller.end().await
}

fn elements(message: &Message) -> impl Iterator<Item = &Value> {
    let blocks = message.blocks.iter().filter(|_| !message.deleted);
    blocks.filter_map(|block| block.get("elements")?.as_array()).flatten()
}

fn is_labelled(control: &Value, label: &str) -> bool {
    let text = control.pointer("/text/text").and_then(Value::as_str);
    text.is_some_and(|text| text.starts_with(label))
}

/// The entry of the message's menu whose label begins so: the menu's action id, and the entry's value.
fn entry(message: &Message, label: &str) -> Option<(String, String)> {
    elements(message).find_map(|menu| {
        let entries = menu.get("options")?.as_array()?;
        let entry = entries.iter().find(|entry| is_labelled(entry, label))?;
        Some((menu.get("action_id")?.as_str()?.to_owned(), entry.get("value")?.as_str()?.to_owned()))
    })
}

/// The action id of the message's button whose label begins so.
fn button(message: &Message, label: &str) -> Option<String> {
    let id = elements(message)
        .filter(|element| element.get("type").is_some_and(|kind| kind == "button"))
        .find(|element| is_labelled(element, label))?
        .get("action_id")?;
    id.as_str().map(str::to_owned)
}

/// A message's first line, as it stands in the channel.
pub fn headline(message: &Message) -> String {
    eyes::header(message)
}
