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
    let (value, from) = match signal {
        ChatSignal::Vote { value, reply, .. }
        | ChatSignal::Act { value, reply, .. }
        | ChatSignal::Show { value, reply, .. }
        | ChatSignal::PostAgain { value, reply } => (Some(value), &reply.workspace),
        ChatSignal::Command { reply, .. }
        | ChatSignal::Look { reply, .. }
        | ChatSignal::Confirm { reply, .. }
        | ChatSignal::Prefer { reply, .. } => (None, &reply.workspace),
        ChatSignal::HomeOpened { workspace, .. } | ChatSignal::ChannelMoved { workspace, .. } => (None, workspace),
        // These mean the same in all of them.
        ChatSignal::AccessLost { .. }
        | ChatSignal::PersonChanged { .. }
        | ChatSignal::GroupChanged { .. }
        | ChatSignal::ChannelChanged { .. }
        | ChatSignal::Ignored { .. } => return Ok(Cow::Borrowed(engine)),
    };
    match value {
        Some(value) => Ok(match clicked::named(engine, value).await? {
            Some((request, _)) => engine.of_request(&request),
            None => engine.in_workspace(from),
        }),
        None => Ok(engine.in_workspace(from)),
    }
}
