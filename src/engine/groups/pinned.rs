//! Names are pinned to what they stood for when they were first read (R13).

use std::sync::Arc;

use serde_json::json;

use super::super::Engine;
use crate::domain::{ForgeUserId, Timestamp, Unusable};
use crate::ports::PortError;
use crate::store::{PinKind, StoreError};

/// Why a name stands for nobody now, if it is pinned to another id; a name read for the first time is pinned.
pub(super) async fn moved(
    engine: &Engine,
    kind: PinKind,
    name: &str,
    now: &str,
) -> Result<Option<Unusable>, PortError> {
    let pinned = match engine.store.pinned(kind, name).await.map_err(unread)? {
        Some(pinned) => pinned,
        None => pin(engine, kind, name, now).await.map_err(unread)?,
    };
    Ok((pinned != now).then(|| Unusable::Moved { pinned, now: now.to_owned() }))
}

/// The same for a login: links of people pin logins too, and it is the same pin.
pub(super) async fn login_moved(engine: &Engine, login: &str, now: ForgeUserId) -> Result<Option<Unusable>, PortError> {
    let pinned = match engine.store.pinned_login(login).await.map_err(unread)? {
        Some(pinned) => pinned,
        None => pin_login(engine, login, now).await.map_err(unread)?,
    };
    Ok((pinned != now).then(|| Unusable::Moved { pinned: pinned.to_string(), now: now.to_string() }))
}

async fn pin(engine: &Engine, kind: PinKind, name: &str, id: &str) -> Result<String, StoreError> {
    let job = Arc::new((name.to_owned(), id.to_owned(), engine.clock.now()));
    let write = engine.store.write(move |tx| {
        let job = Arc::clone(&job);
        Box::pin(async move {
            let (name, id, at) = &*job;
            let pinned = tx.pin(kind, name, id).await?;
            note(tx, kind.word(), name, &pinned, *at)?;
            Ok(pinned)
        })
    });
    write.await
}

async fn pin_login(engine: &Engine, login: &str, id: ForgeUserId) -> Result<ForgeUserId, StoreError> {
    let job = Arc::new((login.to_owned(), engine.clock.now()));
    let write = engine.store.write(move |tx| {
        let job = Arc::clone(&job);
        Box::pin(async move {
            let (login, at) = &*job;
            let pinned = tx.pin_login(login, id).await?;
            note(tx, "account", login, &pinned.to_string(), *at)?;
            Ok(pinned)
        })
    });
    write.await
}

/// What a policy's name stands for is part of the record.
fn note(tx: &mut crate::store::Tx, kind: &str, name: &str, id: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.append_entry("name.pinned", None, at, json!({ "kind": kind, "name": name, "id": id }))
}

fn unread(error: StoreError) -> PortError {
    PortError::retry("read the pinned names", error)
}
