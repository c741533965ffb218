//! Groups of people as a policy names them: a set of memberships, each of which is read live (R16).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::actor::{Access, Voter};

/// One way to belong to a group. What is named here is looked up when it matters, and pinned to the id it had first (R13).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// That much access to the repository, or more.
    Access(Access),
    /// A team of the forge, with the teams below it.
    Team { organisation: String, slug: String },
    /// One account of the forge.
    Account { login: String },
    /// A user group of the chat.
    ChatGroup { handle: String },
    /// One account of the chat.
    ChatUser { user: String },
}

/// A group of a policy: whoever has one of its memberships.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    pub name: String,
    pub members: BTreeSet<Membership>,
    /// The policy takes people of this group without a linked account of the forge (R13).
    pub chat_only: bool,
}

impl Membership {
    /// Whether it is the chat that says who belongs.
    pub const fn is_of_chat(&self) -> bool {
        matches!(self, Self::ChatGroup { .. } | Self::ChatUser { .. })
    }
}

impl Group {
    /// Everybody who may do at least `access` in the repository.
    pub fn of_access(access: Access) -> Self {
        let membership = Membership::Access(access);
        Self { name: membership.to_string(), members: BTreeSet::from([membership]), chat_only: false }
    }

    /// As people say it: `people with write access`, `ml-reviewers`.
    pub fn words(&self) -> &str {
        &self.name
    }

    /// Whether `voter` belongs, by what was last read of them.
    pub fn has(&self, voter: &Voter) -> bool {
        self.members.iter().any(|membership| voter.has(membership))
    }

    /// Whether `voter` belongs by the chat's word, and that is enough here.
    pub fn takes_by_chat(&self, voter: &Voter) -> bool {
        self.chat_only && self.members.iter().any(|membership| membership.is_of_chat() && voter.has(membership))
    }
}

/// As people say it: `the team acme/ml`.
impl fmt::Display for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Access(Access::Admin) => f.write_str("people with admin access"),
            Self::Access(Access::Maintain) => f.write_str("people with maintain access"),
            Self::Access(Access::Write) => f.write_str("people with write access"),
            Self::Access(Access::Read) => f.write_str("people with read access"),
            Self::Access(Access::None) => f.write_str("everybody"),
            Self::Team { organisation, slug } => write!(f, "the team {organisation}/{slug}"),
            Self::Account { login } => write!(f, "the account {login}"),
            Self::ChatGroup { handle } => write!(f, "the user group @{handle}"),
            Self::ChatUser { user } => write!(f, "the chat user {user}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_written_and_read_back_the_same() {
        let members = [
            Membership::Access(Access::Write),
            Membership::Team { organisation: "acme".into(), slug: "ml".into() },
            Membership::ChatUser { user: "U0ANA".into() },
        ];
        let group = Group { name: "reviewers".into(), members: members.into(), chat_only: true };
        let text = serde_json::to_string(&group).unwrap();
        assert!(text.contains(r#"{"team":{"organisation":"acme","slug":"ml"}}"#), "{text}");
        assert_eq!(serde_json::from_str::<Group>(&text).unwrap(), group);
    }
}
