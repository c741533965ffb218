//! What a visitor of the link pages is shown, apart from how it looks.

use crate::domain::{ChatName, ChatUser, ForgeUser, LinkRefusal, Timestamp};
use crate::store::LinkAttempt;

/// A page, and the cookie by which this browser is known from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub page: Page,
    pub cookie: Option<String>,
}

impl From<Page> for Shown {
    fn from(page: Page) -> Self {
        Self { page, cookie: None }
    }
}

/// Who asked for a link in the chat, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub chat: ChatUser,
    pub name: ChatName,
    pub at: Timestamp,
    pub until: Timestamp,
}

impl Asked {
    pub fn of(attempt: &LinkAttempt) -> Self {
        let LinkAttempt { name, at, until, .. } = attempt.clone();
        Self { chat: attempt.chat().clone(), name, at, until }
    }
}

/// A page. `proof` goes into its form: only who was shown the page can send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// Says which chat account this is about, before anything else.
    Start {
        asked: Asked,
        proof: String,
    },
    /// On to the forge.
    Onward {
        address: String,
    },
    /// Somebody signed in: [`Page::Confirm`] is next, at its own address.
    Proven,
    /// Names both accounts, and asks.
    Confirm {
        asked: Asked,
        account: ForgeUser,
        proof: String,
    },
    Linked {
        asked: Asked,
        account: ForgeUser,
    },
    Refused {
        asked: Asked,
        why: LinkRefusal,
    },
    /// There is nothing to go on with here.
    Over(Over),
}

/// Why there is nothing to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// No such address was given to anybody, or long ago.
    Unknown,
    /// Its time is over.
    Expired,
    /// Something came of it already, or a newer one was asked for.
    Used,
    /// Another browser went on with it.
    OtherBrowser,
    /// The form was not sent from our page in this browser.
    NotFromHere,
    /// The forge's answer belongs to nothing that this server waits for: it was used, or made up.
    StateUnknown,
    /// They said no at the forge.
    SaidNo,
    /// The forge refuses the sign-in, in its words.
    ForgeRefuses { why: String },
    /// The forge does not answer.
    ForgeSilent,
    /// The chat does not answer.
    ChatSilent,
}
