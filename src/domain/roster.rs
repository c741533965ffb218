//! Who could act on the gates of a request: for reminders, for saying who is still needed, and for finding out at once that
//! a policy cannot be met (R11). It decides nothing: eligibility is read live at each click.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::actor::{ChatUser, Human};
use super::eligibility::Electorate;
use super::gate::{FrozenPolicy, Gate, Role};
use super::request::Request;

/// Most people kept of one gate.
pub const MAX_PEOPLE: usize = 60;

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

impl GateRoster {
    /// The members of a gate's group whose approval of `request` would count: each human once, those first whom the chat knows.
    pub fn of(
        request: &Request,
        policy: &FrozenPolicy,
        gate: &Gate,
        members: Vec<Candidate>,
        unread: Option<String>,
    ) -> Self {
        let electorate = Electorate::of(request, policy);
        let mut humans: BTreeMap<Human, Candidate> = BTreeMap::new();
        for member in members {
            match humans.get_mut(&member.human) {
                Some(known) if known.chat.is_none() => *known = member,
                Some(_) => {}
                None => drop(humans.insert(member.human.clone(), member)),
            }
        }
        let all = humans.len();
        let mut people: Vec<Candidate> =
            humans.into_values().filter(|one| electorate.is_independent(&one.human).is_ok()).collect();
        let (total, excluded) = (people.len(), all - people.len());
        people.sort_by_key(|one| one.chat.is_none());
        people.truncate(MAX_PEOPLE);
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        let (total, excluded) = (count(total), count(excluded));
        Self { role: policy.role, gate: gate.name.clone(), people, total, excluded, unread }
    }

    /// How many could still approve besides those who have spoken; `None` where that is not known.
    pub fn left(&self, request: &Request) -> Option<u32> {
        let has_spoken = |one: &&Candidate| request.votes.iter().any(|vote| !vote.struck && vote.human == one.human);
        let spoken = self.people.iter().filter(has_spoken).count();
        self.unread.is_none().then(|| self.total.saturating_sub(u32::try_from(spoken).unwrap_or(u32::MAX)))
    }
}

#[cfg(test)]
mod tests;
