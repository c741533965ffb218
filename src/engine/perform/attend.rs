//! People whose attention a request needs: mentioned in its thread, or told by a direct message, as each of them wants, and
//! never in their quiet hours. Before anything is sent it is looked whether it is still true.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::super::lists::Item;
use super::super::{Engine, people};
use super::message::{self, unwell};
use super::outcome::{self, count, failed, finish};
use crate::domain::rules::Notify;
use crate::domain::{AskedBy, ChatStanding, ChatUser, Due, Effect, Matter, Preferences, Request, Timestamp, attention};
use crate::ports::chat::{Note, Shown, Stake};
use crate::ports::{Board, Class, PortError};
use crate::store::{ClaimedEffect, DirectRow, StoreError};

/// Tells those of `people` who can still decide, each in their own way and time.
pub(super) async fn attend(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    people: &[ChatUser],
    again: bool,
) -> Result<(), StoreError> {
    let asked = attention::asked(request);
    let wanted: Vec<&ChatUser> = people.iter().filter(|user| asked.contains(user)).collect();
    let chosen = engine.store.preferences_of(wanted).await?;
    let now = engine.clock.now();
    let is_mentioned = request.policies().all(|policy| policy.notify == Notify::Mention);
    let mut mentions: BTreeMap<Timestamp, Vec<ChatUser>> = BTreeMap::new();
    let mut follows = Vec::new();
    for (user, preferences) in &chosen {
        let at = preferences.allowed_from(now);
        if preferences.asked == AskedBy::Direct {
            follows.push(direct_at(at, user, Matter::Asked { again }));
        } else if is_mentioned && preferences.wants_mention(asked.len()) {
            mentions.entry(at).or_default().push(user.clone());
        }
    }
    let mentions = mentions.into_iter();
    follows.extend(mentions.map(|(at, people)| Due { effect: Effect::Mention { people, again }, at }));
    finish_with(engine, claimed, follows).await
}

/// Where no channel takes the message, everybody who can decide gets it; those who want nothing only where all want nothing.
pub(super) async fn nobody_reads(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
) -> Result<(), StoreError> {
    let asked = attention::asked(request);
    let chosen = engine.store.preferences_of(&asked).await?;
    let wants = |preferences: &Preferences| preferences.asked != AskedBy::Neither;
    let someone = chosen.values().any(wants);
    let told = chosen.iter().filter(|(_, preferences)| !someone || wants(preferences));
    let now = engine.clock.now();
    let mut follows = Vec::new();
    for (user, preferences) in told {
        if engine.store.direct(&request.id, user).await?.is_none() {
            follows.push(direct_at(preferences.allowed_from(now), user, Matter::Asked { again: false }));
        }
    }
    finish_with(engine, claimed, follows).await
}

/// Tells whoever waits for what came of it: those who started it, and those who voted and want to hear it.
pub(super) async fn tell_outcome(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
) -> Result<(), StoreError> {
    let mut people: BTreeMap<ChatUser, fn(&Preferences) -> bool> = BTreeMap::new();
    for vote in request.votes.iter().filter(|vote| !vote.struck) {
        people.insert(vote.voter.chat.clone(), |chosen| chosen.voted_outcomes);
    }
    for actor in &request.run.actors {
        for chat in people::chats_of(engine, actor).await? {
            people.insert(chat, |chosen| chosen.own_outcomes);
        }
    }
    // Whoever ended it knows that they did.
    let ended = request.decision().filter(|decision| !decision.verdict.lets_run());
    for by in ended.into_iter().flat_map(|decision| &decision.by) {
        people.remove(by);
    }
    let chosen = engine.store.preferences_of(people.keys()).await?;
    let now = engine.clock.now();
    let told = people.into_iter().filter_map(|(user, wants)| {
        let chosen = chosen.get(&user).filter(|chosen| wants(chosen))?;
        Some(direct_at(chosen.allowed_from(now), &user, Matter::Outcome))
    });
    finish_with(engine, claimed, told.collect()).await
}

fn direct_at(at: Timestamp, to: &ChatUser, matter: Matter) -> Due {
    Due { effect: Effect::Direct { to: to.clone(), matter }, at }
}

async fn finish_with(engine: &Engine, claimed: &ClaimedEffect, follows: Vec<Due>) -> Result<(), StoreError> {
    let at = engine.clock.now();
    let job = Arc::new((claimed.clone(), follows));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (claimed, follows) = &*job;
                tx.finish_effect(&claimed.id, at).await?;
                for (index, due) in follows.iter().enumerate() {
                    tx.enqueue_after(claimed, index, due).await?;
                }
                Ok(())
            })
        })
        .await
}

/// A line of the thread that calls those who can still decide.
pub(super) async fn mention(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    people: &[ChatUser],
    again: bool,
) -> Result<(), StoreError> {
    let asked = attention::asked(request);
    let people: Vec<ChatUser> = people.iter().filter(|user| asked.contains(user)).cloned().collect();
    // The lane keeps this behind the post: no message here means that it stands nowhere.
    let Some(message) = request.message.as_ref().filter(|_| !people.is_empty()) else {
        return finish(engine, claimed).await;
    };
    if let Err(until) = engine.workspace.pace.take(&message.channel, engine.clock.now()) {
        return engine.store.hold_effect(&claimed.id, until).await;
    }
    let item = Item::bare(request.clone(), Stake::None);
    match engine.workspace.chat.mention(message, &item.board(engine.clock.now()), &people, again).await {
        Ok(()) => {
            count(claimed, "done");
            finish(engine, claimed).await
        }
        // The message is gone, and with it its thread; where it is posted anew, people see it.
        Err(error) if error.is_gone() => finish(engine, claimed).await,
        Err(error) => unwell(engine, claimed, &message.channel, &error).await,
    }
}

