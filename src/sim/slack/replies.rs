//! Answers that come over a response address or in the acknowledgement of a command.

use serde_json::{Map, Value};

use crate::domain::Timestamp;

use super::elements;
use super::state::{Ephemeral, Message, State};

/// Shows an answer to that person, or to the channel with `response_type: in_channel`.
pub(super) fn show(state: &mut State, user: &str, channel: &str, body: &Map<String, Value>, now: Timestamp) {
    let text_of = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let list = |name: &str| body.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let blocks = elements::completed(state, &list("blocks"));
    let (ts, text, attachments) = (state.next_ts(now), text_of("text").unwrap_or_default(), list("attachments"));
    let (channel, thread_ts) = (channel.to_owned(), text_of("thread_ts"));
    if text_of("response_type").as_deref() != Some("in_channel") {
        let user = user.to_owned();
        let ephemeral =
            Ephemeral { channel, user, ts, thread_ts, text, blocks, attachments, at: now, ..Ephemeral::default() };
        return state.ephemerals.push(ephemeral);
    }
    let (user, bot_id) = (state.install.bot_user_id.clone(), Some(state.install.bot_id.clone()));
    let mut message = Message { channel, ts, thread_ts, user, bot_id, ..Message::default() };
    message.rewrite(now, text, blocks, attachments);
    state.messages.push(message);
}
