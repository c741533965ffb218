//! What can happen to a request. Everything in an event was read before the transition; nothing is looked up in it.

use serde::{Deserialize, Serialize};

use super::actor::Voter;
use super::channel::PassedOver;
use super::ci::CiReading;
use super::digest::Digest;
use super::evidence::EvidenceBrief;
use super::freeze::Freeze;
use super::fresh::{Around, Fresh, PoliciesRead};
use super::id::{CommitSha, DeploymentId, EnvironmentName, RequestId, RequestKey};
use super::picture::Picture;
use super::request::{Choice, Ending, JobState, MessageRef, Repository, Run};
use super::sibling::Sibling;
use super::sketch::Sketch;
use super::time::Timestamp;
use super::words::Words;

/// Something that happened, with all that is needed to decide what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A job of the key waits for us. The first one opens the request.
    Asked(Ask),
    /// The evidence is still being gathered, and takes longer than people wait: what is known so far.
    Glimpsed(Sketch),
    /// The evidence and the policies were read, and what holds around the request.
    Gathered {
        evidence: EvidenceBrief,
        policies: PoliciesRead,
        around: Around,
    },
    /// The evidence could not be read for now; it is tried again.
    GatherFailed {
        why: String,
    },
    /// A check outside of this server answered after the evidence had been gathered without it.
    CheckAnswered {
        name: String,
        answer: Digest,
    },
    /// Somebody pressed Approve, Deny or Request changes.
    Voted(Ballot),
    /// Everything was read again, because people have agreed, or because somebody asked for it.
    Rechecked {
        fresh: Box<Fresh>,
    },
    /// It could not be read for now; it is tried again.
    RecheckFailed {
        why: String,
    },
    /// Somebody wants evidence and policy gathered again.
    LookAgain {
        voter: Voter,
    },
    /// Somebody takes their own vote back (R20).
    VoteWithdrawn {
        voter: Voter,
    },
    /// Somebody takes the whole request back: only who asked may (R20).
    Withdrawn {
        voter: Voter,
        reason: Option<Words>,
    },
    /// Somebody who may not decide speaks against it (R19).
    Objected {
        voter: Voter,
        reason: Option<Words>,
    },
    /// Somebody lets it through without its gates (R25).
    GlassBroken {
        voter: Voter,
        reason: Option<Words>,
        seen: String,
        received: Timestamp,
    },
    /// Somebody has looked afterwards at what was let through.
    ReviewClosed {
        voter: Voter,
        note: Option<Words>,
    },
    /// Nobody has, and it is due.
    ReviewDue,
    /// A newer request asks for the same environment (R24).
    Superseded {
        by: RequestId,
        commit: CommitSha,
    },
    /// A freeze was called or lifted.
    FreezesChanged {
        freezes: Vec<Freeze>,
    },
    /// The timers of reminders and of the escalation.
    ReminderDue {
        round: u32,
    },
    EscalationDue,
    /// The deadline's timer fired.
    DeadlineReached,
    /// The message is in the chat.
    MessagePosted {
        message: MessageRef,
        /// An earlier post may be in the channel as well: its answer was lost.
        is_copy: bool,
    },
    /// A channel that the message was meant for takes none: it goes elsewhere, and says so.
    ChannelPassedOver {
        passed: PassedOver,
    },
    /// The chat gave a channel another id.
    ChannelMoved {
        from: String,
        to: String,
    },
    /// The chat holds a picture for the message.
    Pictured {
        picture: Picture,
    },
    /// Somebody wants to see the message, and it is not there any more.
    MessageLost {
        message: MessageRef,
    },
    /// The forge answered our decision, or was read back instead.
    Told(Told),
    /// The approval is not told for now. `needs_word`: its window closed, so that one approver has to confirm it first.
    DecisionHeld {
        why: String,
        #[serde(default)]
        needs_word: bool,
    },
    /// The forge says where one job stands.
    JobMoved(JobMove),
    /// The run ended at the forge.
    RunEnded {
        attempt: u32,
        conclusion: String,
        by: Option<String>,
    },
    /// A newer attempt of the same run asks for the same environment.
    NewerAttempt {
        attempt: u32,
    },
    /// A later run of the same workflow was asked for.
    LaterRun {
        /// Counted per workflow.
        number: u64,
    },
    /// The run was read back, by [`super::effect::Effect::Watch`].
    ReadBack {
        standing: Standing,
        chain: u32,
        round: u32,
    },
    /// An effect failed for good or too often; it will not be tried again.
    GaveUp {
        kind: String,
        why: String,
    },
}

