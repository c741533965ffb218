//! What somebody did to a request, judged and stored in one transaction with the answer they get.

use std::sync::Arc;

use super::super::people::{Basis, still_so};
use super::super::receive::Delivery;
use super::super::{Engine, step};
use super::{Trouble, now};
use crate::domain::{Event, ForgeUserId, ReplyTo, RequestId};
use crate::store::{StoreError, Tx};

/// A deed, with everything about it that was looked up.
pub(super) struct Deed {
    pub(super) request: RequestId,
    pub(super) event: Event,
    /// A login that was resolved for the first time, to be pinned with the deed.
    pub(super) pin: Option<(String, ForgeUserId)>,
    /// The links that the deed's people rest on.
    pub(super) bases: Vec<Basis>,
    pub(super) reply: ReplyTo,
    pub(super) delivery: Delivery,
}

/// Takes the deed in: the request, its record, what follows, the private answer, and the delivery's end together.
pub(super) async fn take(engine: &Engine, deed: Deed) -> Result<(), Trouble> {
    let at = now(engine);
    let job = Arc::new((engine.forge.host().to_owned(), deed));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { job.1.store(tx, &job.0, at).await })
        })
        .await?;
    Ok(())
}

impl Deed {
    async fn store(&self, tx: &mut Tx, host: &str, at: crate::domain::Timestamp) -> Result<(), StoreError> {
        if let Some((login, id)) = &self.pin {
            tx.pin_login(login, *id).await?;
        }
        let request = tx.lock_request(&self.request).await?;
        still_so(tx, host, &self.bases).await?;
        let step = step::take(tx, request, &self.event, at).await?;
        step::answer(tx, &step, &self.reply, at).await?;
        tx.finish_delivery(self.delivery.source, &self.delivery.id, at).await
    }
}
