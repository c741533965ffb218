//! The lines that a request's thread receives, one for each step.

use serde::{Deserialize, Serialize};

use super::actor::ChatUser;
use super::id::CommitSha;
use super::words::Words;

/// One reply in the thread of a request's message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadLine {
    Approved {
        by: ChatUser,
        gate: String,
        got: u32,
        needed: u32,
    },
    Denied {
        by: ChatUser,
        reason: Option<Words>,
    },
    /// Nobody decided in time.
    Expired,
    /// The forge took the decision.
    Delivered {
        approved: bool,
    },
    /// The forge did not take it.
    NotDelivered {
        why: String,
    },
    /// All our gates are passed; the environment's other rules are not.
    WaitingForOthers,
    Queued,
    Running,
    /// Milliseconds since the decision.
    Live {
        after_ms: i64,
    },
    RolloutFailed {
        state: String,
    },
    /// Jobs of the same run come later and get the same decision.
    Covered,
    /// Somebody spoke against it when it was too late to decide.
    Objection {
        by: ChatUser,
        reason: Option<Words>,
    },
    /// The evidence was gathered again and differs: earlier votes are void.
    EvidenceChanged {
        votes_void: u32,
    },
    /// A vote does not count any more.
    VoteStruck {
        by: ChatUser,
    },
    /// The request ended outside.
    Ended {
        how: super::request::Ending,
    },
    /// The run was started again: a new request replaces this one.
    NewAttempt {
        attempt: u32,
    },
    /// A different commit came under the same key; it is not covered.
    CommitDiffers {
        commit: CommitSha,
    },
    /// Something could not be done and was given up.
    GaveUp {
        what: String,
        why: String,
    },
}
