//! The request's message, its thread, and private answers.

use std::sync::Arc;

use serde_json::json;

use super::super::Engine;
use super::super::people::chat_account;
use super::super::shown::Scene;
use super::outcome::{self, Extra, count, failed, finish, take_with};
use crate::domain::{ChatStanding, ChatUser, Event, MessageRef, Phase, ReplyTo, Request, ThreadLine, Whisper};
use crate::ports::{Board, Class, PortError, Shown};
use crate::store::{ClaimedEffect, StoreError};

/// Posts the message, or edits it to what the request is now. Equal drawings are not sent twice.
pub(super) async fn sync(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    let scene = Scene::of(&engine.store, request).await?;
    // Only posting can double: an answer that was lost leaves a copy behind, so the next one says what it is.
    let repeated =
        if request.message.is_some() { request.message_is_copy } else { may_be_posted(engine, claimed).await? };
    let board = Board { repeated, ..scene.board(request, engine.clock.now()) };
    let shown = engine.chat.draw(&board);
    match &request.message {
        Some(message) => edit(engine, claimed, request, message, &shown).await,
        // It ended before anybody could see it: there is nothing to correct.
        None if matches!(request.phase, Phase::Ended { .. }) => finish(engine, claimed).await,
        None => post(engine, claimed, request, &shown, repeated).await,
    }
}

/// Whether this effect, or another one for the same message, may have posted it without our knowing.
async fn may_be_posted(engine: &Engine, claimed: &ClaimedEffect) -> Result<bool, StoreError> {
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
    let channel = engine.chat.channel_for(request);
    if let Err(until) = engine.pace.take(&channel, engine.clock.now()) {
        return engine.store.hold_effect(&claimed.id, until).await;
    }
    outcome::begin(engine, claimed).await?;
    match engine.chat.post(&channel, shown).await {
        Ok(posted) => {
            count(claimed, "done");
            let extra = Extra { shown: Some((posted.message.clone(), shown.clone())), ..Extra::default() };
            take_with(engine, claimed, Event::MessagePosted { message: posted.message, is_copy }, extra).await
        }
        Err(error) => unwell(engine, claimed, &channel, &error).await,
    }
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
    if let Err(until) = engine.pace.take(&message.channel, engine.clock.now()) {
        return engine.store.hold_effect(&claimed.id, until).await;
    }
    match engine.chat.edit(message, shown).await {
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
    if let Err(until) = engine.pace.take(&message.channel, engine.clock.now()) {
        return engine.store.hold_effect(&claimed.id, until).await;
    }
    let scene = Scene::of(&engine.store, request).await?;
    let board = scene.board(request, engine.clock.now());
    match engine.chat.say(message, &board, line).await {
        Ok(()) => {
            count(claimed, "done");
            finish(engine, claimed).await
        }
        Err(error) => unwell(engine, claimed, &message.channel, &error).await,
    }
}

/// A channel that is told to wait waits as a whole: every message in it would get the same answer.
async fn unwell(engine: &Engine, claimed: &ClaimedEffect, channel: &str, error: &PortError) -> Result<(), StoreError> {
    if let Class::Retry { after_ms: Some(told) } = error.class {
        engine.pace.hold(channel, engine.clock.now().plus_millis(told));
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
    match engine.chat.whisper(to, Some(&board), text).await {
        Ok(()) => {
            count(claimed, "done");
            finish(engine, claimed).await
        }
        Err(error) => failed(engine, claimed, &error).await,
    }
}

/// Tells whoever asked what became of it, where the chat knows them and they did not bring it about themselves. Everybody else
/// has it in the thread.
pub(super) async fn tell_asker(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    line: &ThreadLine,
) -> Result<(), StoreError> {
    let Some(asker) = asker(engine, request).await?.filter(|asker| line.by() != Some(asker)) else {
        return finish(engine, claimed).await;
    };
    match told(engine, &asker, request, line).await? {
        Ok(()) => {
            count(claimed, "done");
            finish(engine, claimed).await
        }
        Err(error) => failed(engine, claimed, &error).await,
    }
}

/// The chat account of whoever started the run last, as far as it is linked.
async fn asker(engine: &Engine, request: &Request) -> Result<Option<ChatUser>, StoreError> {
    match request.run.actors.last() {
        Some(actor) => chat_account(engine, actor).await,
        None => Ok(None),
    }
}

async fn told(
    engine: &Engine,
    asker: &ChatUser,
    request: &Request,
    line: &ThreadLine,
) -> Result<Result<(), PortError>, StoreError> {
    // A channel's people are its own affair; what goes to one person goes to a member only (R14).
    match engine.chat.standing(asker).await {
        Ok(ChatStanding::Member) => {}
        Ok(_) => return Ok(Ok(())),
        Err(error) => return Ok(Err(error)),
    }
    let scene = Scene::of(&engine.store, request).await?;
    let board = scene.board(request, engine.clock.now());
    Ok(engine.chat.tell_asker(asker, &board, line).await)
}
