//! Where a request's message goes: the channel that its policy names, else the operator's, else nowhere but to those who can
//! decide. What is passed over is said.

use std::sync::Arc;

use serde_json::json;

use super::{Engine, step};
use crate::domain::{ChannelTrouble, Event, PassedOver, Request};
use crate::ports::PortError;
use crate::store::StoreError;

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The channel as it is written, and its id.
    At {
        written: String,
        id: String,
    },
    /// One that takes none; the next one has to be tried.
    PassOver(PassedOver),
    Nowhere,
}

/// Why a place could not be found.
pub(super) enum Trouble {
    Port(PortError),
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<PortError> for Trouble {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

/// The first channel meant for `request` that was not passed over. Where all of them were, they are tried once more: what
/// kept the message out may have been put right.
pub(super) async fn place(engine: &Engine, request: &Request) -> Result<Place, Trouble> {
    let mut meant = vec![engine.workspace.chat.channel_for(request)];
    let usual = engine.workspace.chat.usual_channel();
    if !meant.contains(&usual) {
        meant.push(usual);
    }
    let was_passed = |written: &String| request.passed_over.iter().any(|passed| passed.channel == *written);
    if let Some(written) = meant.iter().find(|written| !was_passed(written)) {
        return Ok(match behind(engine, written).await? {
            Some(id) => Place::At { written: written.clone(), id },
            None => Place::PassOver(PassedOver { channel: written.clone(), why: ChannelTrouble::NoSuchName }),
        });
    }
    for written in meant {
        if let Some(id) = behind(engine, &written).await?
            && engine.workspace.chat.reach(&id).await?.is_ok()
        {
            return Ok(Place::At { written, id });
        }
    }
    Ok(Place::Nowhere)
}

/// The id behind a name or an id. A name is looked up once: who takes over a channel's name does not take over its messages.
pub(super) async fn behind(engine: &Engine, written: &str) -> Result<Option<String>, Trouble> {
    if let Some(known) = engine.store.channel_behind(|name| engine.own(name), written).await? {
        return Ok(Some(known));
    }
    let Some(id) = engine.workspace.chat.find_channel(written).await? else { return Ok(None) };
    if id == written {
        return Ok(Some(id));
    }
    Ok(Some(keep(engine, written, id).await?))
}

async fn keep(engine: &Engine, name: &str, id: String) -> Result<String, StoreError> {
    let job = Arc::new((engine.own(name), id, engine.clock.now()));
    let write = engine.store.write(move |tx| {
        let job = Arc::clone(&job);
        Box::pin(async move {
            let (name, id, at) = &*job;
            let kept = tx.pin_channel(name, id).await?;
            tx.append_entry("name.pinned", None, *at, json!({ "kind": "channel", "name": name, "id": kept }))?;
            Ok(kept)
        })
    });
    write.await
}

/// The chat gave a channel another id: what is written with the old one means it all the same, and its messages follow.
pub(super) async fn moved(engine: &Engine, from: &str, to: &str) -> Result<(), StoreError> {
    let job = Arc::new((from.to_owned(), to.to_owned(), engine.own(from), engine.clock.now()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (from, to, name, at) = &*job;
                tx.pin_channel(name, to).await?;
                tx.append_entry("channel.moved", None, *at, json!({ "from": from, "to": to }))?;
                for id in tx.move_messages(from, to).await? {
                    let event = Event::ChannelMoved { from: from.clone(), to: to.clone() };
                    let request = tx.lock_request(&id).await?;
                    step::take(tx, request, &event, *at).await?;
                }
                Ok(())
            })
        })
        .await
}
