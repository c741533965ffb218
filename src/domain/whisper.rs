//! Private answers: what one person is told after a click, and why a click does not count.

use serde::{Deserialize, Serialize};

use super::actor::{ChatUser, Part};
use super::id::CommitSha;
use super::request::{Ending, Verdict};
use super::time::Timestamp;

/// A private answer to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whisper {
    /// The click changes nothing; here is why.
    Refused(Refusal),
    /// The same vote is there already.
    AlreadyCounted,
    /// The vote counts; it needs more people.
    Counted { gate: String, got: u32, needed: u32 },
    /// The objection is kept and shown, and decides nothing.
    ObjectionNoted,
    /// Something needed to check the click could not be read; the click is kept and checked again.
    CheckedLater { what: String },
    /// The click could not be checked for too long: it does not count.
    NotChecked { what: String },
    /// The approval this person gave is decided and not yet told to the forge.
    DecisionHeld { why: String },
    /// A command's answer.
    Help,
}

/// Why somebody's click does not count (R14 to R19). Every one of them has words for the person who clicked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The button names no request of this server, or was tampered with.
    UnknownRequest,
    Guest,
    Deactivated,
    Bot,
    ForeignWorkspace,
    UnknownAccount,
    /// No forge account is linked to this chat account.
    NotLinked,
    /// The linked login belongs to somebody else now.
    LoginMoved {
        login: String,
    },
    LoginGone {
        login: String,
    },
    /// Not one of the people this gate asks for.
    NotInGroup {
        gate: String,
        group: String,
    },
    /// Has a hand in the change, or asked for it.
    Excluded {
        part: Part,
    },
    /// The button was drawn on evidence that has since been replaced.
    EvidenceChanged,
    /// Nothing to decide on yet.
    StillGathering,
    /// The request is held.
    Held {
        why: String,
    },
    AlreadyDecided {
        verdict: Verdict,
        by: Vec<ChatUser>,
        at: Timestamp,
    },
    Ended {
        how: Ending,
        at: Timestamp,
    },
    Expired {
        at: Timestamp,
    },
    /// This person's vote already counts in another gate of the request (R17).
    VotedInOtherGate {
        gate: String,
    },
    /// A denial needs a reason.
    ReasonMissing,
    /// The commit under the button is not the request's.
    OtherCommit {
        commit: CommitSha,
    },
    /// Required check runs stand worse than in the evidence that was shown, each in words.
    ChecksWorse {
        now: Vec<String>,
    },
}

impl Refusal {
    /// Stable code for records, logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownRequest => "unknown_request",
            Self::Guest => "guest",
            Self::Deactivated => "deactivated",
            Self::Bot => "bot",
            Self::ForeignWorkspace => "foreign_workspace",
            Self::UnknownAccount => "unknown_account",
            Self::NotLinked => "not_linked",
            Self::LoginMoved { .. } => "login_moved",
            Self::LoginGone { .. } => "login_gone",
            Self::NotInGroup { .. } => "not_in_group",
            Self::Excluded { .. } => "excluded",
            Self::EvidenceChanged => "evidence_changed",
            Self::StillGathering => "still_gathering",
            Self::Held { .. } => "held",
            Self::AlreadyDecided { .. } => "already_decided",
            Self::Ended { .. } => "ended",
            Self::Expired { .. } => "expired",
            Self::VotedInOtherGate { .. } => "voted_in_other_gate",
            Self::ReasonMissing => "reason_missing",
            Self::OtherCommit { .. } => "other_commit",
            Self::ChecksWorse { .. } => "checks_worse",
        }
    }
}
