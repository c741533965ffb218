//! Slack: what comes in is verified and read, what goes out is drawn and sent.
//!
//! Text from strangers reaches Slack as `plain_text` or as a run of rich text only, where nothing is parsed; `mrkdwn` carries
//! our own words. The one exception is a message's `text`, which Slack always parses: see [`text::fallback`].

mod acknowledgement;
mod answer;
mod approval;
mod blocks;
mod channels;
mod chat;
mod claims;
mod client;
mod command;
mod day;
mod entry;
mod failure;
mod form;
mod groups;
mod home;
mod identity;
mod interpret;
mod message;
mod modal;
mod name;
mod oauth;
mod payload;
mod personal;
mod preferences;
mod response_url;
mod settings;
mod signature;
pub mod socket;
mod standing;
mod text;
mod thread;
mod token;
mod upload;
mod whisper;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod manifest;
#[cfg(test)]
mod sample;

pub use acknowledgement::{acknowledgement, challenge};
pub use chat::SlackChat;
pub use client::AuthTest;
pub use interpret::delivery_id;
pub use oauth::{Granted, OAuth, OAuthSettings, Tokens};
pub use settings::SlackSettings;
pub use signature::{SigningSecrets, Unauthorized};
pub use token::{Token, TokenOf};

/// Paths that the app's manifest names.
#[derive(Debug, Clone, Copy)]
pub struct Routes {
    /// Clicks and submitted views.
    pub interactions: &'static str,
    pub events: &'static str,
    pub commands: &'static str,
}

/// Where Slack's requests come in. `slack-manifest.json` carries the same paths.
pub const ROUTES: Routes =
    Routes { interactions: "/slack/interactions", events: "/slack/events", commands: "/slack/commands" };
