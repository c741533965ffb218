//! People and machines: who asked, who wrote, who votes, and what is known of each at that moment.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::group::Membership;
use super::id::ForgeUserId;
use super::link::LinkConflict;
use super::words::Words;

/// An account at the forge. The id decides; the login is for people to read and may change hands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ForgeUser {
    pub id: ForgeUserId,
    pub login: String,
    /// A bot or an app's account: never a person.
    pub is_bot: bool,
}

/// An account in the chat: workspace and user id. A name proves nothing and is not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChatUser {
    pub workspace: String,
    pub user: String,
}

/// How the chat shows an account to people: names that anybody may choose and copy. Proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatName {
    /// The whole name.
    pub name: String,
    /// What others call them by.
    pub handle: String,
    pub workspace: String,
}

/// What the chat says of an account at the moment of a click (R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatStanding {
    /// A full member of our workspace.
    Member,
    Guest,
    Deactivated,
    Bot,
    /// Of another workspace: a shared channel's outsider.
    Foreign,
    /// The chat does not know this account, or will not show it to us.
    Unknown,
}

/// How the chat account came to be tied to a forge account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// Somebody with a right to do so tied both accounts.
    Linked { forge: ForgeUser },
    /// Nobody has linked this chat account.
    None,
    /// The link names a login that now belongs to another account id: nothing is concluded from it (R13).
    LoginMoved { login: String, pinned: ForgeUserId, now: ForgeUserId },
    /// The link names a login that nobody has any more.
    LoginGone { login: String },
    /// The operator's file and a link say different things: nobody counts until that is resolved (H23).
    Conflict(LinkConflict),
}

impl Link {
    pub fn forge(&self) -> Option<&ForgeUser> {
        match self {
            Self::Linked { forge } => Some(forge),
            Self::None | Self::LoginMoved { .. } | Self::LoginGone { .. } | Self::Conflict(_) => None,
        }
    }
}

/// What the forge lets an account do in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    None,
    Read,
    Write,
    Maintain,
    Admin,
}

/// Somebody who clicked, with everything that decides whether the click counts, read live (R13 to R16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voter {
    pub chat: ChatUser,
    pub standing: ChatStanding,
    pub link: Link,
    /// What the linked account may do in this repository; [`Access::None`] where nobody is linked.
    pub access: Access,
    /// Which of the memberships that the policies ask for they have; access and their own chat account say the rest.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub memberships: BTreeSet<Membership>,
}

impl Voter {
    /// The account at the forge, where one is linked.
    pub fn account(&self) -> Option<ForgeUserId> {
        self.link.forge().map(|forge| forge.id)
    }

    /// The human behind the click, as far as it is proven.
    pub fn human(&self) -> Human {
        self.account().map_or_else(|| Human::Chat(self.chat.clone()), Human::Forge)
    }

    /// Whether they have `membership`, by what was last read of them.
    pub fn has(&self, membership: &Membership) -> bool {
        match membership {
            Membership::Access(least) => self.access >= *least && self.account().is_some(),
            Membership::ChatUser { user } => self.chat.user == *user,
            Membership::Team { .. } | Membership::Account { .. } | Membership::ChatGroup { .. } => {
                self.memberships.contains(membership)
            }
        }
    }
}

/// One human, whatever accounts they use: the linked account of the forge, or the chat account where none is linked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Human {
    Forge(ForgeUserId),
    Chat(ChatUser),
}

/// As rows carry it: `forge/1001`, `chat/T0ACME/U0OCTO`.
impl fmt::Display for Human {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forge(id) => write!(f, "forge/{id}"),
            Self::Chat(user) => write!(f, "chat/{}/{}", user.workspace, user.user),
        }
    }
}

/// Part somebody had in the change: each excludes them by default (R15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Started, or started again, any attempt of the run.
    Requester,
    PrAuthor,
    Author,
    Committer,
    CoAuthor,
}

impl Part {
    /// As a clause: `started the run`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Requester => "started the run",
            Self::PrAuthor => "opened a pull request of the change",
            Self::Author => "wrote a commit of the change",
            Self::Committer => "committed a part of the change",
            Self::CoAuthor => "is a co-author of the change",
        }
    }
}

/// Somebody whose hand is in the change. `user` is empty when the forge could not name an account for the address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contributor {
    pub part: Part,
    pub user: Option<ForgeUser>,
    /// The name written in the commit, for people to read; proves nothing.
    pub name: Words,
}
