//! Looks at pull requests before they are merged: what the gate will say, shown beside the newest commit.
//!
//! A look reads the pull request as it is, so nothing depends on the order of deliveries. It begins a sheet before it
//! gathers, and a sheet that somebody may wait for is always ended: with what was found, with what could not be had once
//! waiting has lasted long enough, or as outdated.

mod bench;
mod buttons;
mod comment;
mod compose;
mod look;
mod sheet;
mod trouble;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::domain::{EnvironmentName, Preview, PreviewEvent, RepositoryId};
use crate::ports::PortError;
use crate::store::StoreError;

use super::Engine;

pub use buttons::{Pressed, pressed};
pub use look::look;

/// How looks are made, and what was told about them already.
#[derive(Debug)]
pub struct Previews {
    pub settings: PreviewSettings,
    /// Repositories whose missing permission was logged: once is enough.
    told: Mutex<BTreeSet<(RepositoryId, &'static str)>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewSettings {
    pub is_on: bool,
    /// Pull requests that touch nothing we look at get a sheet as well, so that a team can require it.
    pub on_all: bool,
    /// Where the change would go, for repositories that nothing was deployed from yet.
    pub environment: EnvironmentName,
    /// How long a sheet may wait for what cannot be had, in milliseconds.
    pub give_up_after_ms: i64,
    pub conclusion: Concluding,
    /// Keep one comment on the pull request. Needs a permission of its own.
    pub comment: bool,
}

/// What a sheet may conclude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concluding {
    /// What the gate will say: success, neutral where people have to approve, failure where a flag blocks.
    Verdict,
    /// Nothing, ever: sheets inform.
    Neutral,
}

impl Previews {
    pub const fn new(settings: PreviewSettings) -> Self {
        Self { settings, told: Mutex::new(BTreeSet::new()) }
    }

    /// Whether this is the first time since the start that `what` is said of the repository.
    fn tell_once(&self, repository: RepositoryId, what: &'static str) -> bool {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).insert((repository, what))
    }
}

/// A look that broke this program is tried again, later and later, and given up like any other.
pub async fn broke(engine: &Engine, claimed: &Preview) -> Result<(), StoreError> {
    let error = PortError::retry("look at the pull request", "it broke this program; please report it");
    trouble::settle(engine, claimed, &error).await
}

/// Takes an event into a claimed preview and ends the claim, in one transaction.
async fn end(engine: &Engine, claimed: &Preview, event: PreviewEvent) -> Result<(), StoreError> {
    let at = engine.clock.now();
    let job = std::sync::Arc::new((claimed.key.clone(), event));
    engine
        .store
        .write(move |tx| {
            let job = std::sync::Arc::clone(&job);
            Box::pin(async move {
                let (key, event) = &*job;
                let before = tx.lock_preview(key).await?;
                match crate::domain::preview::take(key, before, event, at) {
                    Some(after) => tx.end_preview(&after).await,
                    None => Err(StoreError::LeaseLost),
                }
            })
        })
        .await
}
