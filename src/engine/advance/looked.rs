//! Views that are about no single request, or about the one whose message somebody points at. The trigger lives three
//! seconds: what cannot be read by then is left out.

use std::time::Duration;

use futures::future::join;

use super::super::receive::Delivery;
use super::super::stakes::Reader;
use super::super::{Engine, lists};
use super::commanded::listing;
use super::{Trouble, finish, now, shown};
use crate::domain::{ChatStanding, MessageRef, ReplyTo};
use crate::ports::chat::{Opening, Pending, PreferencesForm, Sight, View, Wanted};

/// How long people and requests are looked up: the rest of the trigger's life is for the call.
const PATIENCE: Duration = Duration::from_millis(1_500);

pub(super) async fn look(
    engine: &Engine,
    delivery: &Delivery,
    at: &Sight,
    opening: &Opening,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    match at {
        Sight::Pending => pending(engine, opening, reply).await?,
        Sight::Preferences => preferences(engine, opening, reply).await?,
        Sight::OfMessage { message, what } => {
            return of_message(engine, delivery, message, what, opening, reply).await;
        }
    }
    finish(engine, delivery).await
}

async fn pending(engine: &Engine, opening: &Opening, reply: &ReplyTo) -> Result<(), Trouble> {
    let looking = async {
        if engine.workspace.chat.standing(&reply.user).await? != ChatStanding::Member {
            return Ok(None);
        }
        let reader = Reader::of(engine, &reply.user).await?;
        Ok::<_, Trouble>(Some(listing::pending(engine, &reader).await?))
    };
    match tokio::time::timeout(PATIENCE, looking).await {
        Ok(Ok(Some((items, more)))) => {
            let pending = Pending { entries: lists::entries(&items, now(engine)), more };
            open(engine, opening, &View::Pending(&pending)).await;
        }
        Ok(Ok(None)) => {
            let text = "Requests are shown to full members of this workspace only.";
            open(engine, opening, &View::Notice { title: "Not shown", text }).await;
        }
        Ok(Err(Trouble::Store(error))) => return Err(error.into()),
        Ok(Err(_)) | Err(_) => {
            let text = "Slow or broken look-ups: what waits could not be read in time. Please try again.";
            open(engine, opening, &View::Notice { title: "Try again", text }).await;
        }
    }
    Ok(())
}

async fn preferences(engine: &Engine, opening: &Opening, reply: &ReplyTo) -> Result<(), Trouble> {
    let zone = tokio::time::timeout(PATIENCE, engine.workspace.chat.zone(&reply.user));
    let (chosen, zone) = join(engine.store.preferences(&reply.user), zone).await;
    let (chosen, zone) = (chosen?, zone.ok().and_then(Result::ok).flatten());
    open(engine, opening, &View::Preferences(PreferencesForm { now: &chosen, zone: zone.as_ref() })).await;
    Ok(())
}

async fn of_message(
    engine: &Engine,
    delivery: &Delivery,
    message: &MessageRef,
    what: &Wanted,
    opening: &Opening,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    let request = match engine.store.request_of_message(message).await? {
        Some(id) => engine.store.request(&id).await?.filter(|request| engine.is_ours(request)),
        None => None,
    };
    let Some(request) = request else {
        let text =
            "This message is about no request. Use the shortcut on a message of Countersign that asks for approval.";
        open(engine, opening, &View::Notice { title: "No request", text }).await;
        return finish(engine, delivery).await;
    };
    shown::show(engine, delivery, &request.button_value(), what, opening, reply).await
}

/// Nothing depends on a view but the view: whoever misses it asks again.
async fn open(engine: &Engine, opening: &Opening, view: &View<'_>) {
    if let Err(error) = engine.workspace.chat.open(opening, view).await {
        tracing::info!(error = %error, "a view did not open");
    }
}
