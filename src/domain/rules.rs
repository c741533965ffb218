//! What a policy says besides its gates: words, times, order, and who may break the glass.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::calendar::{Openings, QuietHours};
use super::flag::Severity;
use super::group::Group;
use super::time::{DAY_MS, HOUR_MS};

/// Default and longest time a request may stay open (R22): GitHub itself gives up after 30 days.
pub const DEFAULT_EXPIRY_MS: i64 = 24 * HOUR_MS;
pub const MAX_EXPIRY_MS: i64 = 29 * DAY_MS;

/// What an approval needs besides the click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ApproveRules {
    pub comment_required: bool,
    /// Whether every flag whose severity asks for approval has to be ticked.
    pub tick_flags: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenyRules {
    pub reason_required: bool,
    /// Whether the run is cancelled too: a waiting run can hold its concurrency group (R32).
    pub cancel_run: bool,
}

/// When things happen. Lengths are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// From opening to expiry (R22).
    pub expires_after_ms: i64,
    /// Least time from opening to an approval.
    #[serde(default)]
    pub min_wait_ms: i64,
    /// When approvals may be sent; always, where the policy names no windows (R23).
    #[serde(default)]
    pub openings: Option<Openings>,
    /// Whether an approval that was not sent before its window closed may be sent in a later one without a word.
    #[serde(default)]
    pub carry_over: bool,
    #[serde(default)]
    pub remind: Option<Remind>,
    #[serde(default)]
    pub escalate: Option<Escalate>,
}

impl Timing {
    pub const fn lasting(expires_after_ms: i64) -> Self {
        Self { expires_after_ms, min_wait_ms: 0, openings: None, carry_over: false, remind: None, escalate: None }
    }
}

/// Reminders to those who can still act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remind {
    pub every_ms: i64,
    /// Nobody is reminded in these hours.
    pub quiet: Option<QuietHours>,
}

/// Whom to ask when nobody answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalate {
    pub after_ms: i64,
    pub to: Group,
    /// Whether they may act on the gates of the policy once they were asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_act: bool,
}

/// Which branches and tags may be deployed, and whether this request's is one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefRule {
    /// Patterns, as the policy writes them.
    pub allowed: Vec<String>,
    pub is_met: bool,
}

/// What must be live in another environment before this one may follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requires {
    pub environment: String,
    /// The very commit that is proposed; else anything.
    pub same_commit: bool,
    /// For how long, in milliseconds.
    pub live_for_ms: i64,
}

/// What a rollback to something that was approved before need not wait for (R23).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rollback {
    pub exempt: BTreeSet<Exempt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exempt {
    Windows,
    Freezes,
    Order,
    MinWait,
}

/// What becomes of a request when a newer one asks for the same environment (R24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supersede {
    /// It says so, and approving it takes an explicit second word.
    #[default]
    Mark,
    /// It ends, and the forge is told no.
    Reject,
    Off,
}

/// Who may let a request pass without its gates (R25).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlass {
    pub group: Group,
    /// How soon afterwards somebody else has to look at it.
    pub review_within_ms: i64,
    /// Who; anybody who may act on a gate of the policy, where nobody is named.
    pub review_by: Option<Group>,
}

/// Where messages go. Names and ids as the policy writes them; empty: the operator's default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Channels {
    pub usual: Option<String>,
    /// By the risk of the request: the entry of the highest severity that it reaches.
    pub by_risk: Vec<(Severity, String)>,
}

impl Channels {
    pub fn for_risk(&self, risk: Severity) -> Option<&str> {
        let reached =
            self.by_risk.iter().filter(|(severity, _)| *severity <= risk).max_by_key(|(severity, _)| *severity);
        reached.map(|(_, channel)| channel).or(self.usual.as_ref()).map(String::as_str)
    }
}

/// Whether those who can act are mentioned in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    #[default]
    Mention,
    None,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_channel_of_the_highest_risk_that_is_reached_counts() {
        let by_risk = vec![(Severity::Critical, "C3".to_owned()), (Severity::Medium, "C2".to_owned())];
        let channels = Channels { usual: Some("C1".into()), by_risk };
        let found =
            [Severity::Info, Severity::Medium, Severity::High, Severity::Critical].map(|risk| channels.for_risk(risk));
        assert_eq!(found, [Some("C1"), Some("C2"), Some("C2"), Some("C3")]);
        assert_eq!(Channels::default().for_risk(Severity::High), None);
    }
}
