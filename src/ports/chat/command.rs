//! What people type into the chat, read and not yet answered.

use crate::domain::calendar::Until;
use crate::domain::{Choice, Words};

/// What somebody wants who types a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatCommand {
    /// To be told what there is.
    Help,
    /// To link their forge account.
    Link,
    /// To have that undone.
    Unlink,
    /// What waits for people.
    Pending,
    /// One request, by the end of its id.
    Show {
        id: String,
    },
    /// To vote. A command names no evidence, so that nobody votes on what they did not see: it is answered with what is
    /// voted on and a button that carries it.
    Vote {
        id: String,
        choice: Choice,
        words: Option<Words>,
    },
    /// To let a request pass without its gates; confirmed like a vote.
    BreakGlass {
        id: String,
        reason: Words,
    },
    Freeze(FreezeCommand),
    /// To be told what is frozen.
    Freezes,
    /// To lift a freeze, by the end of its id.
    LiftFreeze {
        id: String,
    },
    /// To say how they want to be told.
    Preferences,
    /// A command that exists, and lacks something or has what it cannot have.
    Misused {
        command: &'static str,
        why: String,
    },
    /// Something that does not exist, and what may be meant.
    Unknown {
        typed: Words,
        meant: Option<&'static str>,
    },
}

/// A freeze as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreezeCommand {
    /// Every environment where it is empty.
    pub environment: Option<String>,
    /// `owner/name`; every repository where it is empty.
    pub repository: Option<String>,
    pub until: Option<Until>,
    pub reason: Words,
}
