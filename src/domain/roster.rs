//! Who could act on the gates of a request: for reminders, for saying who is still needed, and for finding out at once that
//! a policy cannot be met (R11). It decides nothing: eligibility is read live at each click.

use serde::{Deserialize, Serialize};

use super::actor::{ChatUser, Human};
use super::gate::Role;

/// The people of each gate that applies, as read at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Roster {
    pub gates: Vec<GateRoster>,
}

/// The people of one gate: those whose approval would count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRoster {
    pub role: Role,
    pub gate: String,
    /// Cut at a limit; `total` counts all.
    pub people: Vec<Candidate>,
    pub total: u32,
    /// Members who are left out for having a hand in the change.
    pub excluded: u32,
    /// Why the group could not be read whole: then nothing is concluded from the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub human: Human,
    /// Their account in the chat, where one is known: without it they cannot vote there.
    pub chat: Option<ChatUser>,
    /// How the forge calls them, where they have an account there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
}

impl Roster {
    pub fn of(&self, role: Role, gate: &str) -> Option<&GateRoster> {
        self.gates.iter().find(|one| one.role == role && one.gate == gate)
    }
}
