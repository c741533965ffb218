//! Takes in what the vendors send: stores it durably, then answers.

use crate::domain::{Digest, Timestamp};
use crate::store::{Received, Store, StoreError};

/// Which door a delivery came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    Forge,
    /// A click or a submitted view.
    ChatInteraction,
    ChatCommand,
    ChatEvent,
    /// A frame of a chat's socket that could not be read when it came, kept whole.
    ChatFrame,
}

impl Source {
    const ALL: [Self; 5] = [Self::Forge, Self::ChatInteraction, Self::ChatCommand, Self::ChatEvent, Self::ChatFrame];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Forge => "forge",
            Self::ChatInteraction => "chat_interaction",
            Self::ChatCommand => "chat_command",
            Self::ChatEvent => "chat_event",
            Self::ChatFrame => "chat_frame",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }
}

/// What speaks for a delivery being the vendor's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Provenance {
    /// A signature over its body.
    #[default]
    Signed,
    /// It came over a connection that we opened to the vendor: there is no signature to claim. The envelope it came in has
    /// an id of its own, the same each time it is sent.
    Socket { envelope: Option<String> },
}

impl Provenance {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Socket { .. } => "socket",
        }
    }

    pub fn envelope(&self) -> Option<&str> {
        match self {
            Self::Signed => None,
            Self::Socket { envelope } => envelope.as_deref(),
        }
    }

    /// `None` for a word that is not ours.
    pub fn parse(word: &str, envelope: Option<String>) -> Option<Self> {
        match word {
            "signed" => Some(Self::Signed),
            "socket" => Some(Self::Socket { envelope }),
            _ => None,
        }
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
    pub provenance: Provenance,
}

/// What became of a delivery that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    Stored,
    /// It is here already; nothing follows from it.
    Duplicate,
    /// Its id is here already with another body: the first one stands.
    Conflict,
}

/// Stores an authentic delivery durably. Only then may it be acknowledged (P1).
pub async fn receive(store: &Store, delivery: Delivery) -> Result<Arrival, StoreError> {
    let (id, source) = (delivery.id.clone(), delivery.source);
    let arrival = match store.receive(delivery).await? {
        Received::Stored => Arrival::Stored,
        Received::Duplicate => Arrival::Duplicate,
        Received::Conflict => Arrival::Conflict,
    };
    tracing::debug!(delivery.id = id, source = source.word(), outcome = ?arrival, "delivery {id} arrived");
    Ok(arrival)
}
