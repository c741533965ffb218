//! Socket Mode as the app has it switched.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::Timestamp;

/// Whether Slack's requests go over connections, and what opens them.
#[derive(Debug, Clone, Default)]
pub struct SocketMode {
    pub is_on: bool,
    pub app_token: String,
    /// What each given address opens, and when it was given.
    pub tickets: BTreeMap<String, Timestamp>,
    /// The one sent last.
    pub last: Option<Envelope>,
    /// Sent, and not acknowledged in time.
    pub unacknowledged: Vec<Envelope>,
}

/// A payload on its way over a connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    pub id: String,
    /// `interactive`, `slash_commands` or `events_api`.
    pub kind: String,
    pub payload: Value,
    pub takes_reply: bool,
    /// How often it was sent before.
    pub retry: u32,
}
