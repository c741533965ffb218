//! The parts of GitHub's webhook payloads that we read. Everything else is skipped without being kept, however large;
//! a known member that is there twice is an error.
//!
//! GitHub: "Webhook events and payloads".

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, Visitor};

use crate::domain::{ForgeUser, ForgeUserId, Timestamp};

/// `deployment_protection_rule`. `sha` and `ref` are missing in older shapes, `deployment` may be null in newer ones.
#[derive(Deserialize)]
pub struct ProtectionRulePayload {
    pub action: String,
    pub environment: Option<String>,
    pub event: Option<String>,
    pub sha: Option<String>,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub deployment_callback_url: Option<String>,
    pub deployment: Option<DeploymentPart>,
    pub repository: Option<RepositoryPart>,
    pub installation: Option<InstallationPart>,
    pub sender: Option<AccountPart>,
    /// Another event's body.
    pub deployment_status: Option<IgnoredAny>,
}

/// `deployment_status`.
#[derive(Deserialize)]
pub struct DeploymentStatusPayload {
    pub deployment_status: Option<StatusPart>,
    pub deployment: Option<DeploymentPart>,
    pub repository: Option<RepositoryPart>,
    /// Another event's body.
    pub deployment_callback_url: Option<IgnoredAny>,
}

/// `workflow_run`.
#[derive(Deserialize)]
pub struct WorkflowRunPayload {
    pub action: String,
    pub workflow_run: Option<RunPart>,
    pub repository: Option<RepositoryPart>,
    pub sender: Option<AccountPart>,
    /// Another event's body.
    pub deployment_callback_url: Option<IgnoredAny>,
    pub deployment_status: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub struct DeploymentPart {
    pub id: u64,
    pub sha: Option<String>,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    #[serde(default)]
    pub created_at: Moment,
}

#[derive(Deserialize)]
pub struct RepositoryPart {
    pub id: u64,
    pub full_name: Option<String>,
    pub name: Option<String>,
    pub owner: Option<AccountPart>,
}

#[derive(Deserialize)]
pub struct InstallationPart {
    pub id: u64,
}

#[derive(Deserialize)]
pub struct StatusPart {
    pub state: String,
}

#[derive(Deserialize)]
pub struct RunPart {
    pub id: u64,
    /// Counted per workflow.
    pub run_number: Option<u64>,
    /// The workflow's.
    pub name: Option<String>,
    pub run_attempt: Option<u32>,
    pub conclusion: Option<String>,
}

#[derive(Deserialize)]
pub struct AccountPart {
    pub id: Option<u64>,
    pub login: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

impl AccountPart {
    /// The account, when it has an id and a login. Deleted users have neither, or are null.
    pub fn user(&self) -> Option<ForgeUser> {
        let login = self.login.clone()?;
        let is_bot = self.kind.as_deref() == Some("Bot") || login.ends_with("[bot]");
        Some(ForgeUser { id: ForgeUserId::new(self.id?), login, is_bot })
    }
}

/// A time as GitHub writes it: RFC 3339, or seconds since the epoch. Anything else is no time, not an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment(pub Option<Timestamp>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MomentVisitor).map(Self)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a time")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Timestamp::parse_rfc3339(text))
    }

    fn visit_u64<E>(self, seconds: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(seconds).ok().map(Timestamp::from_seconds))
    }

    fn visit_i64<E>(self, seconds: i64) -> Result<Self::Value, E> {
        Ok(Some(Timestamp::from_seconds(seconds)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}
