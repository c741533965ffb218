//! The books: every call the app made, and every message or view it sent, one JSON document per line.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::domain::Timestamp;

/// Names the file to which every message and view received is appended.
pub const NDJSON_VARIABLE: &str = "COUNTERSIGN_TEST_SLACK_NDJSON";

/// One call of a Web API method, or one post to a `response_url` (method `response_url`), and what it got.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedCall {
    pub at: Timestamp,
    pub method: String,
    /// The arguments, strings of form bodies turned into what they mean.
    pub arguments: Value,
    /// The HTTP status answered; 0 when the connection was cut.
    pub status: u16,
    /// Slack's `error` when `ok` was false.
    pub error: Option<String>,
    /// Why a correct program would never have made this call.
    pub unexpected: Option<String>,
}

impl RecordedCall {
    pub fn ok(&self) -> bool {
        self.status == 200 && self.error.is_none()
    }

    /// True for calls whose arguments hold a message or a view.
    pub fn carries_blocks(&self) -> bool {
        let message =
            ["blocks", "text", "markdown_text", "attachments"].iter().any(|key| self.arguments.get(key).is_some());
        match self.method.as_str() {
            "chat.postMessage" | "chat.update" | "chat.postEphemeral" | "response_url" => message,
            "views.open" | "views.push" | "views.update" => self.arguments.get("view").is_some(),
            ACK_METHOD => true,
            _ => false,
        }
    }
}

/// The name under which the answer to a `view_submission` is recorded.
pub(super) const ACK_METHOD: &str = "view_submission answer";

/// Errors of Slack that say the program is wrong, not that the world changed under it.
pub(super) fn is_programming_error(error: &str) -> bool {
    const ERRORS: [&str; 22] = [
        "unknown_method",
        "not_authed",
        "insecure_request",
        "missing_args",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "invalid_json",
        "json_not_object",
        "missing_post_type",
        "invalid_post_type",
        "invalid_form_data",
        "msg_too_long",
        "msg_blocks_too_long",
        "no_text",
        "view_too_large",
        "markdown_text_conflict",
        "invalid_metadata_format",
    ];
    ERRORS.contains(&error)
}

/// The file named by the environment, if any.
pub(super) fn file_from_environment() -> Option<PathBuf> {
    std::env::var_os(NDJSON_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from)
}

/// Appends one document as one line, in one write, so that several programs may share the file.
pub(super) fn append(path: &Path, document: &Value) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{document}\n").as_bytes())
}
