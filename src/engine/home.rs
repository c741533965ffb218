//! People's own pages: shown when they open them, and shown again while they have them open and something changed.
//!
//! Nothing tells when a page is closed, and nobody looks at one for ever: it counts as open for a while after it was opened.
//! Which pages are open is known to the process that showed them and not stored: whoever opens one again gets it anew. Of
//! two processes that show the same page, the one that was outrun lets go of it.

mod content;
mod open;

use crate::domain::ChatUser;
use crate::ports::chat::{Home, HomePlace, HomeShown};
use crate::store::StoreError;

use super::Engine;
use content::Content;

pub use open::Homes;

/// Lane of the chat's limit for showing pages: refreshing leaves room for people who open theirs.
const LANE: &str = "home";

/// Shows somebody their page: they just opened it, or chose another place in it. `hash` names the version they see.
pub async fn show(engine: &Engine, user: &ChatUser, place: HomePlace, hash: Option<String>) -> Result<(), StoreError> {
    engine.workspace.homes.opened(user, place, hash, engine.clock.now());
    let seen = record_end(engine).await?;
    present(engine, user, seen, true).await
}

/// Shows pages again that are open, if anything happened since. Returns how many were shown.
pub async fn refresh(engine: &Engine) -> Result<usize, StoreError> {
    let now = engine.clock.now();
    if !engine.workspace.homes.is_due(now) {
        return Ok(0);
    }
    let seen = record_end(engine).await?;
    let outdated = engine.workspace.homes.outdated(seen, now);
    for user in &outdated {
        if let Err(until) = engine.workspace.pace.take(LANE, engine.clock.now()) {
            engine.workspace.homes.look_again_at(until);
            break;
        }
        present(engine, user, seen, false).await?;
    }
    Ok(outdated.len())
}

/// Something of theirs was done: their page need not wait for its turn.
pub fn touched(engine: &Engine, user: &ChatUser) {
    engine.workspace.homes.touched(user, engine.clock.now());
}

async fn record_end(engine: &Engine) -> Result<u64, StoreError> {
    Ok(engine.store.audit_head().await?.seq)
}

/// Draws and sends one page, unless it looks as it did.
async fn present(engine: &Engine, user: &ChatUser, seen: u64, is_new: bool) -> Result<(), StoreError> {
    let Some((place, mut hash, last)) = engine.workspace.homes.of(user) else { return Ok(()) };
    let content = Content::read(engine, user, place).await?;
    let shown = content.with(|home: &Home<'_>| engine.workspace.chat.draw_home(home));
    let now = engine.clock.now();
    if !is_new && last == Some(shown.digest) {
        engine.workspace.homes.is_current(user, seen, now);
        return Ok(());
    }
    let mut outcome = engine.workspace.chat.show_home(user, &shown, hash.as_deref()).await;
    if is_new && outcome == Ok(HomeShown::Outrun) {
        // They opened it after whatever was shown meanwhile.
        hash = None;
        outcome = engine.workspace.chat.show_home(user, &shown, hash.as_deref()).await;
    }
    match outcome {
        Ok(HomeShown::Shown { hash }) => engine.workspace.homes.shown(user, (hash, shown.digest, seen), now),
        Ok(HomeShown::Outrun) => engine.workspace.homes.closed(user),
        Ok(HomeShown::Off) => {
            tracing::warn!("the chat has no page of ours to show: turn it on in the app's settings");
            engine.workspace.homes.closed(user);
        }
        Err(error) => {
            tracing::info!(error = %error, "a page was not shown");
            engine.workspace.homes.failed(user, &error, now);
        }
    }
    Ok(())
}
