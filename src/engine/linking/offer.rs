//! Somebody asks in the chat to link their accounts: they get an address, in private.

use std::sync::Arc;

use super::{PATIENCE_MS, proof, refused};
use crate::domain::{ChatStanding, LinkRefusal, OneTimeAddress, ReplyTo, Whisper};
use crate::engine::Engine;
use crate::engine::advance::Trouble;
use crate::store::LinkAttempt;

/// A fresh address for whoever asks, or why there is none. An address given to them before opens nothing any more.
pub(crate) async fn offer(engine: &Engine, reply: &ReplyTo) -> Result<Whisper, Trouble> {
    let Some(base) = &engine.link_address else { return Ok(Whisper::NotLinkedNow(LinkRefusal::NotSetUp)) };
    let standing = engine.workspace.chat.standing(&reply.user).await?;
    if standing != ChatStanding::Member {
        let refusal = LinkRefusal::Standing { standing };
        refused::note(engine, &reply.user, &refusal).await?;
        return Ok(Whisper::NotLinkedNow(refusal));
    }
    let name = engine.workspace.chat.name(&reply.user).await?;
    let (token, at) = (engine.ids.secret(), engine.clock.now());
    let until = at.plus_millis(PATIENCE_MS);
    let attempt = LinkAttempt {
        id: proof::hash(&token),
        name,
        reply: reply.clone(),
        at,
        until,
        browser: None,
        account: None,
        outcome: None,
    };
    let attempt = Arc::new(attempt);
    engine
        .store
        .write(move |tx| {
            let attempt = Arc::clone(&attempt);
            Box::pin(async move { tx.insert_link_attempt(&attempt).await })
        })
        .await?;
    let address = OneTimeAddress(format!("{base}/link/{token}"));
    Ok(Whisper::LinkHere { address, until, linked: linked(engine, reply).await? })
}

/// The login they have now, by a link or by the file.
async fn linked(engine: &Engine, reply: &ReplyTo) -> Result<Option<String>, Trouble> {
    if let Some(link) = engine.store.link_of_chat(engine.forge.host(), &reply.user).await? {
        return Ok(Some(link.login));
    }
    Ok(engine.people.tie_of(&engine.store, &reply.user).await?.map(|file| file.login))
}
