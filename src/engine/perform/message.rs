//! The request's message, its thread, and private answers.

use std::sync::Arc;

use serde_json::json;

use super::super::channels::{self, Place};
use super::super::shown::Scene;
use super::super::{Engine, step};
use super::attend;
use super::outcome::{self, Extra, count, failed, finish, take_with};
use crate::domain::{Event, MessageRef, PassedOver, Phase, ReplyTo, Request, ThreadLine, Whisper};
use crate::ports::chat::Posting;
use crate::ports::{Board, Class, PortError, Shown};
use crate::store::{ClaimedEffect, StoreError};

/// Posts the message, or edits it to what the request is now. Equal drawings are not sent twice.
pub(super) async fn sync(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    let scene = Scene::of(&engine.store, request).await?;
    // Only posting can double: an answer that was lost leaves a copy behind, so the next one says what it is.
    let repeated =
        if request.message.is_some() { request.message_is_copy } else { may_be_posted(engine, claimed).await? };
    let board = Board { repeated, ..scene.board(request, engine.clock.now()) };
    let shown = engine.workspace.chat.draw(&board);
    match &request.message {
        Some(message) => edit(engine, claimed, request, message, &shown).await,
        // It ended before anybody could see it: there is nothing to correct.
        None if matches!(request.phase, Phase::Ended { .. }) => finish(engine, claimed).await,
        None => post(engine, claimed, request, &shown, repeated).await,
    }
}

/// Whether this effect, or another one for the same message or person, may have posted it without our knowing.
pub(super) async fn may_be_posted(engine: &Engine, claimed: &ClaimedEffect) -> Result<bool, StoreError> {
    match &claimed.lane {
        Some(lane) => engine.store.is_in_doubt(lane, claimed.effect.kind()).await,
        None => Ok(false),
    }
}

async fn post(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    shown: &Shown,
    is_copy: bool,
) -> Result<(), StoreError> {
    let (written, channel) = match channels::place(engine, request).await {
        Ok(Place::At { written, id }) => (written, id),
        Ok(Place::PassOver(passed)) => return pass_over(engine, claimed, passed).await,
        Ok(Place::Nowhere) => return nowhere(engine, claimed, request).await,
        Err(channels::Trouble::Store(error)) => return Err(error),
        Err(channels::Trouble::Port(error)) => return failed(engine, claimed, &error).await,
    };
    if let Err(until) = engine.workspace.pace.take(&channel, engine.clock.now()) {
        return engine.store.hold_effect(&claimed.id, until).await;
    }
    outcome::begin(engine, claimed).await?;
    match engine.workspace.chat.post(&channel, shown).await {
        Ok(Posting::Posted(message)) => {
            count(claimed, "done");
            let extra = Extra { shown: Some((message.clone(), shown.clone())), ..Extra::default() };
            take_with(engine, claimed, Event::MessagePosted { message, is_copy }, extra).await
        }
        // Looked open, and was passed over before: asking once more would only go round in circles.
        Ok(Posting::Closed(_)) if request.passed_over.iter().any(|passed| passed.channel == written) => {
            nowhere(engine, claimed, request).await
        }
        Ok(Posting::Closed(why)) => pass_over(engine, claimed, PassedOver { channel: written, why }).await,
        Err(error) => unwell(engine, claimed, &channel, &error).await,
    }
}

/// What keeps the message out is stored with the request, which then says so wherever it goes instead.
async fn pass_over(engine: &Engine, claimed: &ClaimedEffect, passed: PassedOver) -> Result<(), StoreError> {
    tracing::warn!(request.id = %claimed.request, "request {} {}", claimed.request, passed.words());
    take_with(engine, claimed, Event::ChannelPassedOver { passed }, Extra::default()).await
}

