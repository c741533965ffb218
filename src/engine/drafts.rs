//! What somebody typed and has to confirm. A command names no evidence, so typing it decides nothing: what would be decided
//! is shown first, and the confirmation carries the evidence that was shown.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Engine;
use crate::domain::time::MINUTE_MS;
use crate::domain::{ChatUser, Choice, Words};
use crate::ports::chat::{Act, Deed};
use crate::store::{DraftRow, StoreError};

/// How long it can be confirmed: as long as the chat lets a private answer be answered.
const LASTS_MS: i64 = 30 * MINUTE_MS;

/// Something to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    /// The request and the evidence that is shown with it, as its buttons carry them.
    pub(super) value: String,
    what: What,
    pub(super) words: Option<Words>,
    pub(super) means_older: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Vote(Choice),
    BreakGlass,
}

impl Draft {
    pub(super) const fn new(value: String, what: Deed, words: Option<Words>, means_older: bool) -> Self {
        let what = match what {
            Deed::Vote(choice) => What::Vote(choice),
            Deed::Act(_) => What::BreakGlass,
        };
        Self { value, what, words, means_older }
    }

    pub(super) const fn deed(&self) -> Deed {
        match self.what {
            What::Vote(choice) => Deed::Vote(choice),
            What::BreakGlass => Deed::Act(Act::BreakGlass),
        }
    }
}

/// Keeps a draft for the one who typed it; its name.
pub(super) async fn keep(engine: &Engine, user: &ChatUser, draft: &Draft) -> Result<String, StoreError> {
    let now = engine.clock.now();
    let id = engine.ids.secret();
    let body = serde_json::to_string(draft).unwrap_or_default();
    let job = Arc::new((id.clone(), DraftRow { user: user.clone(), until: now.plus_millis(LASTS_MS), body }));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tx.put_draft(&job.0, &job.1, now).await })
        })
        .await?;
    Ok(id)
}

/// The draft of that name, if it is that person's and not too old.
pub(super) async fn find(engine: &Engine, id: &str, user: &ChatUser) -> Result<Option<Draft>, StoreError> {
    let row = engine.store.draft(id, user, engine.clock.now()).await?;
    Ok(row.and_then(|row| serde_json::from_str(&row.body).ok()))
}
