//! `chat.*`: posting, changing and deleting messages.

use serde_json::{Map, Value, json};

use super::super::blocks::{self, Surface};
use super::super::elements;
use super::super::refusal::Refusal;
use super::super::state::{Ephemeral, Message, State};
use super::{Answer, Call, files};

/// Characters after which Slack cuts `text`.
const TEXT_CUT: usize = 40_000;

/// Slack: [chat.postMessage](https://docs.slack.dev/reference/methods/chat.postMessage)
pub(super) fn post_message(call: &mut Call<'_>) -> Answer {
    let channel = postable_channel(call)?;
    blocks::check_message(&call.arguments, Surface::Post).map_err(Refusal::of_message)?;
    files::are_there(call.state, &call.arguments)?;
    let thread = thread_of(call, &channel)?;
    call.state.rates.admit_message(&channel, call.now).map_err(Refusal::rate_limited)?;
    let message = new_message(call, &channel, thread);
    let answer = json!({ "ok": true, "channel": channel, "ts": message.ts, "message": wire(call.state, &message) });
    call.state.messages.push(message);
    Ok(answer)
}

/// Slack: [chat.postEphemeral](https://docs.slack.dev/reference/methods/chat.postEphemeral)
pub(super) fn post_ephemeral(call: &mut Call<'_>) -> Answer {
    let channel = postable_channel(call)?;
    let user = call.text("user").to_owned();
    if !call.state.is_member(&channel, &user) {
        return Err(Refusal::new("user_not_in_channel"));
    }
    if call.text("text").chars().count() > TEXT_CUT {
        return Err(Refusal::new("msg_too_long"));
    }
    blocks::check_message(&call.arguments, Surface::Post).map_err(Refusal::of_message)?;
    let thread_ts = thread_of(call, &channel)?;
    let blocks = elements::completed(call.state, &call.list("blocks"));
    let (ts, text) = (call.state.next_ts(call.now), shown_text(&call.arguments));
    let attachments = call.list("attachments");
    let answer = json!({ "ok": true, "message_ts": ts });
    let ephemeral =
        Ephemeral { channel, user, ts, thread_ts, text, blocks, attachments, at: call.now, ..Ephemeral::default() };
    call.state.ephemerals.push(ephemeral);
    Ok(answer)
}

/// Slack: [chat.update](https://docs.slack.dev/reference/methods/chat.update)
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (channel, ts) = (call.text("channel").to_owned(), call.text("ts").to_owned());
    let own = own_message(call.state, &channel, &ts, "cant_update_message")?;
    if call.state.channels.get(&channel).is_some_and(|room| room.is_archived) {
        return Err(Refusal::new("is_inactive"));
    }
    blocks::check_message(&call.arguments, Surface::Update).map_err(Refusal::of_message)?;
    files::are_there(call.state, &call.arguments)?;
    // Text without blocks removes the blocks; metadata stays unless it is sent.
    let blocks = elements::completed(call.state, &call.list("blocks"));
    let metadata = call.arguments.get("metadata").cloned().or(own.metadata);
    let (now, text, attachments) = (call.now, shown_text(&call.arguments), call.list("attachments"));
    let Some(message) = call.state.message_mut(&channel, &ts) else { return Err(Refusal::new("message_not_found")) };
    message.rewrite(now, text.clone(), blocks, attachments);
    message.metadata = metadata;
    let message = message.clone();
    Ok(json!({ "ok": true, "channel": channel, "ts": ts, "text": text, "message": wire(call.state, &message) }))
}

/// Slack: [chat.delete](https://docs.slack.dev/reference/methods/chat.delete)
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (channel, ts) = (call.text("channel").to_owned(), call.text("ts").to_owned());
    own_message(call.state, &channel, &ts, "cant_delete_message")?;
    if let Some(message) = call.state.message_mut(&channel, &ts) {
        message.deleted = true;
    }
    Ok(json!({ "ok": true, "channel": channel, "ts": ts }))
}

/// Slack: [chat.getPermalink](https://docs.slack.dev/reference/methods/chat.getPermalink)
pub(super) fn get_permalink(call: &mut Call<'_>) -> Answer {
    let (channel, ts) = (call.text("channel"), call.text("message_ts"));
    visible_channel(call.state, channel)?;
    let message = call.state.message(channel, ts).filter(|message| !message.deleted);
    let message = message.ok_or_else(|| Refusal::new("message_not_found"))?;
    let base = format!("https://{}.slack.com/archives/{channel}/p{}", call.state.team.domain, ts.replace('.', ""));
    let thread = message.thread_ts.as_ref().map(|root| format!("?thread_ts={root}&cid={channel}"));
    Ok(json!({ "ok": true, "channel": channel, "permalink": base + &thread.unwrap_or_default() }))
}

