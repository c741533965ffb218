//! Calls freezes and lifts them: stored and recorded together with what follows for the requests that wait (R23).

use std::sync::Arc;

use serde_json::json;

use super::step;
use crate::domain::{Event, Freeze, Timestamp};
use crate::store::{Store, StoreError, Tx};

/// Calls a freeze: from its commit on nothing is sent that it holds.
pub async fn call(store: &Store, freeze: Freeze, at: Timestamp) -> Result<(), StoreError> {
    let freeze = Arc::new(freeze);
    store
        .write(move |tx| {
            let freeze = Arc::clone(&freeze);
            Box::pin(async move { call_in(tx, &freeze, at).await })
        })
        .await
}

/// The same, inside a transaction that holds more.
pub(super) async fn call_in(tx: &mut Tx, freeze: &Freeze, at: Timestamp) -> Result<(), StoreError> {
    tx.insert_freeze(freeze).await?;
    record(tx, "freeze.called", freeze, &freeze.by, at)?;
    tell(tx, freeze, at).await
}

/// Lifts a freeze before its time; `None` when none of that id stands.
pub async fn lift(store: &Store, id: &str, by: &str, at: Timestamp) -> Result<Option<Freeze>, StoreError> {
    let (id, by): (Arc<str>, Arc<str>) = (id.into(), by.into());
    store
        .write(move |tx| {
            let (id, by) = (Arc::clone(&id), Arc::clone(&by));
            Box::pin(async move { lift_in(tx, &id, &by, at).await })
        })
        .await
}

/// The same, inside a transaction that holds more.
pub(super) async fn lift_in(tx: &mut Tx, id: &str, by: &str, at: Timestamp) -> Result<Option<Freeze>, StoreError> {
    let Some(freeze) = tx.lift_freeze(id, at).await? else { return Ok(None) };
    record(tx, "freeze.lifted", &freeze, by, at)?;
    tell(tx, &freeze, at).await?;
    Ok(Some(freeze))
}

fn record(tx: &mut Tx, name: &'static str, freeze: &Freeze, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.append_entry(name, None, at, json!({ "freeze": freeze, "by": by }))
}

/// Every request that waits there hears of it.
async fn tell(tx: &mut Tx, freeze: &Freeze, at: Timestamp) -> Result<(), StoreError> {
    let freezes = tx.freezes(at).await?;
    for request in tx.lock_requests_at(freeze.repository, freeze.environment.as_deref()).await? {
        step::take(tx, Some(request), &Event::FreezesChanged { freezes: freezes.clone() }, at).await?;
    }
    Ok(())
}
