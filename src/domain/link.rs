//! Account links: which chat account and which forge account are one person, and what keeps two from being tied (R13, H23).
//!
//! Two sources tie accounts: what people and operators had stored, and the operator's file. Neither overrides the other.
//! Where they disagree nobody counts until somebody resolves it.

use serde::{Deserialize, Serialize};

use super::actor::{ChatStanding, ChatUser, ForgeUser};
use super::id::ForgeUserId;
use super::time::Timestamp;

/// How a link came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkOrigin {
    /// The person signed in at the forge, from an address given to them privately in the chat.
    Login,
    /// Imported from a file by an operator.
    File,
    /// Typed by an operator.
    Operator,
    /// The chat's profile names the login, and both accounts have the same e-mail address.
    ProfileField,
    /// Both accounts have the same e-mail address.
    Email,
}

impl LinkOrigin {
    const ALL: [Self; 5] = [Self::Login, Self::File, Self::Operator, Self::ProfileField, Self::Email];

    /// For rows, records and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::File => "file",
            Self::Operator => "operator",
            Self::ProfileField => "profile_field",
            Self::Email => "email",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.word() == word)
    }
}

/// Who made or ended a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkActor {
    /// The person whose chat account it is.
    Person,
    /// Somebody with access to the server's database, by the name they go by there. A claim, not a proof.
    Operator { name: String },
    /// This server, by a rule that the operator switched on.
    Server,
}

/// A chat account and a forge account that are one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLink {
    /// Of this link: a later link of the same accounts has another.
    pub id: String,
    pub chat: ChatUser,
    /// The forge's host: equal numbers of two forges are two accounts (H52).
    pub host: String,
    /// What counts. It never changes hands.
    pub account: ForgeUserId,
    /// The login the account had then: for people to read, and to look up what the account may do.
    pub login: String,
    pub origin: LinkOrigin,
    pub by: LinkActor,
    pub at: Timestamp,
    pub ended: Option<LinkEnd>,
}

/// When, by whom and why a link ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkEnd {
    pub at: Timestamp,
    pub by: LinkActor,
    /// `unlinked`, or `renewed` where the same accounts were linked again.
    pub why: String,
}

/// What the operator's file says of a chat account, and the number its login is pinned to, as far as known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTie {
    pub login: String,
    pub account: Option<ForgeUserId>,
}

/// Two sources that say different things: nothing is concluded from either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkConflict {
    /// One chat account, two forge accounts: the operator's file names one, the link another.
    TwoAccounts { file: String, link: String },
    /// One forge account, two chat accounts: the operator's file ties it to one, a link to another.
    TwoPeople { login: String, other: ChatUser },
}

/// Whether the operator's file and a link of the same chat account mean the same forge account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    Same,
    Different,
    /// The file has a login only, another one than the link's, and nobody knows yet whose it is.
    Unclear,
}

impl FileTie {
    pub fn agrees_with(&self, account: ForgeUserId, login: &str) -> Agreement {
        match self.account {
            Some(ours) if ours == account => Agreement::Same,
            Some(_) => Agreement::Different,
            None if self.login.eq_ignore_ascii_case(login) => Agreement::Same,
            None => Agreement::Unclear,
        }
    }
}

/// Why accounts are not tied. Every one of them has words for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRefusal {
    /// The operator has not set it up.
    NotSetUp,
    /// Guests, bots, deactivated and foreign accounts decide nothing, so they are linked to nothing (R14).
    Standing { standing: ChatStanding },
    /// A bot, an app or an organisation: not a person.
    NotAPerson { login: String },
    /// The forge account belongs to another chat account of this workspace.
    AccountTaken { login: String, other: ChatUser, in_file: bool },
    /// The chat account belongs to another forge account.
    ChatTaken { login: String, in_file: bool },
    /// Whoever signed in at the forge said that the chat account is not theirs.
    Declined { login: String },
    /// The address was opened in one browser, and the forge's answer came to another.
    OtherBrowser,
}

impl LinkRefusal {
    /// Stable code for records, logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotSetUp => "not_set_up",
            Self::Standing { .. } => "standing",
            Self::NotAPerson { .. } => "not_a_person",
            Self::AccountTaken { .. } => "account_taken",
            Self::ChatTaken { .. } => "chat_taken",
            Self::Declined { .. } => "declined",
            Self::OtherBrowser => "other_browser",
        }
    }
}

/// What is known about two accounts that are to be tied.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The link that the chat account has.
    pub of_chat: Option<AccountLink>,
    /// The link that the forge account has in this workspace.
    pub of_account: Option<AccountLink>,
    /// What the operator's file says of the chat account.
    pub file: Option<FileTie>,
    /// Another chat account of this workspace that the operator's file ties to the forge account.
    pub file_other: Option<ChatUser>,
}

/// What tying two accounts amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    New,
    /// They are tied already, and the login changed since.
    Renewed,
    /// They are tied already.
    Same,
}

/// Whether `chat` and `account` may be tied: one human has one account on either side (H23).
pub fn may_tie(chat: &ChatUser, account: &ForgeUser, known: &Known) -> Result<Tie, LinkRefusal> {
    if account.is_bot {
        return Err(LinkRefusal::NotAPerson { login: account.login.clone() });
    }
    if let Some(file) = &known.file
        && file.agrees_with(account.id, &account.login) != Agreement::Same
    {
        return Err(LinkRefusal::ChatTaken { login: file.login.clone(), in_file: true });
    }
    if let Some(other) = &known.file_other {
        return Err(LinkRefusal::AccountTaken { login: account.login.clone(), other: other.clone(), in_file: true });
    }
    if let Some(link) = known.of_account.as_ref().filter(|link| link.chat != *chat) {
        let (login, other) = (account.login.clone(), link.chat.clone());
        return Err(LinkRefusal::AccountTaken { login, other, in_file: false });
    }
    match &known.of_chat {
        None => Ok(Tie::New),
        Some(link) if link.account != account.id => {
            Err(LinkRefusal::ChatTaken { login: link.login.clone(), in_file: false })
        }
        Some(link) if link.login != account.login => Ok(Tie::Renewed),
        Some(_) => Ok(Tie::Same),
    }
}

#[cfg(test)]
mod tests;
