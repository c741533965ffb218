//! What waits for the writer.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

use crate::engine::receive::Delivery;

use super::{Received, StoreError, Tx};

pub(super) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

pub(super) enum Work {
    Receive(Delivery, Answer<Received>),
    Job(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// A write of any result type.
pub(super) trait Job: Send {
    /// Runs it and keeps its result. May be called again when the transaction is.
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Result<(), StoreError>>;

    /// Answers the one who waits: with the result kept, or why there is none.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

pub(super) struct TypedJob<T, F> {
    job: F,
    result: Option<T>,
    answer: Answer<T>,
}

impl<T, F> TypedJob<T, F> {
    pub(super) const fn new(job: F, answer: Answer<T>) -> Self {
        Self { job, result: None, answer }
    }
}

impl<T, F> Job for TypedJob<T, F>
where
    T: Send,
    F: for<'t> FnMut(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Result<(), StoreError>> {
        Box::pin(async move {
            let guarded = std::panic::AssertUnwindSafe((self.job)(tx)).catch_unwind();
            self.result = Some(guarded.await.unwrap_or(Err(StoreError::JobPanicked))?);
            Ok(())
        })
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { result, answer, .. } = *self;
        // The one who asked may have gone; what was written stays.
        let _ = answer.send(outcome.and_then(|()| result.ok_or(StoreError::Closed)));
    }
}
