//! `conversations.*`: what a channel is and who is in it.

use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::super::state::{Channel, State};
use super::chat::visible_channel;
use super::people::check_team;
use super::{Answer, Call};

/// Entries Slack gives at most in one page of members; of channels it takes one less.
const PAGE_MAX: u64 = 1000;

/// Slack: [conversations.info](https://docs.slack.dev/reference/methods/conversations.info)
pub(super) fn info(call: &mut Call<'_>) -> Answer {
    let channel = readable_channel(call)?;
    let mut object = object(call.state, channel);
    if call.flag("include_num_members")
        && let Some(members) = object.as_object_mut()
    {
        members.insert("num_members".into(), json!(channel.members.len()));
    }
    Ok(json!({ "ok": true, "channel": object }))
}

/// Slack: [conversations.members](https://docs.slack.dev/reference/methods/conversations.members)
pub(super) fn members(call: &mut Call<'_>) -> Answer {
    let channel = readable_channel(call)?;
    let limit = call.arguments.get("limit").and_then(Value::as_u64).unwrap_or(100);
    if limit == 0 || limit > PAGE_MAX {
        return Err(Refusal::new("invalid_limit"));
    }
    let (page, next) = page(&channel.members, call.text("cursor"), limit)?;
    Ok(json!({ "ok": true, "members": page, "response_metadata": { "next_cursor": next } }))
}

/// Slack: [conversations.list](https://docs.slack.dev/reference/methods/conversations.list)
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    check_team(call)?;
    let limit = call.arguments.get("limit").and_then(Value::as_u64).unwrap_or(100);
    if limit == 0 || limit >= PAGE_MAX {
        return Err(Refusal::new("invalid_limit"));
    }
    let types = if call.text("types").is_empty() { "public_channel" } else { call.text("types") };
    let types: Vec<&str> = types.split(',').map(str::trim).collect();
    for kind in &types {
        let needed = scope_of(kind).ok_or_else(|| Refusal::new("invalid_types"))?;
        if !call.state.install.scopes.iter().any(|scope| scope == needed) {
            return Err(Refusal::missing_scope(needed, &call.state.install.scopes));
        }
    }
    let bot = &call.state.install.bot_user_id;
    let is_listed = |channel: &&Channel| {
        let is_visible = !(channel.is_private || channel.is_im) || channel.members.contains(bot);
        let hidden = call.flag("exclude_archived") && channel.is_archived;
        types.contains(&kind_of(channel)) && is_visible && !hidden
    };
    let listed: Vec<Value> =
        call.state.channels.values().filter(is_listed).map(|channel| object(call.state, channel)).collect();
    let (page, next) = page(&listed, call.text("cursor"), limit)?;
    Ok(json!({ "ok": true, "channels": page, "response_metadata": { "next_cursor": next } }))
}

const fn kind_of(channel: &Channel) -> &'static str {
    match channel {
        Channel { is_im: true, .. } => "im",
        Channel { is_private: true, .. } => "private_channel",
        Channel { .. } => "public_channel",
    }
}

fn scope_of(kind: &str) -> Option<&'static str> {
    match kind {
        "public_channel" => Some("channels:read"),
        "private_channel" => Some("groups:read"),
        "im" => Some("im:read"),
        "mpim" => Some("mpim:read"),
        _ => None,
    }
}

/// The part of a list after `cursor`, and the cursor of what follows.
fn page<'a, T>(all: &'a [T], cursor: &str, limit: u64) -> Result<(&'a [T], String), Refusal> {
    let start = if cursor.is_empty() { Some(0) } else { cursor.strip_prefix("after:").and_then(|at| at.parse().ok()) };
    let start: usize = start.filter(|at| *at <= all.len()).ok_or_else(|| Refusal::new("invalid_cursor"))?;
    let end = start.saturating_add(usize::try_from(limit).unwrap_or(usize::MAX)).min(all.len());
    let next = if end < all.len() { format!("after:{end}") } else { String::new() };
    Ok((all.get(start..end).unwrap_or_default(), next))
}

/// The channel, if the app may look at one of its kind.
fn readable_channel<'a>(call: &'a Call<'_>) -> Result<&'a Channel, Refusal> {
    let id = call.text("channel");
    visible_channel(call.state, id)?;
    let channel = call.state.channels.get(id).ok_or_else(|| Refusal::new("channel_not_found"))?;
    let needed = match channel {
        Channel { is_im: true, .. } => "im:read",
        Channel { is_private: true, .. } => "groups:read",
        _ => "channels:read",
    };
    if call.state.install.scopes.iter().any(|scope| scope == needed) {
        return Ok(channel);
    }
    Err(Refusal::missing_scope(needed, &call.state.install.scopes))
}

fn object(state: &State, channel: &Channel) -> Value {
    let mut teams = vec![state.team.id.clone()];
    teams.extend(state.team.others.keys().filter(|_| channel.is_ext_shared).cloned());
    json!({
        "id": channel.id, "name": channel.name, "name_normalized": channel.name,
        "is_channel": !channel.is_private && !channel.is_im, "is_group": false, "is_im": channel.is_im,
        "is_mpim": false, "is_private": channel.is_private, "is_archived": channel.is_archived,
        "is_general": channel.name == "general", "is_frozen": false, "created": 1_700_000_000, "unlinked": 0,
        "is_shared": channel.is_ext_shared, "is_ext_shared": channel.is_ext_shared, "is_org_shared": false,
        "is_pending_ext_shared": channel.is_pending_ext_shared, "pending_shared": [], "pending_connected_team_ids": [],
        "shared_team_ids": teams, "context_team_id": state.team.id, "parent_conversation": null,
        "creator": state.install.bot_user_id, "previous_names": [],
        "is_member": channel.members.contains(&state.install.bot_user_id),
        "topic": { "value": "", "creator": "", "last_set": 0 },
        "purpose": { "value": "", "creator": "", "last_set": 0 },
    })
}
