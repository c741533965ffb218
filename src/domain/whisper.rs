//! Private answers: what one person is told after a click, and why a click does not count.

use serde::{Deserialize, Serialize};

use super::actor::{ChatUser, ForgeUser, Part};
use super::gate::Role;
use super::id::{CommitSha, RequestId};
use super::link::{LinkConflict, LinkRefusal};
use super::obstacle::Obstacle;
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
    Counted {
        gate: String,
        got: u32,
        needed: u32,
    },
    /// The vote counts, and everybody needed has agreed; these are in the way, if any.
    Agreed {
        waits_for: Vec<Obstacle>,
    },
    ChangesRequested,
    VoteWithdrawn,
    Withdrawn,
    ReviewClosed,
    /// The forge is told now.
    Confirmed,
    /// Evidence and policy are gathered again.
    LookingAgain,
    /// The objection is kept and shown, and decides nothing.
    ObjectionNoted,
    /// Something needed to check the click could not be read; the click is kept and checked again.
    CheckedLater {
        what: String,
    },
    /// The click could not be checked for too long: it does not count.
    NotChecked {
        what: String,
    },
    /// The approval this person gave is decided and not yet told to the forge.
    DecisionHeld {
        why: String,
    },
    /// Where this person can link their forge account. `linked`: the login of the account they have now.
    LinkHere {
        address: OneTimeAddress,
        until: Timestamp,
        linked: Option<String>,
    },
    /// The two accounts are one person from now on.
    Linked {
        account: ForgeUser,
    },
    /// They are no longer. `in_file`: the login that the operator's file still gives them.
    Unlinked {
        login: String,
        in_file: Option<String>,
    },
    /// There is nothing to unlink. `in_file`: the login that the operator's file gives them.
    NothingToUnlink {
        in_file: Option<String>,
    },
    /// The accounts were not tied; here is why.
    NotLinkedNow(LinkRefusal),
    /// Somebody tried to link this person's forge account to another chat account.
    SomebodyTried {
        login: String,
        other: ChatUser,
    },
}

/// An address that opens something once, for whoever has it: never logged, never recorded.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OneTimeAddress(pub String);

impl std::fmt::Debug for OneTimeAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OneTimeAddress")
    }
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
    /// The operator's file and a link say different things of this account.
    LinkConflict {
        conflict: LinkConflict,
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
    /// The gate this person may act on comes after another one.
    GateNotOpen {
        gate: String,
        before: String,
    },
    /// The gate this person may act on has everybody it needs.
    GateMet {
        gate: String,
    },
    /// No gate asks for anybody.
    NobodyMayVote,
    /// A denial, an objection or breaking the glass needs a reason.
    ReasonMissing,
    /// The policy asks for a comment with each approval.
    CommentMissing,
    /// Flags that have to be ticked one by one, each in words.
    TicksMissing {
        flags: Vec<String>,
    },
    /// A newer request asks for the same environment: approving this one takes a second word.
    Older {
        newer: RequestId,
        commit: CommitSha,
    },
    /// There is no vote of this person to take back.
    NoVote,
    /// Only who asked may take the request back.
    NotYours,
    /// This person may decide: an objection would be less than their vote.
    MayVote,
    /// This policy lets nobody break the glass.
    NoBreakGlass {
        role: Role,
    },
    NothingToReview,
    /// Who broke the glass does not review it.
    OwnReview,
    /// The commit under the button is not the request's.
    OtherCommit {
        commit: CommitSha,
    },
    /// Freezes are called by those who maintain the repository; for all repositories, by those whom the operator names.
    MayNotFreeze {
        everywhere: bool,
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
            Self::LinkConflict { .. } => "link_conflict",
            Self::NotInGroup { .. } => "not_in_group",
            Self::Excluded { .. } => "excluded",
            Self::EvidenceChanged => "evidence_changed",
            Self::StillGathering => "still_gathering",
            Self::Held { .. } => "held",
            Self::AlreadyDecided { .. } => "already_decided",
            Self::Ended { .. } => "ended",
            Self::Expired { .. } => "expired",
            Self::GateNotOpen { .. } => "gate_not_open",
            Self::GateMet { .. } => "gate_met",
            Self::NobodyMayVote => "nobody_may_vote",
            Self::ReasonMissing => "reason_missing",
            Self::CommentMissing => "comment_missing",
            Self::TicksMissing { .. } => "ticks_missing",
            Self::Older { .. } => "older",
            Self::NoVote => "no_vote",
            Self::NotYours => "not_yours",
            Self::MayVote => "may_vote",
            Self::NoBreakGlass { .. } => "no_break_glass",
            Self::NothingToReview => "nothing_to_review",
            Self::OwnReview => "own_review",
            Self::OtherCommit { .. } => "other_commit",
            Self::MayNotFreeze { .. } => "may_not_freeze",
            Self::ChecksWorse { .. } => "checks_worse",
        }
    }
}
