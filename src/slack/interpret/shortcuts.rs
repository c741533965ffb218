//! Shortcuts: one from anywhere, two on a message.
//!
//! Slack: [Shortcuts](https://docs.slack.dev/interactivity/implementing-shortcuts)

use crate::domain::MessageRef;
use crate::ports::chat::{ChatSignal, Place, Sight, Wanted};
use crate::slack::payload::Interaction;

use super::{Reader, checked_id, ignored, opening};

/// Callback ids, as the app's manifest names them.
pub(in crate::slack) const PENDING: &str = "pending_approvals";
pub(in crate::slack) const EVIDENCE: &str = "show_evidence";
pub(in crate::slack) const WHY: &str = "why";

impl Reader {
    pub(super) fn shortcut(&self, interaction: &Interaction) -> Result<ChatSignal, String> {
        let at = match interaction.callback_id.as_deref() {
            Some(PENDING) => Sight::Pending,
            Some(EVIDENCE) => {
                Sight::OfMessage { message: message(interaction)?, what: Wanted::Changes(Place::default()) }
            }
            Some(WHY) => Sight::OfMessage { message: message(interaction)?, what: Wanted::Why },
            _ => return Ok(ignored("a shortcut that is not ours")),
        };
        Ok(ChatSignal::Look { at, opening: opening(interaction)?, reply: self.reply(interaction)? })
    }
}

fn message(interaction: &Interaction) -> Result<MessageRef, String> {
    let channel = interaction.channel.as_ref().and_then(|channel| channel.id.as_deref());
    let id = interaction.message.as_ref().and_then(|message| message.ts.as_deref());
    let is_time = |id: &str| id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match (channel, id.filter(|id| is_time(id))) {
        (Some(channel), Some(id)) => Ok(MessageRef { channel: checked_id(channel)?, id: id.to_owned() }),
        _ => Err("a message's shortcut without its message".to_owned()),
    }
}
