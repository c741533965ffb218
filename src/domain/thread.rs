//! The lines that a request's thread receives, one for each step.

use serde::{Deserialize, Serialize};

use super::actor::ChatUser;
use super::id::{CommitSha, RequestId};
use super::sibling::Sibling;
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
    /// Everything needed is there: it is approved. `by_rule`: by the policy's automatic approval.
    Decided {
        by_rule: bool,
    },
    /// Somebody asks for changes before it may pass.
    ChangesRequested {
        by: ChatUser,
        reason: Option<Words>,
    },
    VoteWithdrawn {
        by: ChatUser,
    },
    /// Whoever asked took it back.
    Withdrawn {
        by: ChatUser,
        reason: Option<Words>,
    },
    /// Let through without its gates.
    GlassBroken {
        by: ChatUser,
        reason: Option<Words>,
    },
    ReviewDue,
    ReviewClosed {
        by: ChatUser,
        note: Option<Words>,
    },
    /// The policy is not the one that the request opened with: both have to be met.
    PolicyChanged,
    /// Later runs wait for this one, or were cancelled behind it.
    Behind {
        runs: Vec<Sibling>,
    },
    /// A newer request asks for the same environment.
    Superseded {
        by: RequestId,
        commit: CommitSha,
    },
    /// It took this one's place.
    EndedByNewer {
        by: RequestId,
        commit: CommitSha,
    },
    /// People who can still act, and have not.
    Reminder {
        round: u32,
    },
    /// Nobody answered: a further group is asked.
    Escalated {
        to: String,
        /// They may act in the place of those who did not.
        #[serde(default)]
        may_act: bool,
    },
    /// One approver confirmed what was decided in an earlier window.
    Confirmed {
        by: ChatUser,
    },
    /// Somebody who may not decide speaks against it.
    ObjectionBefore {
        by: ChatUser,
        reason: Words,
    },
    /// Jobs of the same run come later, and the policy wants a decision of their own.
    NotCovered,
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
    /// A job deploys another commit than this request is about.
    DeployedInstead {
        commit: CommitSha,
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
