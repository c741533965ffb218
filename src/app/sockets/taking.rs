//! What comes over a connection is stored, and acknowledged once it is (P1).

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::app::doors::{self, CHAT_PATIENCE};
use crate::domain::Digest;
use crate::engine::Engine;
use crate::engine::receive::{Delivery, Provenance, Source};
use crate::ports::{Chat, Clock};
use crate::slack;
use crate::slack::socket::{Arrived, Unreadable, acknowledgement};
use crate::store::Store;
use crate::telemetry::metrics::{DELIVERIES, ENVELOPES};
use crate::web::{IntakeError, Outcome, Taken};

/// Frames that could not be read and are kept for an operator, at most. More are reported, and not acknowledged.
const MOST_KEPT: u64 = 100;

/// Where what comes is stored.
#[derive(Clone)]
pub(super) struct Taking {
    store: Store,
    chat: Arc<dyn Chat>,
    clock: Clock,
}

impl Taking {
    pub(super) fn new(engine: &Engine) -> Self {
        Self { store: engine.store.clone(), chat: Arc::clone(&engine.workspace.chat), clock: engine.clock.clone() }
    }

    /// Stores an envelope; gives what acknowledges it. What the reader cannot make anything of is kept as the frame it
    /// came in.
    pub(super) fn take(&self, arrived: Arrived, frame: &str) -> BoxFuture<'static, Option<String>> {
        let delivery = self.delivery(arrived.source, Some(arrived.id.clone()), arrived.body);
        if let Err(why) = self.chat.interpret(&delivery) {
            return self.keep(Unreadable { why, envelope: Some(arrived.id) }, frame);
        }
        if arrived.retry > 0 {
            tracing::debug!(delivery.id = delivery.id, attempt = arrived.retry, "delivery {} comes again", delivery.id);
        }
        let (store, chat, takes_reply) = (self.store.clone(), Arc::clone(&self.chat), arrived.takes_reply);
        async move {
            let (source, id) = (delivery.source, delivery.id.clone());
            let stored = async {
                // Without a place for the answer the view closes: then what was submitted is stored, and answered later.
                match takes_reply {
                    true => doors::take(&store, chat.as_ref(), delivery).await,
                    false => doors::store_only(&store, delivery).await,
                }
            };
            let taken = in_time(stored).await;
            if let Err(error) = &taken {
                tracing::error!(
                    delivery.id = id, source = source.word(), error = %error, "delivery {id} is not on disk, so it is not acknowledged"
                );
            }
            count(source, outcome(&taken));
            taken.ok().map(|taken| acknowledgement(&arrived.id, taken.reply.as_ref()))
        }
        .boxed()
    }

    /// Keeps a frame that cannot be read. It is parked when it is worked off, and can be replayed by a version that reads it.
    pub(super) fn keep(&self, unreadable: Unreadable, frame: &str) -> BoxFuture<'static, Option<String>> {
        let Unreadable { why, envelope } = unreadable;
        let store = self.store.clone();
        // A NUL cannot be stored as text by every database.
        let body = frame.replace('\0', "\u{fffd}");
        let delivery = self.delivery(Source::ChatFrame, envelope.clone(), body);
        async move {
            let id = delivery.id.clone();
            metrics::counter!(ENVELOPES, "source" => Source::ChatFrame.word(), "outcome" => "unreadable").increment(1);
            let kept = in_time(async {
                let kept = store.kept_frames().await.map_err(|error| IntakeError::Unavailable(error.to_string()))?;
                if kept >= MOST_KEPT {
                    return Err(IntakeError::Unavailable(format!("{kept} such frames are kept already")));
                }
                doors::store_only(&store, delivery).await
            })
            .await;
            match &kept {
                Ok(_) => {
                    tracing::warn!(delivery.id = id, why, "a frame from Slack cannot be read; it is kept as delivery {id}")
                }
                Err(error) => {
                    tracing::error!(error = %error, why, "a frame from Slack can neither be read nor kept, so it is not acknowledged")
                }
            }
            count(Source::ChatFrame, outcome(&kept));
            kept.ok().and(envelope).map(|envelope| acknowledgement(&envelope, None))
        }
        .boxed()
    }

    fn delivery(&self, source: Source, envelope: Option<String>, body: String) -> Delivery {
        Delivery {
            source,
            id: slack::delivery_id(source, &body),
            event: source.word().to_owned(),
            body_digest: Digest::of(body.as_bytes()),
            body,
            received_at: self.clock.now(),
            provenance: Provenance::Socket { envelope },
        }
    }
}

/// Well before Slack gives up.
async fn in_time(storing: impl Future<Output = Result<Taken, IntakeError>>) -> Result<Taken, IntakeError> {
    let stored = tokio::time::timeout(CHAT_PATIENCE, storing).await;
    stored.unwrap_or_else(|_| Err(IntakeError::Unavailable("storing takes too long".to_owned())))
}

const fn outcome(taken: &Result<Taken, IntakeError>) -> Outcome {
    match taken {
        Ok(Taken { reply: Some(_), .. }) => Outcome::Answered,
        Ok(Taken { duplicate: true, .. }) => Outcome::Duplicate,
        Ok(Taken { duplicate: false, .. }) => Outcome::Stored,
        Err(_) => Outcome::Unavailable,
    }
}

fn count(source: Source, outcome: Outcome) {
    metrics::counter!(DELIVERIES, "source" => source.word(), "outcome" => outcome.word()).increment(1);
    metrics::counter!(ENVELOPES, "source" => source.word(), "outcome" => outcome.word()).increment(1);
}
