//! A request: one ask to deploy, with its votes, its decision and what became of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::actor::{ChatUser, ForgeUser, Human, Voter};
use super::channel::PassedOver;
use super::digest::Digest;
use super::event::Ask;
use super::evidence::EvidenceBrief;
use super::gate::{FrozenPolicy, Policies};
use super::id::{CommitSha, DeploymentId, EnvironmentName, InstallationId, RepositoryId, RequestId, RequestKey};
use super::obstacle::Obstacle;
use super::picture::Picture;
use super::roster::Roster;
use super::rules::DEFAULT_EXPIRY_MS;
use super::sibling::Sibling;
use super::sketch::Sketch;
use super::tally::{GateProgress, tally};
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
    /// The chat's workspace whose people decide; empty where the operator did not name it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workspace: String,
    pub environment: EnvironmentName,
    pub run: Run,
    pub commit: CommitSha,
    pub opened_at: Timestamp,
    pub expires_at: Timestamp,
    /// The jobs this request stands for: one deployment each.
    pub jobs: BTreeMap<DeploymentId, JobState>,
    /// What is known so far while the evidence is being gathered; nothing votes on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sketch: Option<Sketch>,
    pub evidence: Option<EvidenceBrief>,
    /// What the request is held to.
    pub policy: Option<Policies>,
    pub votes: Vec<Vote>,
    pub phase: Phase,
    pub message: Option<MessageRef>,
    /// The message is a second copy: the answer to posting the first one was lost.
    pub message_is_copy: bool,
    /// Set when the message could not be posted or edited and this was given up.
    pub message_trouble: Option<String>,
    /// A commit that a job of this request deployed in place of the request's own, as the forge says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_instead: Option<CommitSha>,
    /// What the message shows besides words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// Channels that the message was meant for and could not reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOver>,
    /// The chain of watches that is under way.
    pub watch: u32,
    /// When the evidence is gathered again, where that has been asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gather_due: Option<Timestamp>,
    /// When everything is read again for a decision that people have agreed on and something else keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recheck_due: Option<Timestamp>,
    /// What stood in the way when that was looked at last, gates that need people aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obstacles: Vec<Obstacle>,
    /// Who could act, as it was read last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roster: Option<Roster>,
    /// Runs that could not start while this one waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<Sibling>,
    /// A newer request asks for the same environment (R24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<Newer>,
    /// The look afterwards that breaking the glass asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// What people said against it who may not decide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objections: Vec<Objection>,
    /// The escalation group has been asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_escalated: bool,
}

/// The newer request that asks for the same environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newer {
    pub request: RequestId,
    pub commit: CommitSha,
}

/// A word against the request, by somebody who may not decide (R19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    pub by: ChatUser,
    pub reason: Words,
}

/// Somebody else has to look at what was let through without its gates (R25).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who let it through: never the one who closes this.
    pub broke: Human,
    pub due: Timestamp,
    pub closed: Option<ReviewClosed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewClosed {
    pub by: ChatUser,
    pub at: Timestamp,
    pub note: Option<Words>,
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
    /// Whoever asked took it back (R20).
    Withdrawn,
    /// A newer request took its place, and the policy says that ends this one (R24).
    Superseded,
}

impl Verdict {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
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
    /// What made it.
    #[serde(default)]
    pub basis: Basis,
    /// Whose votes made it; empty where nobody's did.
    pub by: Vec<ChatUser>,
    pub reason: Option<Words>,
    pub telling: Telling,
    pub rollout: Rollout,
    /// How often the forge was asked again because jobs still waited after it had taken the decision.
    pub retold: u32,
    /// Why the forge is not told for now: required check runs that became worse after the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// The window of the decision closed before the forge was told: one approver has to confirm it first (R23, H35).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_word: bool,
    /// One approver did: what went live since is known to them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
}

/// What made a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    #[default]
    Votes,
    /// The policy's automatic approval (R26).
    Rule,
    /// Somebody let it through without its gates (R25).
    BreakGlass,
    /// The clock, a newer request, or whoever asked.
    Course,
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
    /// Not yet: keeps the request from passing until it is taken back or the evidence changes, and never rejects (R19).
    RequestChanges,
}

impl Choice {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::RequestChanges => "request changes",
        }
    }
}

/// One human's word on a request (R17). Which gates it fills follows from all words together: see [`super::tally`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    pub human: Human,
    /// As they were looked up last.
    pub voter: Voter,
    pub choice: Choice,
    pub reason: Option<Words>,
    /// The flags that were ticked, by fingerprint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ticks: Vec<String>,
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

impl Request {
    /// A request that a job just asked for, of which nothing else is known yet.
    pub fn asked(ask: &Ask, at: Timestamp) -> Self {
        Self {
            id: ask.id.clone(),
            key: ask.key.clone(),
            revision: 0,
            repository: ask.repository.clone(),
            workspace: ask.workspace.clone(),
            environment: ask.environment.clone(),
            run: ask.run.clone(),
            commit: ask.commit.clone(),
            opened_at: at,
            expires_at: at.plus_millis(DEFAULT_EXPIRY_MS),
            jobs: ask.deployment.map(|job| (job, JobState::Waiting)).into_iter().collect::<BTreeMap<_, _>>(),
            sketch: None,
            evidence: None,
            policy: None,
            votes: Vec::new(),
            phase: Phase::Gathering,
            message: None,
            message_is_copy: false,
            message_trouble: None,
            deployed_instead: None,
            picture: None,
            passed_over: Vec::new(),
            watch: 0,
            gather_due: None,
            recheck_due: None,
            obstacles: Vec::new(),
            roster: None,
            behind: Vec::new(),
            superseded: None,
            review: None,
            objections: Vec::new(),
            is_escalated: false,
        }
    }

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

    /// Everything the request is held to; nothing before that is known.
    pub fn policies(&self) -> impl Iterator<Item = &FrozenPolicy> {
        self.policy.iter().flat_map(Policies::all)
    }

    /// The gates of all its policies with the approvals that count, in order.
    pub fn progress(&self) -> Vec<GateProgress> {
        self.policies().flat_map(|policy| tally(self, policy)).collect()
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
