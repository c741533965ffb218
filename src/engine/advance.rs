//! Turns a stored delivery into decisions: interpret it, look up what it needs, then decide and store in one transaction.

mod access;
mod acted;
mod asked;
mod clicked;
mod commanded;
mod deed;
mod looked;
mod moved;
mod personal;
mod place;
mod previewed;
mod shown;
mod trouble;

use std::sync::Arc;

use crate::domain::{ReplyTo, RequestId, Timestamp, Whisper};
use crate::ports::chat::ChatSignal;
use crate::ports::forge::ForgeSignal;
use crate::ports::{BoxFuture, PortError};
use crate::store::{ClaimedDelivery, StoreError};

use super::receive::{Delivery, Source};
use super::{Engine, channels, home};

/// Why a delivery is not done yet, or never will be.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Something outside could not be read.
    Port(PortError),
    Store(StoreError),
    /// Authentic, but nothing can be made of it: parked, visible, replayable.
    Unusable(String),
}

impl From<PortError> for Trouble {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Works one claimed delivery off. Whatever goes wrong is stored with it; an error is the store's own.
pub async fn advance(engine: &Engine, claimed: ClaimedDelivery) -> Result<(), StoreError> {
    let delivery = &claimed.delivery;
    let outcome = match delivery.source {
        Source::Forge => from_forge(engine, delivery).await,
        Source::ChatInteraction | Source::ChatCommand | Source::ChatEvent | Source::ChatFrame => {
            from_chat(engine, &claimed).await
        }
    };
    match outcome {
        Ok(()) => Ok(()),
        Err(trouble) => trouble::settle(engine, &claimed, trouble).await,
    }
}

/// A delivery that broke this program is kept, tried again, and in the end parked: it blocks nobody (P21).
pub async fn broke(engine: &Engine, claimed: &ClaimedDelivery) -> Result<(), StoreError> {
    let error = PortError::retry("work the delivery off", "it broke this program; please report it");
    trouble::settle(engine, claimed, Trouble::Port(error)).await
}

async fn from_forge(engine: &Engine, delivery: &Delivery) -> Result<(), Trouble> {
    match engine.forge.interpret(delivery).map_err(Trouble::Unusable)? {
        ForgeSignal::Asked(signal) => asked::open_or_join(engine, delivery, &signal).await,
        ForgeSignal::JobMoved { repository, job } => moved::job(engine, delivery, repository, job).await,
        ForgeSignal::RunRequested { repository, workflow, number } => {
            moved::run_requested(engine, delivery, repository, &workflow, number).await
        }
        ForgeSignal::RunEnded { repository, run, attempt, conclusion, by } => {
            moved::run_ended(engine, delivery, repository, run, attempt, conclusion, by).await
        }
        ForgeSignal::PullRequestMoved { repository, number, head, is_open } => {
            previewed::moved(engine, delivery, previewed::Pull { repository, number }, head, is_open).await
        }
        ForgeSignal::SheetPressed { repository, commit, mark, button } => {
            previewed::pressed(engine, delivery, repository, commit, &mark, button.as_deref()).await
        }
        ForgeSignal::SheetsPressed { repository, commit } => {
            previewed::all_pressed(engine, delivery, repository, commit).await
        }
        ForgeSignal::Ignored { why } => ignore(engine, delivery, &why).await,
    }
}

async fn from_chat(engine: &Engine, claimed: &ClaimedDelivery) -> Result<(), Trouble> {
    let signal = engine.workspace.chat.interpret(&claimed.delivery).map_err(Trouble::Unusable)?;
    let engine = place::of(engine, &signal).await?;
    signalled(&engine, claimed, signal).await
}

/// What a signal of the chat sets off. On the heap, as the largest of these would otherwise be part of every worker's stack.
fn signalled<'a>(
    engine: &'a Engine,
    claimed: &'a ClaimedDelivery,
    signal: ChatSignal,
) -> BoxFuture<'a, Result<(), Trouble>> {
    let delivery = &claimed.delivery;
    match signal {
        ChatSignal::Act { value, act, words, reply } => Box::pin(async move {
            home::touched(engine, &reply.user);
            acted::act(engine, claimed, acted::Doing { value, act, words, reply }).await
        }),
        ChatSignal::Vote { value, choice, reason, ticks, means_older, reply } => Box::pin(async move {
            home::touched(engine, &reply.user);
            let click = clicked::Click { value, choice, reason, ticks, means_older, reply };
            clicked::vote(engine, claimed, click).await
        }),
        ChatSignal::Show { value, what, opening, reply } => {
            Box::pin(async move { shown::show(engine, delivery, &value, &what, &opening, &reply).await })
        }
        ChatSignal::Command { command, opening, reply } => {
            Box::pin(async move { commanded::answer(engine, delivery, command, opening.as_ref(), &reply).await })
        }
        ChatSignal::Look { at, opening, reply } => {
            Box::pin(async move { looked::look(engine, delivery, &at, &opening, &reply).await })
        }
        ChatSignal::HomeOpened { user, place, hash, .. } => {
            Box::pin(async move { personal::home_opened(engine, delivery, &user, place, hash).await })
        }
        ChatSignal::Confirm { draft, reply } => Box::pin(async move {
            home::touched(engine, &reply.user);
            personal::confirm(engine, claimed, &draft, reply).await
        }),
        ChatSignal::PostAgain { value, reply } => {
            Box::pin(async move { personal::post_again(engine, delivery, &value, &reply).await })
        }
        ChatSignal::Prefer { preferences, reply } => {
            Box::pin(async move { personal::prefer(engine, delivery, preferences, &reply).await })
        }
        ChatSignal::ChannelChanged { channel } => Box::pin(async move {
            engine.workspaces.all().for_each(|workspace| workspace.chat.forget_channel(&channel));
            finish(engine, delivery).await
        }),
        ChatSignal::ChannelMoved { from, to, .. } => Box::pin(async move {
            engine.workspaces.all().for_each(|workspace| workspace.chat.forget_channel(&from));
            channels::moved(engine, &from, &to).await?;
            finish(engine, delivery).await
        }),
        ChatSignal::AccessLost { workspace, why, since } => {
            Box::pin(async move { access::lost(engine, delivery, workspace.as_deref(), &why, since).await })
        }
        ChatSignal::PersonChanged { user } => Box::pin(async move {
            engine.workspaces.all().for_each(|workspace| workspace.live.forget_person(&user));
            finish(engine, delivery).await
        }),
        ChatSignal::GroupChanged { group } => Box::pin(async move {
            engine.workspaces.all().for_each(|workspace| workspace.live.forget_user_group(&group));
            finish(engine, delivery).await
        }),
        ChatSignal::Ignored { why } => Box::pin(async move { ignore(engine, delivery, &why).await }),
    }
}

