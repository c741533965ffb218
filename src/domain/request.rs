//! A request: one ask to deploy, with its votes, its decision and what became of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::actor::{ChatUser, ForgeUser, Voter};
use super::digest::Digest;
use super::evidence::EvidenceBrief;
use super::gate::{FrozenPolicy, Gate};
use super::id::{
    CommitSha, DeploymentId, EnvironmentName, ForgeUserId, InstallationId, RepositoryId, RequestId, RequestKey,
};
use super::time::Timestamp;
use super::words::Words;

/// One ask to deploy (R1). A plain value; [`super::transition`] is the only thing that makes a new version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    pub key: RequestKey,
    /// Number of events this value has taken in: one more with every transition.
    pub revision: u64,
    pub repository: Repository,
    pub environment: EnvironmentName,
    pub run: Run,
    pub commit: CommitSha,
    pub opened_at: Timestamp,
    pub expires_at: Timestamp,
    /// The jobs this request stands for: one deployment each.
    pub jobs: BTreeMap<DeploymentId, JobState>,
    pub evidence: Option<EvidenceBrief>,
    pub policy: Option<FrozenPolicy>,
    pub votes: Vec<Vote>,
    pub phase: Phase,
    pub message: Option<MessageRef>,
    /// The message is a second copy: the answer to posting the first one was lost.
    pub message_is_copy: bool,
    /// Set when the message could not be posted or edited and this was given up.
    pub message_trouble: Option<String>,
    /// The chain of watches that is under way.
    pub watch: u32,
    /// When the evidence is gathered again, where that has been asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gather_due: Option<Timestamp>,
}

/// A repository: the numeric id is its identity, owner and name its present address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    pub id: RepositoryId,
    pub owner: String,
    pub name: String,
    pub installation: InstallationId,
}

impl Repository {
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// The workflow run that waits. Titles and refs come from strangers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub title: String,
    /// Counted per workflow, as people cite it: run 482.
    pub number: u64,
    pub attempt: u32,
    pub url: String,
    /// What started it: `push`, `workflow_dispatch`.
    pub trigger: String,
    pub reference: String,
    pub workflow: String,
    /// Everybody who started any attempt, the newest last (R2).
    pub actors: Vec<ForgeUser>,
}

/// Where one job of the request stands after the forge's last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Waiting,
    Queued,
    Running,
    Live,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The evidence is not there yet.
    Gathering,
    /// Open, and cannot pass: says why (R10, R11).
    Held {
        why: String,
    },
    Open,
    Decided(Decision),
    /// Ended outside, without a decision of ours.
    Ended {
        how: Ending,
        at: Timestamp,
    },
}

/// How a request ends without a decision of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Cancelled {
        by: Option<String>,
    },
    /// The job started although we had not decided: an administrator's bypass, or our rule was unticked.
    Bypassed {
        by: Option<String>,
    },
    /// A newer attempt of the same run asks again (R2).
    NewAttempt {
        attempt: u32,
    },
    /// Somebody else answered for this environment at the forge.
    DecidedElsewhere {
        approved: bool,
        by: Option<String>,
    },
    /// The run ended by itself: failed, timed out, skipped.
    RunEnded {
        conclusion: String,
    },
    /// The run or its repository can no longer be seen by us.
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approved,
    Denied,
    Expired,
}

impl Verdict {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
        }
    }

    /// Whether the forge is told to let the job run.
    pub const fn lets_run(self) -> bool {
        matches!(self, Self::Approved)
    }
}

/// The one decision of a request (P4): never changed once made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub verdict: Verdict,
    pub at: Timestamp,
    /// Whose votes made it; empty for an expiry.
    pub by: Vec<ChatUser>,
    pub reason: Option<Words>,
    pub telling: Telling,
    pub rollout: Rollout,
    /// How often the forge was asked again because jobs still waited after it had taken the decision.
    pub retold: u32,
    /// Why the forge is not told for now: required check runs that became worse after the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
}

