//! In which workspace a signal of the chat is worked off: that of the request it is about, else the one it came from.

use std::borrow::Cow;

use super::clicked;
use crate::engine::Engine;
use crate::ports::chat::ChatSignal;
use crate::store::StoreError;

pub(super) async fn of<'e>(engine: &'e Engine, signal: &ChatSignal) -> Result<Cow<'e, Engine>, StoreError> {
    if !engine.workspaces.are_several() {
        return Ok(Cow::Borrowed(engine));
    }
    if let ChatSignal::Vote { value, .. }
    | ChatSignal::Act { value, .. }
    | ChatSignal::Show { value, .. }
    | ChatSignal::PostAgain { value, .. } = signal
        && let Some((request, _)) = clicked::named(engine, value).await?
    {
        return Ok(engine.of_request(&request));
    }
    let from = match signal {
        ChatSignal::HomeOpened { workspace, .. } | ChatSignal::ChannelMoved { workspace, .. } => Some(workspace),
        // What is answered to nobody means the same in all of them.
        signal => signal.reply().map(|reply| &reply.workspace),
    };
    Ok(from.map_or(Cow::Borrowed(engine), |from| engine.in_workspace(from)))
}
