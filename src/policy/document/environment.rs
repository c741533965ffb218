//! What holds for an environment: the keys of `defaults`, of an entry of `environments`, and of the floor.

use schemars::JsonSchema;
use serde::Deserialize;

use super::channel::Channel;
use super::gates::{ConditionText, GateEntry, GroupReference};
use super::none::OrNone;
use super::window::WindowDocument;
use super::word::{RefPattern, Sentence};
use crate::checks::rules::{Action, ExternalRules};
use crate::domain::Span;
use crate::domain::calendar::QuietHours;
use crate::policy::place::Placed;

/// The rules for deployments to an environment. Every key may be left out: what is not written comes from the defaults.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EnvironmentDocument {
    /// Where requests are posted: one channel, or one by risk. Default: the channel of the server's settings.
    pub channel: Option<Placed<Channel>>,
    /// Branches and tags that may be deployed; requests for others are held. Default: all.
    #[schemars(length(max = 50))]
    pub refs: Option<Placed<Vec<Placed<RefPattern>>>>,
    /// What a finding does, by its severity. Key by key, defaults and entry together.
    pub severity: Option<SeverityDocument>,
    /// Checks outside of this server that the change needs.
    pub checks: Option<Placed<ExternalRules>>,
    /// Who must approve, in order. Default: one approval by somebody with write access. An empty list needs `auto_approve`.
    #[schemars(length(max = 50))]
    pub gates: Option<Placed<Vec<GateEntry>>>,
    /// Whether somebody who approved one gate of a request cannot approve another one. Default: true.
    pub one_gate_per_person: Option<Placed<bool>>,
    /// Approves without people when its condition is true; never over a gap in the evidence or a finding that blocks.
    pub auto_approve: Option<Placed<OrNone<AutoApprove>>>,
    /// Whose approval does not count, for the part they had in the change. Default: all of these parts. `[]` excludes nobody.
    #[schemars(length(max = 5))]
    pub exclude: Option<Placed<Vec<Placed<PartWord>>>>,
    /// Lets people approve their own change, for a sole maintainer. The reason stands on every message.
    pub allow_self: Option<Placed<OrNone<AllowSelf>>>,
    /// What an approval needs. Key by key, defaults and entry together.
    pub approve: Option<ApproveDocument>,
    /// What a denial needs, and does. Key by key, defaults and entry together.
    pub deny: Option<DenyDocument>,
    /// How long after a request opens it may be approved at the earliest. Votes may be given before.
    pub min_wait: Option<Placed<OrNone<Span>>>,
    /// How long a request stays open: 1m to 29d. Default: that of the server's settings, 24h.
    pub expires_after: Option<Placed<Span>>,
    /// Reminds those who can still approve, in the thread.
    pub remind: Option<Placed<OrNone<Reminder>>>,
    /// Asks a further group when a request waits for long; it may act on the gates where this says so.
    pub escalate: Option<Placed<OrNone<Escalation>>>,
    /// When approved requests may be deployed; outside of all windows they are held, not denied. Default: always.
    #[schemars(length(max = 32))]
    pub windows: Option<Placed<Vec<WindowDocument>>>,
    /// Whether an approval that missed its window is deployed in the next one without being confirmed. Default: false.
    pub carry_over: Option<Placed<bool>>,
    /// An environment that the change must have been deployed to before.
    pub requires: Option<Placed<OrNone<Predecessor>>>,
    /// What a newer request for the same environment does to an older one. Default: `mark`.
    pub supersede: Option<Placed<Supersede>>,
    /// What a rollback to something that was approved before is spared.
    pub rollback: Option<Placed<OrNone<Rollback>>>,
    /// What happens to jobs of the same run and environment that begin to wait after the decision: `cover` (the default) gives
    /// them the same answer, `ask` asks again.
    pub later_jobs: Option<Placed<LaterJobs>>,
    /// Who may let a deployment through in an emergency, with a reason that everybody sees.
    pub break_glass: Option<Placed<OrNone<BreakGlass>>>,
    /// Who is mentioned in the message: those who can still approve (`mention`, the default) or nobody.
    pub notify: Option<Placed<Notify>>,
}