/// One job's ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The id the request gets if this ask opens it.
    pub id: RequestId,
    pub key: RequestKey,
    pub repository: Repository,
    /// The chat's workspace whose people are asked; empty where the operator did not name it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workspace: String,
    pub environment: EnvironmentName,
    pub run: Run,
    pub commit: CommitSha,
    /// Empty when the forge made no deployment for the job.
    pub deployment: Option<DeploymentId>,
}

/// A click on Approve or Deny, with everything it is judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    pub voter: Voter,
    pub choice: Choice,
    pub reason: Option<Words>,
    /// Flags that were ticked, by the start of their fingerprints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ticks: Vec<String>,
    /// The voter said twice that the older of two requests is meant (R24).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub means_older: bool,
    /// Short digest of the evidence that was on the screen; empty when there was none.
    pub seen: String,
    /// When the click reached us: what the deadline is compared with.
    pub received: Timestamp,
    /// Everything read again, where this click may be the last one needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<Box<Fresh>>,
    /// How the required check runs stand now; `None` where the evidence requires none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<CiReading>,
}

/// What came of telling the forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// It took the decision, or had taken it before (read back).
    Taken,
    /// The run ended first, or somebody else's answer stands.
    NotApplied { why: Ending },
}

/// Where one job stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobMove {
    pub deployment: DeploymentId,
    pub state: JobState,
    /// The forge's own word for it.
    pub detail: String,
    /// What the job deploys, where the forge says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitSha>,
}

/// How a run stands at the forge when read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The newest attempt of the run.
    pub attempt: u32,
    /// The run's conclusion, once it has one.
    pub conclusion: Option<String>,
    /// Some rule of the environment still holds a job of this run.
    pub pending: bool,
    /// Where the jobs of the request stand, as far as the forge says.
    pub jobs: Vec<(DeploymentId, JobState)>,
    /// What jobs of the request that have started deploy, as far as the forge says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<(DeploymentId, CommitSha)>,
    /// Later runs of the workflow that wait for their turn, or were cancelled before it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<Sibling>,
}

impl Event {
    /// Dotted name of the record this event leaves.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Asked(_) => "request.asked",
            Self::Glimpsed(_) => "evidence.glimpsed",
            Self::Gathered { .. } => "evidence.gathered",
            Self::GatherFailed { .. } => "evidence.failed",
            Self::CheckAnswered { .. } => "check.answered",
            Self::Voted(_) => "vote.cast",
            Self::Rechecked { .. } => "request.rechecked",
            Self::RecheckFailed { .. } => "request.recheck_failed",
            Self::LookAgain { .. } => "evidence.asked_again",
            Self::VoteWithdrawn { .. } => "vote.withdrawn",
            Self::Withdrawn { .. } => "request.withdrawn",
            Self::Objected { .. } => "vote.objection",
            Self::GlassBroken { .. } => "glass.broken",
            Self::ReviewClosed { .. } => "review.closed",
            Self::ReviewDue => "review.due",
            Self::Superseded { .. } => "request.superseded",
            Self::FreezesChanged { .. } => "freeze.changed",
            Self::ReminderDue { .. } => "request.reminded",
            Self::EscalationDue => "request.escalated",
            Self::DeadlineReached => "request.deadline",
            Self::MessagePosted { .. } => "message.posted",
            Self::ChannelPassedOver { .. } => "message.passed_over",
            Self::ChannelMoved { .. } => "message.channel_moved",
            Self::Pictured { .. } => "message.pictured",
            Self::MessageLost { .. } => "message.lost",
            Self::Told(_) => "decision.told",
            Self::DecisionHeld { .. } => "decision.held",
            Self::JobMoved(_) => "job.moved",
            Self::RunEnded { .. } => "run.ended",
            Self::NewerAttempt { .. } => "run.newer_attempt",
            Self::LaterRun { .. } => "run.later",
            Self::ReadBack { .. } => "run.read_back",
            Self::GaveUp { .. } => "effect.gave_up",
        }
    }
}
