//! Messages with all their versions, ephemerals, and what Slack itself says to a person.

use serde_json::Value;

use crate::domain::Timestamp;

/// A message in a channel or thread, as it looks now, with everything it ever looked like.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    pub channel: String,
    /// Slack's id of the message within its channel, `1764000000.000100`.
    pub ts: String,
    /// The root it replies to.
    pub thread_ts: Option<String>,
    /// Whether a reply is shown in the channel as well.
    pub reply_broadcast: bool,
    pub user: String,
    /// Set when an app wrote it.
    pub bot_id: Option<String>,
    /// The present `text`: what notifications and screen readers get.
    pub text: String,
    /// The present blocks, with the ids Slack gave those that had none.
    pub blocks: Vec<Value>,
    pub attachments: Vec<Value>,
    pub metadata: Option<Value>,
    /// Every version, the first one posted first, the present one last.
    pub versions: Vec<Version>,
    pub deleted: bool,
}

/// What a message said from some moment on.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    pub at: Timestamp,
    pub text: String,
    pub blocks: Vec<Value>,
}

impl Message {
    /// Puts new content in and keeps the old in `versions`.
    pub fn rewrite(&mut self, at: Timestamp, text: String, blocks: Vec<Value>, attachments: Vec<Value>) {
        self.text = text;
        self.blocks = blocks;
        self.attachments = attachments;
        self.versions.push(Version { at, text: self.text.clone(), blocks: self.blocks.clone() });
    }

    /// Posted to the channel itself, not in a thread.
    pub fn is_root(&self) -> bool {
        self.thread_ts.is_none()
    }

    /// Seen by whoever reads the channel: posts, and replies that were sent to it as well.
    pub fn is_in_channel(&self) -> bool {
        self.is_root() || self.reply_broadcast
    }
}

/// A message only one person sees. Slack does not store it; it can be changed through its `response_url` only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ephemeral {
    pub channel: String,
    pub user: String,
    pub ts: String,
    pub thread_ts: Option<String>,
    pub text: String,
    pub blocks: Vec<Value>,
    pub attachments: Vec<Value>,
    pub at: Timestamp,
    /// Set by whoever looked at it; a story must not end with an unread one.
    pub read: bool,
    pub deleted: bool,
}

/// A line Slack itself shows to a person, such as an app that did not answer in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub at: Timestamp,
    pub user: String,
    pub text: String,
}
