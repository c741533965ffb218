//! Commands of the chat: what is asked is done, then answered in private, then the delivery is finished. What changes
//! something for others is stored together with the delivery's end, so that a crash in between does it once.

mod freezing;
pub(super) mod listing;
mod voting;

use serde_json::json;

use super::super::linking;
use super::super::receive::Delivery;
use super::super::{Engine, stakes};
use super::looked;
use super::{Trouble, finish, note, whisper_now};
use crate::domain::eligibility::is_member_of_ours;
use crate::domain::{Refusal, ReplyTo};
use crate::ports::chat::{Act, Answer, ChatCommand, Deed, Opening, Sight};

pub(super) async fn answer(
    engine: &Engine,
    delivery: &Delivery,
    command: ChatCommand,
    opening: Option<&Opening>,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    match command {
        ChatCommand::Help | ChatCommand::Unknown { .. } | ChatCommand::Misused { .. } => {
            answer_now(engine, reply, &Answer::Misused(&command)).await;
            return finish(engine, delivery).await;
        }
        ChatCommand::Link => whisper_now(engine, reply, &linking::offer(engine, reply).await?).await,
        ChatCommand::Unlink => whisper_now(engine, reply, &linking::unlink(engine, &reply.user).await?).await,
        command => return of_members(engine, delivery, command, opening, reply).await,
    }
    finish(engine, delivery).await
}

/// What is for members of the workspace only: requests and freezes are their affair.
async fn of_members(
    engine: &Engine,
    delivery: &Delivery,
    command: ChatCommand,
    opening: Option<&Opening>,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    if let Err(refusal) = is_member_of_ours(engine.workspace.chat.standing(&reply.user).await?) {
        return refuse(engine, delivery, reply, &refusal).await;
    }
    let asked = Asked { engine, delivery, reply, reader: stakes::Reader::of(engine, &reply.user).await? };
    match command {
        ChatCommand::Pending => asked.pending().await,
        ChatCommand::Show { id } => asked.show(&id).await,
        ChatCommand::Vote { id, choice, words } => asked.confirm(&id, Deed::Vote(choice), words).await,
        ChatCommand::BreakGlass { id, reason } => asked.confirm(&id, Deed::Act(Act::BreakGlass), Some(reason)).await,
        ChatCommand::Freeze(freeze) => asked.freeze(freeze).await,
        ChatCommand::Freezes => asked.freezes().await,
        ChatCommand::LiftFreeze { id } => asked.lift(&id).await,
        ChatCommand::Preferences => match opening {
            Some(opening) => looked::look(engine, delivery, &Sight::Preferences, opening, reply).await,
            None => finish(engine, delivery).await,
        },
        ChatCommand::Help
        | ChatCommand::Link
        | ChatCommand::Unlink
        | ChatCommand::Misused { .. }
        | ChatCommand::Unknown { .. } => finish(engine, delivery).await,
    }
}

/// A command of a member, with everything that answering it takes.
struct Asked<'a> {
    engine: &'a Engine,
    delivery: &'a Delivery,
    reply: &'a ReplyTo,
    reader: stakes::Reader<'a>,
}

impl Asked<'_> {
    async fn tell(&self, answer: &Answer<'_>) -> Result<(), Trouble> {
        answer_now(self.engine, self.reply, answer).await;
        finish(self.engine, self.delivery).await
    }

    async fn refuse(&self, refusal: &Refusal) -> Result<(), Trouble> {
        refuse(self.engine, self.delivery, self.reply, refusal).await
    }
}

/// Nothing depends on it arriving: whoever misses it asks again.
pub(super) async fn answer_now(engine: &Engine, to: &ReplyTo, answer: &Answer<'_>) {
    if let Err(error) = engine.in_workspace(&to.workspace).workspace.chat.answer(to, answer).await {
        tracing::info!(error = %error, "a private answer did not arrive");
    }
}

pub(super) async fn refuse(
    engine: &Engine,
    delivery: &Delivery,
    reply: &ReplyTo,
    refusal: &Refusal,
) -> Result<(), Trouble> {
    answer_now(engine, reply, &Answer::Refused(refusal)).await;
    note(engine, delivery, None, "command.refused", json!({ "refusal": refusal.code(), "by": reply.user })).await
}
