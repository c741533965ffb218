//! The names of settings: as keys, as environment variables, and where a person finds their values.

/// What every variable of ours starts with.
pub const PREFIX: &str = "COUNTERSIGN_";

/// Settings that must never be shown; each may also come from a file named by `…_FILE`.
const SECRETS: &[&str] = &[
    "server.api_token",
    "database.url",
    "github.private_key",
    "github.webhook_secret",
    "github.client_secret",
    "slack.bot_token",
    "slack.signing_secret",
    "slack.app_token",
    "slack.client_secret",
    "slack.token_key",
    "checks.http.signing_secret",
];

const PLACES: &[(&str, &str)] = &[
    ("github.app_id", "GitHub > Settings > Developer settings > GitHub Apps > your app > General > App ID"),
    (
        "github.private_key",
        "GitHub > Settings > Developer settings > GitHub Apps > your app > General > Private keys > Generate a private key",
    ),
    (
        "github.webhook_secret",
        "GitHub > Settings > Developer settings > GitHub Apps > your app > General > Webhook secret",
    ),
    (
        "github.client_id",
        "GitHub > Settings > Developer settings > GitHub Apps > your app > General > About > Client ID",
    ),
    (
        "github.client_secret",
        "GitHub > Settings > Developer settings > GitHub Apps > your app > General > Client secrets > Generate a new client secret",
    ),
    ("server.public_url", "the address people reach this server at, such as https://countersign.acme.example"),
    ("identity.slack_profile_field", "the `id` of the field in Slack's answer to team.profile.get"),
    ("slack.bot_token", "api.slack.com/apps > your app > OAuth & Permissions > Bot User OAuth Token"),
    (
        "slack.signing_secret",
        "api.slack.com/apps > your app > Basic Information > App Credentials > Signing Secret (Socket Mode does without it)",
    ),
    (
        "slack.app_token",
        "api.slack.com/apps > your app > Basic Information > App-Level Tokens > Generate, with the scope connections:write",
    ),
    ("slack.client_secret", "api.slack.com/apps > your app > Basic Information > App Credentials > Client Secret"),
    ("slack.token_key", "make one with `openssl rand -base64 32` and keep it apart from the database"),
    ("slack.app_id", "api.slack.com/apps > your app > Basic Information > App Credentials > App ID"),
    ("slack.team_id", "open Slack in a browser, it is the T… in https://app.slack.com/client/T…"),
    ("slack.channel", "Slack > the channel's name > About > Channel ID at the bottom"),
    ("server.api_token", "choose at least 16 random characters, such as `openssl rand -hex 32`"),
    ("checks.http.signing_secret", "make one with `echo whsec_$(openssl rand -base64 32)` and give it to the checks"),
    ("database.url", "`sqlite://countersign.db` or `postgres://user:password@host/name`"),
];

pub fn is_secret(key: &str) -> bool {
    SECRETS.contains(&key)
}

/// The variable that sets `key`: `github.app_id` is set by `COUNTERSIGN_GITHUB__APP_ID`.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// Where a person finds the value of `key`, for those that somebody else hands out.
pub fn where_to_find(key: &str) -> Option<&'static str> {
    PLACES.iter().find(|(known, _)| *known == key).map(|(_, place)| *place)
}
