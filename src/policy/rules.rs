//! The rules for one environment, resolved: what every key comes to, and which line says so. Groups are spelled out, times are
//! in milliseconds, conditions are read.

use std::collections::BTreeSet;

use super::condition::Predicate;
use super::document::{Channel, Date, Exemption, LaterJobs, Need, Notify, PartWord, Permission, RefPattern, Supersede};
use super::place::Place;
use crate::checks::rules::{Action, Actions, ExternalRules};
use crate::domain::calendar::{QuietHours, Window};

/// What holds for deployments to one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvironmentRules {
    /// `None`: the channel of the server's settings.
    pub channel: Option<Sourced<Channel>>,
    /// `None`: every branch and tag.
    pub refs: Option<Sourced<Vec<RefPattern>>>,
    pub severity: SeverityRules,
    pub checks: Sourced<ExternalRules>,
    /// In the order in which their stages open. Empty where only a rule approves, and in a floor that asks for no gate.
    pub gates: Sourced<Vec<GateRule>>,
    pub one_gate_per_person: Sourced<bool>,
    pub auto_approve: Option<Sourced<Predicate>>,
    pub exclude: Sourced<BTreeSet<PartWord>>,
    /// People may approve their own change, for this reason.
    pub allow_self: Option<Sourced<String>>,
    pub approve_comment: Sourced<Need>,
    pub approve_tick: Sourced<bool>,
    pub deny_reason: Sourced<Need>,
    pub deny_cancels_run: Sourced<bool>,
    /// Milliseconds from opening to the earliest approval.
    pub min_wait_ms: Option<Sourced<i64>>,
    /// Milliseconds from opening to expiry.
    pub expires_after_ms: Sourced<i64>,
    pub remind: Option<Sourced<ReminderRule>>,
    pub escalate: Option<Sourced<EscalationRule>>,
    /// Empty: always open.
    pub windows: Sourced<Vec<WindowRule>>,
    pub carry_over: Sourced<bool>,
    pub requires: Option<Sourced<PredecessorRule>>,
    pub supersede: Sourced<Supersede>,
    pub rollback_exempt: Sourced<BTreeSet<Exemption>>,
    pub later_jobs: Sourced<LaterJobs>,
    pub break_glass: Option<Sourced<BreakGlassRule>>,
    pub notify: Sourced<Notify>,
}

/// A value, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub from: Origin,
}

impl<T> Sourced<T> {
    pub(super) const fn new(value: T, from: Origin) -> Self {
        Self { value, from }
    }

    pub(super) const fn built_in(value: T) -> Self {
        Self { value, from: Origin { layer: Layer::BuiltIn, place: None } }
    }

    /// Whether a file says so.
    pub const fn is_written(&self) -> bool {
        self.from.place.is_some()
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub layer: Layer,
    /// The line that says so, for values that are written.
    pub place: Option<Place>,
}

/// What rules are taken from, farthest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    BuiltIn,
    /// The server's settings.
    Settings,
    OwnerDefaults,
    OwnerEntry(String),
    RepositoryDefaults,
    RepositoryEntry(String),
    /// What the repository accepts for a time.
    Accepted,
    /// The owner's floor: it is above all others where it asks for more.
    FloorDefaults,
    FloorEntry(String),
}

impl Layer {
    /// In words, to follow "from".
    pub fn words(&self) -> String {
        match self {
            Self::BuiltIn => "the built-in rules".to_owned(),
            Self::Settings => "the server's settings".to_owned(),
            Self::OwnerDefaults => "the owner's defaults".to_owned(),
            Self::OwnerEntry(name) => format!("the owner's entry `{name}`"),
            Self::RepositoryDefaults => "the repository's defaults".to_owned(),
            Self::RepositoryEntry(name) => format!("the repository's entry `{name}`"),
            Self::Accepted => "what the repository accepts".to_owned(),
            Self::FloorDefaults => "the owner's floor".to_owned(),
            Self::FloorEntry(name) => format!("the owner's floor for `{name}`"),
        }
    }
}

/// What findings do, severity by severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityRules {
    pub critical: Sourced<Action>,
    pub high: Sourced<Action>,
    pub medium: Sourced<Action>,
    pub low: Sourced<Action>,
    pub info: Sourced<Action>,
}

impl SeverityRules {
    pub const fn actions(&self) -> Actions {
        Actions {
            critical: self.critical.value,
            high: self.high.value,
            medium: self.medium.value,
            low: self.low.value,
            info: self.info.value,
        }
    }
}

/// One gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRule {
    /// Gates of one stage are open together; the next stage opens when they are met.
    pub stage: usize,
    pub name: String,
    pub group: GroupRule,
    pub quorum: u32,
    /// It applies when this is true; `None`: always.
    pub when: Option<Predicate>,
    /// Where its quorum is written; `None` for the built-in gate.
    pub place: Option<Place>,
    /// `environments.production.gates[0]`
    pub path: String,
}

/// A group, spelled out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRule {
    /// As it is referred to: `ml-reviewers`, `owner/security`.
    pub name: String,
    pub members: BTreeSet<Member>,
    /// People without a linked account of the forge count as well.
    pub slack_only: bool,
    /// Where it is described; `None` for the built-in one.
    pub place: Option<Place>,
}

/// One way to belong to a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    Role(Permission),
    Team {
        organisation: String,
        slug: String,
    },
    Account {
        login: String,
    },
    /// By handle or id.
    ChatGroup {
        handle: String,
    },
    ChatUser {
        id: String,
    },
}

/// Reminders to those who can still act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderRule {
    pub every_ms: i64,
    pub quiet: Option<QuietHours>,
}

/// A further group that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationRule {
    pub after_ms: i64,
    pub to: GroupRule,
    /// It may act on the gates from then on.
    pub may_act: bool,
}

/// A deployment window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowRule {
    /// Never over midnight.
    pub window: Window,
    /// Path of an iCalendar file, read at the policy's commit.
    pub calendar: Option<String>,
    pub place: Place,
}

/// What must be live elsewhere first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PredecessorRule {
    pub environment: String,
    pub same_commit: bool,
    /// Milliseconds.
    pub live_for_ms: Option<i64>,
}

/// Who may let a deployment through, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassRule {
    pub group: GroupRule,
    /// Milliseconds until the review has to be done.
    pub review_within_ms: i64,
    /// `None`: the same group, and somebody else of it.
    pub review_by: Option<GroupRule>,
}

/// A finding that is accepted for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub flag: String,
    /// `None`: every subject.
    pub subject: Option<String>,
    pub model: Option<String>,
    pub why: String,
    pub by: String,
    /// The last day on which it counts, in UTC.
    pub until: Date,
    pub place: Place,
}