async fn ignore(engine: &Engine, delivery: &Delivery, why: &str) -> Result<(), Trouble> {
    tracing::debug!(
        delivery.id = delivery.id,
        source = delivery.source.word(),
        why,
        "delivery {} is not for us",
        delivery.id
    );
    finish(engine, delivery).await
}

/// Tells one person something at once, where no request can carry it. Nothing depends on it arriving.
pub(super) async fn whisper_now(engine: &Engine, to: &ReplyTo, text: &Whisper) {
    if let Err(error) = engine.in_workspace(&to.workspace).workspace.chat.whisper(to, None, text).await {
        tracing::info!(error = %error, "a private answer did not arrive");
    }
}

fn now(engine: &Engine) -> Timestamp {
    engine.clock.now()
}

/// Records what no transition sees, and finishes the delivery.
async fn note(
    engine: &Engine,
    delivery: &Delivery,
    request: Option<RequestId>,
    name: &'static str,
    detail: serde_json::Value,
) -> Result<(), Trouble> {
    let (source, at) = (delivery.source, now(engine));
    let job = Arc::new((request, detail, delivery.id.clone()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (request, detail, id) = &*job;
                tx.append_entry(name, request.as_ref(), at, detail.clone())?;
                tx.finish_delivery(source, id, at).await
            })
        })
        .await?;
    Ok(())
}

/// The delivery needs nothing more.
async fn finish(engine: &Engine, delivery: &Delivery) -> Result<(), Trouble> {
    let (source, id, at) = (delivery.source, delivery.id.clone(), now(engine));
    engine
        .store
        .write(move |tx| {
            let id = id.clone();
            Box::pin(async move { tx.finish_delivery(source, &id, at).await })
        })
        .await?;
    Ok(())
}
