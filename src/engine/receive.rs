//! Takes in what the vendors send: stores it durably, then answers.

use crate::domain::{Digest, Timestamp};

/// Which door a delivery came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    Forge,
    /// A click or a submitted view.
    ChatInteraction,
    ChatCommand,
    ChatEvent,
}

impl Source {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Forge => "forge",
            Self::ChatInteraction => "chat_interaction",
            Self::ChatCommand => "chat_command",
            Self::ChatEvent => "chat_event",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Forge, Self::ChatInteraction, Self::ChatCommand, Self::ChatEvent].into_iter().find(|s| s.word() == word)
    }
}

/// One authentic delivery, as stored before it was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub source: Source,
    /// Unique per source: the forge's delivery id; a digest of the body for chat, which sends none.
    pub id: String,
    /// The forge's event name; not covered by the signature, so only a hint.
    pub event: String,
    pub body: String,
    pub body_digest: Digest,
    pub received_at: Timestamp,
}
