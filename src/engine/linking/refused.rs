//! Accounts that are not tied: recorded, and said to whoever it concerns.

use std::sync::Arc;

use super::page::{Asked, Page};
use super::tie;
use crate::domain::{ChatUser, ForgeUser, LinkRefusal, ReplyTo, Timestamp, Whisper};
use crate::engine::Engine;
use crate::engine::advance::whisper_now;
use crate::store::{LinkAttempt, StoreError};

/// Records a refusal that no attempt has come to.
pub(super) async fn note(engine: &Engine, chat: &ChatUser, refusal: &LinkRefusal) -> Result<(), StoreError> {
    let job = Arc::new((chat.clone(), refusal.clone(), engine.clock.now()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tie::refuse(tx, &job.0, None, &job.1, job.2) })
        })
        .await
}

/// Ends an attempt with a refusal. `account`: who signed in, where somebody did.
pub(super) async fn end(
    engine: &Engine,
    attempt: &LinkAttempt,
    account: Option<&ForgeUser>,
    refusal: LinkRefusal,
) -> Result<Page, StoreError> {
    let ending = Ending {
        attempt: attempt.clone(),
        host: engine.forge.host().to_owned(),
        account: account.cloned(),
        refusal: refusal.clone(),
        at: engine.clock.now(),
    };
    let ending = Arc::new(ending);
    engine
        .store
        .write(move |tx| {
            let ending = Arc::clone(&ending);
            Box::pin(async move { ending.store(tx).await })
        })
        .await?;
    tell(engine, attempt, &refusal).await;
    Ok(Page::Refused { asked: Asked::of(attempt), why: refusal })
}

struct Ending {
    attempt: LinkAttempt,
    host: String,
    account: Option<ForgeUser>,
    refusal: LinkRefusal,
    at: Timestamp,
}

impl Ending {
    /// A second visitor of the same attempt changes nothing.
    async fn store(&self, tx: &mut crate::store::Tx) -> Result<(), StoreError> {
        if !tx.end_link_attempt(&self.attempt.id, self.refusal.code(), self.at).await? {
            return Ok(());
        }
        let account = self.account.as_ref().map(|account| (self.host.as_str(), account));
        tie::refuse(tx, self.attempt.chat(), account, &self.refusal, self.at)
    }
}

/// In the chat too, where it was asked for; and whoever has the account already hears that somebody else signed in with it.
pub(super) async fn tell(engine: &Engine, attempt: &LinkAttempt, refusal: &LinkRefusal) {
    whisper_now(engine, &attempt.reply, &Whisper::NotLinkedNow(refusal.clone())).await;
    if let LinkRefusal::AccountTaken { login, other, .. } = refusal {
        let to = ReplyTo { user: other.clone(), channel: None, response_url: None, ..attempt.reply.clone() };
        let text = Whisper::SomebodyTried { login: login.clone(), other: attempt.chat().clone() };
        whisper_now(engine, &to, &text).await;
    }
}
