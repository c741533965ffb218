//! Channels as they are right now: whether they take messages about requests, who may read them, what they are called.
//!
//! A channel may hold evidence only while no people of other companies read it, and channels become shared later. So this is
//! asked before every message, and an answer is believed for a minute at most; Slack's events end that at once.
//!
//! Slack: [conversations.info](https://docs.slack.dev/reference/methods/conversations.info)

mod names;
mod readers;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::domain::time::MINUTE_MS;
use crate::domain::{ChannelTrouble, ChatUser, Timestamp};
use crate::ports::{Clock, PortError};

use super::client::Client;

use names::Names;
use readers::Readers;

/// How long an answer is believed.
const BELIEVED_MS: i64 = MINUTE_MS;
const LOOKING: &str = "check the Slack channel";

/// What is known of channels, and since when.
#[derive(Debug)]
pub(super) struct Channels {
    clock: Clock,
    /// The operator takes channels that are shared with other companies.
    take_shared: bool,
    known: Mutex<HashMap<String, (Timestamp, Facts)>>,
    readers: Readers,
    pub(super) names: Names,
}

/// A channel, as far as it decides anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Facts {
    is_shared: bool,
    is_archived: bool,
    is_private: bool,
}

impl Channels {
    pub(super) fn new(clock: Clock, take_shared: bool) -> Self {
        let (readers, names) = (Readers::new(clock.clone()), Names::new(clock.clone()));
        Self { clock, take_shared, known: Mutex::default(), readers, names }
    }

    /// Whether `channel` takes messages about requests. Whether we are in it shows when we post: an app may be allowed to
    /// post without.
    pub(super) async fn reach(&self, client: &Client, channel: &str) -> Result<Result<(), ChannelTrouble>, PortError> {
        match self.facts(client, channel).await {
            Ok(facts) => Ok(self.judged(facts)),
            Err(error) => trouble(&error).map(Err).ok_or(error),
        }
    }

    /// Whether `user` may read what stands in `channel`: everybody of the workspace reads public ones.
    pub(super) async fn sees(&self, client: &Client, user: &ChatUser, channel: &str) -> Result<bool, PortError> {
        match self.facts(client, channel).await {
            Ok(Facts { is_private: false, .. }) => Ok(true),
            Ok(_) => self.readers.include(client, channel, &user.user).await,
            Err(error) if trouble(&error).is_some() => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn forget(&self, channel: &str) {
        self.known().remove(channel);
        self.readers.forget(channel);
        self.names.forget();
    }

    const fn judged(&self, facts: Facts) -> Result<(), ChannelTrouble> {
        match facts {
            Facts { is_shared: true, .. } if !self.take_shared => Err(ChannelTrouble::Shared),
            Facts { is_archived: true, .. } => Err(ChannelTrouble::Archived),
            Facts { .. } => Ok(()),
        }
    }

    async fn facts(&self, client: &Client, channel: &str) -> Result<Facts, PortError> {
        let now = self.clock.now();
        let known = self.known().get(channel).copied();
        if let Some((_, facts)) = known.filter(|(at, _)| (0..BELIEVED_MS).contains(&now.millis_since(*at))) {
            return Ok(facts);
        }
        let answer = client.get("conversations.info", &[("channel", channel)], LOOKING).await?;
        let facts = facts(&answer).ok_or_else(|| PortError::permanent(LOOKING, "the answer describes no channel"))?;
        let mut known = self.known();
        known.retain(|_, (at, _)| now.millis_since(*at) < BELIEVED_MS);
        known.insert(channel.to_owned(), (now, facts));
        Ok(facts)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, (Timestamp, Facts)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn facts(answer: &Value) -> Option<Facts> {
    let channel = answer.get("channel").filter(|channel| channel.is_object())?;
    let is = |name: &str| channel.get(name).and_then(Value::as_bool).unwrap_or(false);
    Some(Facts {
        is_shared: is("is_ext_shared") || is("is_pending_ext_shared"),
        is_archived: is("is_archived"),
        is_private: is("is_private") || is("is_im") || is("is_mpim"),
    })
}

/// What a refusal says of the channel itself; `None` where it is about something else.
///
/// Slack: [chat.postMessage, errors](https://docs.slack.dev/reference/methods/chat.postMessage#errors)
pub(super) fn trouble(error: &PortError) -> Option<ChannelTrouble> {
    match error.why.as_str() {
        "not_in_channel" => Some(ChannelTrouble::NotMember),
        "channel_not_found" => Some(ChannelTrouble::Unseen),
        "is_archived" => Some(ChannelTrouble::Archived),
        code if code.starts_with("restricted_action") || code == "team_access_not_granted" => {
            Some(ChannelTrouble::Refused { why: code.to_owned() })
        }
        _ => None,
    }
}

/// A page of a listing, and the cursor of the next one.
fn next_cursor(answer: &Value) -> Option<String> {
    let cursor = answer.pointer("/response_metadata/next_cursor").and_then(Value::as_str);
    cursor.filter(|cursor| !cursor.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(channel: Value, take_shared: bool) -> Option<Result<(), ChannelTrouble>> {
        let channels = Channels::new(Clock::manual(Timestamp::from_seconds(1_767_225_600)), take_shared);
        facts(&json!({ "ok": true, "channel": channel })).map(|facts| channels.judged(facts))
    }

    #[test]
    fn shared_and_archived_channels_take_nothing() {
        let shared = Some(Err(ChannelTrouble::Shared));
        assert_eq!(judged(json!({ "is_ext_shared": true }), false), shared);
        assert_eq!(judged(json!({ "is_pending_ext_shared": true, "is_archived": true }), false), shared);
        assert_eq!(judged(json!({ "is_archived": true }), false), Some(Err(ChannelTrouble::Archived)));
        assert_eq!(judged(json!({ "is_shared": true, "is_ext_shared": false }), false), Some(Ok(())), "ours too");
        assert_eq!(judged(json!(null), false), None);
    }

    #[test]
    fn the_operator_may_take_shared_channels() {
        assert_eq!(judged(json!({ "is_ext_shared": true }), true), Some(Ok(())));
        let archived = judged(json!({ "is_ext_shared": true, "is_archived": true }), true);
        assert_eq!(archived, Some(Err(ChannelTrouble::Archived)));
    }

    #[test]
    fn refusals_that_are_about_the_channel_are_told_apart() {
        let of = |code: &str| trouble(&PortError::permanent("post", code));
        assert_eq!(of("not_in_channel"), Some(ChannelTrouble::NotMember));
        assert_eq!(of("channel_not_found"), Some(ChannelTrouble::Unseen));
        let why = "restricted_action_read_only_channel".to_owned();
        assert_eq!(of(&why), Some(ChannelTrouble::Refused { why: why.clone() }));
        assert_eq!(of("invalid_blocks"), None);
        assert_eq!(of("invalid_auth"), None);
    }
}
