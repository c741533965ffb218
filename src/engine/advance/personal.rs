//! What people do that is theirs alone: their page, how they are told, what they confirm, a message they miss.

use std::sync::Arc;

use serde_json::json;

use super::super::receive::Delivery;
use super::super::shown::Scene;
use super::super::{Engine, drafts, home, step};
use super::commanded::{answer_now, refuse};
use super::{Trouble, acted, clicked, finish, now};
use crate::domain::eligibility::is_member_of_ours;
use crate::domain::{ChatUser, Event, Preferences, ReplyTo, Request};
use crate::ports::Board;
use crate::ports::chat::{Answer, Deed, HomePlace};
use crate::store::ClaimedDelivery;

pub(super) async fn home_opened(
    engine: &Engine,
    delivery: &Delivery,
    user: &ChatUser,
    place: HomePlace,
    hash: Option<String>,
) -> Result<(), Trouble> {
    home::show(engine, user, place, hash).await?;
    finish(engine, delivery).await
}

/// Takes the way of the click that the confirmation stands for.
pub(super) async fn confirm(
    engine: &Engine,
    claimed: &ClaimedDelivery,
    draft: &str,
    reply: ReplyTo,
) -> Result<(), Trouble> {
    let Some(draft) = drafts::find(engine, draft, &reply.user).await? else {
        answer_now(engine, &reply, &Answer::TooLate).await;
        return finish(engine, &claimed.delivery).await;
    };
    let (value, deed, words) = (draft.value.clone(), draft.deed(), draft.words.clone());
    match deed {
        Deed::Vote(choice) => {
            let (ticks, means_older) = (Vec::new(), draft.means_older);
            let click = clicked::Click { value, choice, reason: words, ticks, means_older, reply };
            clicked::vote(engine, claimed, click).await
        }
        Deed::Act(act) => acted::act(engine, claimed, acted::Doing { value, act, words, reply }).await,
    }
}

pub(super) async fn prefer(
    engine: &Engine,
    delivery: &Delivery,
    preferences: Preferences,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    if let Err(refusal) = is_member_of_ours(engine.workspace.chat.standing(&reply.user).await?) {
        return refuse(engine, delivery, reply, &refusal).await;
    }
    let at = now(engine);
    let job = Arc::new((reply.user.clone(), preferences, delivery.clone()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (user, preferences, delivery) = &*job;
                tx.put_preferences(user, preferences).await?;
                tx.append_entry("preferences.set", None, at, json!({ "by": user, "preferences": preferences }))?;
                tx.finish_delivery(delivery.source, &delivery.id, at).await
            })
        })
        .await?;
    home::touched(engine, &reply.user);
    Ok(())
}

/// A message that somebody deleted is posted once more; nothing tells us of it but the chat's refusal to edit it.
pub(super) async fn post_again(
    engine: &Engine,
    delivery: &Delivery,
    value: &str,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    let Some((request, _)) = clicked::find(engine, value).await? else {
        return clicked::unknown_request(engine, delivery, reply).await;
    };
    if let Err(refusal) = is_member_of_ours(engine.workspace.chat.standing(&reply.user).await?) {
        return refuse(engine, delivery, reply, &refusal).await;
    }
    let Some(message) = request.message.clone() else { return finish(engine, delivery).await };
    match edited(engine, &request).await {
        Ok(()) => {
            let link = engine.workspace.chat.link_to(&message);
            answer_now(engine, reply, &Answer::StillThere { link: link.as_deref() }).await;
            finish(engine, delivery).await
        }
        Err(Trouble::Port(error)) if error.is_gone() => {
            let (at, job) = (now(engine), Arc::new((request.id, Event::MessageLost { message }, delivery.clone())));
            engine
                .store
                .write(move |tx| {
                    let job = Arc::clone(&job);
                    Box::pin(async move {
                        let (id, event, delivery) = &*job;
                        let request = tx.lock_request(id).await?;
                        step::take(tx, request, event, at).await?;
                        tx.finish_delivery(delivery.source, &delivery.id, at).await
                    })
                })
                .await?;
            answer_now(engine, reply, &Answer::PostedAgain).await;
            Ok(())
        }
        Err(trouble) => Err(trouble),
    }
}

/// Sends the message as it should look, whether or not it looked so before.
async fn edited(engine: &Engine, request: &Request) -> Result<(), Trouble> {
    let Some(message) = &request.message else { return Ok(()) };
    let scene = Scene::of(&engine.store, request).await?;
    let board = Board { repeated: request.message_is_copy, ..scene.board(request, now(engine)) };
    Ok(engine.workspace.chat.edit(message, &engine.workspace.chat.draw(&board)).await?)
}
