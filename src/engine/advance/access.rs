//! A workspace that no longer lets us in: nobody there can be asked, so its gates stay closed.

use serde_json::json;

use super::{Trouble, note};
use crate::engine::Engine;
use crate::engine::receive::Delivery;

pub(super) async fn lost(
    engine: &Engine,
    delivery: &Delivery,
    workspace: Option<&str>,
    why: &str,
) -> Result<(), Trouble> {
    let name = workspace.unwrap_or("unnamed");
    tracing::error!(
        chat.workspace = name,
        why,
        "the chat workspace {name} no longer lets us in ({why}): nobody there can be asked until the app is installed again"
    );
    note(engine, delivery, None, "chat.access_lost", json!({ "workspace": workspace, "why": why })).await
}