/// Sends somebody a direct message, or brings the one they have up to date.
pub(super) async fn direct(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    to: &ChatUser,
    matter: Matter,
) -> Result<(), StoreError> {
    let row = engine.store.direct(&request.id, to).await?;
    let is_asked = attention::asked(request).contains(to);
    // Whoever was to be asked and need not be any more is only told the truth.
    let matter = if matches!(matter, Matter::Asked { .. }) && !is_asked { Matter::Truth } else { matter };
    if matter == Matter::Truth && row.is_none() {
        return finish(engine, claimed).await;
    }
    if row.is_none() {
        match engine.workspace.chat.standing(to).await {
            Ok(ChatStanding::Member) => {}
            Ok(_) => return finish(engine, claimed).await,
            Err(error) => return undelivered(engine, claimed, to, &error).await,
        }
    }
    let item = Item::whole(engine, request.clone(), stake(request, to, is_asked, matter)).await?;
    let message = Direct { engine, claimed, item: &item, to, matter };
    match row {
        None => message.post().await,
        Some(row) => message.edit(&row).await,
    }
}

fn stake(request: &Request, to: &ChatUser, is_asked: bool, matter: Matter) -> Stake {
    if is_asked {
        Stake::Decide
    } else if request.votes.iter().any(|vote| !vote.struck && vote.voter.chat == *to) {
        Stake::Spoken
    } else if matter == Matter::Outcome {
        Stake::Asked
    } else {
        Stake::None
    }
}

struct Direct<'a> {
    engine: &'a Engine,
    claimed: &'a ClaimedEffect,
    item: &'a Item,
    to: &'a ChatUser,
    matter: Matter,
}

impl Direct<'_> {
    fn note(&self) -> Note<'_> {
        Note { to: self.to, matter: self.matter, stake: &self.item.stake, link: self.item.link() }
    }

    fn drawn(&self, is_copy: bool) -> Shown {
        let board = Board { repeated: is_copy, ..self.item.board(self.engine.clock.now()) };
        self.engine.workspace.chat.draw_direct(&board, &self.note())
    }

    async fn post(&self) -> Result<(), StoreError> {
        if let Err(until) = self.engine.workspace.pace.take(&self.to.user, self.engine.clock.now()) {
            return self.engine.store.hold_effect(&self.claimed.id, until).await;
        }
        let is_copy = message::may_be_posted(self.engine, self.claimed).await?;
        let shown = self.drawn(is_copy);
        outcome::begin(self.engine, self.claimed).await?;
        match self.engine.workspace.chat.post_direct(self.to, &shown).await {
            Ok(message) => self.keep(DirectRow { message, digest: shown.digest, is_copy }).await,
            Err(error) => undelivered(self.engine, self.claimed, self.to, &error).await,
        }
    }

    async fn edit(&self, row: &DirectRow) -> Result<(), StoreError> {
        if let Err(until) = self.engine.workspace.pace.take(&self.to.user, self.engine.clock.now()) {
            return self.engine.store.hold_effect(&self.claimed.id, until).await;
        }
        let shown = self.drawn(row.is_copy);
        if shown.digest != row.digest
            && let Err(error) = self.engine.workspace.chat.edit_direct(&row.message, &shown).await
        {
            return undelivered(self.engine, self.claimed, self.to, &error).await;
        }
        if self.matter != Matter::Truth {
            let board = self.item.board(self.engine.clock.now());
            if let Err(error) = self.engine.workspace.chat.say_direct(&row.message, &board, &self.note()).await {
                return undelivered(self.engine, self.claimed, self.to, &error).await;
            }
        }
        self.keep(DirectRow { digest: shown.digest, ..row.clone() }).await
    }

    async fn keep(&self, row: DirectRow) -> Result<(), StoreError> {
        count(self.claimed, "done");
        let at = self.engine.clock.now();
        let job = Arc::new((self.claimed.clone(), self.to.clone(), row));
        self.engine
            .store
            .write(move |tx| {
                let job = Arc::clone(&job);
                Box::pin(async move {
                    let (claimed, to, row) = &*job;
                    tx.finish_effect(&claimed.id, at).await?;
                    tx.put_direct(&claimed.request, to, row).await?;
                    let detail = json!({ "to": to, "message": row.message, "digest": row.digest });
                    tx.append_entry("message.direct", Some(&claimed.request), at, detail)
                })
            })
            .await
    }
}

/// A message that one person cannot get is their affair: nothing else depends on it.
async fn undelivered(
    engine: &Engine,
    claimed: &ClaimedEffect,
    to: &ChatUser,
    error: &PortError,
) -> Result<(), StoreError> {
    if matches!(error.class, Class::Permanent | Class::Gone) {
        tracing::info!(request.id = %claimed.request, error = %error, "a direct message of request {} was not taken", claimed.request);
        count(claimed, "refused");
        return finish(engine, claimed).await;
    }
    if let Class::Retry { after_ms: Some(told) } = error.class {
        engine.workspace.pace.hold(&to.user, engine.clock.now().plus_millis(told));
    }
    failed(engine, claimed, error).await
}
