//! What the operator sets for Slack.

use super::token::Token;

/// Slack's settings.
#[derive(Debug, Clone)]
pub struct SlackSettings {
    /// `https://slack.com/api`, or a simulator's address; without a final slash.
    pub api_url: String,
    pub bot_token: Token,
    /// Our workspace; asked of Slack when it is not set.
    pub team_id: Option<String>,
    /// In an organisation: its workspace whose user groups and channel names are meant.
    pub home: Option<String>,
    /// Every workspace of ours that the app is in, this one among them: payloads come from any.
    pub all_team_ids: Vec<String>,
    /// Our app: payloads of another one are refused.
    pub app_id: Option<String>,
    /// Id of the channel that requests are posted to: `C0DEPLOY`.
    pub channel: String,
    /// Also post where people of other companies read.
    pub allow_shared_channels: bool,
    /// People can link their accounts themselves: those who have not are offered it.
    pub links: bool,
    /// Lets `api_url` be plain `http`: for the demo and for tests.
    pub allow_http: bool,
}
