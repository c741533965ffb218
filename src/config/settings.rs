//! All settings as they were written, each with its type. What must be there for what is decided elsewhere.

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use crate::domain::Span;

/// Every setting, after all layers. `config.default.toml` explains each one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub server: ServerSettings,
    pub database: DatabaseSettings,
    pub github: GithubSettings,
    pub slack: SlackSettings,
    pub policy: PolicySettings,
    #[serde(rename = "checks.http")]
    pub http_checks: HttpCheckSettings,
    pub preview: PreviewSettings,
    pub freeze: FreezeSettings,
    pub identity: IdentitySettings,
    pub engine: EngineSettings,
    pub log: LogSettings,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    pub listen: String,
    pub public_url: String,
    pub max_github_body_bytes: usize,
    pub max_slack_body_bytes: usize,
    pub body_timeout: Span,
    pub max_connections: usize,
    #[serde(deserialize_with = "secret")]
    pub api_token: SecretString,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// May carry a password, so it is kept like one.
    #[serde(deserialize_with = "secret")]
    pub url: SecretString,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GithubSettings {
    pub api_url: String,
    pub web_url: String,
    pub app_id: String,
    #[serde(deserialize_with = "secret")]
    pub private_key: SecretString,
    pub private_key_file: String,
    #[serde(deserialize_with = "secrets")]
    pub webhook_secret: Vec<SecretString>,
    pub client_id: String,
    #[serde(deserialize_with = "secret")]
    pub client_secret: SecretString,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackSettings {
    pub api_url: String,
    #[serde(deserialize_with = "secret")]
    pub bot_token: SecretString,
    #[serde(deserialize_with = "secrets")]
    pub signing_secret: Vec<SecretString>,
    #[serde(deserialize_with = "secret")]
    pub app_token: SecretString,
    pub sockets: usize,
    pub keep_http: bool,
    pub client_id: String,
    #[serde(deserialize_with = "secret")]
    pub client_secret: SecretString,
    #[serde(deserialize_with = "secrets")]
    pub token_key: Vec<SecretString>,
    pub app_id: String,
    pub team_id: String,
    pub channel: String,
    /// Each a workspace, its channel, and whose requests are decided there.
    pub workspaces: Vec<String>,
    /// Into one channel.
    pub messages_per_second: f64,
    pub allow_shared_channels: bool,
    /// A time and its zone; empty for none.
    pub digest: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySettings {
    pub when_missing: WhenMissing,
    pub owner: OwnerPolicy,
    pub expires_after: Span,
}

/// Whether the policy of an owner's `.github` repository is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerPolicy {
    Off,
    WhenPresent,
    Required,
}

/// What holds where a repository has no policy file (R10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenMissing {
    Starter,
    Hold,
}

/// Services that policies may ask.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpCheckSettings {
    pub allow_hosts: Vec<String>,
    #[serde(deserialize_with = "secrets")]
    pub signing_secret: Vec<SecretString>,
    pub allow_private: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewSettings {
    pub enabled: bool,
    pub show_on: ShowOn,
    pub environment: String,
    pub give_up_after: Span,
    pub conclusion: PreviewConclusion,
    pub comment: bool,
}

/// Which pull requests get a check run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShowOn {
    Models,
    All,
}

/// What a check run on a pull request may conclude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviewConclusion {
    Verdict,
    Neutral,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeSettings {
    /// Who may call freezes everywhere.
    pub slack_users: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySettings {
    /// Path of the identity file; empty for none.
    pub file: String,
    pub match_email: bool,
    pub slack_profile_field: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineSettings {
    pub concurrency: usize,
    pub poll_every: Span,
    /// How long what was read of people and groups is believed between clicks.
    pub people_kept_for: Span,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    pub format: LogFormat,
    pub filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(SecretString::from)
}

fn secrets<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SecretString>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    Ok(texts.into_iter().map(SecretString::from).collect())
}
