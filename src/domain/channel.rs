//! Where a request's message cannot go, and why: said in the message that goes elsewhere instead.

use serde::{Deserialize, Serialize};

/// Why a channel of the chat takes no message of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelTrouble {
    /// People of another company read it: evidence is not for them.
    Shared,
    Archived,
    NotMember,
    /// Nobody tells a private channel from none.
    Unseen,
    /// No channel has this name.
    NoSuchName,
    /// A setting of the workspace keeps the app from posting there; in the chat's own word.
    Refused {
        why: String,
    },
}

impl ChannelTrouble {
    /// As the end of "cannot reach …:".
    pub fn words(&self) -> String {
        match self {
            Self::Shared => "it is shared with another company".to_owned(),
            Self::Archived => "it is archived".to_owned(),
            Self::NotMember => "Countersign is not in it".to_owned(),
            Self::Unseen => "it does not exist, or it is private and Countersign is not in it".to_owned(),
            Self::NoSuchName => "no channel has this name".to_owned(),
            Self::Refused { why } => format!("posting there is not allowed ({why})"),
        }
    }
}

/// A channel that a request was meant for and could not reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    /// As the policy or the operator wrote it.
    pub channel: String,
    pub why: ChannelTrouble,
}

impl PassedOver {
    /// `cannot reach #releases: it is archived`.
    pub fn words(&self) -> String {
        format!("cannot reach {}: {}", self.channel, self.why.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_is_said_with_its_channel() {
        let passed = PassedOver { channel: "#releases".into(), why: ChannelTrouble::Archived };
        assert_eq!(passed.words(), "cannot reach #releases: it is archived");
        let text = serde_json::to_string(&passed).unwrap();
        assert_eq!(serde_json::from_str::<PassedOver>(&text).unwrap(), passed);
    }
}
