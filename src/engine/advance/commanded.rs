//! Commands of the chat: what is asked is done, then answered in private, then the delivery is finished. A crash in between
//! has the command done and answered again.

use super::super::Engine;
use super::super::linking;
use super::super::receive::Delivery;
use super::{Trouble, finish, whisper_now};
use crate::domain::{ReplyTo, Whisper};
use crate::ports::chat::ChatCommand;

pub(super) async fn answer(
    engine: &Engine,
    delivery: &Delivery,
    command: ChatCommand,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    let text = match command {
        ChatCommand::Help => Whisper::Help,
        ChatCommand::Unknown { typed } => Whisper::UnknownCommand { typed },
        ChatCommand::Link => linking::offer(engine, reply).await?,
        ChatCommand::Unlink => linking::unlink(engine, &reply.user).await?,
    };
    whisper_now(engine, reply, &text).await;
    finish(engine, delivery).await
}