/// Where the telling of the forge stands (R27).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// Not yet taken; no message may say it is deploying.
    Delivering,
    Delivered {
        at: Timestamp,
    },
    /// Given up: visible, with a way to try again.
    Failed {
        why: String,
    },
    /// The run ended first, or answers to somebody else: the decision stands and was not applied.
    NotApplied {
        why: Ending,
    },
}

/// What became of the deployment (R31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rollout {
    NotStarted,
    WaitingForOthers,
    Queued,
    Running,
    Live { at: Timestamp },
    Failed { state: String, at: Timestamp },
}

impl Rollout {
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Live { .. } | Self::Failed { .. })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    Approve,
    Deny,
}

/// One human's word on one gate (R17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    pub gate: String,
    pub human: ForgeUserId,
    pub voter: Voter,
    pub choice: Choice,
    pub reason: Option<Words>,
    /// The evidence that was on the screen.
    pub seen: Digest,
    pub at: Timestamp,
    /// Counts no more: the person lost the right to vote before the decision.
    pub struck: bool,
}

/// The message of a request in the chat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageRef {
    pub channel: String,
    /// The chat's id of the message: its timestamp in Slack.
    pub id: String,
}

/// How far a gate is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateProgress {
    pub name: String,
    pub group: String,
    pub needed: u32,
    pub approvals: Vec<ChatUser>,
}

impl GateProgress {
    pub fn is_met(&self) -> bool {
        self.approvals.len() >= usize::try_from(self.needed).unwrap_or(usize::MAX)
    }
}

impl Request {
    /// Still waits for a decision.
    pub const fn is_undecided(&self) -> bool {
        matches!(self.phase, Phase::Gathering | Phase::Held { .. } | Phase::Open)
    }

    /// Whether anything outside can still change it: it waits, or its deployment is not over.
    pub const fn can_change(&self) -> bool {
        match &self.phase {
            Phase::Gathering | Phase::Held { .. } | Phase::Open => true,
            Phase::Decided(decision) => match &decision.telling {
                Telling::Delivered { .. } => decision.verdict.lets_run() && !decision.rollout.is_final(),
                Telling::Delivering | Telling::Failed { .. } => true,
                Telling::NotApplied { .. } => false,
            },
            Phase::Ended { .. } => false,
        }
    }

    pub const fn decision(&self) -> Option<&Decision> {
        match &self.phase {
            Phase::Decided(decision) => Some(decision),
            _ => None,
        }
    }

    /// The gates of the frozen policy with the approvals that count, in order. Empty before the policy is known.
    pub fn progress(&self) -> Vec<GateProgress> {
        let gates = self.policy.as_ref().map(|policy| policy.gates.as_slice()).unwrap_or_default();
        gates.iter().map(|gate| self.gate_progress(gate)).collect()
    }

    fn gate_progress(&self, gate: &Gate) -> GateProgress {
        let counts = |vote: &&Vote| vote.gate == gate.name && vote.choice == Choice::Approve && !vote.struck;
        GateProgress {
            name: gate.name.clone(),
            group: gate.group.words().to_owned(),
            needed: gate.quorum,
            approvals: self.votes.iter().filter(counts).map(|vote| vote.voter.chat.clone()).collect(),
        }
    }

    /// The opaque value of this request's buttons: the id and the evidence they were drawn on.
    pub fn button_value(&self) -> String {
        let seen = self.evidence.as_ref().map(|evidence| evidence.digest.short()).unwrap_or_default();
        format!("{}.{seen}", self.id)
    }

    /// Takes a button's value apart: the request and the short digest of the evidence that was shown.
    pub fn read_button_value(value: &str) -> Option<(RequestId, String)> {
        let (id, seen) = value.split_once('.')?;
        let right_form = seen.is_empty() || (seen.len() == 12 && seen.bytes().all(|b| b.is_ascii_hexdigit()));
        right_form.then_some((RequestId::parse(id)?, seen.to_owned()))
    }
}