/// What findings do: `block` cannot be approved away, `approve` needs an approval, `show` is shown. Default: critical ones block,
/// high ones need an approval, the others are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SeverityDocument {
    pub critical: Option<Placed<Action>>,
    pub high: Option<Placed<Action>>,
    pub medium: Option<Placed<Action>>,
    pub low: Option<Placed<Action>>,
    pub info: Option<Placed<Action>>,
}

/// An approval by rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AutoApprove {
    /// True where nobody needs to look. A condition that cannot be evaluated counts as false.
    pub when: Placed<ConditionText>,
}

/// A part that somebody can have in a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartWord {
    /// Started the run, or started it again.
    Requester,
    /// Opened one of the pull requests.
    PrAuthors,
    /// Wrote one of the commits.
    Authors,
    /// Committed one of them.
    Committers,
    /// Is named as co-author of one.
    CoAuthors,
}

/// Approving one's own change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowSelf {
    /// Why this is right here.
    pub reason: Placed<Sentence>,
}

/// What an approval needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApproveDocument {
    /// Whether a comment is needed. Default: `optional`.
    pub comment: Option<Placed<Need>>,
    /// Whether each finding whose severity says `approve` has to be ticked. Default: false.
    pub tick: Option<Placed<bool>>,
}

/// What a denial needs, and does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DenyDocument {
    /// Whether a reason is needed. Default: `required`.
    pub reason: Option<Placed<Need>>,
    /// Whether the whole run is cancelled as well: a waiting run can keep others from starting. Needs the app's permission
    /// to write actions. Default: false.
    pub cancel_run: Option<Placed<bool>>,
}

/// Whether something has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    Optional,
    Required,
}

/// Reminders.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reminder {
    /// How often: 1m or longer.
    pub every: Placed<Span>,
    /// When nobody is reminded: `20:00-08:00 Europe/Berlin`. Whoever has a zone of their own is left alone at these hours of their own day.
    #[serde(default)]
    pub quiet: Option<Placed<QuietHours>>,
}

/// A further group that is asked when a request has waited for long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// How long after the request opened.
    pub after: Placed<Span>,
    /// Who is asked then, in the thread.
    pub to: Placed<GroupReference>,
    /// Whether they may act from then on in the place of the people of any gate of this policy: approve, deny, ask for
    /// changes. Everybody still counts once, and whoever has a hand in the change does not count. Default: false, being
    /// asked gives no right. The owner's floor is met by its own people alone.
    #[serde(default)]
    pub may_act: Option<Placed<bool>>,
}

/// What must be live elsewhere first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Predecessor {
    /// The other environment, by its exact name.
    pub environment: Placed<Sentence>,
    /// Whether the very same commit must be live there. Default: true; otherwise any deployment that succeeded will do.
    #[serde(default)]
    pub same_commit: Option<Placed<bool>>,
    /// How long it must have been live there.
    #[serde(default)]
    pub live_for: Option<Placed<Span>>,
}

/// What happens to the older of two requests for one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Supersede {
    /// It is marked; approving it needs a second confirmation.
    Mark,
    /// It is rejected.
    Reject,
    /// Nothing.
    Off,
}

/// What a rollback is spared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// For rollbacks to a digest that was approved here before. Always recorded.
    #[schemars(length(max = 4))]
    pub exempt: Placed<Vec<Placed<Exemption>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exemption {
    /// Deployment windows.
    Windows,
    /// Freezes.
    Freezes,
    /// `requires`.
    Order,
    /// `min_wait`.
    MinWait,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LaterJobs {
    Cover,
    Ask,
}

/// Letting a deployment through without its gates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// Who may.
    pub group: Placed<GroupReference>,
    /// What has to happen afterwards. Default: a review within 24h, by somebody of the same group who did not do it.
    #[serde(default)]
    pub review: Option<Placed<Review>>,
}

/// The review after an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// How soon.
    pub within: Placed<Span>,
    /// Whose task it is.
    pub by: Placed<GroupReference>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Notify {
    Mention,
    None,
}
