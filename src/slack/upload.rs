//! Pictures that Slack holds for us: asked for an address, sent there, declared complete. Shared with no channel: they are seen
//! where a message shows them.
//!
//! Slack: [Working with files](https://docs.slack.dev/messaging/working-with-files)

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::ports::chat::Drawing;
use crate::ports::{Class, PortError};

use super::client::Client;
use super::failure::Kind;
use super::response_url::ReplyAddresses;

const DOING: &str = "upload a picture to Slack";
/// Slack's limit on a file's description.
const MAX_ALT: usize = 1_000;
/// Words for pictures that the workspace does not want; the first is for the scope that an operator may leave out.
const UNWANTED: [&str; 6] = [
    "missing_scope",
    "file_uploads_disabled",
    "file_type_not_allowed",
    "file_upload_size_restricted",
    "storage_limit_reached",
    "not_allowed_token_type",
];

/// Whether Slack takes pictures from us: asked once, and believed until the next start.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    are_unwanted: AtomicBool,
}

impl Pictures {
    /// The file's id. `None` where Slack takes no pictures from us.
    pub(super) async fn keep(
        &self,
        client: &Client,
        addresses: &ReplyAddresses,
        drawing: &Drawing<'_>,
    ) -> Result<Option<String>, PortError> {
        if self.are_unwanted.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let kept = upload(client, addresses, drawing).await?;
        self.are_unwanted.store(kept.is_none(), Ordering::Relaxed);
        Ok(kept)
    }
}

async fn upload(
    client: &Client,
    addresses: &ReplyAddresses,
    drawing: &Drawing<'_>,
) -> Result<Option<String>, PortError> {
    let length = drawing.png.len().to_string();
    let alt: String = drawing.alt.chars().take(MAX_ALT).collect();
    let asked = [("filename", drawing.name), ("length", &length), ("alt_txt", &alt)];
    let answer = match client.get("files.getUploadURLExternal", &asked, DOING).await {
        Err(error) if UNWANTED.contains(&error.why.as_str()) => return Ok(None),
        answer => answer?,
    };
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let address = text("upload_url").and_then(|address| addresses.allowed_for_files(address));
    let (Some(address), Some(file)) = (address, text("file_id")) else {
        return Err(PortError::new(Class::Permanent, DOING, "the answer names no address of Slack's"));
    };
    client.send_bytes(address, "image/png", drawing.png, DOING).await?;
    let files = json!({ "files": [{ "id": file, "title": drawing.title }] });
    client.post("files.completeUploadExternal", &files, Kind::Edit, DOING).await?;
    Ok(Some(file.to_owned()))
}
