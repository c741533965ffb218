//! A workspace that no longer lets us in: nobody there can be asked, so its gates stay closed.

use std::sync::Arc;

use serde_json::json;

use super::{Trouble, now};
use crate::domain::Timestamp;
use crate::engine::Engine;
use crate::engine::receive::Delivery;

pub(super) async fn lost(
    engine: &Engine,
    delivery: &Delivery,
    workspace: Option<&str>,
    why: &str,
    since: Option<Timestamp>,
) -> Result<(), Trouble> {
    let name = workspace.unwrap_or("unnamed");
    tracing::error!(
        chat.workspace = name,
        why,
        "the chat workspace {name} no longer lets us in ({why}): nobody there can be asked until the app is installed again"
    );
    let (at, source) = (now(engine), delivery.source);
    let lost = since.unwrap_or(delivery.received_at);
    let job = Arc::new((workspace.map(str::to_owned), why.to_owned(), delivery.id.clone()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (workspace, why, id) = &*job;
                if let Some(workspace) = workspace {
                    tx.close_installation(workspace, at, lost, why).await?;
                }
                tx.append_entry("chat.access_lost", None, at, json!({ "workspace": workspace, "why": why }))?;
                tx.finish_delivery(source, id, at).await
            })
        })
        .await?;
    Ok(())
}
