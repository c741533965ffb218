//! Open views, and the two short-lived tickets of an interaction: trigger id and response address.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::Timestamp;

/// A modal on a person's screen, or their Home tab of the app.
/// Slack: [Modals](https://docs.slack.dev/surfaces/modals)
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    pub id: String,
    pub user: String,
    /// Changes with every update; `views.update` with an older one is refused.
    pub hash: String,
    pub root_view_id: String,
    pub previous_view_id: Option<String>,
    /// The view as the app sent it, with the ids Slack gave its blocks.
    pub view: Value,
    /// What was typed or chosen: block id, action id, the element's state on the wire.
    pub values: BTreeMap<String, BTreeMap<String, Value>>,
    /// Errors of the last submission, by block id.
    pub errors: BTreeMap<String, String>,
    /// Of somebody's Home tab: how often it was published.
    pub versions: u32,
}

impl View {
    pub fn title(&self) -> &str {
        self.label("title").unwrap_or_default()
    }

    /// The text of `title`, `submit` or `close`.
    pub fn label(&self, part: &str) -> Option<&str> {
        self.view.get(part)?.get("text")?.as_str()
    }

    pub fn blocks(&self) -> &[Value] {
        self.view.get("blocks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn callback_id(&self) -> &str {
        self.view.get("callback_id").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn private_metadata(&self) -> &str {
        self.view.get("private_metadata").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn external_id(&self) -> &str {
        self.view.get("external_id").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn notify_on_close(&self) -> bool {
        self.view.get("notify_on_close").and_then(Value::as_bool).unwrap_or_default()
    }
}

/// Permission to open one view: once, and within three seconds of the interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    pub user: String,
    pub issued: Timestamp,
    pub used: bool,
    /// The view the interaction came from; `views.push` needs one.
    pub from_view: Option<String>,
}

/// An address the app may answer an interaction on: five times within thirty minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseUrl {
    pub user: String,
    pub channel: String,
    pub source: ResponseSource,
    pub issued: Timestamp,
    pub uses: u32,
}

/// What a `replace_original` or `delete_original` would touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseSource {
    Message { ts: String },
    Ephemeral { ts: String },
    Command,
}
