//! Somebody asks in the chat to have their link undone. Nobody is asked whether they may: it is theirs.

use std::sync::Arc;

use super::untie;
use crate::domain::{ChatUser, LinkActor, Whisper};
use crate::engine::Engine;
use crate::store::StoreError;

pub async fn unlink(engine: &Engine, user: &ChatUser) -> Result<Whisper, StoreError> {
    let in_file = engine.people.tie_of(&engine.store, user).await?.map(|file| file.login);
    let job = Arc::new((engine.forge.host().to_owned(), user.clone(), engine.clock.now()));
    let ended = engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { untie(tx, &job.0, &job.1, &LinkActor::Person, job.2).await })
        })
        .await?;
    Ok(match ended {
        Some(link) => Whisper::Unlinked { login: link.login, in_file },
        None => Whisper::NothingToUnlink { in_file },
    })
}