/// The channel of a post: it must exist for the app, be open, and have the app in it.
fn postable_channel(call: &mut Call<'_>) -> Result<String, Refusal> {
    let name = call.text("channel").to_owned();
    if let Some(user) = call.state.users.get(&name) {
        let reachable = !user.deleted && !user.is_bot && user.team_id == call.state.team.id;
        return if reachable { Ok(call.state.direct_channel(&name)) } else { Err(Refusal::new("channel_not_found")) };
    }
    visible_channel(call.state, &name)?;
    let Some(room) = call.state.channels.get(&name) else { return Err(Refusal::new("channel_not_found")) };
    if room.is_archived {
        return Err(Refusal::new("is_archived"));
    }
    if !room.members.contains(&call.state.install.bot_user_id) {
        return Err(Refusal::new("not_in_channel"));
    }
    room.posting_refused_with.as_ref().map_or(Ok(name), |error| Err(Refusal::new(error)))
}

/// A channel that exists as far as the app can tell.
///
/// # Errors
/// `channel_not_found`, also for private channels the app is not in.
pub(super) fn visible_channel(state: &State, id: &str) -> Result<(), Refusal> {
    let bot = &state.install.bot_user_id;
    let visible = state.channels.get(id).is_some_and(|room| !room.is_private || room.members.contains(bot));
    if visible { Ok(()) } else { Err(Refusal::new("channel_not_found")) }
}

fn thread_of(call: &Call<'_>, channel: &str) -> Result<Option<String>, Refusal> {
    let thread_ts = call.text("thread_ts");
    if thread_ts.is_empty() {
        return Ok(None);
    }
    let root = call.state.message(channel, thread_ts).filter(|root| root.thread_ts.is_none() && !root.deleted);
    root.map(|root| Some(root.ts.clone())).ok_or_else(|| Refusal::new("cannot_reply_to_message"))
}

fn own_message(state: &State, channel: &str, ts: &str, not_ours: &str) -> Result<Message, Refusal> {
    visible_channel(state, channel)?;
    let message = state.message(channel, ts).filter(|message| !message.deleted);
    let message = message.ok_or_else(|| Refusal::new("message_not_found"))?;
    if message.bot_id.as_ref() != Some(&state.install.bot_id) {
        return Err(Refusal::new(not_ours));
    }
    Ok(message.clone())
}

fn new_message(call: &mut Call<'_>, channel: &str, thread_ts: Option<String>) -> Message {
    let blocks = elements::completed(call.state, &call.list("blocks"));
    let mut message = Message {
        channel: channel.to_owned(),
        ts: call.state.next_ts(call.now),
        reply_broadcast: thread_ts.is_some() && call.flag("reply_broadcast"),
        thread_ts,
        user: call.state.install.bot_user_id.clone(),
        bot_id: Some(call.state.install.bot_id.clone()),
        metadata: call.arguments.get("metadata").cloned(),
        ..Message::default()
    };
    message.rewrite(call.now, shown_text(&call.arguments), blocks, call.list("attachments"));
    message
}

/// The `text` (or `markdown_text`) Slack keeps: cut after 40,000 characters.
pub(super) fn shown_text(arguments: &Map<String, Value>) -> String {
    let text = arguments.get("text").or_else(|| arguments.get("markdown_text")).and_then(Value::as_str);
    text.unwrap_or_default().chars().take(TEXT_CUT).collect()
}

/// A message as Slack answers and sends it.
pub(in crate::sim::slack) fn wire(state: &State, message: &Message) -> Value {
    let mut wire = json!({
        "type": "message", "ts": message.ts, "user": message.user, "text": message.text, "team": state.team.id,
    });
    let Some(members) = wire.as_object_mut() else { return wire };
    if let Some(bot_id) = &message.bot_id {
        members.insert("bot_id".into(), json!(bot_id));
        members.insert("app_id".into(), json!(state.install.app_id));
    }
    let optional = [
        ("thread_ts", message.thread_ts.as_ref().map(|ts| json!(ts))),
        ("blocks", (!message.blocks.is_empty()).then(|| json!(message.blocks))),
        ("attachments", (!message.attachments.is_empty()).then(|| json!(message.attachments))),
        ("metadata", message.metadata.clone()),
    ];
    members.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    wire
}
