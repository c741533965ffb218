//! Whether a channel may hold evidence: not when people of other companies read it. Channels become shared later, so this is
//! asked again every few minutes.
//!
//! Slack: [conversations.info](https://docs.slack.dev/reference/methods/conversations.info)

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::Value;

use crate::domain::Timestamp;
use crate::domain::time::MINUTE_MS;
use crate::ports::{Class, Clock, PortError};

use super::client::Client;

/// Why a channel read by people of other companies is refused.
pub(super) const SHARED: &str = "the channel is shared with another company, and evidence is not posted there";

/// How long an answer is believed.
const BELIEVED_MS: i64 = 3 * MINUTE_MS;

/// Channels found to be our own, and when.
#[derive(Debug)]
pub(super) struct Channels {
    clock: Clock,
    checked: Mutex<HashMap<String, Timestamp>>,
}

impl Channels {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, checked: Mutex::default() }
    }

    /// `Err` when the channel is shared with others, archived, or cannot be looked up: nothing is posted unchecked.
    pub(super) async fn is_ours(&self, client: &Client, channel: &str) -> Result<(), PortError> {
        if self.is_fresh(channel) {
            return Ok(());
        }
        let doing = "check the Slack channel";
        let answer = client.get("conversations.info", &[("channel", channel)], doing).await?;
        match refusal(&answer) {
            Some((class, why)) => Err(PortError::new(class, doing, why)),
            None => {
                self.remember(channel);
                Ok(())
            }
        }
    }

    fn is_fresh(&self, channel: &str) -> bool {
        let now = self.clock.now();
        let checked = self.checked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        checked.get(channel).is_some_and(|at| (0..BELIEVED_MS).contains(&now.millis_since(*at)))
    }

    fn remember(&self, channel: &str) {
        let now = self.clock.now();
        let mut checked = self.checked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        checked.retain(|_, at| now.millis_since(*at) < BELIEVED_MS);
        checked.insert(channel.to_owned(), now);
    }
}

fn refusal(answer: &Value) -> Option<(Class, &'static str)> {
    let is = |name: &str| answer.pointer(&format!("/channel/{name}")).and_then(Value::as_bool).unwrap_or(false);
    if is("is_ext_shared") || is("is_pending_ext_shared") {
        Some((Class::Permanent, SHARED))
    } else if is("is_archived") {
        Some((Class::Gone, "is_archived"))
    } else if answer.get("channel").is_none_or(|channel| !channel.is_object()) {
        Some((Class::Permanent, "the answer describes no channel"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shared_archived_and_undescribed_channels_are_refused() {
        let class = |channel: Value| refusal(&json!({ "ok": true, "channel": channel })).map(|(class, _)| class);
        assert_eq!(class(json!({ "is_ext_shared": true })), Some(Class::Permanent));
        assert_eq!(class(json!({ "is_pending_ext_shared": true })), Some(Class::Permanent));
        assert_eq!(class(json!({ "is_archived": true })), Some(Class::Gone));
        assert_eq!(class(json!(null)), Some(Class::Permanent));
        assert_eq!(class(json!({ "is_shared": true, "is_ext_shared": false })), None, "another workspace of ours");
    }

    #[test]
    fn an_answer_is_believed_for_three_minutes() {
        let clock = Clock::manual(Timestamp::from_seconds(1_767_225_600));
        let channels = Channels::new(clock.clone());
        assert!(!channels.is_fresh("C0DEPLOY"));
        channels.remember("C0DEPLOY");
        clock.advance(BELIEVED_MS - 1);
        assert!(channels.is_fresh("C0DEPLOY"));
        clock.advance(1);
        assert!(!channels.is_fresh("C0DEPLOY"));
    }
}
