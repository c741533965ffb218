//! The rules a request is held to: policies as they stood when it opened, and their gates.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::action::Actions;
use super::actor::Part;
use super::condition::Condition;
use super::digest::Digest;
use super::exception::Exception;
use super::group::Group;
use super::id::CommitSha;
use super::rules::{ApproveRules, BreakGlass, Channels, DenyRules, Notify, RefRule, Rollback, Supersede, Timing};

/// A policy as it was read for one environment and one request. Later changes to the file do not change it (R9).
///
/// A request may be held to several at once, and every one of them must be met: that is how an owner's floor holds, and how
/// neither loosening nor tightening the file slips by while a request is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenPolicy {
    pub role: Role,
    pub source: PolicySource,
    /// Digest of the texts it was made from; of its canonical JSON for a built-in one.
    pub digest: Digest,
    /// In the order they are walked. Empty only where something else says so: an automatic approval, or a floor that asks
    /// for no gate (R12).
    pub gates: Vec<Gate>,
    /// Whether one human fills one place only, however many gates they could act on (R17).
    pub one_gate_per_person: bool,
    /// When nobody has to be asked (R26).
    pub auto_approve: Option<Condition>,
    /// Whose approval does not count (R15).
    pub exclude: BTreeSet<Part>,
    /// Why nobody is excluded, where the policy says so; every message shows it.
    pub allow_self: Option<String>,
    /// What flags do, by severity.
    pub actions: Actions,
    pub accept: Vec<Exception>,
    pub approve: ApproveRules,
    pub deny: DenyRules,
    pub timing: Timing,
    /// Branches and tags that may be deployed; all of them where the policy names none.
    pub refs: Option<RefRule>,
    /// What must be live elsewhere first.
    pub requires: Option<super::rules::Requires>,
    pub rollback: Rollback,
    pub supersede: Supersede,
    /// Whether later jobs of the same run, attempt and environment get the same decision without a new one (H33).
    pub covers_later_jobs: bool,
    pub break_glass: Option<BreakGlass>,
    pub channels: Channels,
    pub notify: Notify,
}

/// Which of a request's policies this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// What holds for the environment, as the request opened: the repository's rules over its owner's defaults.
    Own,
    /// The owner's floor, as the request opened.
    Floor,
    /// The rules at the commit that is live, where the change touches the policy: who edits the file does not pick the rule.
    AtLive,
    /// The rules as they are now, where they differ from those the request opened with.
    OwnNow,
    FloorNow,
}

impl Role {
    /// As people say it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Own => "the policy",
            Self::Floor => "the owner's floor",
            Self::AtLive => "the policy that is live",
            Self::OwnNow => "the policy as it is now",
            Self::FloorNow => "the owner's floor as it is now",
        }
    }

    /// What is added where it matters that this is not the plain policy: ` (the owner's floor)`.
    pub fn aside(self) -> String {
        match self {
            Self::Own => String::new(),
            other => format!(" ({})", other.words()),
        }
    }

    /// The role of the same rules read later.
    pub const fn now(self) -> Self {
        match self {
            Self::Own | Self::OwnNow => Self::OwnNow,
            Self::Floor | Self::FloorNow => Self::FloorNow,
            Self::AtLive => Self::AtLive,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicySource {
    /// No policy file in the tree of that commit: the built-in starter policy (R10).
    Starter,
    /// The repository's own file, at this commit of its default branch, or at the commit that is live.
    Repository { commit: CommitSha },
    /// The owner's file alone.
    Owner { commit: CommitSha },
}

/// One step of a policy: a quorum of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub name: String,
    /// Gates of one stage are open side by side; a stage opens when all gates of the one before are met (R18).
    pub stage: u32,
    pub group: Group,
    /// Humans needed, at least one.
    pub quorum: u32,
    /// The gate applies unless this is known to be false.
    pub when: Option<Condition>,
}

impl FrozenPolicy {
    /// A policy that says nothing but its gates: everybody with a hand in the change is left out, and a denial says why.
    pub fn of_gates(role: Role, source: PolicySource, gates: Vec<Gate>, expires_after_ms: i64) -> Self {
        let exclude = BTreeSet::from([Part::Requester, Part::PrAuthor, Part::Author, Part::Committer, Part::CoAuthor]);
        let digest = Digest::of_json(&(&gates, &exclude, expires_after_ms));
        Self {
            role,
            source,
            digest,
            gates,
            one_gate_per_person: true,
            auto_approve: None,
            exclude,
            allow_self: None,
            actions: Actions::default(),
            accept: Vec::new(),
            approve: ApproveRules::default(),
            deny: DenyRules { reason_required: true, cancel_run: false },
            timing: Timing::lasting(expires_after_ms),
            refs: None,
            requires: None,
            rollback: Rollback::default(),
            supersede: Supersede::default(),
            covers_later_jobs: true,
            break_glass: None,
            channels: Channels::default(),
            notify: Notify::default(),
        }
    }

    /// Whether `gate` asks for anybody: one whose condition is false is skipped, visibly (R18). Skipped gates alone never
    /// approve: where no condition holds at all, every gate asks. A floor may ask for nothing; another policy asks then.
    pub fn asks_at(&self, gate: &Gate) -> bool {
        gate.when.as_ref().is_none_or(Condition::asks) || (!self.is_floor() && self.all_conditions_are_false())
    }

    /// Whether no gate has a condition that holds, or none at all: then all of them ask.
    pub fn all_conditions_are_false(&self) -> bool {
        self.gates.iter().all(|gate| gate.when.as_ref().is_some_and(|when| !when.asks()))
    }

    pub const fn is_floor(&self) -> bool {
        matches!(self.role, Role::Floor | Role::FloorNow)
    }
}

/// The policies of one request: at least the one it is named after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policies {
    pub own: FrozenPolicy,
    /// What has to be met besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub besides: Vec<FrozenPolicy>,
}

impl Policies {
    pub fn all(&self) -> impl Iterator<Item = &FrozenPolicy> {
        std::iter::once(&self.own).chain(&self.besides)
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut FrozenPolicy> {
        std::iter::once(&mut self.own).chain(&mut self.besides)
    }
}

impl From<FrozenPolicy> for Policies {
    fn from(own: FrozenPolicy) -> Self {
        Self { own, besides: Vec::new() }
    }
}

impl From<FrozenPolicy> for Box<Policies> {
    fn from(own: FrozenPolicy) -> Self {
        Self::new(own.into())
    }
}

/// What was found where the policy should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyFound {
    Policies(Box<Policies>),
    /// There is one, or there may be one, and it cannot be followed: the request is held (R10).
    Hold {
        why: String,
    },
}
