//! Stories told without a browser: each acts on a fresh world, says what happens, and looks up in the books of the
//! simulated vendors whether what it promises is what they saw.

mod approve;
pub mod cast;
mod deny;
mod double_click;
mod eyes;
mod matrix;
mod outsider;
mod rerun;
mod teller;
pub mod trail;

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
}

impl Story {
    pub const ALL: [Self; 6] =
        [Self::Approve, Self::Deny, Self::DoubleClick, Self::Outsider, Self::Rerun, Self::Matrix];

    const fn title(self) -> &'static str {
        match self {
            Self::Approve => "A better model is approved, and goes live.",
            Self::Deny => "A risky model is denied, with a reason.",
            Self::DoubleClick => "Two people approve at the same moment, one of them twice.",
            Self::Outsider => "People who may not decide press the buttons.",
            Self::Rerun => "The run is started again: the old approval does not carry over.",
            Self::Matrix => "Twenty-nine jobs ask at once, and three more come late.",
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
    }
    teller.end().await
}

/// The action id of the message's button whose label begins so.
fn button(message: &Message, label: &str) -> Option<String> {
    let blocks = message.blocks.iter().filter(|_| !message.deleted);
    let elements = blocks.filter_map(|block| block.get("elements")?.as_array()).flatten();
    let labelled = |element: &&Value| {
        let text = element.pointer("/text/text").and_then(Value::as_str);
        text.is_some_and(|text| text.starts_with(label))
    };
    let id = elements
        .filter(|element| element.get("type").is_some_and(|kind| kind == "button"))
        .find(labelled)?
        .get("action_id")?;
    id.as_str().map(str::to_owned)
}

/// A message's first line, as it stands in the channel.
pub fn headline(message: &Message) -> String {
    eyes::header(message)
}
