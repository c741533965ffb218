//! Pull requests that moved and buttons pressed on their sheets: all of them only ask for a look.

use std::sync::Arc;

use super::super::Engine;
use super::super::preview::{self, Pressed};
use super::super::receive::Delivery;
use super::{Trouble, finish, ignore, now};
use crate::domain::{CommitSha, PreviewEvent, PreviewKey, Repository, Timestamp};
use crate::store::{StoreError, Tx};

/// Which pull request, as a delivery names it.
pub(super) struct Pull {
    pub(super) repository: Repository,
    pub(super) number: u64,
}

pub(super) async fn moved(
    engine: &Engine,
    delivery: &Delivery,
    pull: Pull,
    head: CommitSha,
    is_open: bool,
) -> Result<(), Trouble> {
    let key = key(engine, &pull.repository, pull.number);
    ask(engine, delivery, vec![key], PreviewEvent::Told { repository: pull.repository, head, is_open }).await
}

pub(super) async fn pressed(
    engine: &Engine,
    delivery: &Delivery,
    repository: Repository,
    commit: CommitSha,
    mark: &str,
    button: Option<&str>,
) -> Result<(), Trouble> {
    let against = match button.map(preview::pressed) {
        None | Some(Some(Pressed::Again)) => None,
        Some(Some(Pressed::Compare(against))) => Some(against),
        Some(None) => return ignore(engine, delivery, "a button that is none of ours").await,
    };
    let Some(number) = PreviewKey::number_in(mark) else {
        return ignore(engine, delivery, "a sheet that is none of ours").await;
    };
    let key = key(engine, &repository, number);
    ask(engine, delivery, vec![key], PreviewEvent::Pressed { repository, head: commit, against }).await
}

/// All sheets beside a commit: it may be the newest of several pull requests.
pub(super) async fn all_pressed(
    engine: &Engine,
    delivery: &Delivery,
    repository: Repository,
    commit: CommitSha,
) -> Result<(), Trouble> {
    let at = engine.store.previews_at(engine.forge.host(), repository.id, &commit).await?;
    let keys = at.into_iter().map(|preview| preview.key).collect();
    ask(engine, delivery, keys, PreviewEvent::Pressed { repository, head: commit, against: None }).await
}

fn key(engine: &Engine, repository: &Repository, number: u64) -> PreviewKey {
    PreviewKey { host: engine.forge.host().to_owned(), repository: repository.id, number }
}

/// The event for each of them, and the delivery done, in one transaction.
async fn ask(engine: &Engine, delivery: &Delivery, keys: Vec<PreviewKey>, event: PreviewEvent) -> Result<(), Trouble> {
    if !engine.previews.settings.is_on {
        return finish(engine, delivery).await;
    }
    let at = now(engine);
    let job = Arc::new((keys, event, delivery.source, delivery.id.clone()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (keys, event, source, id) = &*job;
                for key in keys {
                    take(tx, key, event, at).await?;
                }
                tx.finish_delivery(*source, id, at).await
            })
        })
        .await?;
    Ok(())
}

async fn take(tx: &mut Tx, key: &PreviewKey, event: &PreviewEvent, at: Timestamp) -> Result<(), StoreError> {
    let before = tx.lock_preview(key).await?;
    let is_new = before.is_none();
    match crate::domain::preview::take(key, before, event, at) {
        Some(after) if is_new => tx.insert_preview(&after).await,
        Some(after) => tx.save_preview(&after).await,
        None => Ok(()),
    }
}