/// No channel takes it: those who can decide get it by themselves, and operators see why.
async fn nowhere(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    let why = request.passed_over.iter().map(PassedOver::words).collect::<Vec<_>>().join("; ");
    if request.message_trouble.as_ref() == Some(&why) {
        return attend::nobody_reads(engine, claimed, request).await;
    }
    tracing::error!(request.id = %request.id, why, "the message of request {} reaches no channel", request.id);
    let event = Event::GaveUp { kind: claimed.effect.kind().to_owned(), why };
    let at = engine.clock.now();
    let job = Arc::new((claimed.request.clone(), event));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let request = tx.lock_request(&job.0).await?;
                step::take(tx, request, &job.1, at).await.map(drop)
            })
        })
        .await?;
    attend::nobody_reads(engine, claimed, request).await
}

async fn edit(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    message: &MessageRef,
    shown: &Shown,
) -> Result<(), StoreError> {
    let last = engine.store.shown(&request.id).await?;
    if last.is_some_and(|last| last.digest == shown.digest && last.message == *message) {
        return finish(engine, claimed).await;
    }
    if let Err(until) = engine.workspace.pace.take(&message.channel, engine.clock.now()) {
        return engine.store.hold_effect(&claimed.id, until).await;
    }
    match engine.workspace.chat.edit(message, shown).await {
        Ok(()) => {
            count(claimed, "done");
            note_shown(engine, claimed, message, shown).await
        }
        // Somebody deleted it: people still have to be able to decide.
        Err(error) if error.is_gone() && request.is_undecided() => post(engine, claimed, request, shown, false).await,
        Err(error) => unwell(engine, claimed, &message.channel, &error).await,
    }
}

async fn note_shown(
    engine: &Engine,
    claimed: &ClaimedEffect,
    message: &MessageRef,
    shown: &Shown,
) -> Result<(), StoreError> {
    let at = engine.clock.now();
    let job = Arc::new((claimed.clone(), message.clone(), shown.clone()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (claimed, message, shown) = &*job;
                tx.finish_effect(&claimed.id, at).await?;
                tx.put_shown(&claimed.request, message, &shown.digest, &shown.body).await?;
                let detail = json!({ "message": message, "digest": shown.digest });
                tx.append_entry("message.shown", Some(&claimed.request), at, detail)
            })
        })
        .await
}

pub(super) async fn say(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    line: &ThreadLine,
) -> Result<(), StoreError> {
    // The lane keeps this behind the post: no message here means that posting it was given up or not worth it.
    let Some(message) = &request.message else { return finish(engine, claimed).await };
    if let Err(until) = engine.workspace.pace.take(&message.channel, engine.clock.now()) {
        return engine.store.hold_effect(&claimed.id, until).await;
    }
    let scene = Scene::of(&engine.store, request).await?;
    let board = scene.board(request, engine.clock.now());
    match engine.workspace.chat.say(message, &board, line).await {
        Ok(()) => {
            count(claimed, "done");
            finish(engine, claimed).await
        }
        // The message is gone, and with it its thread: what is posted anew says how the request stands.
        Err(error) if error.is_gone() && request.is_undecided() => {
            take_with(engine, claimed, Event::MessageLost { message: message.clone() }, Extra::default()).await
        }
        Err(error) => unwell(engine, claimed, &message.channel, &error).await,
    }
}

/// A channel that is told to wait waits as a whole: every message in it would get the same answer.
pub(super) async fn unwell(
    engine: &Engine,
    claimed: &ClaimedEffect,
    channel: &str,
    error: &PortError,
) -> Result<(), StoreError> {
    if let Class::Retry { after_ms: Some(told) } = error.class {
        engine.workspace.pace.hold(channel, engine.clock.now().plus_millis(told));
    }
    failed(engine, claimed, error).await
}

pub(super) async fn whisper(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    to: &ReplyTo,
    text: &Whisper,
) -> Result<(), StoreError> {
    let scene = Scene::default();
    let board = scene.board(request, engine.clock.now());
    match engine.workspace.chat.whisper(to, Some(&board), text).await {
        Ok(()) => {
            count(claimed, "done");
            finish(engine, claimed).await
        }
        Err(error) => failed(engine, claimed, &error).await,
    }
}
