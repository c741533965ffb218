//! Things to do outside or later. Each is a row of the outbox, written with the state that asks for it.

use serde::{Deserialize, Serialize};

use super::actor::ChatUser;
use super::id::RequestId;
use super::thread::ThreadLine;
use super::time::Timestamp;
use super::whisper::Whisper;

/// Something to do, at least once; each finds its own mark before it repeats itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Gather the evidence.
    Gather,
    /// Tell the forge that the request is known, so that its page does not look hung (R29).
    Report,
    /// Tell the forge the decision (R27, R28).
    Decide,
    /// Make the request's message in the chat show the present state: post it, or edit it.
    SyncMessage,
    /// Add a line to the message's thread.
    Say(ThreadLine),
    /// Tell one person something privately.
    Whisper { to: ReplyTo, text: Whisper },
    /// Tell people who can decide now, each in the way they want. `again`: they were asked before, and have not.
    Attend { people: Vec<ChatUser>, again: bool },
    /// Mention people in the thread.
    Mention { people: Vec<ChatUser>, again: bool },
    /// Send one person a direct message about the request, or bring the one they have up to date.
    Direct { to: ChatUser, matter: Matter },
    /// Tell those who wait for it what came of the request.
    TellOutcome,
    /// The deadline.
    Expire,
    /// Read everything again that a decision rests on: people have agreed, and something else was in the way, or nobody has
    /// looked yet.
    Recheck,
    /// Remind those who can still act.
    Remind { round: u32 },
    /// Ask the group that the policy names for when nobody answers.
    Escalate,
    /// Remind of the look that breaking the glass asks for.
    RemindReview,
    /// Cancel the run, where the policy says that a denial does so (R32).
    CancelRun,
    /// Say on the pull requests which changes are asked for, and when that is over.
    TellAuthors,
    /// Draw a picture from the evidence and give it to the chat.
    Draw,
    /// Read back from the forge how the run stands: what no webhook told (R30, R31).
    Watch {
        /// The chain of watches this belongs to; zero for a single look. A chain that is not the request's present one ends.
        chain: u32,
        /// How often the chain has looked; the pause grows with it.
        round: u32,
    },
}

/// What a direct message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// They can decide. `again`: they were told before.
    Asked { again: bool },
    /// Something came of it.
    Outcome,
    /// Nothing new for them: the message they have must only stay true.
    Truth,
}

/// Where a private answer goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTo {
    pub user: ChatUser,
    /// The workspace of ours in which they did it; empty where that is not known. Theirs may be another one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workspace: String,
    pub channel: Option<String>,
    /// One-off address that came with the click; works for a while only. A capability: never logged.
    pub response_url: Option<String>,
}

impl std::fmt::Debug for ReplyTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReplyTo").field("user", &self.user).field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// An effect with its due time, as a transition asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub effect: Effect,
    pub at: Timestamp,
}

impl Effect {
    /// Stable name for rows, logs and metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Gather => "gather",
            Self::Report => "report",
            Self::Decide => "decide",
            Self::SyncMessage => "sync_message",
            Self::Say(_) => "say",
            Self::Whisper { .. } => "whisper",
            Self::Attend { .. } => "attend",
            Self::Mention { .. } => "mention",
            Self::Direct { .. } => "direct",
            Self::TellOutcome => "tell_outcome",
            Self::Expire => "expire",
            Self::Recheck => "recheck",
            Self::Remind { .. } => "remind",
            Self::Escalate => "escalate",
            Self::RemindReview => "remind_review",
            Self::CancelRun => "cancel_run",
            Self::TellAuthors => "tell_authors",
            Self::Draw => "draw",
            Self::Watch { .. } => "watch",
        }
    }

    /// What must stay in order: this request towards the forge, its message in the chat, or its message to one
    /// person. Timers, reads and private answers have no lane, so nothing waits for them and they wait for nothing.
    pub fn lane(&self, request: &RequestId) -> Option<String> {
        match self {
            Self::Report | Self::Decide | Self::CancelRun => Some(format!("forge/{request}")),
            Self::SyncMessage | Self::Say(_) | Self::Mention { .. } => Some(format!("chat/{request}")),
            Self::Direct { to, .. } => Some(format!("chat/{request}/{}", to.user)),
            Self::TellAuthors => Some(format!("authors/{request}")),
            Self::Gather
            | Self::Draw
            | Self::Whisper { .. }
            | Self::Attend { .. }
            | Self::TellOutcome
            | Self::Expire
            | Self::Recheck
            | Self::Remind { .. }
            | Self::Escalate
            | Self::RemindReview
            | Self::Watch { .. } => None,
        }
    }
}
